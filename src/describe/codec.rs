//! Decoding and encoding of the kinds, and what the macros need of it. The walker checks; what is here only carries.
use super::kinds::{
    AnyObject, AtMost, DateTime, NaiveDateTime, Null, Nullable, Number, Raw, Rows, Secret, Text, Uuid, Wire,
};
use core::fmt;
use core::marker::PhantomData;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};

/// Members with any names, in their order, as they came.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Others(pub Vec<(String, Raw)>);

impl Others {
    /// The member of that name; the last one, should there be several.
    pub fn get(&self, name: &str) -> Option<&Raw> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value)
    }
}

impl Serialize for Others {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de> Deserialize<'de> for Others {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Others;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Others, A::Error> {
                let mut others = Others::default();
                while let Some(member) = map.next_entry()? {
                    others.0.push(member);
                }
                Ok(others)
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// Reads a member that is there. Without it serde reads `null` into `Option<Nullable<T>>` as an absent member.
pub struct Present<T>(pub PhantomData<T>);

impl<'de, T: Wire> DeserializeSeed<'de> for Present<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::present(deserializer)
    }
}

/// The content of a choice, if the object's only member has this name.
pub fn decode_choice<T: Wire, E: Error>(members: &Others, name: &str) -> Option<Result<T, E>> {
    let content = members.get(name).filter(|_| members.0.len() == 1)?;
    Some(decode(content))
}

/// The value of a union, if it is of this kind.
pub fn decode_kind<T: Wire, E: Error>(raw: &Raw) -> Option<Result<T, E>> {
    let first = raw.as_str().bytes().next()?;
    T::VALUE.takes(first).then(|| decode(raw))
}

fn decode<T: Wire, E: Error>(raw: &Raw) -> Result<T, E> {
    let mut deserializer = serde_json::Deserializer::from_str(raw.as_str());
    T::present(&mut deserializer).map_err(E::custom)
}

macro_rules! strings {
    ($([$($generics:tt)*] $type:ty;)*) => {$(
        impl<'de, $($generics)*> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(Self)
            }
        }

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
    [] DateTime;
    [] NaiveDateTime;
    [const MIN: u32, const MAX: u32] Text<MIN, MAX>;
}

macro_rules! raws {
    ($($type:ty, $first:pat, $expected:literal;)*) => {$(
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let raw = Raw::deserialize(deserializer)?;
                match raw.as_str().as_bytes() {
                    [$first, ..] => Ok(Self(raw)),
                    _ => Err(D::Error::custom(concat!("not ", $expected))),
                }
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.serialize(serializer)
            }
        }
    )*};
}
raws! {
    AnyObject, b'{', "an object";
    Number, b'-' | b'0'..=b'9', "a number";
}

impl<'de> Deserialize<'de> for Null {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <()>::deserialize(deserializer).map(|()| Null)
    }
}

impl Serialize for Null {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Nullable::Null, Nullable::Value))
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

macro_rules! arrays {
    ($([$($generics:tt)*] $type:ty;)*) => {$(
        impl<'de, $($generics)* T: Deserialize<'de>> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Vec::deserialize(deserializer).map(Self)
            }
        }

        impl<$($generics)* T: Serialize> Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.serialize(serializer)
            }
        }
    )*};
}
arrays! {
    [const MAX: u32,] AtMost<MAX, T>;
    [] Rows<T>;
}
