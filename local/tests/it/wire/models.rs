//! What servers send and our client does not read, described as its own documents are.

use std::collections::BTreeMap;

use runward::describe::{AnyObject, DateTime, Nullable, Rows, Secret, Text, Uuid};
use runward::systems::hatchet::model::{APIResourceMeta, PaginationResponse, V1LogLine, V1TaskRunMetric, Workflow};
use runward::{object, string_enum};

object! {
    /// What a server of Hatchet can do.
    #[camel_case]
    pub struct Meta {
        pub allow_change_password: bool,
        pub allow_create_tenant: bool,
        pub allow_invites: bool,
        pub allow_signup: bool,
        pub auth: AnyObject,
        pub auth_disabled: bool,
        pub observability_enabled: bool,
        pub prometheus_server_enabled: bool,
        pub pylon_app_id: Text<0, 0>,
    }
}

/// A bare array of five.
pub type Metrics = Vec<V1TaskRunMetric>;

/// A bare array.
pub type Ids = Vec<Uuid>;

object! {
    /// The name of a run.
    #[camel_case]
    pub struct DisplayName {
        pub display_name: String,
        pub metadata: APIResourceMeta,
    }
}

object! {
    /// The names of runs.
    #[camel_case]
    pub struct DisplayNames {
        pub pagination: PaginationResponse,
        pub rows: Rows<DisplayName>,
    }
}

object! {
    /// Lines.
    #[camel_case]
    pub struct LogLines {
        pub pagination: PaginationResponse,
        pub rows: Rows<V1LogLine>,
    }
}

object! {
    /// A run to come.
    #[camel_case]
    pub struct ScheduledWorkflows {
        pub additional_metadata: AnyObject,
        pub input: AnyObject,
        pub metadata: APIResourceMeta,
        pub method: ScheduleMethod,
        pub priority: i64,
        pub tenant_id: Uuid,
        pub trigger_at: DateTime,
        pub workflow_id: Uuid,
        pub workflow_name: String,
        pub workflow_run_created_at: DateTime,
        pub workflow_run_name: String,
        pub workflow_run_id: Option<Uuid>,
        pub workflow_run_status: Option<String>,
        pub workflow_version_id: Uuid,
    }
}

string_enum! {
    /// Who asked for it.
    pub enum ScheduleMethod {
        Default = "DEFAULT",
        Api = "API",
    }
}

object! {
    /// How many runs an event started, by status.
    #[camel_case]
    pub struct EventRuns {
        pub cancelled: i64,
        pub failed: i64,
        pub queued: i64,
        pub running: i64,
        pub succeeded: i64,
    }
}

object! {
    /// An event.
    #[camel_case]
    pub struct V1Event {
        pub additional_metadata: Option<AnyObject>,
        pub key: String,
        pub metadata: APIResourceMeta,
        pub payload: AnyObject,
        pub seen_at: Option<DateTime>,
        pub tenant_id: Uuid,
        pub triggered_runs: Option<Vec<TriggeredRun>>,
        pub triggering_webhook_name: Option<String>,
        pub workflow_run_summary: EventRuns,
    }
}

object! {
    /// What a delivery made.
    #[camel_case]
    pub struct WebhookReceived {
        pub event: V1Event,
        pub message: String,
    }
}

object! {
    /// A token of OAuth, with its type.
    #[snake_case]
    pub struct FormanceToken {
        pub access_token: Secret,
        pub expires_in: i64,
        pub token_type: String,
    }
}

object! {
    /// How OAuth refuses.
    #[snake_case]
    pub struct OauthError {
        pub error: String,
    }
}

object! {
    /// Whether the service is well.
    #[snake_case]
    pub struct Health {
        pub default: String,
    }
}

object! {
    /// Where deliveries go.
    #[camel_case]
    pub struct Subscription {
        pub active: bool,
        pub created_at: DateTime,
        pub endpoint: String,
        pub event_types: Vec<String>,
        pub id: Uuid,
        pub name: Option<String>,
        pub secret: String,
        pub updated_at: DateTime,
    }
}

object! {
    /// One subscription.
    #[camel_case]
    pub struct SubscriptionAnswer {
        pub data: Subscription,
    }
}

object! {
    /// A page of subscriptions.
    #[camel_case]
    pub struct SubscriptionCursor {
        pub data: Vec<Subscription>,
        pub has_more: bool,
        pub page_size: Option<i64>,
    }
}

object! {
    /// All subscriptions.
    #[camel_case]
    pub struct Subscriptions {
        pub cursor: SubscriptionCursor,
    }
}

object! {
    /// A graph in its envelope.
    #[snake_case]
    pub struct Graph {
        pub response: AnyObject,
    }
}

object! {
    /// Whose token it is.
    #[snake_case]
    pub struct Principal {
        pub user_id: String,
    }
}

object! {
    /// What a durable task waits for.
    #[camel_case]
    pub struct WaitData {
        pub kind: String,
        pub sleep_duration_ms: i64,
    }
}

object! {
    /// A time that a durable task waited.
    #[camel_case]
    pub struct DurableEntry {
        pub branch_id: i64,
        pub inserted_at: DateTime,
        pub is_satisfied: bool,
        pub kind: String,
        pub node_id: i64,
        pub satisfied_at: Option<DateTime>,
        pub task_display_name: String,
        pub task_external_id: Uuid,
        pub wait_data: Option<Vec<WaitData>>,
    }
}

/// A bare array.
pub type DurableLog = Vec<DurableEntry>;

object! {
    /// Where a durable task is sent back to.
    #[camel_case]
    pub struct Branch {
        pub branch_id: i64,
        pub node_id: i64,
        pub task_external_id: Uuid,
    }
}

object! {
    /// Where tokens are.
    #[snake_case]
    pub struct Discovery {
        pub grant_types_supported: Vec<String>,
        pub issuer: String,
        pub scopes_supported: Vec<String>,
        pub token_endpoint: String,
        pub token_endpoint_auth_methods_supported: Vec<String>,
    }
}

object! {
    /// What Slack hears.
    #[snake_case]
    pub struct Challenge {
        pub challenge: String,
    }
}

object! {
    /// A pair of keys of meshX.
    #[snake_case]
    pub struct KeyPair {
        pub access_key_id: String,
        pub is_system: bool,
        pub secret_access_key: Secret,
    }
}

object! {
    /// What is allowed, and on what.
    #[snake_case]
    pub struct PermissionPair {
        pub action: String,
        pub resource: String,
    }
}

object! {
    /// What a call needs to be allowed to do.
    #[snake_case]
    pub struct PermissionRoute {
        pub logic_operator: String,
        pub methods: Vec<String>,
        pub path: String,
        pub permission_pairs: Vec<PermissionPair>,
        pub summary: Nullable<String>,
    }
}

object! {
    /// What all calls need to be allowed to do.
    #[snake_case]
    pub struct Permissions {
        pub routes: Vec<PermissionRoute>,
    }
}

object! {
    /// Whether meshX is well.
    #[snake_case]
    pub struct Status {
        pub status: String,
    }
}

object! {
    /// How many tasks ended in a while.
    #[camel_case]
    pub struct TaskPoint {
        pub time: DateTime,
        #[name = "SUCCEEDED"]
        pub succeeded: i64,
        #[name = "FAILED"]
        pub failed: i64,
    }
}

object! {
    /// Tasks by time.
    #[camel_case]
    pub struct TaskPoints {
        pub results: Vec<TaskPoint>,
    }
}

object! {
    /// How many lines were written in a while.
    #[camel_case]
    pub struct LogPoint {
        pub time: DateTime,
        #[name = "DEBUG"]
        pub debug: i64,
        #[name = "INFO"]
        pub info: i64,
        #[name = "WARN"]
        pub warn: i64,
        #[name = "ERROR"]
        pub error: i64,
    }
}

object! {
    /// Lines by time.
    #[camel_case]
    pub struct LogPoints {
        pub results: Vec<LogPoint>,
    }
}

object! {
    /// Events.
    #[camel_case]
    pub struct Events {
        pub pagination: PaginationResponse,
        pub rows: Rows<V1Event>,
    }
}

object! {
    /// Keys of events.
    #[camel_case]
    pub struct EventKeys {
        pub pagination: PaginationResponse,
        pub rows: Vec<String>,
    }
}

object! {
    /// A run that an event started.
    #[camel_case]
    pub struct TriggeredRun {
        pub workflow_run_id: Uuid,
    }
}

object! {
    /// A version of a workflow.
    #[camel_case]
    pub struct WorkflowVersion {
        pub metadata: APIResourceMeta,
        pub order: i64,
        pub version: String,
        pub workflow: Workflow,
        pub workflow_config: AnyObject,
        pub workflow_id: Text<0, 0>,
    }
}

object! {
    /// How many tasks wait, by what they do.
    #[camel_case]
    pub struct Queues {
        pub queues: BTreeMap<String, i64>,
    }
}

object! {
    /// A page of schedules.
    #[camel_case]
    pub struct Schedules {
        pub pagination: PaginationResponse,
        pub rows: Rows<ScheduledWorkflows>,
    }
}

object! {
    /// What could not be done.
    #[camel_case]
    pub struct PlanError {
        pub error: String,
        pub id: Option<Uuid>,
    }
}

object! {
    /// Schedules that were moved.
    #[camel_case]
    pub struct Updated {
        pub updated_ids: Vec<Uuid>,
        pub errors: Vec<PlanError>,
    }
}

object! {
    /// Schedules that were removed.
    #[camel_case]
    pub struct Deleted {
        pub deleted_ids: Vec<Uuid>,
        pub errors: Vec<PlanError>,
    }
}

object! {
    /// A run that was started by hand.
    #[camel_case]
    pub struct Started {
        pub external_id: Uuid,
    }
}

object! {
    /// A run that comes again and again.
    #[camel_case]
    pub struct CronWorkflows {
        pub additional_metadata: AnyObject,
        pub cron: String,
        pub enabled: bool,
        pub input: AnyObject,
        pub metadata: APIResourceMeta,
        pub method: ScheduleMethod,
        pub name: String,
        pub priority: i64,
        pub tenant_id: Uuid,
        pub workflow_id: Uuid,
        pub workflow_name: String,
        pub workflow_version_id: Uuid,
    }
}

object! {
    /// A page of crons.
    #[camel_case]
    pub struct Crons {
        pub pagination: PaginationResponse,
        pub rows: Rows<CronWorkflows>,
    }
}
