//! Which answer has which shape, by route and status.

use runward::describe::{Value, Wire};
use runward::systems::formance::model as flows;
use runward::systems::hatchet::model as hatchet;
use runward::systems::meshx::model as mesh;
use runward::systems::onfido::model as studio;

use super::models as more;

/// What a body holds.
pub enum Shape {
    /// JSON of this description.
    Json(Value),
    /// `null`.
    Null,
    /// Nothing.
    Empty,
    /// A text, which this is.
    Text(&'static str),
    /// A file of this type.
    File(&'static str),
}

use Shape::{Empty, File, Json, Null, Text};

/// A method and a path with `*` for one part, a status, a shape. A route with a status may have several.
pub type Row = (&'static str, u16, Shape);

/// What the handlers answer.
pub const ROUTES: &[Row] = &[
    // Hatchet
    ("GET /hatchet/api/v1/version", 200, Json(hatchet::ServerVersion::VALUE)),
    ("GET /hatchet/api/v1/meta", 200, Json(more::Meta::VALUE)),
    ("GET /hatchet/api/v1/tenants/*/workflows", 200, Json(hatchet::WorkflowList::VALUE)),
    ("GET /hatchet/api/v1/stable/workflow-runs/*", 200, Json(hatchet::V1WorkflowRunDetails::VALUE)),
    ("GET /hatchet/api/v1/stable/workflow-runs/*/status", 200, Json(hatchet::V1TaskStatus::VALUE)),
    ("GET /hatchet/api/v1/stable/workflow-runs/*/task-events", 200, Json(hatchet::V1TaskEventList::VALUE)),
    ("GET /hatchet/api/v1/stable/workflow-runs/*/task-timings", 200, Json(hatchet::V1TaskTimingList::VALUE)),
    ("GET /hatchet/api/v1/stable/workflow-runs/*/task-timings", 400, Json(hatchet::APIErrors::VALUE)),
    ("GET /hatchet/api/v1/stable/tenants/*/workflow-runs", 200, Json(hatchet::V1TaskSummaryList::VALUE)),
    ("GET /hatchet/api/v1/stable/tenants/*/workflow-runs/external-ids", 200, Json(more::Ids::VALUE)),
    ("GET /hatchet/api/v1/stable/tenants/*/workflow-runs/external-ids", 200, Null),
    ("GET /hatchet/api/v1/stable/tenants/*/workflow-runs/display-names", 200, Json(more::DisplayNames::VALUE)),
    ("POST /hatchet/api/v1/stable/tenants/*/workflow-runs/trigger", 200, Json(hatchet::V1WorkflowRunDetails::VALUE)),
    ("POST /hatchet/api/v1/stable/tenants/*/workflow-runs/trigger", 200, Json(hatchet::V1WorkflowRunCreated::VALUE)),
    ("POST /hatchet/api/v1/stable/tenants/*/workflow-runs/trigger", 400, Json(hatchet::APIErrors::VALUE)),
    ("OPTIONS /hatchet/api/v1/stable/tenants/*/workflow-runs/trigger", 200, Empty),
    ("GET /hatchet/api/v1/stable/tenants/*/task-metrics", 200, Json(more::Metrics::VALUE)),
    ("POST /hatchet/api/v1/stable/tenants/*/tasks/cancel", 200, Json(hatchet::V1CancelledTasks::VALUE)),
    ("POST /hatchet/api/v1/stable/tenants/*/tasks/replay", 200, Json(hatchet::V1ReplayedTasks::VALUE)),
    ("GET /hatchet/api/v1/stable/tasks/*", 200, Json(hatchet::V1TaskSummary::VALUE)),
    ("GET /hatchet/api/v1/stable/tasks/*", 400, Json(hatchet::APIErrors::VALUE)),
    ("GET /hatchet/api/v1/stable/tasks/*/task-events", 200, Json(hatchet::V1TaskEventList::VALUE)),
    ("GET /hatchet/api/v1/stable/tasks/*/logs", 200, Json(more::LogLines::VALUE)),
    ("POST /hatchet/api/v1/tenants/*/workflows/*/scheduled", 200, Json(more::ScheduledWorkflows::VALUE)),
    ("GET /hatchet/api/v1/tenants/*/workflows/scheduled/*", 200, Json(more::ScheduledWorkflows::VALUE)),
    ("POST /hatchet/api/v1/stable/tenants/*/webhooks/*", 200, Json(more::WebhookReceived::VALUE)),
    ("POST /hatchet/api/v1/users/login", 400, Json(hatchet::APIErrors::VALUE)),
    ("POST /hatchet/api/v1/users/login", 429, Null),
    // Formance
    ("GET /formance/_info", 200, Json(flows::ServerInfo::VALUE)),
    ("GET /formance/_healthcheck", 200, Json(more::Health::VALUE)),
    ("GET /formance/workflows", 200, Json(flows::ListWorkflowsResponseV1::VALUE)),
    ("GET /formance/v2/workflows", 200, Json(flows::ListWorkflowsResponse::VALUE)),
    ("POST /formance/v2/workflows", 201, Json(flows::GetWorkflowResponse::VALUE)),
    ("GET /formance/v2/workflows/*", 200, Json(flows::GetWorkflowResponse::VALUE)),
    ("DELETE /formance/v2/workflows/*", 204, Empty),
    ("POST /formance/v2/workflows/*/instances", 201, Json(flows::RunWorkflowResponse::VALUE)),
    ("GET /formance/instances", 200, Json(flows::ListRunsResponseV1::VALUE)),
    ("GET /formance/v2/instances", 200, Json(flows::ListRunsResponse::VALUE)),
    ("GET /formance/instances/*", 200, Json(flows::RunWorkflowResponse::VALUE)),
    ("GET /formance/v2/instances/*", 200, Json(flows::RunWorkflowResponse::VALUE)),
    ("POST /formance/v2/instances/*/events", 204, Empty),
    ("PUT /formance/v2/instances/*/abort", 204, Empty),
    ("GET /formance/v2/instances/*/history", 200, Json(flows::GetWorkflowInstanceHistoryResponse::VALUE)),
    ("GET /formance/v2/instances/*/stages/*/history", 200, Json(flows::GetWorkflowInstanceHistoryStageResponse::VALUE)),
    ("GET /formance/v2/instances/*/stages/*/history", 404, Empty),
    ("GET /formance/v2/triggers", 200, Json(flows::ListTriggersResponse::VALUE)),
    ("POST /formance/v2/triggers", 201, Json(flows::ReadTriggerResponse::VALUE)),
    ("GET /formance/v2/triggers/*", 200, Json(flows::ReadTriggerResponse::VALUE)),
    ("DELETE /formance/v2/triggers/*", 204, Empty),
    ("GET /formance/v2/triggers/*/occurrences", 200, Json(flows::ListTriggersOccurrencesResponse::VALUE)),
    ("POST /formance/v2/triggers/*/test", 200, Json(flows::TestTriggerResponse::VALUE)),
    ("POST /formance/api/auth/oauth/token", 200, Json(more::FormanceToken::VALUE)),
    ("POST /formance/api/auth/oauth/token", 400, Json(more::OauthError::VALUE)),
    ("POST /formance/api/auth/oauth/token", 401, Json(more::OauthError::VALUE)),
    ("POST /formance/api/webhooks/configs", 200, Json(more::SubscriptionAnswer::VALUE)),
    ("GET /formance/api/webhooks/configs", 200, Json(more::Subscriptions::VALUE)),
    // Onfido
    ("POST /onfido/v3.6/workflow_runs", 201, Json(studio::WorkflowRun::VALUE)),
    ("GET /onfido/v3.6/workflow_runs", 200, Json(studio::WorkflowRuns::VALUE)),
    ("GET /onfido/v3.6/workflow_runs/*", 200, Json(studio::WorkflowRun::VALUE)),
    ("GET /onfido/v3.6/workflow_runs/*/tasks", 200, Json(studio::Tasks::VALUE)),
    ("GET /onfido/v3.6/workflow_runs/*/tasks/*", 200, Json(studio::Task::VALUE)),
    ("POST /onfido/v3.6/workflow_runs/*/tasks/*/complete", 200, Text("{}")),
    ("POST /onfido/v3.6/workflow_runs/*/timeline_file", 202, Json(studio::TimelineFileReference::VALUE)),
    ("GET /onfido/v3.6/workflow_runs/*/timeline_file/*", 302, Empty),
    ("GET /onfido/v3.6/workflow_runs/*/signed_evidence_file", 302, Empty),
    ("GET /onfido/v3.6/workflow_runs/*/evidence_folder", 302, Empty),
    ("GET /onfido/v3.6/qualified_electronic_signature/documents", 302, Empty),
    ("GET /onfido/v3.6/advanced_electronic_signature/documents", 302, Empty),
    ("GET /onfido/v3.6/simple_electronic_signature/documents", 302, Empty),
    ("GET /onfido/v3.6/webhooks", 200, Json(studio::WebhooksList::VALUE)),
    ("POST /onfido/v3.6/webhooks", 201, Json(studio::Webhook::VALUE)),
    ("GET /onfido/v3.6/webhooks/*", 200, Json(studio::Webhook::VALUE)),
    ("PUT /onfido/v3.6/webhooks/*", 200, Json(studio::Webhook::VALUE)),
    ("DELETE /onfido/v3.6/webhooks/*", 204, Empty),
    ("POST /onfido/v3.6/oauth/token", 200, Json(studio::AccessToken::VALUE)),
    ("GET /timeline_file/*", 200, File("application/pdf")),
    ("GET /signed_evidence_file/*", 200, File("application/pdf")),
    ("GET /signed_evidence_file/*", 400, File("text/plain")),
    ("GET /signed_evidence_file/*", 403, File("text/plain")),
    ("GET /evidence_folder/*", 200, File("application/zip")),
    ("GET /evidence_folder/*", 403, File("text/plain")),
    // meshX
    ("POST /meshx/api/data/orchestrator_workflow", 200, Json(mesh::OrchestratorWorkflow::VALUE)),
    ("GET /meshx/api/data/orchestrator_workflow", 200, Json(mesh::OrchestratorWorkflow::VALUE)),
    ("PUT /meshx/api/data/orchestrator_workflow", 200, Json(mesh::OrchestratorWorkflow::VALUE)),
    ("DELETE /meshx/api/data/orchestrator_workflow", 200, Json(mesh::OrchestratorWorkflow::VALUE)),
    ("GET /meshx/api/data/orchestrator_workflow/list", 200, Json(mesh::OrchestratorWorkflows::VALUE)),
    ("GET /meshx/api/data/orchestrator_workflow/graph", 200, Json(more::Graph::VALUE)),
    ("GET /meshx/api/data/data_product/list", 200, Json(mesh::DataProducts::VALUE)),
    ("GET /meshx/api/data/compute", 200, Json(mesh::ComputeResponse::VALUE)),
    ("GET /meshx/api/data/compute/log", 200, Json(mesh::ComputeLog::VALUE)),
    ("GET /meshx/api/.well-known/error_codes", 200, Json(mesh::ErrorCodes::VALUE)),
    ("GET /meshx/api/iam/principal/user", 200, Json(more::Principal::VALUE)),
    ("POST /meshx/api/iam/login", 200, Json(mesh::Token::VALUE)),
    ("POST /meshx/api/iam/refresh", 200, Json(mesh::Token::VALUE)),
    ("POST /meshx/api/iam/logout", 200, Text("{}")),
    ("GET /meshx/api/.well-known/status", 200, Json(more::Status::VALUE)),
];

/// What stands before all handlers: `**` is any path that some row above has, with any method; with `?` in front a path
/// that no row has.
pub const REFUSALS: &[Row] = &[
    ("/hatchet/**", 400, Json(hatchet::ErrorMessage::VALUE)),
    ("/hatchet/**", 403, Json(hatchet::ErrorMessage::VALUE)),
    ("/hatchet/**", 403, Null),
    ("/hatchet/**", 403, Empty),
    ("/hatchet/**", 404, Json(hatchet::ErrorMessage::VALUE)),
    ("/hatchet/**", 415, Json(hatchet::ErrorMessage::VALUE)),
    ("/hatchet/**", 500, Json(hatchet::ErrorMessage::VALUE)),
    ("?/hatchet/**", 403, Null),
    ("/formance/**", 400, Json(flows::ErrorResponse::VALUE)),
    ("/formance/**", 401, Empty),
    ("/formance/**", 404, Json(flows::ErrorResponse::VALUE)),
    ("/formance/**", 405, Empty),
    ("/formance/**", 500, Json(flows::ErrorResponse::VALUE)),
    ("?/formance/**", 404, Text("404 page not found\n")),
    ("?/formance/**", 404, Text("Not Found")),
    ("/onfido/**", 400, Json(studio::Error::VALUE)),
    ("/onfido/**", 401, Json(studio::Error::VALUE)),
    ("/onfido/**", 404, Json(studio::Error::VALUE)),
    ("/onfido/**", 422, Json(studio::Error::VALUE)),
    ("?/onfido/**", 404, Json(studio::Error::VALUE)),
    ("/meshx/**", 401, Json(mesh::HTTPValidationError::VALUE)),
    ("/meshx/**", 403, Json(mesh::HTTPValidationError::VALUE)),
    ("/meshx/**", 404, Json(mesh::HTTPValidationError::VALUE)),
    ("/meshx/**", 404, Json(mesh::Problem::VALUE)),
    ("/meshx/**", 422, Json(mesh::HTTPValidationError::VALUE)),
    ("/meshx/**", 422, Json(mesh::Problem::VALUE)),
    ("?/meshx/**", 404, Json(mesh::HTTPValidationError::VALUE)),
];

/// What webhooks hold.
pub const DELIVERIES: &[(&str, Value)] = &[
    ("formance", flows::PublishedEvent::VALUE),
    ("onfido workflow_run.", studio::WorkflowRunEvent::VALUE),
    ("onfido workflow_task.", studio::WorkflowTaskEvent::VALUE),
    ("onfido workflow_run_evidence_folder.", studio::WebhookEvent::VALUE),
];
