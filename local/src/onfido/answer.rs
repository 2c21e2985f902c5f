//! Answers and refusals. The real system's words inside errors are not known, only the forms: these words are ours.

use axum::Json;
use axum::body::Body;
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use serde_json::{Value, json};

use crate::{Error, is_of_framework};

/// What a handler returns.
pub type Answer = Result<Response<Body>, Refusal>;

/// A refusal: a status and `{"error": {"type", "message", "fields"?}}`.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    kind: &'static str,
    message: String,
    fields: Option<Value>,
}

impl Refusal {
    /// 401.
    pub fn credentials() -> Self {
        let message = "Authorization error: please check your credentials".into();
        Self { status: StatusCode::UNAUTHORIZED, kind: "authorization_error", message, fields: None }
    }

    /// 404, for an unknown id, a malformed one, and a file that is not ready.
    pub fn not_found() -> Self {
        let message = "Could not find the requested resource".into();
        Self { status: StatusCode::NOT_FOUND, kind: "resource_not_found", message, fields: None }
    }

    /// 422 about one field.
    pub fn field(name: &str, what: &str) -> Self {
        let fields = Some(json!({name: [what]}));
        let message = "There was a validation error on this request".into();
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, kind: "validation_error", message, fields }
    }

    /// What the framework refuses, in this system's form.
    pub fn of_framework(response: Response<Body>) -> Response<Body> {
        if !is_of_framework(&response) {
            return response;
        }
        let message = "The request cannot be read".into();
        Self { status: response.status(), kind: "bad_request", message, fields: None }.into_response()
    }

    /// 405.
    pub fn wrong_method() -> Self {
        let message = "The resource does not have this method".into();
        Self { status: StatusCode::METHOD_NOT_ALLOWED, kind: "method_not_allowed", message, fields: None }
    }

    /// 400, for a body that is no JSON.
    pub fn unreadable(message: String) -> Self {
        Self { status: StatusCode::BAD_REQUEST, kind: "bad_request", message, fields: None }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        eprintln!("runward-local: {error}");
        let message = "There was an internal error".into();
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, kind: "internal_error", message, fields: None }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response<Body> {
        let mut error = json!({"type": self.kind, "message": self.message});
        if let (Some(error), Some(fields)) = (error.as_object_mut(), self.fields) {
            error.insert("fields".into(), fields);
        }
        (self.status, Json(json!({"error": error}))).into_response()
    }
}
