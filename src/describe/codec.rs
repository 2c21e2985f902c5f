//! The kinds in serde's world. The walker checks; what is here only carries.
use super::decode::{self, Misfit, Reader};
use super::kinds::{
    AnyObject, AtMost, DateTime, NaiveDateTime, Null, Nullable, Number, Raw, Rows, Secret, Slug, Text, Uuid, Wire,
};
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::value::RawValue;

/// Members with any names, in their order, as they came.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Others(pub Vec<(String, Raw)>);

impl Others {
    /// The member of that name; the last one, should there be several.
    pub fn get(&self, name: &str) -> Option<&Raw> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The members of the object that comes next.
    pub fn read(reader: &mut Reader) -> Others {
        let mut others = Others::default();
        reader.members(&mut |reader, name| others.0.push((name, reader.raw())));
        others
    }

    /// The members of the object that this text spells.
    ///
    /// # Errors
    /// A misfit, where the text is no JSON or no object.
    pub fn decode(json: &str) -> Result<Others, Misfit> {
        decode::read(json, Others::read)
    }
}

impl Serialize for Others {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// Through the text of the value: what is generic over serde's formats would be there once a type.
pub fn deserialize<'de, T, D: Deserializer<'de>>(deserializer: D, read: fn(&mut Reader) -> T) -> Result<T, D::Error> {
    let json = Raw::deserialize(deserializer)?;
    decode::read(json.as_str(), read).map_err(D::Error::custom)
}

macro_rules! deserialize {
    ($([$($generics:tt)*] $type:ty;)*) => {$(
        impl<'de, $($generics)*> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserialize(deserializer, Self::read)
            }
        }
    )*};
}
deserialize! {
    [] Others;
    [] Secret;
    [] Uuid;
    [] Slug;
    [] DateTime;
    [] NaiveDateTime;
    [] AnyObject;
    [] Number;
    [] Null;
    [const MIN: u32, const MAX: u32] Text<MIN, MAX>;
    [T: Wire] Nullable<T>;
    [const MAX: u32, T: Wire] AtMost<MAX, T>;
    [T: Wire] Rows<T>;
}

macro_rules! strings {
    ($([$($generics:tt)*] $type:ty;)*) => {$(
        impl<$($generics)*> Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
    )*};
}
strings! {
    [] Secret;
    [] Uuid;
    [] Slug;
    [] DateTime;
    [] NaiveDateTime;
    [const MIN: u32, const MAX: u32] Text<MIN, MAX>;
}

macro_rules! wrappers {
    ($([$($generics:tt)*] $type:ty;)*) => {$(
        impl<$($generics)*> Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.serialize(serializer)
            }
        }
    )*};
}
wrappers! {
    [] AnyObject;
    [] Number;
    [const MAX: u32, T: Serialize] AtMost<MAX, T>;
    [T: Serialize] Rows<T>;
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(|value| Raw::valid(value.get()))
    }
}

impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value: &RawValue = serde_json::from_str(self.as_str()).map_err(S::Error::custom)?;
        value.serialize(serializer)
    }
}

impl Serialize for Null {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<T: Serialize> Serialize for Nullable<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Nullable::Null => serializer.serialize_none(),
            Nullable::Value(value) => value.serialize(serializer),
        }
    }
}
