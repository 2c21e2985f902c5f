//! The common model: a run of any system, as one shape.
use crate::describe::{Number, Peek, Raw};
use crate::error::SystemName;
use crate::finding::What;
use serde::Serialize;

/// Milliseconds since 1970-01-01T00:00:00Z; fractions are kept where the system sends them.
pub type Millis = f64;

/// Runward's common word for how a run stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
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

impl Phase {
    const ALL: [Phase; 5] = [Phase::Queued, Phase::Running, Phase::Waiting, Phase::Finished, Phase::Unknown];

    /// The phase of that name.
    pub fn parse(name: &str) -> Option<Phase> {
        Phase::ALL.into_iter().find(|phase| phase.as_str() == name)
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Queued => "queued",
            Phase::Running => "running",
            Phase::Waiting => "waiting",
            Phase::Finished => "finished",
            Phase::Unknown => "unknown",
        }
    }
}

/// How a finished run ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
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

impl Outcome {
    const ALL: [Outcome; 6] =
        [Outcome::Succeeded, Outcome::Declined, Outcome::Review, Outcome::Expired, Outcome::Cancelled, Outcome::Failed];

    /// The outcome of that name.
    pub fn parse(name: &str) -> Option<Outcome> {
        Outcome::ALL.into_iter().find(|outcome| outcome.as_str() == name)
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Succeeded => "succeeded",
            Outcome::Declined => "declined",
            Outcome::Review => "review",
            Outcome::Expired => "expired",
            Outcome::Cancelled => "cancelled",
            Outcome::Failed => "failed",
        }
    }
}

/// A run as every system's views show it.
#[derive(Clone, PartialEq, Debug, Serialize)]
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

impl Run {
    /// A run as it was handed out before.
    ///
    /// # Errors
    /// The place that does not fit: a JSON Pointer, or line and column of what is no object.
    pub fn decode(json: &str) -> Result<Run, String> {
        let run = Peek::of(json)?;
        let stages: Vec<Raw> = run.need("stages")?;
        Ok(Run {
            system: word(&run, "system", SystemName::parse)?.ok_or("/system")?,
            id: run.need("id")?,
            workflow_id: run.may("workflowId")?,
            name: run.may("name")?,
            status: run.need("status")?,
            phase: word(&run, "phase", Phase::parse)?.ok_or("/phase")?,
            outcome: word(&run, "outcome", Outcome::parse)?,
            attempt: attempt(&run)?,
            created_at: number(&run, "createdAt")?,
            started_at: number(&run, "startedAt")?,
            finished_at: number(&run, "finishedAt")?,
            duration: number(&run, "duration")?,
            input: run.may("input")?,
            output: run.may("output")?,
            error: run.may("error")?,
            tags: run.need("tags")?,
            metadata: run.may("metadata")?,
            parent_id: run.may("parentId")?,
            stages: stages.iter().map(|stage| Stage::decode(stage.as_str())).collect::<Result<_, _>>()?,
            link: run.may("link")?,
        })
    }
}

impl Stage {
    fn decode(json: &str) -> Result<Stage, String> {
        let stage = Peek::of(json)?;
        Ok(Stage {
            id: stage.may("id")?,
            name: stage.need("name")?,
            status: stage.need("status")?,
            phase: word(&stage, "phase", Phase::parse)?.ok_or("/phase")?,
            outcome: word(&stage, "outcome", Outcome::parse)?,
            attempt: attempt(&stage)?,
            started_at: number(&stage, "startedAt")?,
            finished_at: number(&stage, "finishedAt")?,
            input: stage.may("input")?,
            output: stage.may("output")?,
            error: stage.may("error")?,
            next: stage.may("next")?.unwrap_or_default(),
        })
    }
}

/// One of our own words, if it is there.
fn word<T>(of: &Peek, name: &str, parse: fn(&str) -> Option<T>) -> Result<Option<T>, String> {
    let word: Option<String> = of.may(name)?;
    word.map(|word| parse(&word).ok_or_else(|| format!("/{name}"))).transpose()
}

fn number(of: &Peek, name: &str) -> Result<Option<f64>, String> {
    Ok(of.may::<Number>(name)?.map(|number| number.to_f64()))
}

fn attempt(of: &Peek) -> Result<u32, String> {
    u32::try_from(of.need::<i64>("attempt")?).map_err(|_| "/attempt".into())
}

/// A part of a run.
#[derive(Clone, PartialEq, Debug, Serialize)]
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_was_handed_out_is_read_back() {
        let json = r#"{"system":"hatchet","id":"a","workflowId":"w","name":"n","status":"S","phase":"finished",
            "outcome":"succeeded","attempt":2,"createdAt":1.5,"startedAt":-2,"finishedAt":3e3,"duration":0,"input":{"a":1},
            "output":[1.0],"error":"e","tags":["t"],"metadata":{},"parentId":"p","link":"l","wire":{},
            "stages":[{"id":"i","name":"s","status":"","phase":"queued","outcome":"failed","attempt":1,"startedAt":1,
            "finishedAt":2,"input":1,"output":2,"error":"x","next":["y"]}]}"#;
        let run = Run::decode(json).unwrap();
        let again = serde_json::to_string(&run).unwrap();
        assert_eq!(Run::decode(&again).unwrap(), run);
        let mut wanted: serde_json::Value = serde_json::from_str(json).unwrap();
        wanted.as_object_mut().unwrap().remove("wire");
        let got: serde_json::Value = serde_json::from_str(&again).unwrap();
        // times are doubles, whatever way they were written in
        let spelled = |value: &serde_json::Value| value.to_string().replace(".0", "");
        assert_eq!(spelled(&got), spelled(&wanted));
    }

    #[test]
    fn what_is_no_run_is_refused_with_its_place() {
        for (json, place) in [
            ("[]", "line 1, column 1"),
            ("{}", "/stages"),
            (r#"{"stages":[],"system":"x"}"#, "/system"),
            (r#"{"stages":[],"system":"hatchet","id":"a","status":"S","phase":"Queued"}"#, "/phase"),
            (r#"{"stages":[],"system":"hatchet","id":"a","status":"S","phase":"queued","attempt":-1}"#, "/attempt"),
        ] {
            assert_eq!(Run::decode(json).unwrap_err(), place, "{json}");
        }
    }

    #[test]
    fn words_are_spelled_as_they_are_written() {
        for phase in Phase::ALL {
            assert_eq!(serde_json::to_string(&phase).unwrap(), format!("{:?}", phase.as_str()));
        }
        for outcome in Outcome::ALL {
            assert_eq!(serde_json::to_string(&outcome).unwrap(), format!("{:?}", outcome.as_str()));
        }
    }
}
