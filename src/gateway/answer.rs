//! Answers as plain values.
use crate::describe::json;
use crate::error::{Error, Kind};

/// What a gateway answers.
#[derive(Clone, PartialEq, Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// JSON text, or nothing.
    pub body: String,
}

impl Answer {
    /// JSON text.
    pub fn json(status: u16, body: String) -> Answer {
        Answer::of(status, "application/json", body)
    }

    /// No content: it was done, and there is nothing to tell of it.
    pub fn nothing() -> Answer {
        Answer::of(204, "text/plain", String::new())
    }

    /// The head of a file that this operation gave, of this media type. A page must save it and cannot be made to run it.
    pub fn file(operation: &str, kind: &str) -> Answer {
        let plain = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let is_type = plain.split_once('/').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty());
        let fit = is_type && plain.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/.+-".contains(&byte));
        let kind = if fit { plain.as_str() } else { "application/octet-stream" };
        let ending = match kind {
            "application/pdf" => ".pdf",
            "application/zip" => ".zip",
            _ => "",
        };
        let mut answer = Answer::of(200, kind, String::new());
        let name = format!("attachment; filename=\"{operation}{ending}\"");
        answer.headers.push(("content-disposition", name));
        answer.headers.push(("content-security-policy", "sandbox; default-src 'none'".into()));
        answer
    }

    /// The head of an event stream.
    pub fn events() -> Answer {
        let mut answer = Answer::of(200, "text/event-stream", String::new());
        // Or a proxy would hold the events back until it has enough of them.
        answer.headers.push(("x-accel-buffering", "no".into()));
        answer
    }

    /// What an error looks like from outside.
    pub fn problem(error: &Error) -> Answer {
        let outside = outside(error);
        let status = outside.status.unwrap_or(500);
        let body = json(&outside);
        let mut answer = Answer::of(status, "application/problem+json", body);
        if let Some(wait) = error.retry_after.filter(|_| matches!(status, 429 | 503)) {
            answer.headers.push(("retry-after", wait.div_ceil(1_000).to_string()));
        }
        if status == 401 {
            answer.headers.push(("www-authenticate", "Bearer".into()));
        }
        if error.code == "method_not_allowed" {
            answer.headers.push(("allow", "GET, POST".into()));
        }
        answer
    }

    pub(super) fn preflight() -> Answer {
        let mut answer = Answer::of(204, "text/plain", String::new());
        answer.headers.push(("access-control-allow-methods", "GET, POST".into()));
        answer.headers.push(("access-control-allow-headers", "authorization, content-type, traceparent".into()));
        answer.headers.push(("access-control-max-age", "600".into()));
        answer
    }

    fn of(status: u16, kind: &str, body: String) -> Answer {
        let headers = [("content-type", kind), ("cache-control", "no-store"), ("x-content-type-options", "nosniff")];
        Answer { status, headers: headers.map(|(name, value)| (name, value.to_owned())).to_vec(), body }
    }
}

/// The error with the status that the gateway answers it by. That a system refuses the gateway's own token is not the
/// visitor's doing.
pub(super) fn outside(error: &Error) -> Error {
    if error.kind == Kind::Auth && error.system.is_some() {
        let message = "the system refused the gateway's own credentials";
        let refused = Error::new(Kind::Http, "gateway_credentials_refused", message);
        return Error { status: Some(502), system: error.system, ..refused };
    }
    let said = error.status.filter(|status| error.system.is_none() || (400..500).contains(status));
    let status = match error.kind {
        Kind::Argument | Kind::Signature => said.unwrap_or(400),
        Kind::Auth => said.unwrap_or(403),
        Kind::NotFound => said.unwrap_or(404),
        Kind::RateLimit => 429,
        Kind::Http => said.unwrap_or(502),
        Kind::Timeout => 504,
        Kind::Network | Kind::Decode | Kind::UnknownOutcome => 502,
        Kind::Transition => 409,
        Kind::Unsupported => said.unwrap_or(501),
        Kind::Internal => 500,
    };
    Error { status: Some(status), ..error.clone() }
}
