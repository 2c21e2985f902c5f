//! Lifecycles as data: what may follow what, why, and how sure we are.
use crate::finding::{Evidence, Finding};
use crate::run::{Outcome, Phase};
use serde::Serialize;

/// A state of a run or stage, under the system's own word.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct State {
    /// The system's word.
    pub status: &'static str,
    /// Our word for it.
    pub phase: Phase,
    /// Our word for its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Why we believe so.
    pub evidence: Evidence,
}

/// A step that may happen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// The system's word before.
    pub from: &'static str,
    /// The system's word after.
    pub to: &'static str,
    /// What makes it happen, such as `assigned`, `finished`, `replay`.
    pub cause: &'static str,
    /// Does it open a new attempt?
    pub new_attempt: bool,
    /// Why we believe so.
    pub evidence: Evidence,
}

/// What may follow what.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Lifecycle {
    /// All known states, in the order of their codes.
    pub states: &'static [State],
    /// All known steps.
    pub rows: &'static [Row],
}

/// What two snapshots are to each other.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// Nothing changed.
    Same,
    /// A known step forward.
    Advance,
    /// A new attempt was opened.
    NewAttempt,
    /// A settled result changed where that may happen.
    Revision,
    /// The later-read snapshot is the older state.
    Stale,
    /// Cannot be.
    Conflict,
}

/// Whether a step can be.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Judgement {
    /// What the snapshots are to each other.
    pub verdict: Verdict,
    /// What makes such a step happen, where one row explains it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<&'static str>,
    /// The rules that were broken or bent.
    pub findings: Vec<Finding>,
}
