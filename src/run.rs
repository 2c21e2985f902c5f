//! The common model: a run of any system, as one shape.
use crate::describe::Raw;
use crate::error::SystemName;
use crate::finding::What;
use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z; fractions are kept where the system sends them.
pub type Millis = f64;

/// Runward's common word for how a run stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Accepted, not begun.
    Queued,
    /// Being worked on.
    Running,
    /// Begun, and waiting for somebody or something.
    Waiting,
    /// At an end, as far as this read tells.
    Finished,
    /// A status we do not know.
    Unknown,
}

/// How a finished run ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// As wished.
    Succeeded,
    /// Decided against.
    Declined,
    /// Left to a person.
    Review,
    /// Given up for lack of input in time.
    Expired,
    /// Stopped on request or by a rule.
    Cancelled,
    /// Gone wrong.
    Failed,
}

/// A run as every system's views show it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// Whose run it is.
    pub system: SystemName,
    /// The id the system reads it by.
    pub id: String,
    /// The workflow it executes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow_id: Option<String>,
    /// A name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The system's own word, as it came.
    pub status: String,
    /// Our word for it.
    pub phase: Phase,
    /// How it ended; only with [`Phase::Finished`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// From 1; a retry or replay opens the next.
    pub attempt: u32,
    /// When the run was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Millis>,
    /// When the newest attempt began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Millis>,
    /// When the newest attempt ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Millis>,
    /// Milliseconds, as the system counts them; sentinels are absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<f64>,
    /// What the run was given, out of the system's envelope.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<Raw>,
    /// What it made of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Raw>,
    /// What went wrong, in the system's or the worker's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Labels, where the system has them.
    pub tags: Vec<String>,
    /// The caller's own data about the run; `{}` when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Raw>,
    /// The run or task that started this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    /// Its parts, in the order in which they began or will.
    pub stages: Vec<Stage>,
    /// Where a person can look at it or act on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// A part of a run.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stage {
    /// The id the system reads it by, if it has one already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// A name for people.
    pub name: String,
    /// The system's own word; `""` while the stage does not exist yet.
    pub status: String,
    /// Our word for it.
    pub phase: Phase,
    /// How it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// From 1.
    pub attempt: u32,
    /// When it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Millis>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Millis>,
    /// What it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<Raw>,
    /// What it made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Raw>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Names or ids of the stages behind it, where the system tells its graph.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub next: Vec<String>,
}

/// What one read of a run returned, with what only lifecycles look at.
#[derive(Clone, PartialEq, Debug)]
pub struct Snapshot {
    /// The run.
    pub run: Run,
    /// What it was read from. A [`What::Created`] snapshot is true in its id alone.
    pub what: What,
    /// Values that no later read of the same run may change.
    pub fixed: Vec<Fixed>,
    /// When the system last changed the record, where it keeps such a time itself and moves it with every change; a snapshot
    /// with an earlier one is the older state.
    pub changed_at: Option<Millis>,
}

/// A value that never changes in a run's life.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fixed {
    /// Where it stands in the document: a JSON Pointer.
    pub pointer: &'static str,
    /// The value, brought to one spelling.
    pub value: String,
}
