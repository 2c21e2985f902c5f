//! What goes over the wire, keys in the server's order.

use serde::Serialize;
use serde_json::value::RawValue;

type Raw = Box<RawValue>;

/// A workflow.
#[derive(Debug, Clone, Serialize)]
pub struct Workflow {
    pub id: String,
    /// `{"name", "stages"}`, as it is stored.
    pub config: Raw,
    #[serde(rename = "createdAt")]
    pub created: String,
    #[serde(rename = "updatedAt")]
    pub updated: String,
    #[serde(rename = "deletedAt")]
    pub deleted: Option<String>,
}

/// A run. Which keys are there depends on the call.
#[derive(Debug, Clone, Serialize)]
pub struct Instance {
    #[serde(rename = "workflowID")]
    pub workflow_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow: Option<Workflow>,
    pub id: String,
    #[serde(rename = "createdAt")]
    pub created: String,
    #[serde(rename = "updatedAt")]
    pub updated: String,
    #[serde(rename = "terminated")]
    pub is_terminated: bool,
    #[serde(rename = "terminatedAt", skip_serializing_if = "Option::is_none")]
    pub terminated: Option<String>,
    #[serde(rename = "status", skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<Stage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A stage of a run.
#[derive(Debug, Clone, Serialize)]
pub struct Stage {
    #[serde(rename = "stage")]
    pub number: i64,
    #[serde(rename = "instanceID")]
    pub instance: String,
    #[serde(rename = "temporalRunID")]
    pub run: String,
    #[serde(rename = "startedAt")]
    pub started: String,
    #[serde(rename = "terminatedAt", skip_serializing_if = "Option::is_none")]
    pub terminated: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A stage in an instance's history.
#[derive(Debug, Clone, Serialize)]
pub struct StageHistory {
    pub name: String,
    pub input: Raw,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(rename = "terminated")]
    pub is_terminated: bool,
    #[serde(rename = "startedAt")]
    pub started: String,
    #[serde(rename = "terminatedAt", skip_serializing_if = "Option::is_none")]
    pub terminated: Option<String>,
}

/// An activity in a stage's history.
#[derive(Debug, Clone, Serialize)]
pub struct Activity {
    pub name: String,
    pub input: Raw,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Raw>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(rename = "terminated")]
    pub is_terminated: bool,
    #[serde(rename = "startedAt")]
    pub started: String,
    #[serde(rename = "terminatedAt", skip_serializing_if = "Option::is_none")]
    pub terminated: Option<String>,
    #[serde(rename = "lastFailure", skip_serializing_if = "Option::is_none")]
    pub last_failure: Option<String>,
    pub attempt: i64,
    #[serde(rename = "nextExecution", skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A trigger.
#[derive(Debug, Clone, Serialize)]
pub struct Trigger {
    pub name: String,
    pub event: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    #[serde(rename = "workflowID")]
    pub workflow_id: String,
    /// Never loaded, hence always null.
    pub workflow: (),
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vars: Option<Raw>,
    pub id: String,
    #[serde(rename = "createdAt")]
    pub created: String,
}

/// What a trigger did once.
#[derive(Debug, Clone, Serialize)]
pub struct Occurrence {
    pub id: String,
    #[serde(rename = "triggerID")]
    pub trigger: String,
    #[serde(rename = "workflowInstanceID")]
    pub instance_id: String,
    #[serde(rename = "workflowInstance")]
    pub instance: Instance,
    pub date: String,
    pub event: Raw,
}
