//! One error for everything that can fail: a kind to react to, a stable code, a sentence, and its context.
//!
//! No field ever holds a secret: no token, no header, no URL with a query, no body of a request.
use crate::finding::Finding;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The systems Runward speaks to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SystemName {
    /// Hatchet, v1 REST API.
    Hatchet,
    /// Formance Flows.
    Formance,
    /// Onfido Studio.
    Onfido,
    /// meshX Foundation.
    MeshX,
}

impl SystemName {
    /// All of them.
    pub const ALL: [SystemName; 4] = [SystemName::Hatchet, SystemName::Formance, SystemName::Onfido, SystemName::MeshX];

    /// The name as JavaScript and URLs spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            SystemName::Hatchet => "hatchet",
            SystemName::Formance => "formance",
            SystemName::Onfido => "onfido",
            SystemName::MeshX => "meshx",
        }
    }

    /// What goes before the name of a type that several systems have.
    pub fn type_prefix(self) -> &'static str {
        match self {
            SystemName::Hatchet => "Hatchet",
            SystemName::Formance => "Formance",
            SystemName::Onfido => "Onfido",
            SystemName::MeshX => "MeshX",
        }
    }

    /// The system of that name.
    pub fn parse(name: &str) -> Option<SystemName> {
        SystemName::ALL.into_iter().find(|system| system.as_str() == name)
    }
}

impl fmt::Display for SystemName {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What kind of reaction an error asks for. Each is a class of its own in JavaScript.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
pub enum Kind {
    /// An argument or option is wrong: mend the call.
    Argument,
    /// The system refused the credentials.
    Auth,
    /// The system does not know it (any more, or yet).
    NotFound,
    /// Too many requests.
    RateLimit,
    /// Any other answer that is no success.
    Http,
    /// A per-try timeout or the deadline was reached.
    Timeout,
    /// No whole answer arrived.
    Network,
    /// An answer or an input that is not what it should be.
    Decode,
    /// A move the lifecycle does not know.
    Transition,
    /// A create may or may not have happened.
    UnknownOutcome,
    /// A webhook's signature or time is wrong.
    Signature,
    /// The system cannot do that.
    Unsupported,
    /// A defect of ours.
    Internal,
}

/// Whatever went wrong.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Error {
    /// What kind of reaction it asks for.
    pub kind: Kind,
    /// Stable, in snake_case, finer than the kind.
    pub code: &'static str,
    /// What happened, where, and how to mend it.
    pub message: String,
    /// Would the same call, later, have a chance?
    pub retryable: bool,
    /// The system that was spoken to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<SystemName>,
    /// The HTTP status, where there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The system's own id of the request, where it gives one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Milliseconds to wait, where the system said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// What is wrong with the input or answer, in detail.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

/// What may fail in Runward.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error that is not retryable and has no context yet.
    pub fn new(kind: Kind, code: &'static str, message: impl Into<String>) -> Error {
        Error {
            kind,
            code,
            message: message.into(),
            retryable: false,
            system: None,
            status: None,
            request_id: None,
            retry_after: None,
            findings: vec![],
        }
    }

    /// The same error, of this system.
    pub fn of(self, system: SystemName) -> Error {
        Error { system: Some(system), ..self }
    }

    /// The same error, which a later call may not meet.
    pub fn retryable(self) -> Error {
        Error { retryable: true, ..self }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
