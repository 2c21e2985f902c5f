//! The four forms of declaration. Each makes a Rust type, its description and its encoding.
//!
//! Declarative macros, not a derive: they cost no build time and no dependency, and they see all that they need.

pub use super::codec::{Present, decode_choice, decode_kind};
pub use serde;

/// How a field's Rust name becomes its name on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Case {
    /// `started_at` is `startedAt`.
    Camel,
    /// `started_at` is `started_at`.
    Snake,
}

/// The length of [`wire_name`].
#[allow(clippy::indexing_slicing)] // runs while the program is built
pub const fn wire_name_len(name: &str, case: Case) -> usize {
    let (bytes, mut i, mut len) = (name.as_bytes(), raw_prefix(name), 0);
    while i < bytes.len() {
        len += !(matches!(case, Case::Camel) && bytes[i] == b'_') as usize;
        i += 1;
    }
    len
}

/// The name on the wire of a Rust field.
#[allow(clippy::indexing_slicing)] // runs while the program is built
pub const fn wire_name<const LEN: usize>(name: &str, case: Case) -> [u8; LEN] {
    let (bytes, mut i, mut wire, mut len, mut upper) = (name.as_bytes(), raw_prefix(name), [0; LEN], 0, false);
    while i < bytes.len() {
        if matches!(case, Case::Camel) && bytes[i] == b'_' {
            upper = true;
        } else {
            wire[len] = if upper { bytes[i].to_ascii_uppercase() } else { bytes[i] };
            upper = false;
            len += 1;
        }
        i += 1;
    }
    wire
}

#[allow(clippy::indexing_slicing)] // runs while the program is built
const fn raw_prefix(name: &str) -> usize {
    let bytes = name.as_bytes();
    if bytes.len() > 2 && bytes[0] == b'r' && bytes[1] == b'#' { 2 } else { 0 }
}

/// The name on the wire of a field.
#[doc(hidden)]
#[macro_export]
macro_rules! wire_name {
    ($case:ident $field:ident $name:literal) => {
        $name
    };
    ($case:ident $field:ident) => {{
        const CASE: $crate::describe::macros::Case = $crate::describe::macros::Case::$case;
        const LEN: usize = $crate::describe::macros::wire_name_len(stringify!($field), CASE);
        const BYTES: [u8; LEN] = $crate::describe::macros::wire_name(stringify!($field), CASE);
        const NAME: &str = match core::str::from_utf8(&BYTES) {
            Ok(name) => name,
            Err(_) => "",
        };
        NAME
    }};
}

/// Documentation is for generators, which run natively; constant data would carry it into every WebAssembly module.
#[cfg(not(target_arch = "wasm32"))]
#[doc(hidden)]
#[macro_export]
macro_rules! doc {
    ($($line:literal)*) => { concat!($($line, "\n"),*) };
}
#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
#[macro_export]
macro_rules! doc {
    ($($line:literal)*) => {
        ""
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! column {
    () => {
        $crate::describe::Column::None
    };
    ($column:ident) => {
        $crate::describe::Column::$column
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! note {
    () => {
        $crate::describe::Note::None
    };
    ($($note:tt)+) => {
        $crate::describe::Note::$($note)+
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! contract {
    () => {
        None
    };
    ($type:ty, $evidence:ident) => {
        Some($crate::describe::Contract {
            value: <$type as $crate::describe::Wire>::VALUE,
            evidence: $crate::finding::Evidence::$evidence,
        })
    };
}

/// An object with named members.
///
/// A field's type is what servers send. `#[name]` is its name on the wire where the case does not give it, `#[column]` the
/// column it fills, `#[note]` the values that need a word, `#[contract]` the type by the published contract where that
/// differs, and how we know.
///
/// ```
/// use runward::describe::{Nullable, Uuid};
/// runward::object! {
///     /// A run.
///     #[camel_case]
///     pub struct Run {
///         /// Its id.
///         #[name = "runID"]
///         #[column(Id)]
///         pub run_id: Uuid,
///         /// What went wrong. By contract it is a string; what comes is mostly `null`.
///         #[contract(Option<String>, Observed)]
///         pub error_message: Option<Nullable<String>>,
///     }
/// }
/// let names: Vec<&str> = Run::object().fields.iter().map(|field| field.name).collect();
/// assert_eq!(names, ["runID", "errorMessage"]);
/// ```
#[macro_export]
macro_rules! object {
    ($(#[doc = $doc:literal])* #[camel_case] $($struct:tt)*) => { $crate::object_of! { Camel [$($doc)*] $($struct)* } };
    ($(#[doc = $doc:literal])* #[snake_case] $($struct:tt)*) => { $crate::object_of! { Snake [$($doc)*] $($struct)* } };
}

#[doc(hidden)]
#[macro_export]
macro_rules! object_of {
    ($case:ident [$($doc:literal)*] pub struct $name:ident {
        $(
            $(#[doc = $field_doc:literal])*
            $(#[name = $wire_name:literal])?
            $(#[column($column:ident)])?
            $(#[note($($note:tt)+)])?
            $(#[contract($contract:ty, $evidence:ident)])?
            pub $field:ident: $type:ty
        ),* $(,)?
    }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[allow(missing_docs)] // a name that says it all needs no sentence
        pub struct $name {
            $($(#[doc = $field_doc])* pub $field: $type,)*
            /// Members that no field names.
            pub unknown: $crate::describe::Others,
        }

        impl $name {
            /// The description of this object.
            pub fn object() -> &'static $crate::describe::Object {
                static OBJECT: $crate::describe::Object = $crate::describe::Object::new(
                    stringify!($name),
                    $crate::doc!($($doc)*),
                    $crate::describe::Members::Each,
                    &[$($crate::describe::Field {
                        name: $crate::wire_name!($case $field $($wire_name)?),
                        doc: $crate::doc!($($field_doc)*),
                        value: <$type as $crate::describe::Wire>::VALUE,
                        contract: $crate::contract!($($contract, $evidence)?),
                        column: $crate::column!($($column)?),
                        note: $crate::note!($($($note)+)?),
                    }),*],
                );
                &OBJECT
            }
        }

        impl $crate::describe::Wire for $name {
            const VALUE: $crate::describe::Value = $crate::describe::Value::required($crate::describe::Kind::Object($name::object));
        }

        $crate::object_codec! { $name { $($field: $type = $crate::wire_name!($case $field $($wire_name)?)),* } }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! object_codec {
    ($name:ident { $($field:ident: $type:ty = $wire_name:expr),* }) => {
        impl $crate::describe::macros::serde::Serialize for $name {
            fn serialize<S: $crate::describe::macros::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use $crate::describe::macros::serde::ser::SerializeMap;
                let mut map = serializer.serialize_map(None)?;
                $(if !$crate::describe::Wire::is_absent(&self.$field) {
                    map.serialize_entry($wire_name, &self.$field)?;
                })*
                for (name, value) in &self.unknown.0 {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }

        impl<'de> $crate::describe::macros::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::describe::macros::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                use core::marker::PhantomData;
                use $crate::describe::macros::serde::de::{Error as _, MapAccess, Visitor};

                struct Members;
                impl<'de> Visitor<'de> for Members {
                    type Value = $name;

                    fn expecting(&self, f: &mut core::fmt::Formatter) -> core::fmt::Result {
                        f.write_str(stringify!($name))
                    }

                    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<$name, A::Error> {
                        $(let mut $field: Option<$type> = None;)*
                        let mut unknown = $crate::describe::Others::default();
                        while let Some(name) = map.next_key::<String>()? {
                            match name.as_str() {
                                $(wire_name if wire_name == $wire_name => {
                                    let value = map.next_value_seed($crate::describe::macros::Present(PhantomData))?;
                                    if $field.replace(value).is_some() {
                                        return Err(A::Error::duplicate_field($wire_name));
                                    }
                                })*
                                _ => unknown.0.push((name, map.next_value()?)),
                            }
                        }
                        Ok($name {
                            $($field: $field
                                .or_else(<$type as $crate::describe::Wire>::absent)
                                .ok_or_else(|| A::Error::missing_field($wire_name))?,)*
                            unknown,
                        })
                    }
                }
                deserializer.deserialize_map(Members)
            }
        }
    };
}

/// A string of a known set. Others are warnings, and decode and encode as they came; so do, without a warning, known words
/// in another case where `#[any_case]` says so.
///
/// ```
/// runward::string_enum! {
///     /// How a run stands.
///     pub enum Status { Queued = "QUEUED", Running = "RUNNING" }
/// }
/// assert_eq!(Status::Queued.as_str(), "QUEUED");
/// ```
#[macro_export]
macro_rules! string_enum {
    ($(#[doc = $doc:literal])* #[any_case] $($enum:tt)*) => { $crate::string_enum_of! { true [$($doc)*] $($enum)* } };
    ($(#[doc = $doc:literal])* pub enum $($enum:tt)*) => { $crate::string_enum_of! { false [$($doc)*] pub enum $($enum)* } };
}

#[doc(hidden)]
#[macro_export]
macro_rules! string_enum_of {
    ($any_case:literal [$($doc:literal)*] pub enum $name:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`")] $variant,)*
            /// Any other string.
            Unknown(String),
        }

        impl $name {
            /// The string on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $($name::$variant => $text,)*
                    $name::Unknown(text) => text,
                }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> $name {
                match text.as_str() {
                    $($text => $name::$variant,)*
                    _ => $name::Unknown(text),
                }
            }
        }

        impl $crate::describe::Wire for $name {
            const VALUE: $crate::describe::Value = $crate::describe::Value::required($crate::describe::Kind::Enum(&$crate::describe::Enum {
                name: stringify!($name),
                doc: $crate::doc!($($doc)*),
                values: &[$($text),*],
                any_case: $any_case,
            }));
        }

        impl $crate::describe::macros::serde::Serialize for $name {
            fn serialize<S: $crate::describe::macros::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::describe::macros::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::describe::macros::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <String as $crate::describe::macros::serde::Deserialize>::deserialize(deserializer).map($name::from)
            }
        }
    };
}

/// An object with exactly one member, whose name says what it is. A name that we do not know is a warning; that, none or
/// several decode and encode as they came.
///
/// ```
/// runward::choice! {
///     /// What to say.
///     pub enum Word { Text(String) = "text", Number(i64) = "number" }
/// }
/// assert_eq!(Word::object().members, runward::describe::Members::ExactlyOne);
/// ```
#[macro_export]
macro_rules! choice {
    ($(#[doc = $doc:literal])* pub enum $name:ident { $($variant:ident($type:ty) = $text:literal),* $(,)? }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[allow(clippy::large_enum_variant)] // it is read, shown and dropped, and there are few
        pub enum $name {
            $(#[doc = concat!("`", $text, "`")] $variant($type),)*
            /// Anything but exactly one of these members.
            Unknown($crate::describe::Others),
        }

        impl $name {
            /// The description of this object.
            pub fn object() -> &'static $crate::describe::Object {
                static OBJECT: $crate::describe::Object = $crate::describe::Object::new(
                    stringify!($name),
                    $crate::doc!($($doc)*),
                    $crate::describe::Members::ExactlyOne,
                    &[$($crate::describe::Field {
                        name: $text,
                        doc: "",
                        value: <$type as $crate::describe::Wire>::VALUE.optional(),
                        contract: None,
                        column: $crate::describe::Column::None,
                        note: $crate::describe::Note::None,
                    }),*],
                );
                &OBJECT
            }
        }

        impl $crate::describe::Wire for $name {
            const VALUE: $crate::describe::Value = $crate::describe::Value::required($crate::describe::Kind::Object($name::object));
        }

        impl $crate::describe::macros::serde::Serialize for $name {
            fn serialize<S: $crate::describe::macros::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $($name::$variant(content) => serializer.collect_map([($text, content)]),)*
                    $name::Unknown(members) => $crate::describe::macros::serde::Serialize::serialize(members, serializer),
                }
            }
        }

        impl<'de> $crate::describe::macros::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::describe::macros::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let members = <$crate::describe::Others as $crate::describe::macros::serde::Deserialize>::deserialize(deserializer)?;
                $(if let Some(content) = $crate::describe::macros::decode_choice(&members, $text) {
                    return content.map($name::$variant);
                })*
                Ok($name::Unknown(members))
            }
        }
    };
}

/// A value of one of several kinds, no two of one JSON type. Others decode and encode as they came.
///
/// ```
/// runward::union! {
///     /// What is wrong with a request's fields.
///     pub enum Fields { Members(runward::describe::AnyObject), Text(String) }
/// }
/// let fields: Fields = serde_json::from_str("\"tags\"").unwrap();
/// assert_eq!(fields, Fields::Text("tags".into()));
/// ```
#[macro_export]
macro_rules! union {
    ($(#[doc = $doc:literal])* pub enum $name:ident { $($variant:ident($type:ty)),* $(,)? }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub enum $name {
            $(#[doc = stringify!($type)] $variant($type),)*
            /// A value of another kind.
            Unknown($crate::describe::Raw),
        }

        impl $crate::describe::Wire for $name {
            const VALUE: $crate::describe::Value = $crate::describe::Value::required(
                $crate::describe::Kind::Union(&$crate::describe::Union {
                    name: stringify!($name),
                    doc: $crate::doc!($($doc)*),
                    kinds: &[$(<$type as $crate::describe::Wire>::VALUE),*],
                })
            );
        }

        impl $crate::describe::macros::serde::Serialize for $name {
            fn serialize<S: $crate::describe::macros::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $($name::$variant(value) => $crate::describe::macros::serde::Serialize::serialize(value, serializer),)*
                    $name::Unknown(value) => $crate::describe::macros::serde::Serialize::serialize(value, serializer),
                }
            }
        }

        impl<'de> $crate::describe::macros::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::describe::macros::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let raw = <$crate::describe::Raw as $crate::describe::macros::serde::Deserialize>::deserialize(deserializer)?;
                $(if let Some(value) = $crate::describe::macros::decode_kind::<$type, D::Error>(&raw) {
                    return value.map($name::$variant);
                })*
                Ok($name::Unknown(raw))
            }
        }
    };
}
