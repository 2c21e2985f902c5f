//! One declaration of a wire object, and what it becomes: a Rust type, its encoding, a constant description.
//!
//! A declaration says what servers really send. Where the published contract says something else, the field carries the
//! contract's type beside its own, with the evidence: that is the only place in which the two levels differ.
mod codec;
mod decode;
mod json;
mod kinds;
#[doc(hidden)]
pub mod macros;
mod peek;
mod redact;

pub use codec::Others;
pub use decode::{Misfit, decode, find, unwrapped};
pub use json::json;
pub use kinds::*;
pub use peek::Peek;
pub use redact::{REDACTED, redact_named, secret_names};

use crate::finding::{Evidence, Level, What};

/// An object with named members. Members that no field names are allowed and kept. In WebAssembly `doc` is empty.
pub struct Object {
    /// The name of the type.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// How many members it has.
    pub members: Members,
    /// The members it may have.
    pub fields: &'static [Field],
}

/// How many members an object has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Members {
    /// Each field as its presence says, and any others.
    Each,
    /// Exactly one, and it is one of the fields: an externally tagged union.
    ExactlyOne,
}

/// A member with a name.
pub struct Field {
    /// The name on the wire.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// What servers send.
    pub value: Value,
    /// What the published contract says, where that differs, and how we know.
    pub contract: Option<Contract>,
    /// Which column of the table it fills.
    pub column: Column,
    /// Which of its values need a word.
    pub note: Note,
}

/// What the published contract says of a field that differs on the wire.
#[derive(Clone, Copy)]
pub struct Contract {
    /// What may stand there by contract.
    pub value: Value,
    /// Why we believe that servers differ.
    pub evidence: Evidence,
}

/// What may stand at a place.
#[derive(Clone, Copy)]
pub struct Value {
    /// What kind of value.
    pub kind: Kind,
    /// Whether it must be there.
    pub presence: Presence,
    /// Whether it may be `null`.
    pub nullable: bool,
}

/// Whether a member must be there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Presence {
    /// It must.
    Required,
    /// It may be absent.
    Optional,
}

/// The kinds of values.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A string of so many characters.
    String {
        /// The fewest.
        min: u32,
        /// The most.
        max: u32,
    },
    /// A string that is a UUID of any version.
    Uuid,
    /// A string of one or more of `0-9`, `a-z`, `_` and `-`.
    Slug,
    /// A string that is an RFC 3339 date-time.
    DateTime,
    /// A string that is a date-time with or without an offset; without one it is UTC.
    NaiveDateTime,
    /// A number without fraction and exponent that fits 64 bits.
    Integer,
    /// Any number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// One of a few strings; others are a newer server's.
    Enum(&'static Enum),
    /// An object with named members; a function, because objects may hold themselves.
    Object(fn() -> &'static Object),
    /// An array of so many items.
    Array {
        /// What each is.
        items: &'static Value,
        /// The most.
        max: u32,
    },
    /// The rows of a page: the array whose items fill the table. A body has at most one, outside any other.
    Rows(&'static Value),
    /// An object with any names and values of one kind.
    Map(&'static Value),
    /// Any object.
    AnyObject,
    /// Any value, `null` too.
    Any,
    /// Nothing but `null`.
    Null,
    /// A value of one of several kinds, which JSON's own types tell apart.
    Union(&'static Union),
}

/// A set of strings.
pub struct Enum {
    /// The name of the type.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// Those we know.
    pub values: &'static [&'static str],
    /// Are words the same whatever their case?
    pub any_case: bool,
}

impl Enum {
    /// Which of the known words this is.
    pub fn place(&self, word: &[u8]) -> Option<usize> {
        let is = |known: &&str| {
            let known = known.as_bytes();
            known == word || self.any_case && known.eq_ignore_ascii_case(word)
        };
        self.values.iter().position(is)
    }
}

/// Several kinds of values at one place.
pub struct Union {
    /// The name of the type.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// The kinds, no two of one JSON type.
    pub kinds: &'static [Value],
}

/// The columns of the table. They are the words that all systems share.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Column {
    /// The byte offset of the string that is the id.
    Id,
    /// Which of the enum's values; see [`crate::read::NO_STATUS`].
    Status,
    /// Created: like all times in milliseconds since 1970.
    Created,
    /// Begun.
    Started,
    /// Ended.
    Finished,
    /// Changed.
    Updated,
    /// As the system counts it.
    Duration,
    /// How many items the array has; only of a document with one run.
    Parts,
    /// None: what is read here is not kept.
    None,
}

/// Values that are right, and yet not what they seem.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Note {
    /// None.
    None,
    /// The first second of the year 1 stands for "not yet".
    ZeroTime,
    /// A negative duration, or one of centuries, stands for "none".
    SentinelDuration,
    /// Whoever holds it may act with it: it is kept out of what others see.
    Secret,
    /// The payload may stand in the system's envelope.
    Wrapped(&'static Envelope),
}

/// What a system puts around a payload of the caller's.
#[derive(PartialEq, Eq, Debug)]
pub struct Envelope {
    /// Where in it the payload stands.
    pub payload: &'static str,
    /// The members that it always has.
    pub always: &'static [&'static str],
    /// The members that it may have.
    pub sometimes: &'static [&'static str],
}

impl Envelope {
    /// Is this the name of a member that it may have?
    pub fn has(&self, name: &[u8]) -> bool {
        self.always.iter().chain(self.sometimes).any(|known| known.as_bytes() == name)
    }

    /// Are these the names of an envelope's members, rather than of a payload's?
    pub fn is<'a>(&self, mut names: impl Iterator<Item = &'a [u8]>) -> bool {
        let mut seen = 0u32;
        let known = names.all(|name| {
            let is = |known: &str| known.as_bytes() == name;
            let always = self.always.iter().position(|known| is(known));
            seen |= always.map_or(0, |number| 1 << number);
            always.is_some() || self.sometimes.iter().any(|known| is(known))
        });
        known && seen.count_ones() as usize == self.always.len()
    }
}

/// A document: what a body of a system's may hold.
pub struct Document {
    /// What it is.
    pub what: What,
    /// How it looks.
    pub value: Value,
    /// What the one run or task in it is; `None` where it holds rows, or no run.
    pub run: Option<fn() -> &'static Object>,
    /// Where the run stands, or the rows do: a JSON Pointer. An event without a run has `""`.
    pub place: &'static str,
}

impl Document {
    /// Is there a run in it, or are there rows of them?
    pub fn holds_a_run(&self) -> bool {
        let carries = self.what == What::Event && !self.place.is_empty();
        self.what == What::Page || self.run.is_some() || carries
    }

    /// What a run in it comes in: its rows, where it has any, and otherwise the whole.
    pub fn row(&self) -> Value {
        fn rows(value: &Value) -> Option<Value> {
            match value.kind {
                Kind::Rows(items) => Some(*items),
                Kind::Object(of) if of().members == Members::Each => of().fields.iter().find_map(|f| rows(&f.value)),
                _ => None,
            }
        }
        if self.what == What::Page { rows(&self.value).unwrap_or(self.value) } else { self.value }
    }
}

impl Object {
    /// As many fields as a plan can number.
    pub const MAX_FIELDS: usize = 63;

    /// # Panics
    /// When there are more than [`Object::MAX_FIELDS`] fields; in a constant that ends the build.
    pub const fn new(name: &'static str, doc: &'static str, members: Members, fields: &'static [Field]) -> Object {
        assert!(fields.len() <= Object::MAX_FIELDS);
        Object { name, doc, members, fields }
    }

    /// The number of the field of that name.
    pub fn field(&self, name: &[u8]) -> Option<usize> {
        self.fields.iter().position(|field| field.name.as_bytes() == name)
    }
}

impl Field {
    /// What may stand there, measured by the wire or by the contract.
    pub fn at(&self, level: Level) -> Value {
        match (level, self.contract) {
            (Level::Schema, Some(contract)) => contract.value,
            _ => self.value,
        }
    }

    /// Is it a member that the contract requires, and that servers leave out? What is only our policy to forgive is none.
    pub fn is_phantom(&self) -> bool {
        let required = |value: Value| value.presence == Presence::Required;
        let invented = |contract: Contract| required(contract.value) && contract.evidence != Evidence::Policy;
        self.contract.is_some_and(invented) && !required(self.value)
    }
}

impl Value {
    /// A value that must be there and is not `null`.
    pub const fn required(kind: Kind) -> Value {
        Value { kind, presence: Presence::Required, nullable: false }
    }

    /// The same value where it may be absent.
    pub const fn optional(self) -> Value {
        Value { presence: Presence::Optional, ..self }
    }

    /// The same value where it may be `null`.
    pub const fn nullable(self) -> Value {
        Value { nullable: true, ..self }
    }

    /// May a value that starts with this byte stand here, as far as JSON's own types tell?
    pub fn takes(&self, first: u8) -> bool {
        if first == b'n' && self.nullable {
            return true;
        }
        match self.kind {
            Kind::Any => true,
            Kind::Null => first == b'n',
            Kind::Union(of) => of.kinds.iter().any(|kind| kind.takes(first)),
            Kind::Boolean => matches!(first, b't' | b'f'),
            Kind::Integer | Kind::Number => matches!(first, b'-' | b'0'..=b'9'),
            Kind::Object(_) | Kind::Map(_) | Kind::AnyObject => first == b'{',
            Kind::Array { .. } | Kind::Rows(_) => first == b'[',
            Kind::String { .. } | Kind::Uuid | Kind::Slug | Kind::DateTime | Kind::NaiveDateTime | Kind::Enum(_) => {
                first == b'"'
            }
        }
    }
}
