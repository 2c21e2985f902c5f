//! Runs and their stages.
use super::Workflow;
use crate::describe::{DateTime, Number, Raw, Rows, Uuid};
use crate::object;

object! {
    /// A run. It has no word for how it stands: `terminated`, `error` and the stages tell.
    #[camel_case]
    pub struct WorkflowInstance {
        /// What it executes.
        #[name = "workflowID"]
        #[contract(String, Observed)]
        pub workflow_id: Uuid,
        /// In GET, in lists and in the answer to `wait=true`.
        pub workflow: Option<Workflow>,
        /// A UUID, or `<UUID>_<number>` when a trigger started it.
        #[column(Id)]
        pub id: String,
        /// In microseconds and UTC; in the answer to the run's POST in nanoseconds, with the server's own offset.
        #[column(Created)]
        pub created_at: DateTime,
        /// Equal to `createdAt`, whatever happens: no sign of a change.
        #[column(Updated)]
        pub updated_at: DateTime,
        /// Is it at an end?
        pub terminated: bool,
        /// Only when it is at an end.
        #[column(Finished)]
        pub terminated_at: Option<DateTime>,
        /// Its stages in no order, and only in GET and in the answer to `wait=true`.
        pub status: Option<Vec<StageStatus>>,
        /// Only when it failed; never `""`. The answer to `wait=true` leaves it out.
        pub error: Option<String>,
    }
}

object! {
    /// A stage of a run that began.
    #[camel_case]
    pub struct StageStatus {
        /// Its number, from 0. After an operator's reset a number may stand twice.
        #[contract(Number, Observed)]
        pub stage: i64,
        /// Whose stage it is.
        #[name = "instanceID"]
        pub instance_id: String,
        /// The pass over the stages; always sent. The same in all stages of a run that was not reset.
        #[name = "temporalRunID"]
        #[contract(Option<Raw>, Observed)]
        pub temporal_run_id: Option<Uuid>,
        /// The worker's clock.
        pub started_at: DateTime,
        /// Absent while it is open.
        pub terminated_at: Option<DateTime>,
        /// Only when it failed, and then perhaps `""`.
        pub error: Option<String>,
    }
}

object! {
    /// One run.
    #[camel_case]
    pub struct RunWorkflowResponse {
        /// The run.
        pub data: WorkflowInstance,
    }
}

object! {
    /// A page of the second version's lists.
    #[camel_case]
    pub struct InstanceCursor {
        /// Absent when the cursor was made by hand. At most 100, whatever was asked for.
        pub page_size: Option<i64>,
        /// Is there another page?
        #[contract(Option<bool>, Source)]
        pub has_more: bool,
        /// The cursor of the page before.
        pub previous: Option<String>,
        /// The cursor of the next page; absent on the last.
        pub next: Option<String>,
        /// In no order; rows that move while pages are read come twice or never.
        pub data: Rows<WorkflowInstance>,
    }
}

object! {
    /// A page of runs, second version.
    #[camel_case]
    pub struct ListRunsResponse {
        /// The page.
        pub cursor: InstanceCursor,
    }
}

object! {
    /// All runs, first version.
    #[camel_case]
    pub struct ListRunsResponseV1 {
        /// In no order.
        pub data: Rows<WorkflowInstance>,
    }
}

object! {
    /// What an event for a run takes.
    #[camel_case]
    pub struct SendEventRequest {
        /// What the run waits for.
        pub name: String,
    }
}
