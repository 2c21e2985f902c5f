//! What Hatchet sends and takes, field by field. Nothing in its contract is `nullable`; every object is open.
use crate::describe::Envelope;
use crate::describe::{AnyObject, DateTime, Null, Nullable, Raw, Rows, Text, Uuid};
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

string_enum! {
    /// What happened to a task. The set grows with every release.
    pub enum V1TaskEventType {
        RequeuedNoWorker = "REQUEUED_NO_WORKER",
        RequeuedRateLimit = "REQUEUED_RATE_LIMIT",
        SchedulingTimedOut = "SCHEDULING_TIMED_OUT",
        Assigned = "ASSIGNED",
        Started = "STARTED",
        Finished = "FINISHED",
        Failed = "FAILED",
        Retrying = "RETRYING",
        Cancelled = "CANCELLED",
        TimedOut = "TIMED_OUT",
        Reassigned = "REASSIGNED",
        SlotReleased = "SLOT_RELEASED",
        TimeoutRefreshed = "TIMEOUT_REFRESHED",
        RetriedByUser = "RETRIED_BY_USER",
        SentToWorker = "SENT_TO_WORKER",
        RateLimitError = "RATE_LIMIT_ERROR",
        Acknowledged = "ACKNOWLEDGED",
        Created = "CREATED",
        Queued = "QUEUED",
        Skipped = "SKIPPED",
        WaitingForBatch = "WAITING_FOR_BATCH",
        BatchFlushed = "BATCH_FLUSHED",
        CouldNotSendToWorker = "COULD_NOT_SEND_TO_WORKER",
        DurableEvicted = "DURABLE_EVICTED",
        DurableRestoring = "DURABLE_RESTORING",
    }
}

string_enum! {
    /// What a paused workflow does with runs that come due.
    pub enum PausedWorkflowRunQueueBehavior {
        Drop = "DROP",
        Queue = "QUEUE",
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
    /// Where in a list a page stands. What the numbers mean differs from list to list.
    #[snake_case]
    pub struct PaginationResponse {
        /// From 1; `offset / limit + 1`, past the end as well.
        pub current_page: Option<i64>,
        /// In the run list `current_page + 1` on the last page too: stop on a short page.
        pub next_page: Option<i64>,
        /// Counts at most 20,000 rows.
        pub num_pages: Option<i64>,
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
    /// A task, and a row of the run list.
    #[camel_case]
    pub struct V1TaskSummary {
        /// The contract requires it without saying what it is; no server has it.
        #[contract(Raw, Observed)]
        pub id: Option<Raw>,
        /// `<workflow>:<step>`; `""` in the run list.
        pub action_id: Option<String>,
        /// The caller's data, and keys of the engine's such as `traceparent` and `hatchet__…`. Any JSON types.
        pub additional_metadata: Option<AnyObject>,
        /// `retryCount + 1`.
        pub attempt: Option<i64>,
        /// The tasks of a DAG's row.
        pub children: Option<Vec<V1TaskSummary>>,
        /// In a run's tasks and GET task the year 1: use `taskInsertedAt`.
        #[note(ZeroTime)]
        pub created_at: DateTime,
        /// `<name>-<unix milliseconds>`.
        pub display_name: String,
        /// Milliseconds; only when both times are known.
        #[column(Duration)]
        #[note(SentinelDuration)]
        pub duration: Option<i64>,
        /// The worker's text; `""` means none.
        pub error_message: Option<String>,
        /// Absent when not yet.
        #[column(Finished)]
        #[note(ZeroTime)]
        pub finished_at: Option<DateTime>,
        /// The key by which a second trigger is refused, when one was claimed.
        pub idempotency_key: Option<String>,
        /// In the engine's envelope, but for GET task. `{}` in lists unless payloads are asked for.
        #[note(Wrapped(&ENVELOPE))]
        pub input: AnyObject,
        /// May it be evicted and restored?
        pub is_durable: Option<bool>,
        /// Is it a durable task that waits without a worker? Then `status` says `RUNNING`.
        pub is_evicted: Option<bool>,
        /// Id and time of creation.
        pub metadata: APIResourceMeta,
        /// How many runs it started; a real number in GET task alone, 0 elsewhere.
        pub num_spawned_children: i64,
        /// `{}` when there is none and when the real output is no object.
        pub output: AnyObject,
        /// The task that started this one.
        pub parent_task_external_id: Option<Uuid>,
        /// Only ever `true`: then input and output are `{}`.
        pub payloads_restricted: Option<bool>,
        /// From 0.
        pub retry_count: Option<i64>,
        /// Absent when not yet. The worker's clock.
        #[column(Started)]
        #[note(ZeroTime)]
        pub started_at: Option<DateTime>,
        /// How it stands.
        #[column(Status)]
        pub status: V1TaskStatus,
        /// The step it executes; the nil UUID for a DAG's row.
        pub step_id: Option<Uuid>,
        /// In the run list the run's id.
        pub task_external_id: Uuid,
        /// 0 for the row of a DAG.
        pub task_id: i64,
        /// When it was created.
        pub task_inserted_at: DateTime,
        /// Whose it is.
        pub tenant_id: Uuid,
        /// Not to be relied on.
        pub r#type: V1WorkflowType,
        /// GET task alone: the registered options, `{}` when unknown.
        pub workflow_config: Option<AnyObject>,
        /// What it executes.
        pub workflow_id: Uuid,
        /// Lists alone; may be `""`.
        pub workflow_name: Option<String>,
        /// Whose part it is; in a row of a run its own id.
        pub workflow_run_external_id: Uuid,
        /// Which version of the workflow.
        pub workflow_version_id: Option<Uuid>,
    }
}

object! {
    /// A page of the run list.
    #[camel_case]
    pub struct V1TaskSummaryList {
        /// Where in the list it stands.
        pub pagination: PaginationResponse,
        /// Newest first.
        pub rows: Rows<V1TaskSummary>,
    }
}

object! {
    /// Something that happened to a task.
    #[camel_case]
    pub struct V1TaskEvent {
        /// An identity of 64 bits; in no order.
        pub id: i64,
        /// The task's external id.
        pub task_id: Uuid,
        /// When it happened.
        pub timestamp: DateTime,
        /// What happened.
        pub event_type: V1TaskEventType,
        /// Mostly `""`.
        pub message: String,
        /// `""` means none.
        pub error_message: Option<String>,
        /// JSON text in a string, numbers exact and non-objects whole; `""` means none. Only on a run's events.
        pub output: Option<String>,
        /// The worker, where one is concerned.
        pub worker_id: Option<Uuid>,
        /// The name of the task.
        pub task_display_name: Option<String>,
        /// From 0.
        pub retry_count: Option<i64>,
        /// `retryCount + 1`.
        pub attempt: Option<i64>,
    }
}

object! {
    /// The events of a run or a task.
    #[camel_case]
    pub struct V1TaskEventList {
        /// `{}` for a run's.
        #[contract(Option<PaginationResponse>, Observed)]
        pub pagination: PaginationResponse,
        /// Newest first.
        #[contract(Option<Vec<V1TaskEvent>>, Observed)]
        pub rows: Vec<V1TaskEvent>,
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

object! {
    /// What a trigger takes. The server does not enforce what is required.
    #[camel_case]
    pub struct V1TriggerWorkflowRunRequest {
        /// The workflow's name. A name that does not exist is not refused.
        pub workflow_name: String,
        /// What the run is given. Numbers beyond 2^53 are rounded by the server: send them as strings.
        pub input: AnyObject,
        /// The caller's data; keys of the engine's are overwritten.
        pub additional_metadata: Option<AnyObject>,
        /// 1 (low, the default) to 3.
        pub priority: Option<i64>,
        /// Answer at once, with nothing but the id.
        #[name = "return_only_id"]
        pub return_only_id: Option<bool>,
    }
}

object! {
    /// Which runs and tasks to cancel or replay.
    #[camel_case]
    pub struct V1TaskFilter {
        /// Created at or after. Without it nothing is selected.
        pub since: DateTime,
        /// Created at or before.
        pub until: Option<DateTime>,
        /// In one of these.
        pub statuses: Option<Vec<V1TaskStatus>>,
        /// Of one of these workflows.
        pub workflow_ids: Option<Vec<Uuid>>,
        /// `key:value`.
        pub additional_metadata: Option<Vec<String>>,
    }
}

object! {
    /// What a cancel takes: ids or a filter.
    #[camel_case]
    pub struct V1CancelTaskRequest {
        /// Ids of runs or tasks.
        pub external_ids: Option<Vec<Uuid>>,
        /// Instead of ids.
        pub filter: Option<V1TaskFilter>,
    }
}

object! {
    /// What a replay takes: ids or a filter.
    #[camel_case]
    pub struct V1ReplayTaskRequest {
        /// Ids of runs or tasks.
        pub external_ids: Option<Vec<Uuid>>,
        /// Instead of ids.
        pub filter: Option<V1TaskFilter>,
    }
}

object! {
    /// The answer to a cancel: the ids as they were given, known or not.
    #[camel_case]
    pub struct V1CancelledTasks {
        /// What was asked for, not what was cancelled.
        pub ids: Option<Vec<Uuid>>,
    }
}

object! {
    /// The answer to a replay: ids of tasks, those that stay as they are included.
    #[camel_case]
    pub struct V1ReplayedTasks {
        /// What was asked for, resolved to tasks.
        pub ids: Option<Vec<Uuid>>,
    }
}

object! {
    /// One thing that a handler refused.
    #[snake_case]
    pub struct APIError {
        /// A code of Hatchet's.
        pub code: Option<i64>,
        /// The field it is about.
        pub field: Option<String>,
        /// What is wrong.
        pub description: String,
        /// Where to read about it.
        pub docs_link: Option<String>,
    }
}

object! {
    /// What a handler answers to a request that it refuses.
    #[snake_case]
    pub struct APIErrors {
        /// All that is wrong.
        pub errors: Vec<APIError>,
    }
}

object! {
    /// What anything before the handlers answers; not in the contract.
    #[snake_case]
    pub struct ErrorMessage {
        /// What is wrong.
        pub message: String,
    }
}

object! {
    /// A label of a workflow.
    #[camel_case]
    pub struct WorkflowTag {
        /// Its text.
        pub name: String,
        /// Its colour.
        pub color: String,
    }
}

object! {
    /// A workflow that a worker registered.
    #[camel_case]
    pub struct Workflow {
        /// Id and time of creation.
        pub metadata: APIResourceMeta,
        /// By which it is triggered.
        pub name: String,
        /// For people.
        pub description: Option<String>,
        /// Do its runs wait?
        pub is_paused: Option<bool>,
        /// What cron runs do while it is paused.
        pub paused_workflow_cron_run_queue_behavior: Option<PausedWorkflowRunQueueBehavior>,
        /// What scheduled runs do while it is paused.
        pub paused_workflow_scheduled_run_queue_behavior: Option<PausedWorkflowRunQueueBehavior>,
        /// Its versions.
        pub versions: Option<Raw>,
        /// Its labels.
        pub tags: Option<Vec<WorkflowTag>>,
        /// Its jobs.
        pub jobs: Option<Raw>,
        /// Whose it is; `""` in the list.
        pub tenant_id: String,
    }
}

object! {
    /// A page of the workflow list.
    #[camel_case]
    pub struct WorkflowList {
        /// Id and time of creation.
        pub metadata: Option<APIResourceMeta>,
        /// The workflows.
        pub rows: Option<Vec<Workflow>>,
        /// Where in the list it stands.
        pub pagination: Option<PaginationResponse>,
    }
}

object! {
    /// When a task was queued, started and finished.
    #[camel_case]
    pub struct V1TaskTiming {
        /// Id and time of creation.
        pub metadata: APIResourceMeta,
        /// How deep below the run, from 0.
        pub depth: i64,
        /// How it stands.
        pub status: V1TaskStatus,
        /// Its name.
        pub task_display_name: String,
        /// The task's external id.
        pub task_external_id: Uuid,
        /// An identity of 64 bits.
        pub task_id: i64,
        /// When it was created.
        pub task_inserted_at: DateTime,
        /// Whose it is.
        pub tenant_id: Uuid,
        /// The task that started it.
        pub parent_task_external_id: Option<Uuid>,
        /// Only ever `true`.
        pub is_evicted: Option<bool>,
        /// Absent when not yet.
        pub queued_at: Option<DateTime>,
        /// Absent when not yet.
        pub started_at: Option<DateTime>,
        /// Absent when not yet.
        pub finished_at: Option<DateTime>,
        /// The run it belongs to.
        pub workflow_run_id: Option<Uuid>,
        /// From 0.
        pub retry_count: Option<i64>,
        /// `retryCount + 1`.
        pub attempt: Option<i64>,
    }
}

object! {
    /// The timings of a run's tasks, depth first.
    #[camel_case]
    pub struct V1TaskTimingList {
        /// `{}`.
        pub pagination: PaginationResponse,
        /// `null` when there is none.
        #[contract(Vec<V1TaskTiming>, Source)]
        pub rows: Nullable<Vec<V1TaskTiming>>,
    }
}

object! {
    /// Which server answers.
    #[camel_case]
    pub struct ServerVersion {
        /// With a leading `v`.
        pub version: String,
    }
}

string_enum! {
    /// How grave a log line is.
    pub enum V1LogLineLevel {
        Debug = "DEBUG",
        Info = "INFO",
        Warn = "WARN",
        Error = "ERROR",
    }
}

object! {
    /// A line that a task wrote.
    #[camel_case]
    pub struct V1LogLine {
        /// When.
        pub created_at: DateTime,
        /// What.
        pub message: String,
        /// `{}` where the worker said nothing more.
        pub metadata: AnyObject,
        /// The task's external id.
        pub task_external_id: Option<Uuid>,
        /// Its name.
        pub task_display_name: Option<String>,
        /// From 0.
        pub retry_count: Option<i64>,
        /// `retryCount + 1`.
        pub attempt: Option<i64>,
        /// How grave it is.
        pub level: Option<V1LogLineLevel>,
    }
}

object! {
    /// Lines that tasks wrote.
    #[camel_case]
    pub struct V1LogLineList {
        /// All zeros: page by time.
        pub pagination: Option<PaginationResponse>,
        /// The lines.
        pub rows: Option<Vec<V1LogLine>>,
    }
}

object! {
    /// Of the running tasks.
    #[camel_case]
    pub struct RunningDetailCount {
        /// Put aside until something happens.
        pub evicted: i64,
        /// With a worker.
        pub on_worker: i64,
    }
}

object! {
    /// How many tasks have a status.
    #[camel_case]
    pub struct V1TaskRunMetric {
        /// The status.
        pub status: V1TaskStatus,
        /// How many.
        pub count: i64,
        /// With `RUNNING` alone.
        pub running_detail_count: Option<RunningDetailCount>,
    }
}

object! {
    /// How many tasks ended from one point in time to the next.
    #[camel_case]
    pub struct V1TaskPointMetric {
        /// From when on.
        pub time: DateTime,
        /// Completed.
        #[name = "SUCCEEDED"]
        pub succeeded: i64,
        /// Failed.
        #[name = "FAILED"]
        pub failed: i64,
    }
}
