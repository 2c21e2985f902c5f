//! Workflows.
use super::Stage;
use crate::describe::{AnyObject, DateTime, Nullable, Raw, Uuid};
use crate::object;

object! {
    /// A workflow.
    #[camel_case]
    pub struct Workflow {
        /// What it does.
        pub config: WorkflowConfig,
        /// Its id.
        #[contract(String, Observed)]
        pub id: Uuid,
        /// When it was created.
        pub created_at: DateTime,
        /// Equal to `createdAt`.
        pub updated_at: DateTime,
        /// `null`, or when it was deleted; always sent. A deleted workflow still runs.
        #[contract(Option<Raw>, Observed)]
        pub deleted_at: Option<Nullable<DateTime>>,
    }
}

object! {
    /// What a workflow does, and what its creation takes.
    #[camel_case]
    pub struct WorkflowConfig {
        /// `""` when it has none.
        pub name: Option<String>,
        /// `null` when it was created without any. Keys inside a stage come back sorted.
        #[contract(Vec<AnyObject>, Observed)]
        pub stages: Nullable<Vec<Stage>>,
    }
}

object! {
    /// One workflow.
    #[camel_case]
    pub struct GetWorkflowResponse {
        /// The workflow.
        pub data: Workflow,
    }
}

object! {
    /// A page of something.
    #[camel_case]
    pub struct WorkflowCursor {
        pub page_size: Option<i64>,
        #[contract(Option<bool>, Source)]
        pub has_more: bool,
        pub previous: Option<String>,
        pub next: Option<String>,
        /// Deleted workflows are left out.
        pub data: Vec<Workflow>,
    }
}

object! {
    /// A page of workflows, second version.
    #[camel_case]
    pub struct ListWorkflowsResponse {
        pub cursor: WorkflowCursor,
    }
}

object! {
    /// All workflows, first version.
    #[camel_case]
    pub struct ListWorkflowsResponseV1 {
        pub data: Vec<Workflow>,
    }
}
