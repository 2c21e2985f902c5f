//! Answers: status, body as Go writes it, and the headers that a real server sends with every one of them.

use axum::body::Body;
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::response::IntoResponse;
use serde_json::{Value, json};

use crate::{Error, gojson, is_of_framework};

/// Bodies above this are sent in chunks, without a length.
const CHUNKED_FROM: usize = 2048;

/// Headers of every answer but a preflight's and the bare 403.
const SECURITY: [(&str, &str); 9] = [
    ("content-security-policy", "script-src 'self'; frame-ancestors 'self'; object-src 'none'; base-uri 'self'"),
    ("cross-origin-embedder-policy", "require-corp"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "geolocation=(), midi=(), notifications=(), push=(), sync-xhr=(), microphone=(), camera=(), magnetometer=(), \
         gyroscope=(), speaker=(), vibrate=(), fullscreen=(self), payment=()",
    ),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    ("strict-transport-security", "max-age=776000; includeSubDomains;  preload"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
];

/// A refusal, in one of the shapes in which the server refuses.
#[derive(Debug)]
pub enum Refusal {
    /// `{"message": …}`
    Message(u16, String),
    /// `{"errors": [{"description": …}]}`
    Described(u16, String),
    /// The wrong credentials, with a fresh cookie.
    Credentials,
    /// An unknown path or the wrong method: 403 with `null`.
    Bare,
    /// Too often: 429 with `null`.
    Limited,
}

/// What a handler returns.
pub type Answer = Result<Response<Body>, Refusal>;

impl Refusal {
    /// 404.
    pub fn not_found() -> Self {
        Self::Message(404, "not found".into())
    }

    /// 400 with a message.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::Message(400, message.into())
    }

    /// 500, which says nothing.
    pub fn internal() -> Self {
        Self::Message(500, "Internal Server Error".into())
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        eprintln!("runward-local: {error}");
        Self::internal()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response<Body> {
        match self {
            Self::Message(status, message) => send(status, &json!({"message": message})),
            Self::Described(status, text) => send(status, &json!({"errors": [{"description": text}]})),
            Self::Bare => bare(403),
            Self::Limited => bare(429),
            Self::Credentials => {
                let mut response = send(403, &json!({"message": "Please provide valid credentials"}));
                let cookie = format!(
                    "hatchet={}; Path=/; Domain=localhost; Max-Age=2592000; HttpOnly; SameSite=Lax",
                    uuid::Uuid::new_v4().simple()
                );
                if let Ok(cookie) = HeaderValue::from_str(&cookie) {
                    response.headers_mut().insert(header::SET_COOKIE, cookie);
                }
                response
            }
        }
    }
}

/// What the rate limiter answers: it runs before what adds the headers.
fn bare(status: u16) -> Response<Body> {
    let mut response = send(status, &Value::Null);
    response.extensions_mut().insert(Plain);
    response
}

/// A status without a body.
pub fn empty(status: u16) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}

/// 200 with a body.
pub fn ok(value: &Value) -> Response<Body> {
    send(200, value)
}

/// Marks an answer that goes out without the security headers.
#[derive(Clone)]
struct Plain;

fn send(status: u16, value: &Value) -> Response<Body> {
    let text = gojson::body(value);
    let body = if text.len() > CHUNKED_FROM {
        Body::from_stream(futures_util::stream::iter([Ok::<_, std::convert::Infallible>(text)]))
    } else {
        Body::from(text)
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// What the framework refuses, in this system's form.
pub fn of_framework(response: Response<Body>) -> Response<Body> {
    if !is_of_framework(&response) {
        return response;
    }
    let status = response.status();
    Refusal::Message(status.as_u16(), status.canonical_reason().unwrap_or_default().to_owned()).into_response()
}

/// What every answer gets on its way out, one made by a fault included.
pub fn finish(mut response: Response<Body>) -> Response<Body> {
    let is_plain = response.extensions_mut().remove::<Plain>().is_some();
    let headers = response.headers_mut();
    headers.remove(header::ALLOW);
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    for (name, value) in SECURITY.into_iter().filter(|_| !is_plain) {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

/// The answer to a preflight: every path, with or without an Origin; the asked headers come back.
pub fn preflight(asked: &HeaderMap) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(Plain);
    let headers = response.headers_mut();
    let methods = HeaderValue::from_static("GET,POST,PUT,PATCH,DELETE,OPTIONS");
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    if let Some(names) = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    response
}
