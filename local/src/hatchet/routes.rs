//! Paths, credentials, and what each call does with both.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, RawQuery, Request, State};
use axum::http::{HeaderMap, Method, Response, header};
use axum::middleware::{self, Next};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use serde_json::{Value, json};
use uuid::Uuid;

use super::answer::{Answer, Refusal, finish, ok, preflight};
use super::create::{self, Wish};
use super::list::{self, Filter, Rows};
use super::orders::{self, Target};
use super::query::{Query, date};
use super::request::{Body as Json, holds_nul, lenient_text};
use super::view::{RunRead, TaskRead};
use super::{Hatchet, shapes, time};
use crate::clock::Micros;
use crate::faults::Faults;
use crate::{Error, blocking};

type App = State<Arc<Hatchet>>;

/// The version whose answers these are.
const VERSION: &str = "v0.104.7";

/// The internal hop takes no more than this.
const LARGEST_MESSAGE: usize = 4 << 20;

/// What is read of a body at most; above it the connection is closed rather than the memory filled.
const LARGEST_BODY: usize = 64 << 20;

/// A full trigger looks into the read store so often, a second apart.
const LOOKS: u32 = 10;
const BETWEEN_LOOKS: Micros = 1_000_000;

/// A replay sleeps between its batches, also after the only one.
const REPLAY_TAKES: Micros = 200_000;

/// In stepped time a wait ends after this long in real time, so that nothing hangs.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

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
    Router::new()
        .route("/api/v1/version", get(version))
        .route("/api/v1/meta", get(meta))
        .route("/api/v1/tenants/{tenant}/workflows", get(workflows))
        .route(&run(""), get(get_run))
        .route(&run("/status"), get(status))
        .route(&run("/task-events"), get(run_events))
        .route(&run("/task-timings"), get(timings))
        .route(&tenant("/workflow-runs"), get(list_runs))
        .route(&tenant("/workflow-runs/external-ids"), get(external_ids))
        .route(&tenant("/workflow-runs/display-names"), get(display_names))
        .route(&tenant("/workflow-runs/trigger"), post(trigger))
        .route(&tenant("/task-metrics"), get(task_metrics))
        .route(&tenant("/tasks/cancel"), post(cancel))
        .route(&tenant("/tasks/replay"), post(replay))
        .route(&format!("{STABLE}/tasks/{{task}}"), get(get_task))
        .route(&format!("{STABLE}/tasks/{{task}}/task-events"), get(task_events))
        .fallback(|| async { Refusal::Bare })
        .method_not_allowed_fallback(|| async { Refusal::Bare })
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(hatchet)
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
    fn authorize(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = value.and_then(|value| value.strip_prefix("Bearer "));
        let is_ours = token.is_some_and(|token| self.keys.admits(token, &self.tenant, self.clock.now()));
        if is_ours { Ok(()) } else { Err(Refusal::Credentials) }
    }

    /// Looking up the resource comes before the credentials.
    fn authorize_tenant(&self, tenant: &str, headers: &HeaderMap) -> Result<(), Refusal> {
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

/// The run of the path, which must exist before the credentials count.
async fn known_run(hatchet: &Arc<Hatchet>, run: &str, headers: &HeaderMap) -> Result<RunRead, Refusal> {
    let id = uuid_in(run).ok_or_else(|| Refusal::bad_request("invalid workflow run id"))?;
    let read = blocking(hatchet, move |hatchet| hatchet.database.read(|db| RunRead::find(db, &id))).await?;
    let read = read.ok_or_else(Refusal::not_found)?;
    hatchet.authorize(headers)?;
    Ok(read)
}

async fn get_run(State(hatchet): App, Path(run): Path<String>, headers: HeaderMap) -> Answer {
    let read = known_run(&hatchet, &run, &headers).await?;
    Ok(ok(&hatchet.details(&read)?))
}

async fn status(State(hatchet): App, Path(run): Path<String>, headers: HeaderMap) -> Answer {
    let read = known_run(&hatchet, &run, &headers).await?;
    Ok(ok(&Value::from(super::kind::on_wire(&read.status))))
}

async fn run_events(State(hatchet): App, Path(run): Path<String>, headers: HeaderMap) -> Answer {
    let read = known_run(&hatchet, &run, &headers).await?;
    let events = if read.run.is_dag { read.events() } else { Vec::new() };
    let rows: Vec<Value> = events.into_iter().map(|(task, event)| shapes::run_event(task, event)).collect();
    Ok(ok(&json!({"pagination": {}, "rows": rows})))
}

async fn timings(
    State(hatchet): App,
    Path(run): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    let read = known_run(&hatchet, &run, &headers).await?;
    let depth = Query::parse(query.as_deref()).integer("depth")?.unwrap_or(0);
    if !(0..=10).contains(&depth) {
        return Err(Refusal::Described(400, "depth must be less than or equal to 10".into()));
    }
    Ok(ok(&hatchet.timings(&read)))
}

/// The task of the path, its run, and how many runs it spawned.
async fn known_task(
    hatchet: &Arc<Hatchet>,
    task: &str,
    headers: &HeaderMap,
) -> Result<(RunRead, TaskRead, i64), Refusal> {
    let id = uuid_in(task).ok_or_else(|| Refusal::bad_request("invalid task id"))?;
    let found = blocking(hatchet, move |hatchet| {
        hatchet.database.read(|db| {
            let Some(task) = TaskRead::find(db, &id)? else { return Ok(None) };
            let sql = "SELECT count(*) FROM hatchet_read_run WHERE parent = ?";
            let spawned = db.prepare_cached(sql)?.query_row([&id], |row| row.get(0))?;
            Ok(Some((RunRead::load(db, task.task.run)?, task, spawned)))
        })
    });
    let found = found.await?.ok_or_else(Refusal::not_found)?;
    hatchet.authorize(headers)?;
    Ok(found)
}

async fn get_task(
    State(hatchet): App,
    Path(task): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    let (read, task, spawned) = known_task(&hatchet, &task, &headers).await?;
    let task = match Query::parse(query.as_deref()).integer("attempt")? {
        Some(attempt) if attempt < 1 => {
            return Err(Refusal::Described(400, "Attempt must be greater than 0".into()));
        }
        Some(attempt) => task.at_attempt(attempt - 1).ok_or_else(Refusal::internal)?,
        None => task.recomputed(),
    };
    Ok(ok(&hatchet.single_task(&read, &task, spawned)?))
}

/// Without a limit there are no rows.
async fn task_events(
    State(hatchet): App,
    Path(task): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    let (_, task, _) = known_task(&hatchet, &task, &headers).await?;
    let query = Query::parse(query.as_deref());
    let limit = usize::try_from(query.integer("limit")?.unwrap_or(0)).map_err(|_| Refusal::internal())?;
    let offset = usize::try_from(query.integer("offset")?.unwrap_or(0)).map_err(|_| Refusal::internal())?;
    let mut events: Vec<_> = task.events.iter().collect();
    events.sort_by_key(|event| (-event.at, -event.id));
    let rows: Vec<Value> =
        events.into_iter().skip(offset).take(limit).map(|event| shapes::task_event(&task, event)).collect();
    Ok(ok(&json!({"pagination": {}, "rows": rows})))
}

fn filter(hatchet: &Hatchet, query: &Query) -> Result<Filter, Refusal> {
    let workflows = hatchet.workflows();
    query.filter(|id| workflow_name(&workflows, id))
}

/// The name of the workflow of that id; an unknown id is a name that nothing has.
fn workflow_name(workflows: &[Arc<super::Registered>], id: &str) -> String {
    let found = workflows.iter().find(|workflow| workflow.id == id);
    found.map_or_else(|| format!("unknown {id}"), |workflow| workflow.workflow.name.clone())
}

async fn list_runs(
    State(hatchet): App,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    hatchet.authorize_tenant(&tenant, &headers)?;
    let query = Query::parse(query.as_deref());
    let Some(only_tasks) = query.flag("only_tasks")? else {
        let message = "Query argument only_tasks is required, but not found";
        return Err(Refusal::bad_request(message));
    };
    let rows = if only_tasks { Rows::Tasks } else { Rows::Runs };
    let payloads = query.flag("include_payloads")?.unwrap_or(false);
    let filter = filter(&hatchet, &query)?;
    let (limit, offset) = (query.integer("limit")?.unwrap_or(50), query.integer("offset")?.unwrap_or(0));
    // A limit of zero is a division by zero on the server.
    if limit <= 0 || offset < 0 || limit == i64::MAX {
        return Err(Refusal::internal());
    }
    let page = blocking(&hatchet, move |hatchet| page(hatchet, &filter, rows, offset, limit, payloads)).await?;
    Ok(ok(&page))
}

fn page(
    hatchet: &Hatchet,
    filter: &Filter,
    rows: Rows,
    offset: i64,
    limit: i64,
    payloads: bool,
) -> Result<Value, Error> {
    hatchet.database.read(|db| {
        let (found, total) = list::page(db, filter, rows, offset, limit)?;
        let mut page = Vec::with_capacity(found.len());
        for key in found {
            match rows {
                Rows::Runs => page.push(hatchet.run_row(&RunRead::load(db, key)?, payloads)?),
                Rows::Tasks => {
                    let run = db
                        .prepare_cached("SELECT run FROM hatchet_task WHERE id = ?")?
                        .query_row([key], |row| row.get(0))?;
                    let read = RunRead::load(db, run)?;
                    if let Some(task) = read.tasks.iter().find(|task| task.task.id == key) {
                        page.push(hatchet.task_row(&read, task, payloads)?);
                    }
                }
            }
        }
        let current = offset / limit + 1;
        let pages = total / limit + i64::from(total % limit > 0);
        let pagination = json!({"current_page": current, "next_page": current + 1, "num_pages": pages});
        Ok(json!({"pagination": pagination, "rows": page}))
    })
}

async fn external_ids(
    State(hatchet): App,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    hatchet.authorize_tenant(&tenant, &headers)?;
    let filter = Filter { since_is_exclusive: true, ..filter(&hatchet, &Query::parse(query.as_deref()))? };
    let ids = blocking(&hatchet, move |hatchet| hatchet.database.read(|db| list::run_ids(db, &filter, None))).await?;
    Ok(ok(&if ids.is_empty() { Value::Null } else { ids.into() }))
}

async fn display_names(
    State(hatchet): App,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    hatchet.authorize_tenant(&tenant, &headers)?;
    let ids = Query::parse(query.as_deref()).all("external_ids");
    let rows = blocking(&hatchet, move |hatchet| {
        hatchet.database.read(|db| {
            let runs = ids.iter().map(|id| RunRead::find(db, id)).collect::<Result<Vec<_>, _>>()?;
            Ok(runs
                .into_iter()
                .flatten()
                .map(|read| {
                    let created = time::text(read.run.inserted);
                    let metadata = json!({"id": read.run.id, "createdAt": created, "updatedAt": created});
                    json!({"displayName": read.run.display_name, "metadata": metadata})
                })
                .collect::<Vec<_>>())
        })
    });
    Ok(ok(&json!({"pagination": {"current_page": 1, "num_pages": 1}, "rows": rows.await?})))
}

async fn task_metrics(
    State(hatchet): App,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    hatchet.authorize_tenant(&tenant, &headers)?;
    let filter = filter(&hatchet, &Query::parse(query.as_deref()))?;
    let counts =
        blocking(&hatchet, move |hatchet| hatchet.database.read(|db| list::status_counts(db, &filter))).await?;
    let count = |status: &str| counts.iter().filter(|(name, _)| name == status).map(|(_, count)| count).sum::<i64>();
    let rows = list::counted_statuses().map(|status| match status {
        "RUNNING" => {
            let (worker, evicted) = (count("RUNNING"), count("EVICTED"));
            let detail = json!({"evicted": evicted, "onWorker": worker});
            json!({"count": worker + evicted, "runningDetailCount": detail, "status": status})
        }
        status => json!({"count": count(status), "status": status}),
    });
    Ok(ok(&rows.collect()))
}

/// `name` is a search.
async fn workflows(
    State(hatchet): App,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    hatchet.authorize_tenant(&tenant, &headers)?;
    let query = Query::parse(query.as_deref());
    let name = query.first("name").unwrap_or_default();
    let limit = usize::try_from(query.integer("limit")?.unwrap_or(50)).unwrap_or(50).max(1);
    let offset = usize::try_from(query.integer("offset")?.unwrap_or(0)).unwrap_or(0);
    let found: Vec<_> = hatchet.workflows().into_iter().filter(|found| found.workflow.name.contains(name)).collect();
    let pages = found.len().div_ceil(limit);
    let current = offset / limit + 1;
    let rows: Vec<Value> = found
        .iter()
        .skip(offset)
        .take(limit)
        .map(|found| {
            let created = time::millis(found.created);
            let metadata = json!({"id": found.id, "createdAt": created, "updatedAt": created});
            json!({
                "description": found.workflow.description, "isPaused": false, "metadata": metadata,
                "name": found.workflow.name, "tenantId": "",
            })
        })
        .collect();
    let pagination = json!({"current_page": current, "next_page": (current + 1).min(pages.max(1)), "num_pages": pages});
    Ok(ok(&json!({"pagination": pagination, "rows": rows})))
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

async fn trigger(State(hatchet): App, Path(tenant): Path<String>, headers: HeaderMap, body: Bytes) -> Answer {
    hatchet.authorize_tenant(&tenant, &headers)?;
    let text = json_text(&headers, &body)?;
    let body = Json::parse(&text)?;
    let name = body.string("workflowName")?.unwrap_or_default();
    let input = body.object("input")?.map_or(Value::Null, Value::Object);
    let metadata = body.object("additionalMetadata")?.unwrap_or_default();
    let only_id = body.flag("return_only_id")?.unwrap_or(false);
    if let Some(priority) = body.integer("priority")?.filter(|priority| !(1..=3).contains(priority)) {
        let text = format!("priority must be between 1 and 3, got {priority}");
        return Err(Refusal::Described(400, text));
    }
    if text.len() > LARGEST_MESSAGE {
        let text = format!("grpc: received message after decompression larger than max {LARGEST_MESSAGE}");
        return Err(Refusal::Described(400, text));
    }
    let wish = Wish { input, metadata, parent: None };
    let id = blocking(&hatchet, move |hatchet| create_run(hatchet, &name, wish)).await?;
    let id = id.ok_or_else(Refusal::internal)?;
    if only_id {
        let nanos = u32::try_from(Uuid::new_v4().as_u128() % 820).unwrap_or(0);
        return Ok(ok(&shapes::skeleton(&id, hatchet.clock.now(), nanos)));
    }
    full_answer(&hatchet, &id).await
}

/// The id of the new run; `None` when its idempotency key is taken. An unknown workflow gets an id too, and so does
/// an input that cannot be stored: nothing ever comes of them.
fn create_run(hatchet: &Hatchet, name: &str, wish: Wish) -> Result<Option<String>, Error> {
    let Ok(registered) = hatchet.workflow(name) else { return Ok(Some(Uuid::new_v4().to_string())) };
    if holds_nul(&wish.input) || wish.metadata.values().any(holds_nul) {
        return Ok(Some(Uuid::new_v4().to_string()));
    }
    Ok(hatchet.order(|act| create::create(act, &registered, wish))?.map(|run| run.id))
}

/// The run as the read store has it after a second, or later; after ten looks a 500, although the run may exist.
async fn full_answer(hatchet: &Arc<Hatchet>, id: &str) -> Answer {
    for _ in 0..LOOKS {
        wait(hatchet, BETWEEN_LOOKS).await;
        let id = id.to_owned();
        let found = blocking(hatchet, move |hatchet| hatchet.database.read(|db| RunRead::find(db, &id))).await?;
        if let Some(read) = found {
            return Ok(ok(&hatchet.details(&read)?));
        }
    }
    Err(Refusal::internal())
}

async fn wait(hatchet: &Hatchet, duration: Micros) {
    let due = hatchet.clock.now() + hatchet.clock.scaled(duration);
    drop(tokio::time::timeout(LONGEST_WAIT, hatchet.clock.sleep_until(due)).await);
}

/// Which runs a cancel or replay is for. Ids and a filter together are an error that nobody translates.
fn target(hatchet: &Hatchet, text: &str) -> Result<Target, Refusal> {
    let body = Json::parse(text)?;
    let ids = body.strings("externalIds")?;
    let filter = body.nested("filter").map(|filter| body_filter(hatchet, filter)).transpose()?;
    match (ids, filter) {
        (Some(_), Some(_)) => Err(Refusal::internal()),
        (Some(ids), None) => {
            let parsed = ids.iter().map(|id| uuid_in(id).ok_or_else(|| bad_uuid(id))).collect::<Result<_, _>>()?;
            Ok(Target::Ids(parsed))
        }
        (None, Some(filter)) => Ok(Target::Filter(filter)),
        (None, None) => Ok(Target::Nothing),
    }
}

fn bad_uuid(id: &str) -> Refusal {
    let message = match id.len() {
        32 | 36 | 38 | 45 => "invalid UUID format".to_owned(),
        length => format!("invalid UUID length: {length}"),
    };
    Refusal::bad_request(message)
}

fn body_filter(hatchet: &Hatchet, text: &str) -> Result<Filter, Refusal> {
    let body = Json::parse(text)?;
    let time = |key: &str| -> Result<Option<Micros>, Refusal> {
        let read =
            |text: String| date(&text).ok_or_else(|| Refusal::bad_request(format!("cannot parse {text:?} as a time")));
        body.string(key)?.map(read).transpose()
    };
    let metadata = body.strings("additionalMetadata")?.unwrap_or_default();
    if metadata.iter().any(|pair| !pair.contains(':')) {
        return Err(Refusal::internal());
    }
    let all = hatchet.workflows();
    let workflows = body.strings("workflowIds")?.filter(|ids| !ids.is_empty());
    Ok(Filter {
        since: time("since")?,
        until: time("until")?,
        statuses: body.strings("statuses")?.unwrap_or_default(),
        workflows: workflows.map(|ids| ids.iter().map(|id| workflow_name(&all, id)).collect()),
        metadata,
        running: Some("ON_WORKER".into()),
        ..Filter::default()
    })
}

async fn cancel(State(hatchet): App, Path(tenant): Path<String>, headers: HeaderMap, body: Bytes) -> Answer {
    hatchet.authorize_tenant(&tenant, &headers)?;
    let target = target(&hatchet, &json_text(&headers, &body)?)?;
    let ids = blocking(&hatchet, move |hatchet| hatchet.order(|act| orders::cancel(act, target))).await?;
    Ok(ok(&json!({"ids": ids})))
}

async fn replay(State(hatchet): App, Path(tenant): Path<String>, headers: HeaderMap, body: Bytes) -> Answer {
    hatchet.authorize_tenant(&tenant, &headers)?;
    let target = target(&hatchet, &json_text(&headers, &body)?)?;
    let ids = blocking(&hatchet, move |hatchet| hatchet.order(|act| orders::replay(act, target))).await?;
    if !ids.is_empty() {
        wait(&hatchet, REPLAY_TAKES).await;
    }
    Ok(ok(&json!({"ids": ids})))
}
