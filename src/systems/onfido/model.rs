//! What Onfido Studio sends and takes, field by field.
//!
//! Its contract declares hardly any `null`, and rejects every real body. So whatever it does not require may be absent or
//! `null` here: seen in official tests and signed bodies for some members, our policy for the others.
use crate::describe::{AnyObject, AtMost, DateTime, NaiveDateTime, Nullable, Raw, Rows, Secret, Text, Uuid};
use crate::{object, string_enum, union};

/// A string that is not empty; by contract of `0-9`, `a-z`, `_` and `-`.
pub type TaskId = Text<1, { u32::MAX }>;

/// At most 30 labels.
pub type Tags = AtMost<30, Text<1, 128>>;

string_enum! {
    /// The status of a run. Nothing is published of the steps between them.
    pub enum WorkflowRunStatus {
        Processing = "processing",
        AwaitingInput = "awaiting_input",
        AwaitingClientInput = "awaiting_client_input",
        Approved = "approved",
        Declined = "declined",
        Review = "review",
        Abandoned = "abandoned",
        Error = "error",
    }
}

string_enum! {
    /// The languages that the contract lists; servers take and send others, such as `en` and `en_GB`.
    pub enum LinkLanguage {
        EnUs = "en_US",
        DeDe = "de_DE",
        EsEs = "es_ES",
        FrFr = "fr_FR",
        ItIt = "it_IT",
        PtPt = "pt_PT",
        NlNl = "nl_NL",
    }
}

object! {
    /// What went wrong in a run.
    #[snake_case]
    pub struct WorkflowRunError {
        /// In a word; no list of them is published.
        #[contract(Option<String>, Policy)]
        pub r#type: Option<Nullable<String>>,
        /// In a sentence.
        #[contract(Option<String>, Policy)]
        pub message: Option<Nullable<String>>,
    }
}

object! {
    /// The page on which the applicant goes on.
    #[snake_case]
    pub struct WorkflowRunLink {
        /// Lets whoever holds it go on in the applicant's place.
        #[note(Secret)]
        #[contract(Option<Secret>, Policy)]
        pub url: Option<Nullable<Secret>>,
        /// Where to go at the end.
        pub completed_redirect_url: Option<Nullable<String>>,
        /// Where to go when it has expired.
        pub expired_redirect_url: Option<Nullable<String>>,
        /// When it expires; `null` when that was not set.
        #[contract(Option<Nullable<DateTime>>, Inferred)]
        pub expires_at: Option<Nullable<NaiveDateTime>>,
        /// The contract calls it nullable, and then lists words without `null`; real ones are `null` and other words.
        #[contract(Option<LinkLanguage>, Source)]
        pub language: Option<Nullable<String>>,
    }
}

object! {
    /// A run.
    #[snake_case]
    pub struct WorkflowRun {
        /// Whom it is about.
        pub applicant_id: Uuid,
        /// What it executes.
        pub workflow_id: Uuid,
        /// `[]` when there are none.
        pub tags: Option<Nullable<Tags>>,
        /// The caller's name for the applicant; not `null` even when none was given.
        #[contract(Option<Text<0, 256>>, Policy)]
        pub customer_user_id: Option<Nullable<Text<0, 256>>>,
        /// Where the applicant goes on.
        #[contract(Option<WorkflowRunLink>, Policy)]
        pub link: Option<Nullable<WorkflowRunLink>>,
        /// When it was created, in seconds.
        #[column(Created)]
        #[contract(Option<DateTime>, Inferred)]
        pub created_at: Option<NaiveDateTime>,
        /// When it last changed, in seconds; may be `created_at` at the end.
        #[column(Updated)]
        #[contract(Option<DateTime>, Inferred)]
        pub updated_at: Option<NaiveDateTime>,
        /// Its id.
        #[column(Id)]
        pub id: Uuid,
        /// Which version of the workflow.
        #[contract(Option<i64>, Policy)]
        pub workflow_version_id: Option<Nullable<i64>>,
        /// Where a person can look at it.
        #[contract(Option<String>, Policy)]
        pub dashboard_url: Option<Nullable<String>>,
        /// How it stands.
        #[column(Status)]
        pub status: Option<WorkflowRunStatus>,
        /// `null` until it is set, which may be never. Its keys are the workflow's.
        #[contract(Option<AnyObject>, Source)]
        pub output: Option<Nullable<AnyObject>>,
        /// Why it ended as it did; `[]` when nothing is said.
        #[contract(Option<Vec<String>>, Policy)]
        pub reasons: Option<Nullable<Vec<String>>>,
        /// `null` unless the status is `error`.
        #[contract(Option<WorkflowRunError>, Source)]
        pub error: Option<Nullable<WorkflowRunError>>,
        /// Lets whoever holds it go on in the applicant's place, for five weeks; `null` in deliveries.
        #[note(Secret)]
        pub sdk_token: Option<Nullable<Secret>>,
    }
}

object! {
    /// What the applicant's page takes.
    #[snake_case]
    pub struct WorkflowRunLinkBuilder {
        pub completed_redirect_url: Option<Nullable<String>>,
        pub expired_redirect_url: Option<Nullable<String>>,
        pub expires_at: Option<Nullable<DateTime>>,
        #[contract(Option<LinkLanguage>, Inferred)]
        pub language: Option<Nullable<String>>,
    }
}

object! {
    /// What the creation of a run takes.
    #[snake_case]
    pub struct WorkflowRunBuilder {
        pub applicant_id: Uuid,
        pub workflow_id: Uuid,
        pub tags: Option<Nullable<Tags>>,
        pub customer_user_id: Option<Text<0, 256>>,
        pub link: Option<WorkflowRunLinkBuilder>,
        /// The values that the workflow asks for.
        pub custom_data: Option<AnyObject>,
    }
}

object! {
    /// A part of a run. It says nothing of how it stands.
    #[snake_case]
    pub struct Task {
        /// Its name, which is unique in its run.
        #[contract(Option<TaskId>, Source)]
        pub id: TaskId,
        /// Whose part it is.
        #[contract(Option<Uuid>, Source)]
        pub workflow_run_id: Uuid,
        /// What it executes.
        #[contract(Option<TaskId>, Source)]
        pub task_def_id: TaskId,
        pub task_def_version: Option<Nullable<String>>,
        /// What it was given.
        #[contract(Option<AnyObject>, Policy)]
        pub input: Option<Nullable<AnyObject>>,
        /// Anything; `null` while it is going on, when it failed, and in other cases.
        pub output: Option<Raw>,
        #[contract(Option<DateTime>, Inferred)]
        pub created_at: Option<NaiveDateTime>,
        #[contract(Option<DateTime>, Inferred)]
        pub updated_at: Option<NaiveDateTime>,
    }
}

object! {
    /// A part of a run in the list of its parts.
    #[snake_case]
    pub struct TaskItem {
        /// Its name, which is unique in its run.
        #[contract(Option<TaskId>, Source)]
        pub id: TaskId,
        /// Whose part it is.
        #[contract(Option<Uuid>, Source)]
        pub workflow_run_id: Uuid,
        /// What it executes.
        #[contract(Option<TaskId>, Source)]
        pub task_def_id: TaskId,
        pub task_def_version: Option<Nullable<String>>,
        #[contract(Option<DateTime>, Inferred)]
        pub created_at: Option<NaiveDateTime>,
        #[contract(Option<DateTime>, Inferred)]
        pub updated_at: Option<NaiveDateTime>,
    }
}

union! {
    /// What a task that waits for the client is given.
    pub enum CompleteTaskData { Members(AnyObject), Items(Vec<Raw>) }
}

object! {
    /// What the completion of a task takes. The answer is `{}`.
    #[snake_case]
    pub struct CompleteTaskBuilder {
        pub data: CompleteTaskData,
    }
}

object! {
    /// A timeline file that will be there.
    #[snake_case]
    pub struct TimelineFileReference {
        /// Its id.
        pub workflow_timeline_file_id: Uuid,
        /// Where it will be.
        pub href: String,
    }
}

union! {
    /// What is wrong with the fields of a request: by name, or as a sentence.
    pub enum ErrorFields { Members(AnyObject), Text(String) }
}

object! {
    /// Why a request was refused.
    #[snake_case]
    pub struct ErrorProperties {
        /// Of older answers.
        #[contract(Option<Raw>, Source)]
        pub id: Option<Nullable<String>>,
        /// In a word, such as `validation_error`.
        #[contract(Option<String>, Policy)]
        pub r#type: Option<Nullable<String>>,
        /// In a sentence.
        #[contract(Option<String>, Policy)]
        pub message: Option<Nullable<String>>,
        /// By field.
        #[contract(Option<AnyObject>, Source)]
        pub fields: Option<Nullable<ErrorFields>>,
    }
}

object! {
    /// What a request that is refused answers, if it answers JSON at all.
    #[snake_case]
    pub struct Error {
        /// Not always there.
        pub error: Option<ErrorProperties>,
    }
}

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

object! {
    /// Where deliveries go.
    #[snake_case]
    pub struct Webhook {
        pub id: Uuid,
        #[contract(Option<String>, Policy)]
        pub name: Option<Nullable<String>>,
        /// Must be https.
        #[contract(Option<String>, Policy)]
        pub url: Option<Nullable<String>>,
        /// Signs the deliveries.
        #[note(Secret)]
        #[contract(Option<Secret>, Policy)]
        pub token: Option<Nullable<Secret>>,
        #[contract(Option<String>, Policy)]
        pub href: Option<Nullable<String>>,
        #[contract(Option<bool>, Policy)]
        pub enabled: Option<Nullable<bool>>,
        #[contract(Option<Vec<WebhookEventType>>, Policy)]
        pub events: Option<Nullable<Vec<WebhookEventType>>>,
        /// `sandbox` and `live`.
        #[contract(Option<Vec<String>>, Policy)]
        pub environments: Option<Nullable<Vec<String>>>,
        /// 3 in samples.
        #[contract(Option<i64>, Policy)]
        pub payload_version: Option<Nullable<i64>>,
        #[contract(Option<bool>, Source)]
        pub oauth_enabled: Option<Nullable<bool>>,
        #[contract(Option<String>, Source)]
        pub oauth_server_url: Option<Nullable<String>>,
        #[contract(Option<String>, Source)]
        pub oauth_server_client_id: Option<Nullable<String>>,
        #[note(Secret)]
        #[contract(Option<Secret>, Source)]
        pub oauth_server_client_secret: Option<Nullable<Secret>>,
        #[contract(Option<String>, Source)]
        pub oauth_server_scope: Option<Nullable<String>>,
    }
}

object! {
    /// What the creation and the update of a webhook take. Creation needs the `url`.
    #[snake_case]
    pub struct WebhookBuilder {
        pub name: Option<String>,
        pub url: Option<String>,
        pub enabled: Option<bool>,
        /// All when absent.
        pub events: Option<Vec<WebhookEventType>>,
        /// Both when absent.
        pub environments: Option<Vec<String>>,
        pub payload_version: Option<i64>,
        pub oauth_enabled: Option<bool>,
        pub oauth_server_url: Option<String>,
        pub oauth_server_client_id: Option<String>,
        #[note(Secret)]
        pub oauth_server_client_secret: Option<Secret>,
        pub oauth_server_scope: Option<String>,
    }
}

object! {
    /// All webhooks.
    #[snake_case]
    pub struct WebhooksList {
        pub webhooks: Vec<Webhook>,
    }
}

object! {
    /// A delivery to send again.
    #[snake_case]
    pub struct WebhooksResendItem {
        pub resource_id: Uuid,
        pub event: WebhookEventType,
    }
}

object! {
    /// Deliveries to send again.
    #[snake_case]
    pub struct WebhookResend {
        pub data: Option<Vec<WebhooksResendItem>>,
    }
}

object! {
    /// An access token.
    #[snake_case]
    pub struct AccessToken {
        #[note(Secret)]
        pub access_token: Secret,
        /// Seconds.
        pub expires_in: Option<i64>,
    }
}

/// A page of runs: a bare array.
pub type WorkflowRuns = Rows<WorkflowRun>;

/// The parts of a run that have begun: a bare array.
pub type Tasks = Vec<TaskItem>;
