//! The scenario language: which tasks a workflow has, who does them, how long they take, how it ends.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::store::{SETTLED, STATUSES};
use crate::wish::{Check, Wrong, between, different, filled};

/// The longest that anything takes: a year.
const LONGEST_MS: f64 = 31_536_000_000.0;

/// The workflows that are there from the start.
pub const BUILT_IN: &str = include_str!("workflows.json");

/// A workflow.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workflow {
    /// Its name, from which its id follows.
    pub name: String,
    /// Its tasks, one after the other.
    pub steps: Vec<Step>,
    /// The status that it ends with.
    pub end: String,
    /// What it found out.
    #[serde(default)]
    pub output: Value,
    /// Why it ended so.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// A later change of its end, as a review may bring. Whether the real system ever does that is not known.
    #[serde(default)]
    pub revised: Option<Revision>,
}

/// The most tasks of a workflow.
const MOST_STEPS: usize = 100;

fn one_of(place: &str, status: &str, known: &[&str]) -> Result<(), Wrong> {
    match known.contains(&status) {
        true => Ok(()),
        false => Err(Wrong::at(place, format!("{status:?} is none of {}", known.join(", ")))),
    }
}

impl Check for Workflow {
    fn check(&self) -> Result<(), Wrong> {
        filled("/name", &self.name)?;
        if self.steps.len() > MOST_STEPS {
            return Err(Wrong::at("/steps", format!("has more than {MOST_STEPS} tasks")));
        }
        different(self.steps.iter().map(|step| step.task.as_str()), |at| format!("/steps/{at}/task"))?;
        for (at, step) in self.steps.iter().enumerate() {
            step.check().map_err(|wrong| wrong.within(&format!("/steps/{at}")))?;
        }
        one_of("/end", &self.end, &SETTLED)?;
        let Some(revised) = &self.revised else { return Ok(()) };
        one_of("/revised/end", &revised.end, &STATUSES)?;
        between("/revised/ms", revised.ms, 0.0, LONGEST_MS)
    }
}

impl Check for Step {
    fn check(&self) -> Result<(), Wrong> {
        for (place, id) in [("/task", &self.task), ("/def", &self.def)] {
            let is_id = id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'_' | b'-'));
            if !is_id || id.is_empty() {
                return Err(Wrong::at(place, format!("{id:?} must consist of a-z, 0-9, _ and -")));
            }
        }
        self.ms.map_or(Ok(()), |ms| between("/ms", ms, 0.0, LONGEST_MS))?;
        match self.expires && (self.ms.is_none() || self.by != Doer::Applicant) {
            true => Err(Wrong::at("/expires", "only an applicant's task with an `ms` can expire")),
            false => Ok(()),
        }
    }
}

/// A change of a settled status.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revision {
    /// So long after the end, in milliseconds.
    pub ms: f64,
    /// The other status.
    pub end: String,
}

/// A task.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its id within a run.
    pub task: String,
    /// What it is an instance of.
    pub def: String,
    /// Who does it.
    #[serde(default)]
    pub by: Doer,
    /// After how many milliseconds it is done; for an applicant or a client without it: when somebody says so.
    #[serde(default)]
    pub ms: Option<f64>,
    /// It is not done after that time, but too late, and the run abandoned.
    #[serde(default)]
    pub expires: bool,
    /// What it yields.
    #[serde(default)]
    pub output: Value,
    /// It yields a document with a signature of this kind.
    #[serde(default)]
    pub signs: Option<Signature>,
    /// It ends the run with this error.
    #[serde(default)]
    pub error: Option<Value>,
}

/// What an electronic signature is worth before the law.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signature {
    /// As much as one by hand.
    Qualified,
    /// It shows who signed.
    Advanced,
    /// It shows that somebody did.
    Simple,
}

impl Signature {
    /// The kind of its documents: the first part of their path.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Qualified => "qualified_electronic_signature",
            Self::Advanced => "advanced_electronic_signature",
            Self::Simple => "simple_electronic_signature",
        }
    }
}

/// Who does a task.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Doer {
    /// The system.
    #[default]
    System,
    /// The applicant, in a browser.
    Applicant,
    /// The client, by completing the task.
    Client,
}

impl Doer {
    /// The status of a run meanwhile.
    pub fn status(self) -> &'static str {
        match self {
            Self::System => "processing",
            Self::Applicant => "awaiting_input",
            Self::Client => "awaiting_client_input",
        }
    }
}
