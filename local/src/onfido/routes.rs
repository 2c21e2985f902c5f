//! Paths, credentials, and what each call does with both.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, Query, RawQuery, Request, State};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Form, Json};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::answer::{Answer, Refusal};
use super::engine::Wish;
use super::scenario::Signature;
use super::store::{self, Filter, PAGE, Run, Task};
use super::wire::Object;
use super::{Onfido, webhooks};
use crate::blocking;
use crate::faults::Faults;
use crate::house::order;

/// What every call is given.
pub type App = State<Arc<Onfido>>;

/// How long an OAuth token is valid, in seconds.
const TOKEN_SECONDS: i64 = 3600;

/// How long an applicant's session lasts, in seconds: 35 days.
const SESSION_SECONDS: i64 = 3_024_000;

/// What is read of a body at most.
const LARGEST_BODY: usize = 16 << 20;

/// The routes of the system, below its version.
pub fn router(onfido: Arc<Onfido>, faults: Arc<Faults>) -> Router {
    let run = |rest: &str| format!("/workflow_runs/{{run}}{rest}");
    let calls = Router::new()
        .route("/workflow_runs", get(list).post(create))
        .route(&run(""), get(find))
        .route(&run("/tasks"), get(tasks))
        .route(&run("/tasks/{task}"), get(find_task))
        .route(&run("/tasks/{task}/complete"), post(complete_task))
        .route(&run("/timeline_file"), post(create_timeline))
        .route(&run("/timeline_file/{file}"), get(find_timeline))
        .route(&run("/signed_evidence_file"), get(signed_evidence))
        .route(&run("/evidence_folder"), get(evidence_folder))
        .route("/qualified_electronic_signature/documents", get(qualified))
        .route("/advanced_electronic_signature/documents", get(advanced))
        .route("/simple_electronic_signature/documents", get(simple))
        .route("/webhooks/resend", post(webhooks::resend))
        .route("/webhooks", get(webhooks::list).post(webhooks::create))
        .route("/webhooks/{id}", get(webhooks::find).put(webhooks::update).delete(webhooks::delete))
        .fallback(|| async { Refusal::not_found() })
        .method_not_allowed_fallback(|| async { Refusal::wrong_method() })
        .layer(middleware::map_response(async |response| Refusal::of_framework(response)))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .route_layer(middleware::from_fn_with_state(Arc::clone(&onfido), authenticated))
        .route("/oauth/token", post(token))
        .with_state(onfido);
    let versioned = Router::new().nest("/v3.6", calls).fallback(|| async { Refusal::not_found() });
    Router::new().fallback_service(versioned).layer(middleware::from_fn_with_state(faults, crate::faults::middleware))
}

/// `Token token=…` with the API token, or `Bearer …` with one of the token endpoint's.
async fn authenticated(State(onfido): App, request: Request, next: Next) -> Response<Body> {
    let value = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_token = value.strip_prefix("Token token=").is_some_and(|token| token == onfido.token);
    let is_bearer = value.strip_prefix("Bearer ").and_then(|token| onfido.keys.claims(token)).is_some_and(|claims| {
        let number = |key: &str| claims.get(key).and_then(Value::as_i64).unwrap_or(0);
        claims.get("use").and_then(Value::as_str) == Some("api") && number("exp") > onfido.seconds()
    });
    if is_token || is_bearer { next.run(request).await } else { Refusal::credentials().into_response() }
}

#[derive(Deserialize)]
struct Credentials {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    client_secret: String,
}

/// Client credentials for a token. The engine's client has the API token as its secret, under any id.
async fn token(State(onfido): App, Form(wish): Form<Credentials>) -> Answer {
    if wish.client_id.is_empty() || wish.client_secret != onfido.token {
        return Err(Refusal::credentials());
    }
    let token = onfido.keys.sign(&json!({"exp": onfido.seconds() + TOKEN_SECONDS, "use": "api"}));
    Ok(Json(json!({"access_token": token, "expires_in": TOKEN_SECONDS})).into_response())
}

impl Onfido {
    fn seconds(&self) -> i64 {
        self.house.clock.now() / 1_000_000
    }

    /// The run with the token of its applicant's session, as a REST answer has it.
    fn with_session(&self, run: Run) -> Vec<(&'static str, Value)> {
        let session = json!({"exp": self.seconds() + SESSION_SECONDS, "run": run.ordinal, "use": "session"});
        let mut shape = run.shape;
        shape.push(("sdk_token", self.keys.sign(&session).into()));
        shape
    }
}

fn sent(status: StatusCode, shape: &[(&'static str, Value)]) -> Response<Body> {
    (status, Json(Object(shape))).into_response()
}

/// A body that is an object.
pub fn object(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::unreadable(format!("the body cannot be read: {error}")))
}

/// A text, if there is one.
pub fn text(body: &Map<String, Value>, key: &'static str) -> Result<Option<String>, Refusal> {
    match body.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Refusal::field(key, "must be a string")),
    }
}

fn needed_id(body: &Map<String, Value>, key: &'static str) -> Result<String, Refusal> {
    let id = text(body, key)?.filter(|id| !id.is_empty()).ok_or_else(|| Refusal::field(key, "is missing"))?;
    if uuid::Uuid::parse_str(&id).is_err() {
        return Err(Refusal::field(key, "is not a UUID"));
    }
    Ok(id)
}

/// At most 30 tags of 1 to 128 characters.
fn tags(body: &Map<String, Value>) -> Result<Vec<String>, Refusal> {
    let refused = |what| Refusal::field("tags", what);
    let Some(tags) = body.get("tags").filter(|tags| !tags.is_null()) else { return Ok(Vec::new()) };
    let tags: Vec<String> = serde_json::from_value(tags.clone()).map_err(|_| refused("must be a list of strings"))?;
    if tags.len() > 30 {
        return Err(refused("has more than 30 items"));
    }
    match tags.iter().all(|tag| (1..=128).contains(&tag.chars().count())) {
        true => Ok(tags),
        false => Err(refused("must be 1 to 128 characters long")),
    }
}

fn wish(body: &Map<String, Value>) -> Result<Wish, Refusal> {
    let applicant = needed_id(body, "applicant_id")?;
    let customer = text(body, "customer_user_id")?;
    if customer.as_ref().is_some_and(|customer| customer.chars().count() > 256) {
        return Err(Refusal::field("customer_user_id", "is longer than 256 characters"));
    }
    let given = body.get("link").filter(|link| !link.is_null()).cloned().unwrap_or_else(|| json!({}));
    if !given.is_object() {
        return Err(Refusal::field("link", "must be an object"));
    }
    let custom = body.get("custom_data").cloned().unwrap_or_default();
    if !custom.is_object() && !custom.is_null() {
        return Err(Refusal::field("custom_data", "must be an object"));
    }
    let part = |key: &str| given.get(key).cloned().unwrap_or_default();
    let link = json!({
        "completed_redirect_url": part("completed_redirect_url"), "expired_redirect_url": part("expired_redirect_url"),
        "expires_at": part("expires_at"), "language": part("language"),
    });
    Ok(Wish {
        // It is never null, and who sends none finds the applicant's id there.
        customer: customer.unwrap_or_else(|| applicant.clone()),
        workflow: needed_id(body, "workflow_id")?,
        tags: tags(body)?,
        custom,
        applicant,
        link,
    })
}

async fn create(State(onfido): App, body: Bytes) -> Answer {
    let wish = wish(&object(&body)?)?;
    let created = blocking(&onfido, move |onfido| {
        order(onfido, |act| {
            if !onfido.knows(act, &wish.workflow)? {
                return Ok(None);
            }
            let ordinal = onfido.create(act, &wish)?;
            Ok(Some(store::load(act.db, ordinal)?))
        })
    });
    let run = created.await?.ok_or_else(|| Refusal::field("workflow_id", "is not a known workflow"))?;
    Ok(sent(StatusCode::CREATED, &onfido.with_session(run)))
}

async fn known(onfido: &Arc<Onfido>, id: String) -> Result<Run, Refusal> {
    let found = blocking(onfido, move |onfido| onfido.house.database.read(|db| store::find(db, &id)));
    found.await?.ok_or_else(Refusal::not_found)
}

async fn find(State(onfido): App, Path(run): Path<String>) -> Answer {
    let run = known(&onfido, run).await?;
    Ok(sent(StatusCode::OK, &onfido.with_session(run)))
}

/// Plain dates; a date-time is taken by its day.
fn day(name: &'static str, text: &str) -> Result<i64, Refusal> {
    let day = chrono::NaiveDate::parse_from_str(text.get(..10).unwrap_or(text), "%Y-%m-%d");
    let day = day.map_err(|_| Refusal::field(name, "is not a date such as 2026-01-31"))?;
    Ok(day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_micros())
}

/// What a list is asked for.
struct Wanted {
    filter: Filter,
    page: i64,
    /// The query without its page, for the links to the others.
    rest: Vec<(String, String)>,
}

/// Lists are separated by commas or repeated.
fn wanted(query: &str) -> Result<Wanted, Refusal> {
    let (mut filter, mut page, mut rest) = (Filter::default(), 1, Vec::new());
    for (key, value) in form_urlencoded::parse(query.as_bytes()).into_owned() {
        let items = || value.split(',').filter(|item| !item.is_empty()).map(str::to_owned);
        match key.as_str() {
            "page" => {
                let number = value.parse().ok().filter(|page| (1..1_000_000_000).contains(page));
                page = number.ok_or_else(|| Refusal::field("page", "is not a page"))?;
                continue;
            }
            "status" => filter.statuses.extend(items()),
            "tags" => filter.tags.extend(items()),
            "applicant_id" => filter.applicant = Some(value.clone()),
            "created_at_gt" => filter.after = Some(day("created_at_gt", &value)?),
            "created_at_lt" => filter.before = Some(day("created_at_lt", &value)?),
            "sort" if value == "asc" || value == "desc" => filter.ascending = value == "asc",
            "sort" => return Err(Refusal::field("sort", "is neither asc nor desc")),
            _ => continue,
        }
        rest.push((key, value));
    }
    Ok(Wanted { filter, page, rest })
}

async fn list(State(onfido): App, RawQuery(query): RawQuery) -> Answer {
    let Wanted { filter, page, rest } = wanted(query.as_deref().unwrap_or_default())?;
    let found = blocking(&onfido, move |onfido| onfido.house.database.read(|db| store::page(db, &filter, page)));
    let (runs, total) = found.await?;
    let shapes: Vec<_> = runs.into_iter().map(|run| onfido.with_session(run)).collect();
    let mut response = Json(shapes.iter().map(|shape| Object(shape)).collect::<Vec<_>>()).into_response();
    let headers = response.headers_mut();
    headers.extend(total.map(|total| (HeaderName::from_static("x-total-count"), HeaderValue::from(total))));
    let is_full = shapes.len() as i64 == PAGE;
    if let Ok(links) = HeaderValue::from_str(&links(&onfido, &rest, page, total, is_full)) {
        headers.insert(header::LINK, links);
    }
    Ok(response)
}

/// The pages around this one. Beyond the end the page before is the last one that has rows. Where the runs are too many
/// to be counted, nobody knows which page is the last, and a full page has a next one.
fn links(onfido: &Onfido, rest: &[(String, String)], page: i64, total: Option<i64>, is_full: bool) -> String {
    let last = total.map(|total| (total / PAGE + i64::from(total % PAGE > 0)).max(1));
    let link = |number: i64, rel: &str| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(rest).append_pair("page", &number.to_string());
        format!("<{}?{}>; rel=\"{rel}\"", onfido.href("/workflow_runs"), query.finish())
    };
    let mut links = vec![link(1, "first")];
    links.extend(last.map(|last| link(last, "last")));
    if last.map_or(is_full, |last| page < last) {
        links.push(link(page + 1, "next"));
    }
    if page > 1 {
        links.push(link((page - 1).min(last.unwrap_or(i64::MAX)), "prev"));
    }
    links.join(", ")
}

/// Lists leave out what tasks were given and yielded.
async fn tasks(State(onfido): App, Path(run): Path<String>) -> Answer {
    let run = known(&onfido, run).await?;
    let found = blocking(&onfido, move |onfido| onfido.house.database.read(|db| store::tasks(db, run.ordinal)));
    let mut shapes: Vec<_> = found.await?.into_iter().map(|task| task.shape).collect();
    shapes.iter_mut().for_each(|shape| shape.retain(|(key, _)| *key != "input" && *key != "output"));
    Ok(Json(shapes.iter().map(|shape| Object(shape)).collect::<Vec<_>>()).into_response())
}

async fn known_task(onfido: &Arc<Onfido>, run: String, task: &str) -> Result<Task, Refusal> {
    let run = known(onfido, run).await?;
    let found = blocking(onfido, move |onfido| onfido.house.database.read(|db| store::tasks(db, run.ordinal)));
    let mut found = found.await?.into_iter();
    let is_it = |wanted: &Task| wanted.shape.iter().any(|(key, value)| *key == "id" && value == task);
    found.find(is_it).ok_or_else(Refusal::not_found)
}

async fn find_task(State(onfido): App, Path((run, task)): Path<(String, String)>) -> Answer {
    Ok(sent(StatusCode::OK, &known_task(&onfido, run, &task).await?.shape))
}

/// Completes a task that waits for the client. What a second call answers is not known; here it is refused.
async fn complete_task(State(onfido): App, Path((run, task)): Path<(String, String)>, body: Bytes) -> Answer {
    let found = known_task(&onfido, run.clone(), &task).await?;
    let data = object(&body)?.remove("data").filter(|data| data.is_object() || data.is_array());
    let data = data.ok_or_else(|| Refusal::field("data", "must be an object or a list"))?;
    let awaits = known(&onfido, run).await?.status == "awaiting_client_input";
    if found.is_over || !awaits {
        return Err(Refusal::field("task_id", "does not wait for the client"));
    }
    blocking(&onfido, move |onfido| order(onfido, |act| onfido.leave(act, found.run, found.step, Some(&data)))).await?;
    Ok(Json(json!({})).into_response())
}

async fn create_timeline(State(onfido): App, Path(run): Path<String>) -> Answer {
    let run_id = run.clone();
    let run = known(&onfido, run).await?;
    let id = blocking(&onfido, move |onfido| order(onfido, |act| onfido.make_timeline(act, run.ordinal))).await?;
    let href = format!("/v3.6/workflow_runs/{run_id}/timeline_file/{id}");
    Ok(sent(StatusCode::ACCEPTED, &[("workflow_timeline_file_id", id.into()), ("href", href.into())]))
}

/// A file is 404 until it can be had, and then a redirect to another origin.
async fn download(onfido: &Arc<Onfido>, run: String, kind: &'static str, id: Option<String>) -> Answer {
    let run = known(onfido, run).await?;
    let found = blocking(onfido, move |onfido| {
        let now = onfido.house.clock.now();
        onfido.house.database.read(|db| store::file(db, run.ordinal, kind, id.as_deref(), now))
    });
    let id = found.await?.ok_or_else(Refusal::not_found)?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::FOUND;
    if let Ok(location) = HeaderValue::from_str(&onfido.signed_url(&id, kind)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// Which document is meant.
#[derive(Deserialize)]
struct Document {
    workflow_run_id: Option<String>,
    file_id: Option<String>,
    id: Option<String>,
}

/// The name of the document's own id in the query is another for qualified signatures.
async fn document(onfido: &Arc<Onfido>, asked: Document, signature: Signature) -> Answer {
    let (name, id) = match signature {
        Signature::Qualified => ("file_id", asked.file_id),
        _ => ("id", asked.id),
    };
    let run = asked.workflow_run_id.ok_or_else(|| Refusal::field("workflow_run_id", "is missing"))?;
    let id = id.ok_or_else(|| Refusal::field(name, "is missing"))?;
    download(onfido, run, signature.kind(), Some(id)).await
}

async fn qualified(State(onfido): App, Query(asked): Query<Document>) -> Answer {
    document(&onfido, asked, Signature::Qualified).await
}

async fn advanced(State(onfido): App, Query(asked): Query<Document>) -> Answer {
    document(&onfido, asked, Signature::Advanced).await
}

async fn simple(State(onfido): App, Query(asked): Query<Document>) -> Answer {
    document(&onfido, asked, Signature::Simple).await
}

async fn find_timeline(State(onfido): App, Path((run, file)): Path<(String, String)>) -> Answer {
    download(&onfido, run, "timeline_file", Some(file)).await
}

async fn signed_evidence(State(onfido): App, Path(run): Path<String>) -> Answer {
    download(&onfido, run, "signed_evidence_file", None).await
}

async fn evidence_folder(State(onfido): App, Path(run): Path<String>) -> Answer {
    download(&onfido, run, "evidence_folder", None).await
}
