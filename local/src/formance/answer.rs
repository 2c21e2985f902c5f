//! Answers: status, body as Go writes it, and the few headers that the service sends.

use axum::body::Body;
use axum::http::header::{self, HeaderValue};
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use serde::Serialize;

use crate::Error;

/// Bodies above this are sent in chunks, without a length.
const CHUNKED_FROM: usize = 2048;

/// What a handler returns.
pub type Answer = Result<Response<Body>, Refusal>;

/// A refusal, in one of the shapes in which the service refuses.
#[derive(Debug)]
pub enum Refusal {
    /// `{"errorCode": "VALIDATION", …}`, 400.
    Validation(String),
    /// `{"errorCode": "NOT_FOUND", …}`, 404.
    NotFound(&'static str),
    /// `{"errorCode": "INTERNAL", …}`, 500: also what is not there.
    Internal(String),
    /// A status with an empty body that is labelled JSON.
    Empty(u16),
    /// A status with the body of an error, where an empty one is mended.
    Coded(u16, &'static str, String),
    /// 405, with the methods that the path has.
    Method(String),
    /// 404 in plain text: no such route.
    NoRoute(&'static str),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        eprintln!("runward-local: {error}");
        Self::Internal(error.to_string())
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorBody<'a> {
    error_code: &'a str,
    error_message: &'a str,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response<Body> {
        let error = |status, error_code, error_message: &str| send(status, &ErrorBody { error_code, error_message });
        match self {
            Self::Validation(message) => error(400, "VALIDATION", &message),
            Self::NotFound(message) => error(404, "NOT_FOUND", message),
            Self::Internal(message) => error(500, "INTERNAL", &message),
            Self::Empty(status) => empty(status),
            Self::Coded(status, code, message) => error(status, code, &message),
            Self::Method(allowed) => {
                let mut response = empty(405);
                if let Ok(allowed) = HeaderValue::from_str(&allowed) {
                    response.headers_mut().insert(header::ALLOW, allowed);
                }
                response
            }
            Self::NoRoute(text) => plain_not_found(text),
        }
    }
}

fn plain_not_found(text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = StatusCode::NOT_FOUND;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// A status with an empty body that is labelled JSON.
pub fn empty(status: u16) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A status with a body: keys in the order of the type, `<`, `>` and `&` escaped, a line feed at the end.
pub fn send(status: u16, value: &impl Serialize) -> Response<Body> {
    let mut text = match serde_json::to_string(value) {
        Ok(text) => escaped(&text),
        Err(error) => return Refusal::Internal(error.to_string()).into_response(),
    };
    text.push('\n');
    let mut response = empty(status);
    *response.body_mut() = if text.len() > CHUNKED_FROM {
        Body::from_stream(futures_util::stream::iter([Ok::<_, std::convert::Infallible>(text)]))
    } else {
        Body::from(text)
    };
    response
}

/// The characters that Go escapes stand only inside strings, so the text can be gone through as it is.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(character))),
            other => out.push(other),
        }
    }
    out
}

/// The body without the line feed at its end.
pub async fn without_line_feed(response: Response<Body>) -> Response<Body> {
    let (mut head, body) = response.into_parts();
    let mut whole = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    if whole.last() == Some(&b'\n') {
        whole.truncate(whole.len() - 1);
        head.headers.remove(header::CONTENT_LENGTH);
    }
    Response::from_parts(head, Body::from(whole))
}

/// `{"data": …}` with a status.
pub fn data(status: u16, value: impl Serialize) -> Response<Body> {
    #[derive(Serialize)]
    struct Data<T> {
        data: T,
    }
    send(status, &Data { data: value })
}
