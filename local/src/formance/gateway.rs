//! The gateway: the service alone below the root, and the stack's services below `/api`.
//!
//! The stack's gateway, its auth service and its webhooks service were never run for the recordings; what stands here
//! follows their source. The gateway allows `content-type` alone to browsers, and hands preflights to the service,
//! which refuses them: a browser needs a proxy.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use axum::middleware;
use axum::response::IntoResponse;
use axum::routing::{delete, get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::answer::{Answer, Refusal, data, send};
use super::auth::{SCOPES, TOKEN_SECONDS};
use super::{Formance, events, routes, time};
use crate::blocking;
use crate::faults::Faults;
use crate::house::order;

/// A secret is the base64 of so many bytes.
const SECRET_BYTES: usize = 24;

/// What the gateway adds to every answer.
const CORS: [(&str, &str); 4] = [
    ("access-control-allow-origin", "*"),
    ("access-control-allow-methods", "GET,OPTIONS,PUT,POST,DELETE,HEAD,PATCH"),
    ("access-control-allow-headers", "content-type"),
    ("access-control-max-age", "100"),
];

/// The routes of the system.
pub fn router(formance: Arc<Formance>, faults: Arc<Faults>) -> Router {
    let service = || -> Router<()> { Router::new().fallback(routes::serve).with_state(Arc::clone(&formance)) };
    let stack = Router::new()
        .nest_service("/orchestration", service())
        .route("/auth/oauth/token", post(token))
        .route("/auth/.well-known/openid-configuration", get(discovery))
        .route("/webhooks/configs", get(subscriptions).post(subscribe))
        .route("/webhooks/configs/{id}", delete(unsubscribe))
        .fallback(|| async { Refusal::NoRoute("Not Found") })
        .layer(DefaultBodyLimit::max(1 << 20))
        .with_state(Arc::clone(&formance))
        .layer(middleware::map_response(async |response| with_cors(response)));
    Router::new()
        .nest("/api", stack)
        .fallback_service(service())
        .layer(middleware::from_fn_with_state(faults, crate::faults::middleware))
}

fn with_cors(mut response: Response<Body>) -> Response<Body> {
    for (name, value) in CORS {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

/// The client's id and secret, from the header or from the form.
fn credentials(headers: &HeaderMap, form: &[(String, String)]) -> Option<(String, String)> {
    let value = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let basic = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Basic "));
    match basic {
        Some(basic) => {
            let text = String::from_utf8(BASE64.decode(basic).ok()?).ok()?;
            let (id, secret) = text.split_once(':')?;
            Some((id.to_owned(), secret.to_owned()))
        }
        None => Some((value("client_id")?, value("client_secret")?)),
    }
}

/// Client credentials for a token of an hour. Scopes that the client does not have are left out in silence.
async fn token(State(formance): State<Arc<Formance>>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let form: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let value = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    if value("grant_type") != Some("client_credentials") {
        return refused(StatusCode::BAD_REQUEST, "unsupported_grant_type");
    }
    let known = (formance.client_id.clone(), formance.client_secret.clone());
    if credentials(&headers, &form) != Some(known) {
        return refused(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    let wished = value("scope").unwrap_or_default();
    let granted: Vec<&str> = wished.split(' ').filter(|scope| SCOPES.contains(scope)).collect();
    let token = formance.token(&granted.join(" "), TOKEN_SECONDS);
    send(200, &json!({"access_token": token, "expires_in": TOKEN_SECONDS, "token_type": "Bearer"}))
}

/// Where tokens are, for who asks in OpenID's way; the issuer is the stack's address as it was asked for.
async fn discovery(headers: HeaderMap) -> Response<Body> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
    let issuer = format!("http://{host}/formance/api/auth");
    send(
        200,
        &json!({
            "grant_types_supported": ["client_credentials"], "issuer": issuer, "scopes_supported": SCOPES,
            "token_endpoint": format!("{issuer}/oauth/token"),
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        }),
    )
}

/// OAuth's own form of an error.
fn refused(status: StatusCode, error: &str) -> Response<Body> {
    send(status.as_u16(), &json!({"error": error}))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Subscription {
    endpoint: String,
    event_types: Vec<String>,
    secret: Option<String>,
    #[serde(default)]
    name: Option<String>,
}

async fn subscribe(State(formance): State<Arc<Formance>>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    subscribed(formance, headers, body).await.unwrap_or_else(IntoResponse::into_response)
}

async fn subscribed(formance: Arc<Formance>, headers: HeaderMap, body: Bytes) -> Answer {
    if !formance.admits(&headers, &axum::http::Method::POST) {
        return Err(Refusal::Empty(401));
    }
    let is_json = headers.get(header::CONTENT_TYPE).is_some_and(|value| value == "application/json");
    if !is_json {
        return Err(Refusal::Validation("Content-Type must be application/json".into()));
    }
    let wish: Subscription = serde_json::from_slice(&body).map_err(|error| Refusal::Validation(error.to_string()))?;
    if wish.endpoint.parse::<axum::http::Uri>().is_err() || wish.event_types.is_empty() {
        return Err(Refusal::Validation("endpoint and eventTypes are needed".into()));
    }
    let secret = wish.secret.unwrap_or_else(|| BASE64.encode(random()));
    if BASE64.decode(&secret).map_or(0, |bytes| bytes.len()) != SECRET_BYTES {
        return Err(Refusal::Validation("decoded secret should be of size 24".into()));
    }
    let subscription = blocking(&formance, move |formance| {
        order(formance, |act| {
            let id = formance.next_id(act, "formance_subscription")?;
            events::subscribe(act, &id, &wish.endpoint, &wish.event_types, &secret)?;
            let created = time::micros(act.now);
            Ok(json!({
                "active": true, "createdAt": created, "endpoint": wish.endpoint, "eventTypes": wish.event_types,
                "id": id, "name": wish.name.unwrap_or_default(), "secret": secret, "updatedAt": created,
            }))
        })
    });
    Ok(data(200, subscription.await?))
}

/// Ends a subscription; the bodies are not those of the real service, which was never run.
async fn unsubscribe(
    State(formance): State<Arc<Formance>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response<Body> {
    if !formance.admits(&headers, &axum::http::Method::DELETE) {
        return Refusal::Empty(401).into_response();
    }
    let ended = blocking(&formance, move |formance| order(formance, |act| events::unsubscribe(act, &id))).await;
    match ended {
        Ok(true) => routes::done(),
        Ok(false) => Refusal::NotFound("config not found").into_response(),
        Err(error) => Refusal::from(error).into_response(),
    }
}

fn random() -> [u8; SECRET_BYTES] {
    let mut bytes = [0; SECRET_BYTES];
    let source = [Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat();
    bytes.iter_mut().zip(source).for_each(|(to, from)| *to = from);
    bytes
}

/// Secrets come back in clear, as the service answers them.
async fn subscriptions(State(formance): State<Arc<Formance>>, headers: HeaderMap) -> Response<Body> {
    if !formance.admits(&headers, &axum::http::Method::GET) {
        return Refusal::Empty(401).into_response();
    }
    let found = blocking(&formance, |formance| {
        formance.house.database.read(|db| {
            let sql = "SELECT id, endpoint, events, secret, created FROM formance_subscription ORDER BY ordinal";
            let mut statement = db.prepare_cached(sql)?;
            let rows = statement.query_map([], |row| {
                let created = time::micros(row.get(4)?);
                let events: Value = serde_json::from_str(&row.get::<_, String>(2)?).unwrap_or_default();
                Ok(json!({
                    "active": true, "createdAt": created, "endpoint": row.get::<_, String>(1)?, "eventTypes": events,
                    "id": row.get::<_, String>(0)?, "secret": row.get::<_, String>(3)?, "updatedAt": created,
                }))
            })?;
            Ok(rows.collect::<Result<Vec<Value>, _>>()?)
        })
    });
    match found.await {
        Ok(found) => send(200, &json!({"cursor": {"data": found, "hasMore": false}})),
        Err(error) => Refusal::from(error).into_response(),
    }
}
