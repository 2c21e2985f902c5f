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
