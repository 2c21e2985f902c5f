//! Workflows.
use super::{APIResourceMeta, PaginationResponse};
use crate::describe::Raw;
use crate::{object, string_enum};

string_enum! {
    /// What a paused workflow does with runs that come due.
    pub enum PausedWorkflowRunQueueBehavior {
        Drop = "DROP",
        Queue = "QUEUE",
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
