//! Paths, credentials, and what each call does with both.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Query, Request, State};
use axum::http::{Response, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::IntoResponse;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::engine::Wish;
use super::store::Run;
use super::{Errors, Meshx, compute, store};
use crate::database::{Cached, fact_or};
use crate::faults::Faults;
use crate::house::order;
use crate::{Error, blocking, is_of_framework};

/// What every call is given.
pub type App = State<Arc<Meshx>>;
/// What every call answers.
pub type Answer = Result<Response<Body>, Refusal>;

/// A refusal as it goes out.
pub struct Refusal(Box<Response<Body>>);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response<Body> {
        *self.0
    }
}

/// How long a token and its refresh are valid, in seconds, as the published example has them.
const TOKEN_SECONDS: i64 = 18_000;
const REFRESH_SECONDS: i64 = 86_400;

/// How long the token printed at the start is valid: 90 days.
const STARTING_SECONDS: i64 = 90 * 24 * 3600;

/// What is read of a body at most.
const LARGEST_BODY: usize = 16 << 20;

/// The routes of the system.
pub fn router(meshx: Arc<Meshx>, faults: Arc<Faults>) -> Router {
    let runs = "/api/data/orchestrator_workflow";
    let of_an_org = Router::new()
        .route(runs, get(read).post(create).put(update).delete(cancel))
        .route(&format!("{runs}/list"), get(list))
        .route(&format!("{runs}/graph"), get(graph))
        .route("/api/data/data_product/list", get(products))
        .route("/api/data/compute", get(compute::status))
        .route("/api/data/compute/log", get(compute::log))
        .route("/api/data/compute/history", get(compute::history))
        .route("/api/data/compute/history/run", get(compute::run_history))
        .route("/api/data/data_product/compute/builder/run", post(compute::build))
        .route("/api/data/data_product/compute/quality/run", post(compute::examine))
        .route("/api/data/data_product/compute/profiling/run", post(compute::profile))
        .route("/api/data/data_product/compute/state", put(compute::set_state))
        .route("/api/.well-known/error_codes", get(error_codes))
        .route("/api/.well-known/permissions", get(permissions))
        .route_layer(middleware::from_fn_with_state(Arc::clone(&meshx), with_org))
        .route("/api/iam/principal/user", get(principal))
        .route("/api/iam/principal/user/me", get(me))
        .route("/api/iam/principal/user/key_pair", post(key_pair))
        .route_layer(middleware::from_fn_with_state(Arc::clone(&meshx), with_token));
    let all = of_an_org
        .route("/api/iam/login", post(login))
        .route("/api/iam/refresh", post(refresh))
        .route("/api/iam/logout", post(logout))
        .route("/api/.well-known/status", get(|| async { Json(json!({"status": "ok"})) }))
        .fallback(not_found)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::map_response_with_state(Arc::clone(&meshx), of_framework))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(meshx);
    Router::new().fallback_service(all).layer(middleware::from_fn_with_state(faults, crate::faults::middleware))
}

impl Meshx {
    /// A token that lasts, for the line printed at the start; it is the same after a restart.
    pub fn starting_token(&self) -> Result<String, Error> {
        self.house.database.write(|db| fact_or(db, "meshx.token", || self.token("access", STARTING_SECONDS)))
    }

    fn token(&self, purpose: &str, seconds: i64) -> String {
        let now = self.house.clock.now() / 1_000_000;
        self.keys.sign(&json!({"exp": now + seconds, "iat": now, "sub": self.user, "use": purpose}))
    }

    fn admits(&self, token: &str, purpose: &str) -> bool {
        let claims = self.keys.claims(token).unwrap_or_default();
        let expires = claims.get("exp").and_then(Value::as_i64).unwrap_or(0);
        claims.get("use").and_then(Value::as_str) == Some(purpose) && expires > self.house.clock.now() / 1_000_000
    }

    /// A refusal in the form in force.
    pub fn refuse(&self, status: StatusCode, kind: &str, title: &str) -> Refusal {
        let body = match self.errors() {
            Errors::Detail => json!({"detail": title}),
            Errors::Title => json!({"errors": [], "status": status.as_u16(), "title": title, "type": kind}),
        };
        Refusal(Box::new((status, Json(body)).into_response()))
    }

    /// 404.
    pub fn missing(&self, title: &str) -> Refusal {
        self.refuse(StatusCode::NOT_FOUND, "not-found", title)
    }

    /// 422, with the place and what is wrong there.
    pub fn invalid(&self, place: &[&str], message: &str, kind: &str) -> Refusal {
        let body = match self.errors() {
            Errors::Detail => json!({"detail": [{"loc": place, "msg": message, "type": kind}]}),
            Errors::Title => json!({
                "errors": [{"detail": message, "loc": place, "type": kind}], "status": 422,
                "title": "Request validation error.", "type": "request-validation",
            }),
        };
        Refusal(Box::new((StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response()))
    }

    /// 500, and a word on the engine's own output.
    pub fn failed(&self, error: &Error) -> Refusal {
        eprintln!("runward-local: {error}");
        self.refuse(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal Server Error")
    }
}

async fn not_found(State(meshx): App) -> Refusal {
    meshx.refuse(StatusCode::NOT_FOUND, "not-found", "Not Found")
}

/// What the framework refuses, in this system's form.
async fn of_framework(State(meshx): App, response: Response<Body>) -> Response<Body> {
    match is_of_framework(&response) {
        true => meshx.refuse(response.status(), "bad-request", "The request cannot be read.").into_response(),
        false => response,
    }
}

async fn wrong_method(State(meshx): App) -> Refusal {
    meshx.refuse(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "Method Not Allowed")
}

async fn with_token(State(meshx): App, request: Request, next: Next) -> Answer {
    let value = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    match value.and_then(|value| value.strip_prefix("Bearer ")) {
        None => Err(meshx.refuse(StatusCode::UNAUTHORIZED, "authorization-required", "Authorization token required.")),
        Some(token) if !meshx.admits(token, "access") => {
            Err(meshx.refuse(StatusCode::UNAUTHORIZED, "invalid-authorization", "Invalid authorization token."))
        }
        Some(_) => Ok(next.run(request).await),
    }
}

/// The header is needed; another organisation than the token's is forbidden.
async fn with_org(State(meshx): App, request: Request, next: Next) -> Answer {
    match request.headers().get("x-org").map(|org| org.as_bytes() == meshx.org.as_bytes()) {
        None => Err(meshx.invalid(&["header", "x-org"], "Field required", "missing")),
        Some(false) => {
            Err(meshx.refuse(StatusCode::FORBIDDEN, "insufficient-permissions", "Insufficient permissions."))
        }
        Some(true) => Ok(next.run(request).await),
    }
}

/// A body that is an object.
pub fn object(meshx: &Meshx, body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    serde_json::from_slice(body).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => {
            meshx.invalid(&["body"], "Input should be a valid dictionary", "model_attributes_type")
        }
        _ => meshx.invalid(&["body"], "JSON decode error", "json_invalid"),
    })
}

/// A key that must be there, of the object at that place; null only where that is fine.
pub fn needed(
    meshx: &Meshx,
    object: &Map<String, Value>,
    place: &[&str],
    key: &str,
    is_nullable: bool,
) -> Result<Option<String>, Refusal> {
    let at = [place, &[key]].concat();
    match object.get(key) {
        None => Err(meshx.invalid(&at, "Field required", "missing")),
        Some(Value::Null) if is_nullable => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(meshx.invalid(&at, "Input should be a valid string", "string_type")),
    }
}

fn text(meshx: &Meshx, body: &Map<String, Value>, key: &str) -> Result<String, Refusal> {
    needed(meshx, body, &["body"], key, false).map(Option::unwrap_or_default)
}

fn nullable(meshx: &Meshx, body: &Map<String, Value>, key: &str) -> Result<Option<String>, Refusal> {
    needed(meshx, body, &["body"], key, true)
}

/// A date or null: with a zone or without one, as the vendor's client sends both.
fn moment(meshx: &Meshx, body: &Map<String, Value>, key: &str) -> Result<Option<String>, Refusal> {
    let given = nullable(meshx, body, key)?;
    let is_date = |text: &str| {
        chrono::DateTime::parse_from_rfc3339(text).is_ok()
            || chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").is_ok()
    };
    match given.as_deref().is_none_or(is_date) {
        true => Ok(given),
        false => Err(meshx.invalid(&["body", key], "Input should be a valid datetime", "datetime_from_date_parsing")),
    }
}

async fn create(State(meshx): App, body: Bytes) -> Answer {
    let body = object(&meshx, &body)?;
    let wish = Wish {
        run_type: text(&meshx, &body, "run_type")?,
        product: text(&meshx, &body, "data_product_identifier")?,
        created_by: nullable(&meshx, &body, "created_by")?,
        name: text(&meshx, &body, "name")?,
        job: String::new(),
    };
    if uuid::Uuid::parse_str(&wish.product).is_err() {
        return Err(meshx.invalid(
            &["body", "data_product_identifier"],
            "Input should be a valid UUID",
            "uuid_parsing",
        ));
    }
    // What the real system says of an unknown product is not known.
    if meshx.product(&wish.product).is_none() {
        return Err(meshx.invalid(&["body", "data_product_identifier"], "Unknown data product", "value_error"));
    }
    let run = blocking(&meshx, move |meshx| order(meshx, |act| meshx.create(act, &wish))).await;
    let run = run.map_err(|error| meshx.failed(&error))?;
    Ok(Json(run).into_response())
}

#[derive(Deserialize)]
struct Which {
    identifier: Option<String>,
}

/// The run that the query names.
async fn known(meshx: &Arc<Meshx>, which: Which) -> Result<Run, Refusal> {
    let place = ["query", "identifier"];
    let id = which.identifier.ok_or_else(|| meshx.invalid(&place, "Field required", "missing"))?;
    if uuid::Uuid::parse_str(&id).is_err() {
        return Err(meshx.invalid(&place, "Input should be a valid UUID", "uuid_parsing"));
    }
    let found = blocking(meshx, move |meshx| meshx.house.database.read(|db| store::find(db, &id))).await;
    let found = found.map_err(|error| meshx.failed(&error))?;
    found.ok_or_else(|| meshx.refuse(StatusCode::NOT_FOUND, "not-found", "Orchestrator workflow not found."))
}

async fn read(State(meshx): App, Query(which): Query<Which>) -> Answer {
    Ok(Json(known(&meshx, which).await?).into_response())
}

/// A full replacement of five keys, any status, at any time; the scenario is over then.
async fn update(State(meshx): App, Query(which): Query<Which>, body: Bytes) -> Answer {
    let run = known(&meshx, which).await?;
    let body = object(&meshx, &body)?;
    let status = text(&meshx, &body, "status")?;
    let config = body.get("config").ok_or_else(|| meshx.invalid(&["body", "config"], "Field required", "missing"))?;
    if !config.is_object() && !config.is_null() {
        return Err(meshx.invalid(&["body", "config"], "Input should be a valid dictionary", "dict_type"));
    }
    let config = config.to_string();
    let error = nullable(&meshx, &body, "error_message")?;
    let updated = moment(&meshx, &body, "updated_at")?;
    let completed = moment(&meshx, &body, "completed_at")?;
    let changed = blocking(&meshx, move |meshx| {
        order(meshx, |act| {
            act.db.run(
                "UPDATE meshx_run SET status = ?, config = ?, error = ?, updated_at = ?, completed_at = ?, is_taken = 1 \
                 WHERE id = ?",
                rusqlite::params![status, config, error, updated, completed, run.identifier],
            )?;
            store::find(act.db, &run.identifier)
        })
    });
    let changed = changed.await.map_err(|error| meshx.failed(&error))?;
    Ok(Json(changed).into_response())
}

/// Cancels, and answers with the cancelled run.
async fn cancel(State(meshx): App, Query(which): Query<Which>) -> Answer {
    let run = known(&meshx, which).await?;
    let run = blocking(&meshx, move |meshx| order(meshx, |act| meshx.cancel(act, &run))).await;
    let run = run.map_err(|error| meshx.failed(&error))?;
    Ok(Json(run).into_response())
}

/// Runs that are read at a time.
const CHUNK: usize = 1_000;

/// The runs after a place, as the inside of an array, and where to go on; `None`: that was all.
async fn chunk(meshx: &Arc<Meshx>, after: i64) -> Result<(String, Option<i64>), Error> {
    let found = blocking(meshx, move |meshx| meshx.house.database.read(|db| store::after(db, after, CHUNK))).await?;
    let items = found.iter().map(|(_, run)| serde_json::to_string(run)).collect::<Result<Vec<_>, _>>()?;
    let next = found.last().filter(|_| found.len() == CHUNK).map(|(place, _)| *place);
    Ok((items.join(","), next))
}

/// Everything, in one array; a query changes nothing. However many runs there are, they pass through memory by and by.
async fn list(State(meshx): App) -> Answer {
    let (items, next) = chunk(&meshx, 0).await.map_err(|error| meshx.failed(&error))?;
    let first = format!("{{\"orchestrator_workflows\":[{items}");
    let body = match next {
        None => Body::from(format!("{first}]}}")),
        Some(next) => {
            let rest = stream::try_unfold((meshx, Some(next)), |(meshx, next)| async move {
                let Some(after) = next else { return Ok::<_, Error>(None) };
                let (items, next) = chunk(&meshx, after).await?;
                let comma = if items.is_empty() { "" } else { "," };
                let end = if next.is_none() { "]}" } else { "" };
                Ok(Some((format!("{comma}{items}{end}"), (meshx, next))))
            });
            Body::from_stream(stream::iter([Ok(first)]).chain(rest))
        }
    };
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// What a Luigi would say of the run's only task. That the real graph looks like this is a guess.
async fn graph(State(meshx): App, Query(which): Query<Which>) -> Answer {
    let run = known(&meshx, which).await?;
    let status = match run.status.as_str() {
        "COMPLETED" => "DONE",
        "FAILED" => "FAILED",
        "CANCELLED" => "DISABLED",
        "RUNNING" => "RUNNING",
        _ => "PENDING",
    };
    let task = json!({
        "deps": [], "display_name": run.name, "name": "LoadOrders", "params": {"run": run.identifier}, "priority": 0,
        "resources": {}, "status": status, "workers": [],
    });
    Ok(Json(json!({"response": {format!("LoadOrders_{}", run.identifier): task}})).into_response())
}

async fn products(State(meshx): App) -> Json<Value> {
    let created = super::engine::date(0, super::scenario::Dates::Utc);
    let entities = meshx.products().into_iter().map(|product| {
        let id = product.id();
        json!({
            "created_at": created, "description": "", "host_mesh_identifier": id, "identifier": id, "is_system": false,
            "label": "ORD", "name": product.name, "owner": null,
            "state": {"code": "ready", "healthy": true, "reason": ""}, "table": null,
            "urn": format!("urn:meshx:backend:data:root:data_product:{id}"),
        })
    });
    Json(json!({"entities": entities.collect::<Vec<_>>()}))
}

async fn principal(State(meshx): App) -> Json<Value> {
    Json(json!({"user_id": meshx.user}))
}

async fn me(State(meshx): App) -> Json<Value> {
    let id = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, meshx.user.as_bytes());
    Json(json!({
        "identifier": id.to_string(), "urn": format!("urn:meshx:backend:iam:root:user:{id}"), "first_name": "Ana",
        "last_name": null, "email": meshx.user, "username": meshx.user, "is_system": false, "enabled": true,
        "is_admin": false,
    }))
}

/// The refusals that this engine has.
async fn error_codes() -> Json<Value> {
    let known = [
        ("AuthorizationRequiredError", "authorization-required", "Authorization token required."),
        ("InvalidAuthorizationError", "invalid-authorization", "Invalid authorization token."),
        ("AuthorizationFailedError", "authorization-failed", "Wrong user or password."),
        ("InsufficientPermissionsError", "insufficient-permissions", "Insufficient permissions."),
        ("NotFoundError", "not-found", "Not Found"),
        ("RequestValidationError", "request-validation", "Request validation error."),
    ];
    let errors = known.map(|(name, kind, title)| json!({"class_name": name, "type": kind, "title": title}));
    Json(json!({"errors": errors}))
}

/// What each call about runs needs to be allowed to do, in the published words.
async fn permissions() -> Json<Value> {
    let runs = "/api/data/orchestrator_workflow";
    let of_all = "urn:meshx:backend:data:root:orchestrator_workflow";
    let route = |method: &str, path: &str, action: &str, resource: &str| {
        let pair = json!({"action": format!("data:orchestrator_workflow:{action}"), "resource": resource});
        json!({
            "logic_operator": "and", "methods": [method], "path": path, "permission_pairs": [pair], "summary": null,
        })
    };
    let (one, any) = (format!("{of_all}:{{identifier}}"), format!("{of_all}:*"));
    let routes = [
        route("POST", runs, "create", of_all),
        route("GET", runs, "read", &one),
        route("PUT", runs, "manage", &one),
        route("DELETE", runs, "manage", &one),
        route("GET", &format!("{runs}/graph"), "read", &one),
        route("GET", &format!("{runs}/list"), "browse", &any),
    ];
    Json(json!({"routes": routes}))
}

/// A pair of keys, which open nothing here: how requests are signed with them is not published.
async fn key_pair(State(meshx): App, Query(which): Query<Which>) -> Answer {
    let place = ["query", "identifier"];
    let id = which.identifier.ok_or_else(|| meshx.invalid(&place, "Field required", "missing"))?;
    if uuid::Uuid::parse_str(&id).is_err() {
        return Err(meshx.invalid(&place, "Input should be a valid UUID", "uuid_parsing"));
    }
    let key = || uuid::Uuid::new_v4().simple().to_string();
    let pair = json!({"access_key_id": key(), "secret_access_key": key(), "is_system": false});
    Ok(Json(pair).into_response())
}

fn tokens(meshx: &Meshx) -> Response<Body> {
    let body = json!({
        "access_token": meshx.token("access", TOKEN_SECONDS), "expires_in": TOKEN_SECONDS,
        "refresh_expires_in": REFRESH_SECONDS, "refresh_token": meshx.token("refresh", REFRESH_SECONDS),
        "scope": "profile email", "session_state": uuid::Uuid::new_v4().to_string(), "token_type": "Bearer",
    });
    Json(body).into_response()
}

async fn login(State(meshx): App, body: Bytes) -> Answer {
    let body = object(&meshx, &body)?;
    let (user, password) = (text(&meshx, &body, "user")?, text(&meshx, &body, "password")?);
    if user != meshx.user || password != meshx.password {
        return Err(meshx.refuse(StatusCode::UNAUTHORIZED, "authorization-failed", "Wrong user or password."));
    }
    Ok(tokens(&meshx))
}

async fn refresh(State(meshx): App, body: Bytes) -> Answer {
    let body = object(&meshx, &body)?;
    let token = text(&meshx, &body, "refresh_token")?;
    if !meshx.admits(&token, "refresh") || meshx.is_revoked(&token) {
        return Err(meshx.refuse(StatusCode::UNAUTHORIZED, "invalid-authorization", "Invalid refresh token."));
    }
    Ok(tokens(&meshx))
}

/// Ends a session: its refresh token is good for nothing more.
async fn logout(State(meshx): App, body: Bytes) -> Answer {
    let body = object(&meshx, &body)?;
    let token = text(&meshx, &body, "refresh_token")?;
    if !meshx.admits(&token, "refresh") {
        return Err(meshx.refuse(StatusCode::UNAUTHORIZED, "invalid-authorization", "Invalid refresh token."));
    }
    meshx.revoke(token);
    Ok(Json(json!({})).into_response())
}
