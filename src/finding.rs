//! Findings: what is wrong or odd with an input, and why we believe so.
use crate::error::SystemName;
use serde::{Deserialize, Serialize};

/// How bad a finding is. Only [`Severity::Error`] makes an input invalid.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The input cannot be what it claims to be.
    Error,
    /// Odd, and worth a look; it may be a newer server.
    Warning,
    /// How a known peculiarity was read.
    Info,
}

/// Which promise a finding measures by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// What the servers really send.
    Wire,
    /// The published contract to the letter.
    Schema,
    /// What may follow what.
    Lifecycle,
}

/// Why we believe a rule.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Evidence {
    /// In the vendor's documentation or contract.
    Documented,
    /// Seen on a running server.
    Observed,
    /// Read in the source.
    Source,
    /// Follows from what is known, and was not seen.
    Inferred,
    /// Our choice.
    Policy,
}

/// One thing wrong or odd.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Finding {
    /// A stable code, one of the catalogue.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Where: a JSON Pointer (RFC 6901), `""` for the whole input.
    pub pointer: String,
    /// What was met, what is allowed, and how to mend it. Never holds a value of the input that may be a secret.
    pub message: String,
    /// Which promise it measures by.
    pub level: Level,
    /// Why we believe the rule.
    pub evidence: Evidence,
    /// The line, from 1, where the input was text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The column, in characters from 1, where the input was text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
}

/// What a document turned out to be.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// One run, bare or in the server's envelope.
    Run,
    /// A page of a list.
    Page,
    /// Hatchet's answer to `return_only_id`: a run of which only the id is real.
    Created,
    /// A run's history.
    History,
    /// A webhook body or an event.
    Event,
    /// A task or stage of its own.
    Task,
}

/// All that was found in one input.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Report {
    /// No finding is an error.
    pub valid: bool,
    /// Whose documents the input was measured by.
    pub system: SystemName,
    /// What it was read as.
    pub what: What,
    /// How many runs it holds.
    pub runs: u32,
    /// In the order of their places in the input.
    pub findings: Vec<Finding>,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $code:literal, $severity:ident, $level:ident, $evidence:ident;)*) => {
        /// What a finding of a document can be.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        pub enum Code {
            $($(#[doc = $doc])* $name,)*
        }

        /// Every code of a document's findings, in the order of [`Code`].
        pub const CATALOGUE: &[Rule] = &[$(Rule {
            kind: Code::$name,
            code: $code,
            severity: Severity::$severity,
            level: Level::$level,
            evidence: Evidence::$evidence,
            doc: concat!($($doc),*),
        }),*];

        impl Code {
            /// The code as it is printed.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Code::$name => $code,)*
                }
            }

            /// What it says, in a sentence.
            pub const fn doc(self) -> &'static str {
                match self {
                    $(Code::$name => concat!($($doc),*).trim_ascii(),)*
                }
            }

            /// How bad it is at level `wire`.
            pub const fn severity(self) -> Severity {
                match self {
                    $(Code::$name => Severity::$severity,)*
                }
            }
        }
    };
}

/// A line of the catalogue.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Rule {
    /// The code.
    #[serde(skip)]
    pub kind: Code,
    /// The code as it is printed.
    pub code: &'static str,
    /// How bad it is, if the level does not make it worse.
    pub severity: Severity,
    /// Which promise it measures by, where that does not depend on the field.
    pub level: Level,
    /// Why we believe the rule, where that does not depend on the field.
    pub evidence: Evidence,
    /// What it says, in a sentence.
    pub doc: &'static str,
}

codes! {
    /// The text is not JSON.
    BadJson = "bad_json", Error, Wire, Documented;
    /// The text is not UTF-8.
    BadUtf8 = "bad_utf8", Error, Wire, Documented;
    /// The text holds nothing.
    EmptyInput = "empty_input", Error, Wire, Documented;
    /// The text is larger than the option `maxBytes` allows.
    TooLarge = "too_large", Error, Wire, Policy;
    /// More levels are open than the option `maxDepth` allows.
    TooDeep = "too_deep", Error, Wire, Policy;
    /// More was found than the option `maxFindings` allows; the rest was not looked at.
    TooManyFindings = "too_many_findings", Error, Wire, Policy;
    /// The text holds no document of this system.
    Unrecognised = "unrecognised", Error, Wire, Policy;
    /// The text holds a document of another system.
    OtherSystem = "other_system", Error, Wire, Policy;
    /// A value is of another type.
    TypeMismatch = "type_mismatch", Error, Wire, Documented;
    /// A value is `null` where it may not be.
    NullNotAllowed = "null_not_allowed", Error, Wire, Documented;
    /// A member that must be there is not.
    MissingField = "missing_field", Error, Wire, Documented;
    /// A member that the published contract requires and no server sends is not there.
    PhantomRequired = "phantom_required", Error, Schema, Observed;
    /// A member of an object stands twice; readers disagree on which of them counts.
    DuplicateKey = "duplicate_key", Error, Wire, Documented;
    /// A string is not a UUID.
    BadUuid = "bad_uuid", Error, Wire, Documented;
    /// A string is not an id of one or more of `0-9`, `a-z`, `_` and `-`.
    BadSlug = "bad_slug", Error, Wire, Documented;
    /// A string is not an RFC 3339 date-time of a day that exists.
    BadDatetime = "bad_datetime", Error, Wire, Documented;
    /// A string is too short or too long.
    BadLength = "bad_length", Error, Wire, Documented;
    /// An array has too many items.
    TooManyItems = "too_many_items", Error, Wire, Documented;
    /// An object that must have exactly one member has none or several.
    NotOneMember = "not_one_member", Error, Wire, Documented;
    /// Half of a surrogate pair stands in a string; it is no character, and no server takes it.
    LoneSurrogate = "lone_surrogate", Error, Wire, Documented;
    /// A status is none of those we know; it may be a newer server's.
    UnknownStatus = "unknown_status", Warning, Wire, Documented;
    /// A word of a known set, or the kind of an object, is none of those we know; it may be a newer server's.
    UnknownValue = "unknown_value", Warning, Wire, Documented;
    /// A number is too large for a double; JavaScript reads infinity.
    NumberBeyondDouble = "number_beyond_double", Warning, Wire, Documented;
    /// An integer is beyond 2^53, so that JavaScript rounds it; the message has its exact digits.
    NumberBeyond2To53 = "number_beyond_2_53", Info, Wire, Documented;
    /// A time in the year 1 stands for "not yet", and is read as absent.
    ZeroTime = "zero_time", Info, Wire, Observed;
    /// A duration that cannot be stands for "none", and is read as absent or 0.
    SentinelDuration = "sentinel_duration", Info, Wire, Observed;
    /// The input stands in the system's envelope, and is read out of it; told once for all rows of a page.
    WrappedInput = "wrapped_input", Info, Wire, Observed;
    /// Only the id and the time of creation are real: the answer to a request for nothing more.
    OnlyId = "only_id", Info, Wire, Observed;
    /// A date-time has no offset, and is read as UTC.
    NaiveTime = "naive_time", Info, Wire, Inferred;
    /// A byte order mark stands before the text, and is skipped.
    ByteOrderMark = "byte_order_mark", Info, Wire, Documented;
}
