//! A run, bare, in its details, and as the answer of an id alone.
use super::{V1TaskEvent, V1TaskSummary};
use crate::describe::{AnyObject, DateTime, Envelope, Null, Raw, Text, Uuid};
use crate::{object, string_enum};

/// What the engine puts around the input of a task. What a run is given goes into it when the run is one task alone.
pub static ENVELOPE: Envelope = Envelope {
    payload: "input",
    always: &["input", "triggered_by", "parents"],
    sometimes: &[
        "triggers",
        "user_data",
        "overrides",
        "step_run_errors",
        "dag_parent_task_run_ids",
        "desired_worker_labels",
    ],
};

string_enum! {
    /// The status of a run or a task. None is final: a retry or replay opens it again. An evicted durable task is `RUNNING`.
    pub enum V1TaskStatus {
        Queued = "QUEUED",
        Running = "RUNNING",
        Completed = "COMPLETED",
        Cancelled = "CANCELLED",
        Failed = "FAILED",
    }
}

string_enum! {
    /// The type of a row. In the run list it is always `DAG`, even for a run of one task: do not rely on it.
    pub enum V1WorkflowType {
        Dag = "DAG",
        Task = "TASK",
    }
}

object! {
    /// What every resource has.
    #[camel_case]
    pub struct APIResourceMeta {
        /// The id of the resource: for runs and tasks their external id, a UUID.
        #[column(Id)]
        pub id: Text<0, 36>,
        /// When it was created. For runs this, and not their own `createdAt`, is the time of creation.
        #[column(Created)]
        pub created_at: DateTime,
        /// Equal to `createdAt`, whatever happens: no sign of a change.
        #[column(Updated)]
        pub updated_at: DateTime,
    }
}

object! {
    /// A run. Its only id is `metadata.id`.
    #[camel_case]
    pub struct V1WorkflowRun {
        /// The contract requires it without saying what it is; no server has it.
        #[contract(Raw, Observed)]
        pub id: Option<Raw>,
        /// The caller's data, and keys of the engine's such as `traceparent` and `hatchet__…`. Any JSON types.
        pub additional_metadata: Option<AnyObject>,
        /// The first event of the newest attempt: it moves with every retry, and is the year 1 before there is any.
        #[note(ZeroTime)]
        pub created_at: Option<DateTime>,
        /// `<name>-<unix milliseconds>`.
        pub display_name: String,
        /// Milliseconds from `startedAt` to `finishedAt`, zero times included: 0, ±9223372036854 and small negatives occur.
        #[column(Duration)]
        #[note(SentinelDuration)]
        pub duration: Option<i64>,
        /// The worker's text. `""` means none, or a time-out; a run that completed may carry the text of an earlier attempt.
        pub error_message: Option<String>,
        /// The year 1 means not yet. A DAG has it as soon as one of its tasks has finished.
        #[column(Finished)]
        #[note(ZeroTime)]
        pub finished_at: Option<DateTime>,
        /// `{}` or what the run was given; for a run of one task in the engine's envelope.
        #[note(Wrapped(&ENVELOPE))]
        pub input: AnyObject,
        /// Id and time of creation.
        pub metadata: APIResourceMeta,
        /// `{}` when there is none and when the real output is no object. For a DAG the last finished task's.
        pub output: AnyObject,
        /// The task that started this run. For a run of one task it stands in `tasks[0]` alone.
        pub parent_task_external_id: Option<Uuid>,
        /// Only ever `true`: then input and output are `{}`.
        pub payloads_restricted: Option<bool>,
        /// The year 1 means not yet.
        #[column(Started)]
        #[note(ZeroTime)]
        pub started_at: Option<DateTime>,
        /// How it stands.
        #[column(Status)]
        pub status: V1TaskStatus,
        /// Whose it is.
        pub tenant_id: Uuid,
        /// What it executes.
        pub workflow_id: Uuid,
        /// Which version of it.
        pub workflow_version_id: Option<Uuid>,
    }
}

object! {
    /// A step of a workflow, as a graph's node.
    #[camel_case]
    pub struct WorkflowRunShapeItemForWorkflowRunDetails {
        /// The nil UUID while the step has no task.
        pub task_external_id: Uuid,
        /// The step.
        pub step_id: Uuid,
        /// The steps behind it.
        pub children_step_ids: Vec<Uuid>,
        /// The name of the step.
        pub task_name: String,
    }
}

object! {
    /// A run with its parts: the answer of GET run and of a trigger.
    #[camel_case]
    pub struct V1WorkflowRunDetails {
        /// The run.
        pub run: V1WorkflowRun,
        /// Newest first; `[]` for a run of one task.
        pub task_events: Vec<V1TaskEvent>,
        /// The steps, in no order.
        #[column(Parts)]
        pub shape: Vec<WorkflowRunShapeItemForWorkflowRunDetails>,
        /// Newest first; `[]` while no event of the run is known.
        pub tasks: Vec<V1TaskSummary>,
        /// The registered options, with keys in Go's case such as `Tasks[].Retries`; `{}` when unknown.
        pub workflow_config: Option<AnyObject>,
    }
}

object! {
    /// A run of which only `metadata` is real.
    #[camel_case]
    pub struct V1WorkflowRunOnlyId {
        /// The contract requires it without saying what it is; no server has it.
        #[contract(Raw, Observed)]
        pub id: Option<Raw>,
        /// `""`.
        #[contract(String, Observed)]
        pub display_name: Text<0, 0>,
        /// `{}`.
        pub input: AnyObject,
        /// The id, and the time of the answer, which is not quite the time of creation.
        pub metadata: APIResourceMeta,
        /// `{}`.
        pub output: AnyObject,
        /// `""`.
        #[contract(V1TaskStatus, Observed)]
        pub status: Text<0, 0>,
        /// The nil UUID.
        pub tenant_id: Uuid,
        /// The nil UUID.
        pub workflow_id: Uuid,
    }
}

object! {
    /// The answer to a trigger with `return_only_id`.
    #[camel_case]
    pub struct V1WorkflowRunCreated {
        /// The run, of which only `metadata` is real.
        pub run: V1WorkflowRunOnlyId,
        /// Not looked up.
        #[contract(Vec<WorkflowRunShapeItemForWorkflowRunDetails>, Observed)]
        pub shape: Null,
        /// Not looked up.
        #[contract(Vec<V1TaskEvent>, Observed)]
        pub task_events: Null,
        /// Not looked up.
        #[contract(Vec<V1TaskSummary>, Observed)]
        pub tasks: Null,
    }
}
