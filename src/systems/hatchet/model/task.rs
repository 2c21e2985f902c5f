//! Tasks: the rows of every list, their events, timings, logs and counts.
use super::{APIResourceMeta, ENVELOPE, V1TaskStatus, V1WorkflowType};
use crate::describe::{AnyObject, DateTime, Nullable, Raw, Rows, Uuid};
use crate::{object, string_enum};

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
