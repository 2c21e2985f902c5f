//! The shape of a body: everything but what must differ from one server and moment to the next.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A JSON text with its key order and its numbers' spelling.
#[derive(Debug, Clone, PartialEq)]
pub enum Tree {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

struct Builder;

impl<'de> Visitor<'de> for Builder {
    type Value = Tree;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }
    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }
    fn visit_bool<E>(self, flag: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(flag))
    }
    fn visit_i64<E>(self, number: i64) -> Result<Tree, E> {
        Ok(Tree::Number(number.to_string()))
    }
    fn visit_u64<E>(self, number: u64) -> Result<Tree, E> {
        Ok(Tree::Number(number.to_string()))
    }
    fn visit_f64<E>(self, number: f64) -> Result<Tree, E> {
        Ok(Tree::Number(format!("{number:e}")))
    }
    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(text.to_owned()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree, A::Error> {
        let mut object = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            object.push(entry);
        }
        Ok(Tree::Object(object))
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Builder)
    }
}

/// Numbers that are counters, clocks or identities: only their sign and their sentinels count.
const LOOSE_NUMBERS: [&str; 6] = ["duration", "taskId", "id", "txid", "num_pages", "count"];

/// A number's class where its value cannot be the same.
fn loose_number(text: &str) -> &str {
    match text {
        "0" | "9223372036854" | "-9223372036854" => text,
        _ if text.starts_with('-') => "negative",
        _ => "positive",
    }
}

/// The class of a date: whether it has nanoseconds, and its zone.
fn time_class(text: &str) -> Option<String> {
    let is_time = text.len() >= 20 && text.starts_with("20") && chrono::DateTime::parse_from_rfc3339(text).is_ok();
    let zone = text.get(19..)?.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let digits = text.len() - 19 - zone.len();
    let precision = if digits > 7 { " with nanoseconds" } else { "" };
    is_time.then(|| format!("(time{precision} {zone})"))
}

/// A text as it is, with ids, times, clock digits and traces as classes.
fn text_class(text: &str) -> String {
    if text == "00000000-0000-0000-0000-000000000000" || text == "0001-01-01T00:00:00Z" {
        return text.to_owned();
    }
    if uuid::Uuid::parse_str(text).is_ok() && text.len() == 36 && text == text.to_lowercase() {
        return "(uuid)".into();
    }
    if let Some(class) = time_class(text) {
        return class;
    }
    if let Some(id) = text.split_once('_').filter(|(id, _)| uuid::Uuid::parse_str(id).is_ok()) {
        return format!("(uuid)_{}", id.1.trim_matches(|c: char| c.is_ascii_digit()));
    }
    if let Some(place) = text.strip_prefix("eyJ").and_then(|_| BASE64.decode(text).ok()) {
        let place = String::from_utf8(place).unwrap();
        return place.split('"').map(text_class).collect::<Vec<_>>().join("\"");
    }
    if text.starts_with("00-") && text.len() == 55 {
        return "(traceparent)".into();
    }
    match text.rsplit_once('-') {
        Some((name, digits)) if digits.len() == 13 && digits.bytes().all(|b| b.is_ascii_digit()) => {
            format!("{name}-(milliseconds)")
        }
        _ => text.to_owned(),
    }
}

impl Tree {
    pub fn parse(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    fn get(&self, key: &str) -> Option<&Tree> {
        match self {
            Self::Object(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    fn text_at(&self, key: &str) -> String {
        match self.get(key) {
            Some(Self::Text(text)) => text_class(text),
            Some(Self::Number(number)) => number.clone(),
            _ => String::new(),
        }
    }

    /// Lists whose order is chance on the real server are put in one order: steps of one layer, events of one moment.
    fn settled(mut self) -> Self {
        match &mut self {
            Self::Object(entries) => {
                for (key, value) in entries.iter_mut() {
                    *value = std::mem::replace(value, Self::Null).settled();
                    if let Self::List(items) = value {
                        match key.as_str() {
                            "tasks" | "children" => items.sort_by_key(|item| item.text_at("displayName")),
                            "shape" => items.sort_by_key(|item| item.text_at("taskName")),
                            "rows" => {
                                // Newest first stays; only what was inserted at one moment has no order.
                                let moments: Vec<String> = items.iter().map(moment).collect();
                                let place = |item: &Tree| moments.iter().position(|other| *other == moment(item));
                                items.sort_by_key(|item| (place(item), item.text_at("displayName")));
                            }
                            "taskEvents" => items.sort_by_key(event_key),
                            _ => {}
                        }
                    }
                }
            }
            Self::List(items) => {
                let settled = std::mem::take(items).into_iter().map(Self::settled).collect();
                *items = settled;
                if items.iter().all(|item| item.get("eventType").is_some()) {
                    items.sort_by_key(event_key);
                }
            }
            _ => {}
        }
        self
    }
}

fn moment(row: &Tree) -> String {
    match row.get("taskInsertedAt") {
        Some(Tree::Text(text)) => text.clone(),
        _ => String::new(),
    }
}

fn event_key(event: &Tree) -> (String, String, String) {
    (event.text_at("taskDisplayName"), event.text_at("retryCount"), event.text_at("eventType"))
}

/// Where two bodies differ in shape, as JSON Pointers with what was recorded and what came.
pub fn differences(recorded: &str, ours: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    compare(&Tree::parse(recorded).settled(), &Tree::parse(ours).settled(), "", "", &mut found);
    found
}

fn compare(recorded: &Tree, ours: &Tree, key: &str, at: &str, found: &mut Vec<(String, String)>) {
    let mut differ = |recorded: &dyn fmt::Display, ours: &dyn fmt::Display| {
        found.push((at.to_owned(), format!("recorded {recorded}, got {ours}")));
    };
    match (recorded, ours) {
        (Tree::Object(a), Tree::Object(b)) => {
            let names = |entries: &[(String, Tree)]| {
                entries.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" ")
            };
            if names(a) != names(b) {
                differ(&format!("keys {}", names(a)), &names(b));
            }
            for (name, value) in a {
                if let Some(other) = ours.get(name) {
                    compare(value, other, name, &format!("{at}/{name}"), found);
                }
            }
        }
        (Tree::List(a), Tree::List(b)) => {
            if a.len() != b.len() {
                differ(&format!("{} items", a.len()), &b.len());
            }
            for (index, (value, other)) in a.iter().zip(b).enumerate() {
                compare(value, other, key, &format!("{at}/{index}"), found);
            }
        }
        (Tree::Number(a), Tree::Number(b)) if LOOSE_NUMBERS.contains(&key) => {
            let same = loose_number(a) == loose_number(b);
            if !same {
                differ(a, b);
            }
        }
        (Tree::Text(a), Tree::Text(b)) => {
            let same = text_class(a) == text_class(b);
            if !same {
                differ(a, b);
            }
        }
        (a, b) if a != b => differ(&format!("{a:?}"), &format!("{b:?}")),
        _ => {}
    }
}

#[test]
fn a_missing_key_another_type_a_zero_and_an_order_are_differences() {
    let differ = |a: &str, b: &str| differences(a, b).len();
    assert_eq!(differ(r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#), 1);
    assert_eq!(differ(r#"{"a":1}"#, r#"{"a":1,"b":null}"#), 1);
    assert_eq!(differ(r#"{"a":null}"#, r#"{"a":{}}"#), 1);
    assert_eq!(differ(r#"{"duration":-9223372036854}"#, r#"{"duration":-4}"#), 1);
    assert_eq!(differ(r#"{"duration":-7}"#, r#"{"duration":-4}"#), 0);
    assert_eq!(differ(r#"{"t":"0001-01-01T00:00:00Z"}"#, r#"{"t":"2026-11-22T16:08:09Z"}"#), 1);
    assert_eq!(differ(r#"{"t":"2026-11-22T16:08:08.1Z"}"#, r#"{"t":"2026-11-22T16:08:09Z"}"#), 0);
    assert_eq!(differ(r#"{"retryCount":0}"#, r#"{"retryCount":1}"#), 1);
    assert_eq!(differ("[1]", "[1,1]"), 1);
}
