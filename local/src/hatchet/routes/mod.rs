//! Paths, credentials, and what each call does with both.

mod durable;
mod events;
mod list;
mod logs;
mod orders;
mod plans;
mod rest;
mod runs;
mod tasks;
mod workflows;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, Method, Response, header};
use axum::middleware::{self, Next};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use serde_json::json;
use uuid::Uuid;

use super::Hatchet;
use super::answer::{Refusal, finish, of_framework, ok, preflight};
use super::request::lenient_text;
use crate::faults::Faults;

pub use events::Deliveries;
pub use rest::Logins;

type App = State<Arc<Hatchet>>;

/// The version whose answers these are.
const VERSION: &str = "v0.104.7";

/// What is read of a body at most; above it the connection is closed rather than the memory filled.
const LARGEST_BODY: usize = 64 << 20;

/// The routes of the system.
pub fn router(hatchet: Arc<Hatchet>, faults: Arc<Faults>) -> Router {
    // The routes are one service inside, so that faults, preflights and headers stand outside of all of them.
    Router::new()
        .fallback_service(routes(hatchet))
        .layer(middleware::from_fn_with_state(faults, crate::faults::middleware))
        .layer(middleware::from_fn(preflights_and_heads))
        .layer(middleware::map_response(async |response| finish(response)))
}

fn routes(hatchet: Arc<Hatchet>) -> Router {
    const STABLE: &str = "/api/v1/stable";
    let run = |rest: &str| format!("{STABLE}/workflow-runs/{{run}}{rest}");
    let tenant = |rest: &str| format!("{STABLE}/tenants/{{tenant}}{rest}");
    let task = |rest: &str| format!("{STABLE}/tasks/{{task}}{rest}");
    Router::new()
        .route("/api/v1/version", get(version))
        .route("/api/v1/meta", get(meta))
        .route(&run(""), get(runs::get_run))
        .route(&run("/status"), get(runs::status))
        .route(&run("/task-events"), get(runs::run_events))
        .route(&run("/task-timings"), get(runs::timings))
        .route(&tenant("/workflow-runs"), get(list::list_runs))
        .route(&tenant("/workflow-runs/external-ids"), get(list::external_ids))
        .route(&tenant("/workflow-runs/display-names"), get(list::display_names))
        .route(&tenant("/workflow-runs/trigger"), post(orders::trigger))
        .route(&tenant("/task-metrics"), get(list::task_metrics))
        .route(&tenant("/tasks/cancel"), post(orders::cancel))
        .route(&tenant("/tasks/replay"), post(orders::replay))
        .route(&tenant("/task-point-metrics"), get(logs::task_points))
        .route(&tenant("/logs"), get(logs::of_tenant))
        .route(&tenant("/log-point-metrics"), get(logs::points))
        .route(&tenant("/traces"), get(rest::traces))
        .route(&tenant("/durable-tasks/{task}"), get(durable::log))
        .route(&tenant("/durable-tasks/branch"), post(durable::branch))
        .route(&tenant("/events"), get(events::list))
        .route(&tenant("/events/keys"), get(events::keys))
        .route(&tenant("/events/{event}"), get(events::get))
        .route(&tenant("/webhooks/{webhook}"), post(events::receive))
        .route(&task(""), get(tasks::get_task))
        .route(&task("/task-events"), get(tasks::task_events))
        .route(&task("/logs"), get(logs::of_task))
        .route(&task("/restore"), post(rest::restore))
        .route(&format!("{STABLE}/dags/tasks"), get(rest::dag_tasks))
        .merge(older())
        .fallback(unknown)
        .method_not_allowed_fallback(unknown)
        .layer(middleware::map_response(async |response| of_framework(response)))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(hatchet)
}

/// What still lives in the older part of the API, and what answers that it does not.
fn older() -> Router<Arc<Hatchet>> {
    let tenant = |rest: &str| format!("/api/v1/tenants/{{tenant}}{rest}");
    let schedule =
        get(plans::get_schedule).delete(plans::delete_schedule).patch(plans::move_schedule).post(plans::start_schedule);
    let cron = get(plans::get_cron).delete(plans::delete_cron).patch(plans::switch_cron).post(plans::start_cron);
    let workflow = get(workflows::get).patch(workflows::pause).delete(workflows::delete);
    let mut router = Router::new()
        .route("/api/v1/users/login", post(rest::login))
        .route(&tenant("/workflows"), get(workflows::list))
        .route("/api/v1/workflows/{workflow}", workflow)
        .route("/api/v1/workflows/{workflow}/versions", get(workflows::version))
        .route("/api/v1/workflows/{workflow}/metrics", get(rest::workflow_metrics))
        .route(&tenant("/workflows/{workflow}/scheduled"), post(plans::schedule))
        .route(&tenant("/workflows/{workflow}/crons"), post(plans::cron))
        .route(&tenant("/workflows/scheduled"), get(plans::schedules))
        .route(&tenant("/workflows/scheduled/bulk-delete"), post(plans::delete_several))
        .route(&tenant("/workflows/scheduled/bulk-update"), post(plans::update_several))
        .route(&tenant("/workflows/scheduled/{schedule}"), schedule)
        .route(&tenant("/workflows/crons"), get(plans::crons))
        .route(&tenant("/workflows/crons/{cron}"), cron)
        .route(&tenant("/step-run-queue-metrics"), get(rest::queue_metrics))
        .route(&tenant("/events"), post(rest::dead))
        .route(&tenant("/events/bulk"), post(rest::dead))
        .route("/api/v1/workflows/{workflow}/trigger", post(rest::dead));
    for path in ["/workflows/cancel", "/workflow-runs/replay"] {
        router = router.route(&tenant(path), post(rest::dead));
    }
    for path in ["/workflows/runs", "/workflows/runs/metrics", "/queue-metrics", "/webhook-workers"] {
        router = router.route(&tenant(path), get(rest::dead));
    }
    for path in ["/workflow-runs/{run}", "/workflow-runs/{run}/shape", "/workflow-runs/{run}/input"] {
        router = router.route(&tenant(path), get(rest::dead_run));
    }
    router
}

/// A path or a method that there is none of.
async fn unknown(State(hatchet): App) -> Refusal {
    if hatchet.manners().bare_refusals { Refusal::Bare } else { Refusal::not_found() }
}

async fn preflights_and_heads(request: Request, next: Next) -> Response<Body> {
    match *request.method() {
        Method::OPTIONS => preflight(request.headers()),
        Method::HEAD => Refusal::Bare.into_response(),
        _ => next.run(request).await,
    }
}

impl Hatchet {
    /// Whether the request carries a token of this tenant; the scheme is read as it stands, `bearer` is none.
    pub fn authorize(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = value.and_then(|value| value.strip_prefix("Bearer "));
        let is_ours = token.is_some_and(|token| self.keys.admits(token, &self.tenant, self.clock.now()));
        if is_ours { Ok(()) } else { Err(Refusal::Credentials) }
    }

    /// Looking up the resource comes before the credentials.
    pub fn authorize_tenant(&self, tenant: &str, headers: &HeaderMap) -> Result<(), Refusal> {
        let id = uuid_in(tenant).ok_or_else(|| Refusal::bad_request("invalid tenant id"))?;
        if id != self.tenant {
            return Err(Refusal::not_found());
        }
        self.authorize(headers)
    }
}

/// Also in upper case, without dashes, in braces or as a URN.
fn uuid_in(text: &str) -> Option<String> {
    Uuid::parse_str(text).ok().map(|id| id.to_string())
}

async fn version() -> Response<Body> {
    ok(&json!({"version": VERSION}))
}

async fn meta() -> Response<Body> {
    ok(&json!({
        "allowChangePassword": true, "allowCreateTenant": true, "allowInvites": true, "allowSignup": true,
        "auth": {"schemes": ["basic"]}, "authDisabled": false, "observabilityEnabled": false,
        "prometheusServerEnabled": false, "pylonAppId": "",
    }))
}

/// The body as text, when the request says that it is JSON.
fn json_text(headers: &HeaderMap, body: &[u8]) -> Result<String, Refusal> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match kind.split(';').next().unwrap_or_default().trim() {
        "application/json" => Ok(lenient_text(body)),
        // A form is taken and binds to nothing.
        "application/x-www-form-urlencoded" | "multipart/form-data" => Ok(String::new()),
        _ if body.is_empty() => Ok(String::new()),
        _ => Err(Refusal::Message(415, "Unsupported Media Type".into())),
    }
}
