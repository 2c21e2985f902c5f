//! What is asked for, and what is answered to that: triggers, cancels and replays.
use super::V1TaskStatus;
use crate::describe::{AnyObject, DateTime, Uuid};
use crate::object;

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
