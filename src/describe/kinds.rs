//! Rust types, and the kinds of values they stand for.
use super::codec::Others;
use super::decode::{Reader, decode};
use super::json::json;
use super::{Kind, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// A type that can stand on the wire.
pub trait Wire: Serialize + DeserializeOwned {
    /// What may stand where this type stands.
    const VALUE: Value;

    /// What a member is before it is read; of one that may be absent, its absence.
    fn blank() -> Self;

    /// Reads the value that comes next. An `Option` is there then: its `null` is not its absence.
    fn read(reader: &mut Reader) -> Self;

    /// Is this member to be left out?
    fn is_absent(&self) -> bool {
        false
    }
}

/// Any JSON value exactly as it was written: number spelling, key order and escapes included.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Raw(Box<str>);

impl Raw {
    /// The value that this JSON text spells; `None` if it is not JSON.
    pub fn parse(json: &str) -> Option<Raw> {
        decode(json).ok()
    }

    /// The JSON text of a value.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Raw {
        Raw(json(value).into())
    }

    /// A text that is known to be one JSON value.
    pub(super) fn valid(json: &str) -> Raw {
        Raw(json.into())
    }

    /// `{}`.
    pub fn empty_object() -> Raw {
        Raw::valid("{}")
    }

    /// An object with those of these members that have a text.
    pub fn object_of(members: &[(&str, Option<&str>)]) -> Raw {
        let members = members.iter().filter_map(|(name, text)| Some(((*name).to_owned(), Raw::of((*text)?))));
        Raw::of(&Others(members.collect()))
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
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

/// An id of one or more of `0-9`, `a-z`, `_` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Slug(pub String);

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
    ($([$($generics:tt)*] $type:ty = $kind:expr, $blank:expr, $read:expr;)*) => {$(
        impl<$($generics)*> Wire for $type {
            const VALUE: Value = Value::required($kind);

            fn blank() -> Self {
                $blank
            }

            fn read(reader: &mut Reader) -> Self {
                let read: fn(&mut Reader) -> Self = $read;
                read(reader)
            }
        }
    )*};
}
kinds! {
    [] String = TEXT, String::new(), |reader| reader.string();
    [] Secret = TEXT, Secret(String::new()), |reader| Secret(reader.string());
    [] Uuid = Kind::Uuid, Uuid(String::new()), |reader| Uuid(reader.string());
    [] Slug = Kind::Slug, Slug(String::new()), |reader| Slug(reader.string());
    [] DateTime = Kind::DateTime, DateTime(String::new()), |reader| DateTime(reader.string());
    [] NaiveDateTime = Kind::NaiveDateTime, NaiveDateTime(String::new()), |reader| NaiveDateTime(reader.string());
    [] i64 = Kind::Integer, 0, |reader| reader.integer();
    [] Number = Kind::Number, Number(Raw::default()), |reader| Number(of_kind(Kind::Number, reader));
    [] bool = Kind::Boolean, false, |reader| reader.boolean();
    [] AnyObject = Kind::AnyObject, AnyObject(Raw::default()), |reader| AnyObject(of_kind(Kind::AnyObject, reader));
    [] Raw = Kind::Any, Raw::default(), |reader| reader.raw();
    [] Null = Kind::Null, Null, |reader| {
        if !reader.null() {
            reader.misfit();
        }
        Null
    };
    [const MIN: u32, const MAX: u32] Text<MIN, MAX> = Kind::String { min: MIN, max: MAX }, Text(String::new()),
        |reader| Text(reader.string());
    [T: Wire] Vec<T> = Kind::Array { items: &T::VALUE, max: u32::MAX }, vec![], |reader| {
        let mut items = vec![];
        reader.array(&mut |reader| items.push(T::read(reader)));
        items
    };
    [const MAX: u32, T: Wire] AtMost<MAX, T> = Kind::Array { items: &T::VALUE, max: MAX }, AtMost(vec![]),
        |reader| AtMost(Vec::read(reader));
    [T: Wire] Rows<T> = Kind::Rows(&T::VALUE), Rows(vec![]), |reader| Rows(Vec::read(reader));
    [T: Wire] BTreeMap<String, T> = Kind::Map(&T::VALUE), BTreeMap::new(), |reader| {
        let mut members = BTreeMap::new();
        reader.members(&mut |reader, name| {
            members.insert(name, T::read(reader));
        });
        members
    };
}

const TEXT: Kind = Kind::String { min: 0, max: u32::MAX };

/// A value as it is written, if it is of this kind.
fn of_kind(kind: Kind, reader: &mut Reader) -> Raw {
    if !Value::required(kind).takes(reader.first()) {
        reader.misfit();
    }
    reader.raw()
}

impl<T: Wire> Wire for Nullable<T> {
    const VALUE: Value = T::VALUE.nullable();

    fn blank() -> Self {
        Nullable::Null
    }

    fn read(reader: &mut Reader) -> Self {
        if reader.null() { Nullable::Null } else { Nullable::Value(T::read(reader)) }
    }
}

impl<T: Wire> Wire for Option<T> {
    const VALUE: Value = T::VALUE.optional();

    fn blank() -> Self {
        None
    }

    fn read(reader: &mut Reader) -> Self {
        Some(T::read(reader))
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}
