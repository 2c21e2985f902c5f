//! Workflows as data: which steps a workflow has, how long they take, how they fail and what they answer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::wish::{Check, Wrong, between, different, filled};

/// The built-in workflows.
pub const BUILT_IN: &str = include_str!("workflows.json");

/// A workflow. One step and no on-failure step make a standalone task, anything else a DAG.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Workflow {
    /// The name by which it is triggered.
    pub name: String,
    /// A sentence about it.
    #[serde(default)]
    pub description: String,
    /// Its steps, parents first.
    pub steps: Vec<Step>,
    /// A step that runs when another failed and is skipped when none did.
    #[serde(default)]
    pub on_failure: Option<Step>,
    /// Keys of events that start a run of it.
    #[serde(default)]
    pub on_events: Vec<String>,
    /// The key of the input that makes a run unique for good.
    #[serde(default)]
    pub idempotency_key: Option<String>,
}

/// A step of a workflow.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// Steps that must be done before.
    #[serde(default)]
    pub parents: Vec<String>,
    /// How often a failed attempt is tried again.
    #[serde(default)]
    pub retries: i64,
    /// Back-off in seconds is this to the power of the retry.
    #[serde(default)]
    pub backoff_factor: Option<f64>,
    /// The longest back-off, in seconds.
    #[serde(default)]
    pub backoff_max_seconds: Option<f64>,
    /// How long it may wait for a worker, as `5m` or `6s`.
    #[serde(default)]
    pub schedule_timeout: Option<String>,
    /// How long an attempt may take.
    pub timeout: String,
    /// Milliseconds of work, drawn between the two.
    #[serde(default)]
    pub work_ms: (f64, f64),
    /// Where in the input the directives for this step stand, as a JSON Pointer (see [`Directives`]).
    #[serde(default)]
    pub directives: String,
    /// How likely an attempt fails, from 0 to 1.
    #[serde(default)]
    pub failure_odds: f64,
    /// What it says when it fails.
    #[serde(default = "Step::default_message")]
    pub message: String,
    /// What it says when it fails, by behaviour.
    #[serde(default)]
    pub messages: BTreeMap<String, String>,
    /// A line of the stack trace.
    #[serde(default = "Step::default_frame")]
    pub frame: String,
    /// What it answers; `{{key}}` stands for a key of the directives, `{{key|x}}` for one with a default.
    #[serde(default = "Step::default_output")]
    pub output: Value,
    /// Other answers, by behaviour.
    #[serde(default)]
    pub outputs: BTreeMap<String, Value>,
    /// No worker serves it: it waits until its schedule timeout.
    #[serde(default)]
    pub offline: bool,
    /// A durable step is evicted from its worker after so many milliseconds.
    #[serde(default)]
    pub evicted_after_ms: Option<f64>,
    /// Runs of other workflows that each attempt starts.
    #[serde(default)]
    pub spawns: Vec<Spawn>,
}

/// A run that a step starts.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Spawn {
    /// The workflow.
    pub workflow: String,
    /// Its input.
    #[serde(default)]
    pub input: Value,
}

impl Step {
    fn default_message() -> String {
        "issuer timeout".into()
    }
    fn default_frame() -> String {
        "run (/app/worker.js:10:5)".into()
    }
    fn default_output() -> Value {
        json!({})
    }
}

/// What an input may ask of a step, as the recorded worker understood it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Directives {
    /// `fail`, `fail-final` (not retried), `fail-until`, `raw`, `big`.
    pub behaviour: Option<String>,
    /// Milliseconds of work.
    #[serde(alias = "stepMs", alias = "ms")]
    pub sleep_ms: Option<f64>,
    /// Seconds of work.
    pub seconds: Option<f64>,
    /// With `fail-until`: how many attempts fail.
    pub until: i64,
    /// What a failure says.
    pub message: Option<String>,
    /// With `raw`: the output, as JSON text.
    pub raw: Option<String>,
    /// With `big`: how long the output is.
    pub bytes: usize,
    /// The name of the step that fails.
    pub fail_at: Option<String>,
    /// With `fail_at`: how many attempts fail; all when 0.
    pub fail_times: i64,
    /// How many plain lines each attempt writes; with any, one warning and one error more.
    pub log: i64,
}

/// How an attempt ends.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// With this output, as JSON text.
    Output(String),
    /// With this error; `true` when another attempt may follow.
    Failure(String, bool),
}

/// A day: the longest that a step works.
const LONGEST_MS: f64 = 86_400_000.0;

impl Check for Workflow {
    fn check(&self) -> Result<(), Wrong> {
        filled("/name", &self.name)?;
        if self.steps.is_empty() {
            return Err(Wrong::at("/steps", "needs at least one step"));
        }
        different(self.all_steps().map(|step| step.name.as_str()), |at| match at < self.steps.len() {
            true => format!("/steps/{at}/name"),
            false => "/onFailure/name".into(),
        })?;
        for (at, step) in self.steps.iter().enumerate() {
            let is_before = |parent: &String| self.steps.iter().take(at).any(|step| step.name == *parent);
            if let Some(number) = step.parents.iter().position(|parent| !is_before(parent)) {
                let place = format!("/steps/{at}/parents/{number}");
                return Err(Wrong::at(place, "must be the name of a step that stands before this one"));
            }
            step.check().map_err(|wrong| wrong.within(&format!("/steps/{at}")))?;
        }
        self.on_failure.as_ref().map_or(Ok(()), |step| step.check().map_err(|wrong| wrong.within("/onFailure")))
    }
}

impl Check for Step {
    fn check(&self) -> Result<(), Wrong> {
        for (place, duration) in
            [("/timeout", Some(&self.timeout)), ("/scheduleTimeout", self.schedule_timeout.as_ref())]
        {
            if duration.is_some_and(|duration| read_micros(duration).is_none()) {
                return Err(Wrong::at(place, "must be a number and one of ms, s, m and h, as 30s"));
            }
        }
        let (low, high) = self.work_ms;
        between("/workMs/0", low, 0.0, LONGEST_MS)?;
        between("/workMs/1", high, low, LONGEST_MS)?;
        between("/failureOdds", self.failure_odds, 0.0, 1.0)?;
        between("/retries", self.retries as f64, 0.0, 10_000.0)?;
        self.backoff_factor.map_or(Ok(()), |factor| between("/backoffFactor", factor, 0.0, 1_000.0))?;
        self.backoff_max_seconds.map_or(Ok(()), |seconds| between("/backoffMaxSeconds", seconds, 0.0, 86_400.0))?;
        self.evicted_after_ms.map_or(Ok(()), |ms| between("/evictedAfterMs", ms, 0.0, LONGEST_MS))?;
        match self.directives.is_empty() || self.directives.starts_with('/') {
            true => Ok(()),
            false => Err(Wrong::at("/directives", "must be a JSON Pointer, as /order, or empty")),
        }
    }
}

/// Whether everything that a workflow starts is there, and nothing starts itself without end.
pub fn check_spawns(known: &[Workflow], wished: &[Workflow]) -> Result<(), Wrong> {
    let find = |name: &str| wished.iter().chain(known).find(|workflow| workflow.name == name);
    let place = |at: usize| if wished.len() == 1 { "/steps".to_owned() } else { format!("/{at}/steps") };
    for (at, workflow) in wished.iter().enumerate() {
        let (mut seen, mut open) = (Vec::new(), vec![workflow]);
        while let Some(next) = open.pop() {
            for spawn in next.all_steps().flat_map(|step| &step.spawns) {
                let Some(child) = find(&spawn.workflow) else {
                    return Err(Wrong::at(place(at), format!("starts {:?}, which is not registered", spawn.workflow)));
                };
                if child.name == workflow.name {
                    return Err(Wrong::at(place(at), format!("starts {:?} again and again, without end", child.name)));
                }
                if !seen.contains(&child.name) {
                    seen.push(child.name.clone());
                    open.push(child);
                }
            }
        }
    }
    Ok(())
}

impl Workflow {
    /// Whether a run of it is a DAG rather than a standalone task.
    pub fn is_dag(&self) -> bool {
        self.steps.len() > 1 || self.on_failure.is_some()
    }

    /// All steps, the on-failure step last.
    pub fn all_steps(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().chain(&self.on_failure)
    }

    /// The step of that name.
    pub fn step(&self, name: &str) -> Option<&Step> {
        self.all_steps().find(|step| step.name == name)
    }

    /// Whether the step is the on-failure step.
    pub fn is_on_failure(&self, name: &str) -> bool {
        self.on_failure.as_ref().is_some_and(|step| step.name == name)
    }

    /// The registered options, Go-cased keys and all.
    pub fn config(&self) -> Value {
        let tasks: Vec<_> = self.steps.iter().map(|step| self.step_config(step)).collect();
        let mut config = json!({
            "CronInput": null, "CronTriggers": null, "DefaultPriority": null,
            "EventTriggers": (!self.on_events.is_empty()).then_some(&self.on_events),
            "Name": self.name, "Sticky": null, "Tasks": tasks, "description": self.description,
        });
        if let (Some(step), Some(map)) = (&self.on_failure, config.as_object_mut()) {
            let mut job = self.step_config(step);
            if let Some(job) = job.as_object_mut() {
                job.insert("slotRequests".into(), json!({"default": 1}));
            }
            map.insert("onFailureJob".into(), job);
        }
        config
    }

    fn step_config(&self, step: &Step) -> Value {
        let mut config = json!({
            "Action": format!("{}:{}", self.name, step.name), "DesiredWorkerLabels": null, "Parents": step.parents,
            "RateLimits": [], "ReadableId": step.name, "Retries": step.retries,
            "RetryBackoffFactor": step.backoff_factor, "RetryBackoffMaxSeconds": step.backoff_max_seconds,
            "ScheduleTimeout": step.schedule_timeout, "Timeout": step.timeout, "TriggerConditions": [],
        });
        if let (Some(_), Some(map)) = (step.evicted_after_ms, config.as_object_mut()) {
            map.insert("isDurable".into(), json!(true));
            map.insert("slotRequests".into(), json!({"durable": 1}));
        }
        config
    }
}

impl Step {
    /// What the input asks of this step; what makes no sense is ignored, as a worker would.
    pub fn directives(&self, input: &Value) -> Directives {
        let found = input.pointer(&self.directives).cloned().unwrap_or_default();
        serde_json::from_value(found).unwrap_or_default()
    }

    /// How the given attempt (from 1) ends; `luck` is a draw from 0 to 1.
    pub fn ending(&self, input: &Value, attempt: i64, luck: f64) -> Ending {
        let wish = self.directives(input);
        let behaviour = wish.behaviour.as_deref().unwrap_or_default();
        let said = self.messages.get(behaviour).unwrap_or(&self.message);
        let said = wish.message.clone().unwrap_or_else(|| match self.fill_text(said, input, attempt) {
            Value::String(text) => text,
            other => other.to_string(),
        });
        match behaviour {
            "fail" => return Ending::Failure(self.error(&said), true),
            "fail-final" => return Ending::Failure(self.error(&said), false),
            "fail-until" if attempt <= wish.until => {
                return Ending::Failure(self.error(&format!("attempt {attempt} failed: {}", self.message)), true);
            }
            "raw" => return Ending::Output(wish.raw.unwrap_or_else(|| "null".into())),
            "big" => return Ending::Output(json!({"blob": "x".repeat(wish.bytes.min(4 << 20))}).to_string()),
            _ => {}
        }
        let chosen = wish.fail_at.as_deref() == Some(self.name.as_str());
        if (chosen && (wish.fail_times == 0 || attempt <= wish.fail_times)) || luck < self.failure_odds {
            return Ending::Failure(self.error(&said), true);
        }
        let template = self.outputs.get(behaviour).unwrap_or(&self.output);
        Ending::Output(self.fill(template, input, attempt).to_string())
    }

    /// Milliseconds of work; `luck` is a draw from 0 to 1.
    pub fn work_ms(&self, input: &Value, luck: f64) -> f64 {
        let wish = self.directives(input);
        let (low, high) = self.work_ms;
        let drawn = low + (high - low) * luck;
        wish.sleep_ms.or(wish.seconds.map(|seconds| seconds * 1000.0)).unwrap_or(drawn).clamp(0.0, 86_400_000.0)
    }

    fn error(&self, message: &str) -> String {
        let stack = format!("Error: {message}\n    at {}", self.frame);
        crate::gojson::text(&json!({"message": message, "stack": stack}))
    }

    fn fill(&self, template: &Value, input: &Value, attempt: i64) -> Value {
        match template {
            Value::String(text) => self.fill_text(text, input, attempt),
            Value::Array(items) => items.iter().map(|item| self.fill(item, input, attempt)).collect(),
            Value::Object(map) => {
                let filled = map.iter().map(|(key, item)| (key.clone(), self.fill(item, input, attempt)));
                Value::Object(filled.collect::<Map<_, _>>())
            }
            other => other.clone(),
        }
    }

    /// A text that is one placeholder takes the value itself; otherwise its text.
    fn fill_text(&self, text: &str, input: &Value, attempt: i64) -> Value {
        let Some((before, rest)) = text.split_once("{{") else { return text.into() };
        let Some((inner, after)) = rest.split_once("}}") else { return text.into() };
        let (key, default) = inner.split_once('|').unwrap_or((inner, ""));
        let found = match key {
            "attempt" => Value::from(attempt),
            _ => input.pointer(&self.directives).and_then(|found| found.get(key)).cloned().unwrap_or(default.into()),
        };
        if before.is_empty() && after.is_empty() {
            return found;
        }
        let found = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
        format!("{before}{found}{after}").into()
    }
}

/// A Go duration of one unit (`500ms`, `6s`, `5m`, `2h`) in microseconds.
fn read_micros(duration: &str) -> Option<i64> {
    let digits = duration.find(|c: char| !c.is_ascii_digit()).unwrap_or(duration.len());
    let (number, unit) = duration.split_at(digits);
    let unit = match unit {
        "ms" => 1_000,
        "s" => 1_000_000,
        "m" => 60_000_000,
        "h" => 3_600_000_000,
        _ => return None,
    };
    number.parse::<i64>().ok().map(|number| number.saturating_mul(unit).min(LONGEST_MS as i64 * 1000 * 365))
}

/// The same; five minutes, the default, for what is none, as an older program may have kept it.
pub fn micros(duration: &str) -> i64 {
    read_micros(duration).unwrap_or(300_000_000)
}
