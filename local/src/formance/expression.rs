//! Expressions of triggers, as Go's `expr` evaluates and prints them.

use expr::{Context, Environment, Value as Found};
use serde_json::Value;

/// Whether it can be compiled.
pub fn check(text: &str) -> Result<(), String> {
    expr::compile(text).map(drop).map_err(|error| error.to_string())
}

/// The value of an expression over an event.
fn evaluate(text: &str, event: &Value) -> Result<Found, String> {
    let mut context = Context::default();
    context.insert("event", converted(event));
    Environment::new().eval(text, &context).map_err(|error| error.to_string())
}

fn converted(value: &Value) -> Found {
    match value {
        Value::Null => Found::Nil,
        Value::Bool(flag) => Found::Bool(*flag),
        Value::Number(number) => number.as_f64().map_or(Found::Nil, Found::Float),
        Value::String(text) => Found::String(text.clone()),
        Value::Array(items) => Found::Array(items.iter().map(converted).collect()),
        Value::Object(map) => Found::Map(map.iter().map(|(key, item)| (key.clone(), converted(item))).collect()),
    }
}

/// Whether a filter lets an event pass.
pub fn matches(filter: &str, event: &Value) -> Result<bool, String> {
    match evaluate(filter, event)? {
        Found::Bool(flag) => Ok(flag),
        _ => Err("expression must return a boolean".into()),
    }
}

/// The value of a variable, as text.
pub fn variable(text: &str, event: &Value) -> Result<String, String> {
    evaluate(text, event).map(|value| printed(&value))
}

/// Numbers as JSON, other things as Go's `%v` prints them.
fn printed(value: &Found) -> String {
    match value {
        Found::Nil => "<nil>".into(),
        Found::Bool(flag) => flag.to_string(),
        Found::Float(number) => crate::gojson::text(&crate::gojson::doubles((*number).into())),
        Found::String(text) => text.clone(),
        Found::Array(items) => format!("[{}]", items.iter().map(printed).collect::<Vec<_>>().join(" ")),
        Found::Map(map) => {
            let mut entries: Vec<_> = map.iter().map(|(key, item)| format!("{key}:{}", printed(item))).collect();
            entries.sort_unstable();
            format!("map[{}]", entries.join(" "))
        }
        other => other.to_string(),
    }
}
