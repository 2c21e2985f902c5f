//! The service's routes: which path has which methods, and what stands before all of them.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, Response};
use axum::response::IntoResponse;
use serde_json::json;

use super::answer::{Answer, Refusal, data, empty, send, without_line_feed};
use super::{Formance, Manners, page, runs, triggers};

/// What is read of a body at most.
const LARGEST_BODY: usize = 16 << 20;

/// A request as the calls need it.
pub struct Call {
    pub formance: Arc<Formance>,
    /// Version 2 has cursors.
    pub is_v2: bool,
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Call {
    /// The first value of a query parameter.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether a query parameter says yes.
    pub fn says(&self, name: &str) -> bool {
        self.query(name).is_some_and(|value| value == "1" || value.eq_ignore_ascii_case("true"))
    }

    /// Where the wished page lies.
    pub fn place<F>(&self, filters: F) -> Result<page::Place<F>, Refusal>
    where
        F: serde::Serialize + for<'de> serde::Deserialize<'de>,
    {
        let largest = self.formance.manners().largest_page();
        page::Place::read(self.query("cursor"), self.query("pageSize"), largest, filters)
    }

    /// The body's first JSON value; what follows it is not looked at.
    pub fn json(&self) -> Result<serde_json::Value, String> {
        let mut values = serde_json::Deserializer::from_slice(&self.body).into_iter();
        match values.next() {
            None => Err("EOF".into()),
            Some(Ok(value)) => Ok(value),
            Some(Err(error)) if error.is_eof() => Err("unexpected EOF".into()),
            Some(Err(error)) => Err(format!("invalid character: {error}")),
        }
    }
}

/// The paths, `*` for one part, with their methods. Version 2 adds the ones marked so.
const ROUTES: &[(&str, &[&str], bool)] = &[
    ("workflows", &["GET", "POST"], false),
    ("workflows/*", &["GET", "DELETE"], false),
    ("workflows/*/instances", &["POST"], false),
    ("instances", &["GET"], false),
    ("instances/*", &["GET"], false),
    ("instances/*/events", &["POST"], false),
    ("instances/*/abort", &["PUT"], false),
    ("instances/*/history", &["GET"], false),
    ("instances/*/stages/*/history", &["GET"], false),
    ("triggers", &["GET", "POST"], false),
    ("triggers/*", &["GET", "DELETE"], false),
    ("triggers/*/occurrences", &["GET"], false),
    ("triggers/*/test", &["POST"], true),
];

/// The methods of a path; none: no such route.
fn methods(parts: &[String], is_v2: bool) -> Option<&'static [&'static str]> {
    let fits = |pattern: &str| {
        let pattern: Vec<_> = pattern.split('/').collect();
        pattern.len() == parts.len() && pattern.iter().zip(parts).all(|(a, b)| *a == "*" || a == b)
    };
    ROUTES.iter().find(|(path, _, only_v2)| fits(path) && (is_v2 || !only_v2)).map(|(_, methods, _)| *methods)
}

/// Answers a request to the service.
pub async fn serve(State(formance): State<Arc<Formance>>, request: Request) -> Response<Body> {
    let manners = formance.manners();
    let answer = answer(formance, request).await.map_err(|refusal| mended(manners, refusal));
    let response = answer.unwrap_or_else(IntoResponse::into_response);
    if manners.line_feeds { response } else { without_line_feed(response).await }
}

async fn answer(formance: Arc<Formance>, request: Request) -> Answer {
    let (head, body) = request.into_parts();
    // A trailing slash is taken; a body without a length is read by no call that checks for one.
    let mut parts: Vec<String> = head.uri.path().split('/').skip(1).map(decoded).collect();
    parts.pop_if(|last| last.is_empty());
    let is_v2 = parts.first().is_some_and(|part| part == "v2");
    match (head.method.as_str(), parts.iter().map(String::as_str).collect::<Vec<_>>().as_slice()) {
        ("GET", ["_info"]) => return Ok(send(200, &json!({"version": "develop"}))),
        ("GET", ["_healthcheck"]) => return Ok(send(200, &json!({"default": "OK"}))),
        _ => {}
    }
    if is_v2 {
        parts.remove(0);
    }
    let allowed = methods(&parts, is_v2).ok_or(Refusal::NoRoute("404 page not found\n"))?;
    if !formance.admits(&head.headers, &head.method) {
        return Err(Refusal::Empty(401));
    }
    if !allowed.contains(&head.method.as_str()) {
        return Err(Refusal::Method(allowed.join(", ")));
    }
    let body =
        axum::body::to_bytes(body, LARGEST_BODY).await.map_err(|error| Refusal::Validation(error.to_string()))?;
    let query = form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let call = Call { formance: Arc::clone(&formance), is_v2, query, headers: head.headers, body: body.to_vec() };
    dispatch(call, &head.method, parts).await
}

/// A refusal as a mended service has it: a 500 that means that something is not there as the unmerged fix answers it,
/// an empty body with the words that are missing.
fn mended(manners: Manners, refusal: Refusal) -> Refusal {
    let is_missing = |message: &str| message.ends_with("not found") || message.ends_with("no rows in result set");
    match refusal {
        Refusal::Internal(message) if !manners.unknown_is500 && is_missing(&message) => Refusal::NotFound("not found"),
        Refusal::Empty(401) if !manners.empty_refusals => {
            Refusal::Coded(401, "UNAUTHORIZED", "a valid token is needed".into())
        }
        Refusal::Method(allowed) if !manners.empty_refusals => {
            Refusal::Coded(405, "METHOD_NOT_ALLOWED", format!("the path has {allowed}"))
        }
        other => other,
    }
}

async fn dispatch(call: Call, method: &Method, parts: Vec<String>) -> Answer {
    let id = parts.get(1).cloned().unwrap_or_default();
    match (method.as_str(), parts.iter().map(String::as_str).collect::<Vec<_>>().as_slice()) {
        ("GET", ["workflows"]) => runs::list_workflows(call).await,
        ("POST", ["workflows"]) => runs::create_workflow(call).await,
        ("GET", ["workflows", _]) => runs::get_workflow(call, id).await,
        ("DELETE", ["workflows", _]) => runs::delete_workflow(call, id).await,
        ("POST", ["workflows", _, "instances"]) => runs::run(call, id).await,
        ("GET", ["instances"]) => runs::list_instances(call).await,
        ("GET", ["instances", _]) => runs::get_instance(call, id).await,
        ("POST", ["instances", _, "events"]) => runs::send_event(call, id).await,
        ("PUT", ["instances", _, "abort"]) => runs::abort(call, id).await,
        ("GET", ["instances", _, "history"]) => runs::history(call, id).await,
        ("GET", ["instances", _, "stages", number, "history"]) => {
            let number = number.parse().map_err(|_| Refusal::Empty(404))?;
            runs::stage_history(call, id, number).await
        }
        ("GET", ["triggers"]) => triggers::list(call).await,
        ("POST", ["triggers"]) => triggers::create(call).await,
        ("GET", ["triggers", _]) => triggers::get(call, id).await,
        ("DELETE", ["triggers", _]) => triggers::delete(call, id).await,
        ("GET", ["triggers", _, "occurrences"]) => triggers::occurrences(call, id).await,
        ("POST", ["triggers", _, "test"]) => triggers::test(call, id).await,
        _ => Err(Refusal::NoRoute("404 page not found\n")),
    }
}

/// A list: a page in version 2, everything in version 1.
pub fn listed<F, T>(call: &Call, place: page::Place<F>, found: Vec<T>) -> Response<Body>
where
    F: serde::Serialize + for<'de> serde::Deserialize<'de>,
    T: serde::Serialize,
{
    if call.is_v2 { send(200, &place.page(found)) } else { data(200, found) }
}

/// 204, labelled JSON.
pub fn done() -> Response<Body> {
    empty(204)
}

fn decoded(part: &str) -> String {
    let text = part.replace('+', "%2B");
    form_urlencoded::parse(text.as_bytes()).next().map(|(key, _)| key.into_owned()).unwrap_or_default()
}
