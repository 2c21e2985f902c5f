//! Deliveries of webhooks.
use super::{Tags, Task, TaskId, WorkflowRunError, WorkflowRunLink, WorkflowRunStatus};
use crate::describe::{AnyObject, DateTime, NaiveDateTime, Nullable, Raw, Secret, Text, Uuid};
use crate::{object, string_enum};

string_enum! {
    /// What a delivery tells of.
    pub enum WebhookEventType {
        AuditLogCreated = "audit_log.created",
        WatchlistMonitorMatchesUpdated = "watchlist_monitor.matches_updated",
        WorkflowRunCompleted = "workflow_run.completed",
        WorkflowTaskStarted = "workflow_task.started",
        WorkflowTaskCompleted = "workflow_task.completed",
        CheckStarted = "check.started",
        CheckReopened = "check.reopened",
        CheckWithdrawn = "check.withdrawn",
        CheckCompleted = "check.completed",
        CheckFormCompleted = "check.form_completed",
        ReportWithdrawn = "report.withdrawn",
        ReportResumed = "report.resumed",
        ReportCancelled = "report.cancelled",
        ReportAwaitingApproval = "report.awaiting_approval",
        ReportCompleted = "report.completed",
        WorkflowTimelineFileCreated = "workflow_timeline_file.created",
        WorkflowRunEvidenceFolderCreated = "workflow_run_evidence_folder.created",
    }
}

string_enum! {
    /// What a delivery is about.
    pub enum WebhookEventResourceType {
        Check = "check",
        Report = "report",
        AuditLog = "audit_log",
        WorkflowRun = "workflow_run",
        WorkflowTask = "workflow_task",
        WatchlistMonitor = "watchlist_monitor",
        WorkflowTimelineFile = "workflow_timeline_file",
        WorkflowRunEvidenceFolder = "workflow_run_evidence_folder",
    }
}

string_enum! {
    /// How the object of a delivery stands: a run, a task, a report or a check.
    pub enum WebhookEventObjectStatus {
        Processing = "processing",
        AwaitingInput = "awaiting_input",
        AwaitingClientInput = "awaiting_client_input",
        Approved = "approved",
        Declined = "declined",
        Review = "review",
        Abandoned = "abandoned",
        Error = "error",
        Started = "started",
        Cancelled = "cancelled",
        Completed = "completed",
        AwaitingData = "awaiting_data",
        AwaitingApproval = "awaiting_approval",
        Complete = "complete",
        Withdrawn = "withdrawn",
        InProgress = "in_progress",
        AwaitingApplicant = "awaiting_applicant",
        Paused = "paused",
        Reopened = "reopened",
    }
}

object! {
    /// What a delivery is about, in short.
    #[snake_case]
    pub struct WebhookEventObject {
        /// Not always a UUID.
        pub id: String,
        /// The state, which a task's resource does not have.
        #[contract(Option<WebhookEventObjectStatus>, Policy)]
        pub status: Option<Nullable<WebhookEventObjectStatus>>,
        #[contract(Option<DateTime>, Inferred)]
        pub started_at_iso8601: Option<Nullable<NaiveDateTime>>,
        #[contract(Option<DateTime>, Inferred)]
        pub completed_at_iso8601: Option<Nullable<NaiveDateTime>>,
        /// Where it can be read.
        #[contract(Option<String>, Policy)]
        pub href: Option<Nullable<String>>,
        /// Of a task; not in the contract.
        #[contract(Option<Raw>, Source)]
        pub task_spec_id: Option<TaskId>,
        /// Of a task; not in the contract.
        #[contract(Option<Raw>, Source)]
        pub task_def_id: Option<TaskId>,
        /// The run that it is a part of; not in the contract.
        #[contract(Option<Raw>, Source)]
        pub workflow_run_id: Option<Uuid>,
    }
}

object! {
    /// A run in a delivery.
    #[snake_case]
    pub struct WorkflowRunResource {
        #[contract(Option<Uuid>, Source)]
        pub applicant_id: Uuid,
        #[contract(Option<Uuid>, Source)]
        pub workflow_id: Uuid,
        #[contract(Option<Vec<String>>, Policy)]
        pub tags: Option<Nullable<Tags>>,
        /// Absent in older deliveries.
        #[contract(Option<Text<0, 256>>, Policy)]
        pub customer_user_id: Option<Nullable<Text<0, 256>>>,
        #[contract(Option<WorkflowRunLink>, Policy)]
        pub link: Option<Nullable<WorkflowRunLink>>,
        #[contract(Option<DateTime>, Inferred)]
        pub created_at: Option<NaiveDateTime>,
        #[contract(Option<DateTime>, Inferred)]
        pub updated_at: Option<NaiveDateTime>,
        #[contract(Option<String>, Source)]
        pub id: Uuid,
        #[contract(Option<i64>, Policy)]
        pub workflow_version_id: Option<Nullable<i64>>,
        #[contract(Option<String>, Policy)]
        pub dashboard_url: Option<Nullable<String>>,
        /// How it stands.
        #[column(Status)]
        #[contract(Option<WebhookEventResourceStatus>, Policy)]
        pub status: Option<WorkflowRunStatus>,
        /// `null` until it is set, which may be never.
        #[contract(Option<Raw>, Source)]
        pub output: Option<Nullable<AnyObject>>,
        #[contract(Option<Vec<String>>, Policy)]
        pub reasons: Option<Nullable<Vec<String>>>,
        /// `null` unless the status is `error`.
        #[contract(Option<WorkflowRunError>, Source)]
        pub error: Option<Nullable<WorkflowRunError>>,
        /// `null`; not in the contract.
        #[note(Secret)]
        #[contract(Option<Raw>, Source)]
        pub sdk_token: Option<Nullable<Secret>>,
    }
}

string_enum! {
    /// How the resource of a delivery stands, by the contract.
    pub enum WebhookEventResourceStatus {
        Processing = "processing",
        AwaitingInput = "awaiting_input",
        AwaitingClientInput = "awaiting_client_input",
        Approved = "approved",
        Declined = "declined",
        Review = "review",
        Abandoned = "abandoned",
        Error = "error",
        Started = "started",
        Cancelled = "cancelled",
        Completed = "completed",
    }
}

object! {
    /// What a delivery is about, whatever that is.
    #[snake_case]
    pub struct WebhookEventResource {
        pub id: Option<String>,
        pub workflow_run_id: Option<Uuid>,
        /// Signed: whoever holds it may read the file.
        #[note(Secret)]
        #[contract(Option<Secret>, Policy)]
        pub timeline_file_download_url: Option<Nullable<Secret>>,
        #[contract(Option<DateTime>, Inferred)]
        pub created_at: Option<NaiveDateTime>,
        #[contract(Option<DateTime>, Inferred)]
        pub updated_at: Option<NaiveDateTime>,
    }
}

macro_rules! events {
    ($($(#[doc = $doc:literal])* $event:ident, $payload:ident: $resource:ty;)*) => {$(
        object! {
            $(#[doc = $doc])*
            #[snake_case]
            pub struct $payload {
                /// By contract the id stands here; no server has it.
                #[contract(Raw, Source)]
                pub resource_id: Option<Raw>,
                /// By contract the type of the event stands here; no server has it.
                #[contract(Raw, Source)]
                pub event: Option<Raw>,
                /// What kind of object it is about.
                pub resource_type: WebhookEventResourceType,
                /// What happened.
                #[contract(Option<WebhookEventType>, Source)]
                pub action: WebhookEventType,
                /// To what, in short.
                #[contract(Option<WebhookEventObject>, Source)]
                pub object: WebhookEventObject,
                /// To what, in full.
                pub resource: $resource,
            }
        }

        object! {
            /// The body of a delivery.
            #[snake_case]
            pub struct $event {
                /// What it tells.
                #[contract(Option<$payload>, Source)]
                pub payload: $payload,
            }
        }
    )*};
}

events! {
    /// A run ended.
    WorkflowRunEvent, WorkflowRunEventPayload: WorkflowRunResource;
    /// A task began or ended.
    WorkflowTaskEvent, WorkflowTaskEventPayload: Task;
    /// Something else happened: a file is there, a check or report moved.
    WebhookEvent, WebhookEventPayload: Option<WebhookEventResource>;
}
