//! Rust types, and the kinds of values they stand for.
use super::{Kind, Value};
use serde::de::{DeserializeOwned, Deserializer};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A type that can stand on the wire.
pub trait Wire: Serialize + DeserializeOwned {
    /// What may stand where this type stands.
    const VALUE: Value;

    /// Reads a member that is there. For all but `Option`, whose `null` is not its absence, this is `deserialize`.
    fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }

    /// What an absent member reads as, if the member may be absent.
    fn absent() -> Option<Self> {
        None
    }

    /// Is this member to be left out?
    fn is_absent(&self) -> bool {
        false
    }
}

/// Any JSON value exactly as it was written: number spelling, key order and escapes included.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Raw(Box<RawValue>);

impl Raw {
    /// The value that this JSON text spells; `None` if it is not JSON.
    pub fn parse(json: &str) -> Option<Raw> {
        RawValue::from_string(json.into()).ok().map(Raw)
    }

    /// `{}`.
    pub fn empty_object() -> Raw {
        Raw(RawValue::from_string("{}".into()).unwrap_or_else(|_| RawValue::NULL.to_owned()))
    }

    /// An object with those of these members that have a text.
    pub fn object_of(members: &[(&str, Option<&str>)]) -> Raw {
        let members: BTreeMap<&str, &str> = members.iter().filter_map(|(name, text)| Some((*name, (*text)?))).collect();
        serde_json::value::to_raw_value(&members).map_or_else(|_| Raw::empty_object(), Raw)
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }
}

impl PartialEq for Raw {
    fn eq(&self, other: &Raw) -> bool {
        self.as_str() == other.as_str()
    }
}

/// Any object, as it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct AnyObject(pub Raw);

/// A number as it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Number(pub Raw);

impl Number {
    /// The nearest double.
    pub fn to_f64(&self) -> f64 {
        self.0.as_str().parse().unwrap_or(f64::NAN)
    }
}

/// A string that is never printed. Its field is noted as a secret, too, so that what is shown to others leaves it out.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(super::REDACTED)
    }
}

/// A UUID as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Uuid(pub String);

impl Uuid {
    /// The id in its one spelling: lower case, with dashes. What is no UUID stays as it is.
    pub fn canonical(&self) -> String {
        uuid::Uuid::try_parse(&self.0).map_or_else(|_| self.0.clone(), |uuid| uuid.to_string())
    }

    /// Is it all zeros, which stands for "none"?
    pub fn is_nil(&self) -> bool {
        uuid::Uuid::try_parse(&self.0).is_ok_and(|uuid| uuid.is_nil())
    }
}

/// An RFC 3339 date-time as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DateTime(pub String);

/// A date-time as it was written, with or without an offset; without one it is UTC.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NaiveDateTime(pub String);

/// The first second of the year 1, which Go calls the zero time, in milliseconds since 1970.
pub const ZERO_TIME: f64 = -62_135_596_800_000.0;

impl DateTime {
    /// Milliseconds since 1970, with the digits behind the millisecond as fraction; `None` if it is no date-time.
    pub fn millis(&self) -> Option<f64> {
        chrono::DateTime::parse_from_rfc3339(&self.0).ok().map(|time| millis(time.to_utc()))
    }
}

impl DateTime {
    /// Milliseconds since 1970 without what is behind the microsecond, for systems that lose it on the way; `None` if it is
    /// no date-time.
    pub fn millis_to_the_micro(&self) -> Option<f64> {
        let time = chrono::DateTime::parse_from_rfc3339(&self.0).ok()?;
        Some(time.timestamp_micros() as f64 / 1000.0)
    }

    /// The time in UTC, with as many digits as it needs; what is no date-time stays as it is.
    pub fn canonical(&self) -> String {
        let spell = |time: chrono::DateTime<chrono::FixedOffset>| {
            time.to_utc().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
        };
        chrono::DateTime::parse_from_rfc3339(&self.0).map_or_else(|_| self.0.clone(), spell)
    }
}

impl NaiveDateTime {
    /// Milliseconds since 1970, with the digits behind the millisecond as fraction; `None` if it is no date-time.
    pub fn millis(&self) -> Option<f64> {
        self.with_offset().millis()
    }

    /// The same time with an offset.
    pub fn with_offset(&self) -> DateTime {
        let zoned = chrono::DateTime::parse_from_rfc3339(&self.0);
        DateTime(if zoned.is_ok() { self.0.clone() } else { format!("{}Z", self.0) })
    }
}

fn millis(time: chrono::DateTime<chrono::Utc>) -> f64 {
    time.timestamp() as f64 * 1000.0 + f64::from(time.timestamp_subsec_nanos()) / 1e6
}

/// A string of `MIN` to `MAX` characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text<const MIN: u32, const MAX: u32>(pub String);

/// A value or `null`; an `Option` is a value or its absence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Nullable<T> {
    /// `null`.
    Null,
    /// The value.
    Value(T),
}

impl<T> Nullable<T> {
    /// The value, if it is not `null`.
    pub fn as_ref(&self) -> Option<&T> {
        match self {
            Nullable::Null => None,
            Nullable::Value(value) => Some(value),
        }
    }

    /// The value, if it is not `null`.
    pub fn into_option(self) -> Option<T> {
        match self {
            Nullable::Null => None,
            Nullable::Value(value) => Some(value),
        }
    }
}

/// `null`, and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Null;

/// An array with at most `MAX` items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtMost<const MAX: u32, T>(pub Vec<T>);

/// The rows of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows<T>(pub Vec<T>);

macro_rules! kinds {
    ($($type:ty = $kind:expr;)*) => {
        $(impl Wire for $type {
            const VALUE: Value = Value::required($kind);
        })*
    };
}
kinds! {
    String = Kind::String { min: 0, max: u32::MAX };
    Secret = Kind::String { min: 0, max: u32::MAX };
    Uuid = Kind::Uuid;
    DateTime = Kind::DateTime;
    NaiveDateTime = Kind::NaiveDateTime;
    i64 = Kind::Integer;
    Number = Kind::Number;
    bool = Kind::Boolean;
    AnyObject = Kind::AnyObject;
    Raw = Kind::Any;
    Null = Kind::Null;
}

impl<const MIN: u32, const MAX: u32> Wire for Text<MIN, MAX> {
    const VALUE: Value = Value::required(Kind::String { min: MIN, max: MAX });
}

impl<T: Wire> Wire for Vec<T> {
    const VALUE: Value = Value::required(Kind::Array { items: &T::VALUE, max: u32::MAX });
}

impl<const MAX: u32, T: Wire> Wire for AtMost<MAX, T> {
    const VALUE: Value = Value::required(Kind::Array { items: &T::VALUE, max: MAX });
}

impl<T: Wire> Wire for Rows<T> {
    const VALUE: Value = Value::required(Kind::Rows(&T::VALUE));
}

impl<T: Wire> Wire for BTreeMap<String, T> {
    const VALUE: Value = Value::required(Kind::Map(&T::VALUE));
}

impl<T: Wire> Wire for Nullable<T> {
    const VALUE: Value = T::VALUE.nullable();
}

impl<T: Wire> Wire for Option<T> {
    const VALUE: Value = T::VALUE.optional();

    fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::present(deserializer).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}
