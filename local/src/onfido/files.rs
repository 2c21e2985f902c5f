//! Files at another origin, behind pre-signed addresses. An `Authorization` header is refused there, as stores of
//! pre-signed files do: a client that carries its token to another origin is found out.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::routing::get;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Onfido;

/// How long a pre-signed address is good, in seconds.
const VALID_SECONDS: i64 = 3600;

/// One page, with bytes that are no UTF-8; a folder that holds it. They are samples, the same for every run.
const PDF: &[u8] = include_bytes!("sample.pdf");
const ZIP: &[u8] = include_bytes!("sample.zip");

impl Onfido {
    /// A pre-signed address of a file.
    pub fn signed_url(&self, id: &str, kind: &str) -> String {
        let expires = self.house.clock.now() / 1_000_000 + VALID_SECONDS;
        let signature = self.keys.sign(&json!({"exp": expires, "file": id, "kind": kind}));
        format!("{}/{kind}/{id}?signature={signature}", self.addresses.get().map_or("", |addresses| &addresses.files))
    }
}

/// The routes of the other origin.
pub fn router(onfido: Arc<Onfido>) -> Router {
    Router::new().route("/{kind}/{id}", get(file)).with_state(onfido)
}

#[derive(Deserialize)]
struct Signed {
    #[serde(default)]
    signature: String,
}

async fn file(
    State(onfido): State<Arc<Onfido>>,
    Path((kind, id)): Path<(String, String)>,
    Query(Signed { signature }): Query<Signed>,
    headers: HeaderMap,
) -> Response<Body> {
    if headers.contains_key(header::AUTHORIZATION) {
        return answer(StatusCode::BAD_REQUEST, "text/plain", b"only one way of authentication is allowed");
    }
    let claims = onfido.keys.claims(&signature).unwrap_or_default();
    let says = |key: &str, wanted: &str| claims.get(key).and_then(Value::as_str) == Some(wanted);
    let expires = claims.get("exp").and_then(Value::as_i64).unwrap_or(0);
    if !says("file", &id) || !says("kind", &kind) || expires <= onfido.house.clock.now() / 1_000_000 {
        return answer(StatusCode::FORBIDDEN, "text/plain", b"the signature is wrong or has expired");
    }
    match kind.as_str() {
        "evidence_folder" => answer(StatusCode::OK, "application/zip", ZIP),
        _ => answer(StatusCode::OK, "application/pdf", PDF),
    }
}

fn answer(status: StatusCode, kind: &'static str, body: &'static [u8]) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
