//! Every answer of every test against a schema: the JSON Schemas that the client writes from its descriptions of the
//! wire, closed, so that a member or a word too many is found as well as one too few.

mod models;
mod table;

use std::sync::LazyLock;

use jsonschema::Validator;
use runward::describe::Value;
use runward::finding::Level;
use runward::write::json_schema;
use serde_json::Value as Json;

use table::{DELIVERIES, REFUSALS, ROUTES, Row, Shape};

use crate::exchange;

/// A row with what its shape is checked by.
struct Rule {
    row: &'static Row,
    schema: Option<Validator>,
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let rule = |row: &'static Row| match &row.2 {
        Shape::Json(value) => Rule { row, schema: Some(validator(value)) },
        _ => Rule { row, schema: None },
    };
    ROUTES.iter().chain(REFUSALS).map(rule).collect()
});

static LETTERS: LazyLock<Vec<(&str, Validator)>> =
    LazyLock::new(|| DELIVERIES.iter().map(|(of, value)| (*of, validator(value))).collect());

/// The schema of what servers send, closed and with its formats asserted.
fn validator(value: &Value) -> Validator {
    let schema = closed(json_schema(value, Level::Wire));
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

/// Types that stay open, and why.
const OPEN: [(&str, &str); 2] = [
    ("StageDelay", "a configuration comes back as the caller wrote it, unknown members included"),
    ("WorkflowStatus", "a data product of the tests uses a word that is in no list"),
];

/// The client must bear what it does not know; of an answer of ours it must know everything.
fn closed(mut schema: Json) -> Json {
    for (name, definition) in schema["$defs"].as_object_mut().unwrap() {
        if OPEN.iter().any(|(open, _)| open == name) {
            continue;
        }
        let definition = definition.as_object_mut().unwrap();
        if definition.contains_key("properties") {
            definition.insert("additionalProperties".into(), false.into());
        }
        if let Some(words) = definition.remove("examples") {
            definition.insert("enum".into(), words);
        }
    }
    schema
}

/// An answer as it came over the wire.
pub struct Seen<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub status: u16,
    pub content_type: Option<&'a str>,
    pub body: &'a [u8],
}

/// Which row the answer is one of; what is none fails the test that got it.
pub fn checked(seen: &Seen<'_>) -> usize {
    let candidates = candidates(seen);
    let mut wrong = Vec::new();
    for index in &candidates {
        match fits(&RULES[*index], seen) {
            Ok(()) => return *index,
            Err(error) => wrong.push(format!("{}: {error}", RULES[*index].row.0)),
        }
    }
    let body = String::from_utf8_lossy(&seen.body[..seen.body.len().min(2_000)]);
    let Seen { method, path, status, .. } = seen;
    match candidates.is_empty() {
        true => panic!("no row of the table has {method} {path} with {status}: {body}"),
        false => panic!("{method} {path} answered {status} in another shape.\n{}\n{body}", wrong.join("\n")),
    }
}

/// The rows of the answer's route and status, or else the refusals that stand before all routes.
fn candidates(seen: &Seen<'_>) -> Vec<usize> {
    let path = seen.path.trim_end_matches('/').replace("/formance/api/orchestration/", "/formance/");
    let is_route = |row: &Row| {
        let (method, route) = row.0.split_once(' ').unwrap();
        (method == seen.method, matches(route, &path))
    };
    let known = ROUTES.iter().any(|row| is_route(row).1);
    let of_route =
        (0..ROUTES.len()).filter(|at| is_route(&ROUTES[*at]) == (true, true) && ROUTES[*at].1 == seen.status);
    let refused = REFUSALS.iter().enumerate().filter(|(_, row)| {
        let system = row.0.trim_start_matches('?').trim_end_matches("**");
        row.1 == seen.status && row.0.starts_with('?') != known && path.starts_with(system)
    });
    of_route.chain(refused.map(|(at, _)| at + ROUTES.len())).collect()
}

fn matches(route: &str, path: &str) -> bool {
    let (route, path): (Vec<_>, Vec<_>) = (route.split('/').collect(), path.split('/').collect());
    route.len() == path.len() && route.iter().zip(&path).all(|(a, b)| *a == "*" || a == b)
}

fn fits(rule: &Rule, seen: &Seen<'_>) -> Result<(), String> {
    let is_typed = |wanted: &str| seen.content_type.is_some_and(|found| found.starts_with(wanted));
    match &rule.row.2 {
        Shape::Json(_) if !is_typed("application/json") => Err(format!("labelled {:?}", seen.content_type)),
        Shape::Json(_) => {
            let body = serde_json::from_slice(seen.body).map_err(|error| error.to_string())?;
            invalid(rule.schema.as_ref().unwrap(), &body)
        }
        Shape::Null => (seen.body == b"null\n").then_some(()).ok_or_else(|| "not null".into()),
        Shape::Empty => seen.body.is_empty().then_some(()).ok_or_else(|| "not empty".into()),
        Shape::Text(text) => (seen.body == text.as_bytes()).then_some(()).ok_or_else(|| format!("not {text:?}")),
        Shape::File(kind) => is_typed(kind).then_some(()).ok_or_else(|| format!("not {kind}")),
    }
}

fn invalid(schema: &Validator, body: &Json) -> Result<(), String> {
    let errors: Vec<String> =
        schema.iter_errors(body).map(|error| format!("  {}: {error}", error.instance_path())).take(10).collect();
    if errors.is_empty() { Ok(()) } else { Err(format!("\n{}", errors.join("\n"))) }
}

/// Checks the body of a webhook; `of` is the system, and for Onfido the resource and the action.
pub fn delivered(of: &str, body: &str) {
    let body = serde_json::from_str(body).unwrap();
    let (_, schema) = LETTERS.iter().find(|(known, _)| of.starts_with(known)).unwrap_or_else(|| panic!("{of}: {body}"));
    if let Err(errors) = invalid(schema, &body) {
        panic!("{of}: {errors}\n{body}");
    }
}

/// The name of a row, for a message.
pub fn named(index: usize) -> String {
    let (route, status, _) = RULES[index].row;
    format!("{route} with {status} (row {index})")
}

pub fn rows() -> usize {
    RULES.len()
}

/// The rows of all answers that real servers were recorded to send.
pub fn recorded() -> Vec<usize> {
    let mut found = Vec::new();
    for system in ["hatchet", "formance"] {
        for name in exchange::names(system) {
            let exchange = exchange::load(system, &name);
            let headers = &exchange.response.headers;
            let content_type = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
            found.push(checked(&Seen {
                method: &exchange.request.method,
                path: &format!("/{system}{}", exchange.request.path.split('?').next().unwrap()),
                status: exchange.response.status,
                content_type: content_type.map(|(_, value)| value.as_str()),
                body: exchange.response.body.as_deref().unwrap_or_default().as_bytes(),
            }));
        }
    }
    found
}

#[test]
fn every_recorded_answer_of_a_real_server_fits_its_schema() {
    assert!(recorded().len() > 200);
}

#[test]
fn a_member_too_few_or_too_many_a_new_word_and_a_wrong_format_are_found() {
    let path = "/hatchet/api/v1/stable/workflow-runs/x/status";
    let seen = |path, body: &'static str| {
        let seen =
            Seen { method: "GET", path, status: 200, content_type: Some("application/json"), body: body.as_bytes() };
        std::panic::catch_unwind(|| checked(&seen)).is_ok()
    };
    assert!(seen(path, "\"RUNNING\"\n"));
    assert!(!seen(path, "\"LIMPING\"\n"));
    let version = "/hatchet/api/v1/version";
    assert!(seen(version, r#"{"version":"v1"}"#));
    assert!(!seen(version, "{}"));
    assert!(!seen(version, r#"{"version":"v1","name":"x"}"#));
    assert!(!seen(version, r#"{"version":1}"#));
    assert!(!seen("/hatchet/api/v1/nothing", "{}"));
    let cancel = Seen {
        method: "POST",
        path: "/hatchet/api/v1/stable/tenants/x/tasks/cancel",
        status: 200,
        content_type: Some("application/json"),
        body: br#"{"ids":["x"]}"#,
    };
    assert!(std::panic::catch_unwind(|| checked(&cancel)).is_err());
}
