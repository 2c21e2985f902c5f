//! What a request asks for in its body or query, and everything that is wrong with it.
use crate::client::{Many, Named, Which};
use crate::describe::{Raw, Wire, decode};
use crate::error::{Error, Kind, Result, SystemName};
use crate::finding::{Evidence, Finding, Level, Severity};
use crate::http::unescape;
use crate::order::map;
use crate::run::{Millis, Run};
use crate::system::{Create, Filter};
use crate::systems;
use std::collections::BTreeMap;

/// The run that a JSON or form body asks for.
///
/// With a fixed `workflow` the whole body is the run's input. Without, a JSON body is
/// `{workflow, input?, metadata?, key?, priority?}`; a form has the same names (`input` and `metadata` as JSON text), and
/// every other field of it becomes a text in the input. What only this system's runs are created with stands beside them.
pub fn create_from(
    system: SystemName,
    workflow: Option<&str>,
    content_type: Option<&str>,
    body: &[u8],
) -> Result<Create> {
    let takes = systems::system(system).map(|system| system.api().takes()).unwrap_or_default();
    let text = utf8(body)?;
    let fields = match media_type(content_type).as_str() {
        "application/json" => json_fields(text)?,
        "application/x-www-form-urlencoded" => form_fields(text, workflow.is_some(), takes)?,
        _ => return Err(unsupported("the body must be application/json or application/x-www-form-urlencoded")),
    };
    match workflow {
        Some(workflow) => {
            let (more, input) = fields.into_iter().partition::<Fields, _>(|(name, _)| takes.contains(&name.as_str()));
            // Where a run takes no input, a body without any asks for none.
            let input = (takes.is_empty() || !input.is_empty()).then(|| Raw::of(&input));
            Ok(Create { workflow: workflow.into(), input, more, ..Create::default() })
        }
        None => create(fields, takes),
    }
}

/// What every body of a create may have.
const FIELDS: [&str; 7] = ["workflow", "input", "metadata", "key", "idempotencyKey", "priority", "tags"];

type Fields = BTreeMap<String, Raw>;

fn json_fields(text: &str) -> Result<Fields> {
    decode(text).map_err(|misfit| {
        let message = format!("the body must be a JSON object (line {} column {})", misfit.line, misfit.column);
        invalid(vec![finding("not_an_object", "", &message)])
    })
}

/// A form's fields, with those that are none of a request's own moved into the input.
fn form_fields(text: &str, all_input: bool, takes: &[&str]) -> Result<Fields> {
    let (mut fields, mut input, mut findings) = (Fields::new(), BTreeMap::<String, Vec<String>>::new(), vec![]);
    for (name, value) in pairs(text)? {
        match name.as_str() {
            own if takes.contains(&own) => drop(fields.insert(name, Raw::of(&value))),
            own if all_input || !FIELDS.contains(&own) => input.entry(name).or_default().push(value),
            "input" | "metadata" | "priority" | "tags" => match Raw::parse(&value) {
                Some(raw) => drop(fields.insert(name, raw)),
                None => findings.push(finding("invalid_json", &pointer(&name), "the field must be JSON text")),
            },
            _ => drop(fields.insert(name, Raw::of(&value))),
        }
    }
    if !input.is_empty() && fields.contains_key("input") {
        let message = "a form gives `input` either as JSON text or as fields of its own, not both";
        findings.push(finding("ambiguous_input", "/input", message));
    }
    if !findings.is_empty() {
        return Err(invalid(findings));
    }
    let values = |mut values: Vec<String>| if values.len() == 1 { Raw::of(&values.pop()) } else { Raw::of(&values) };
    let mut gathered = Fields::new();
    for (name, all) in input {
        gathered.insert(name, values(all));
    }
    if all_input {
        fields.append(&mut gathered);
        return Ok(fields);
    }
    if !gathered.is_empty() {
        fields.insert("input".into(), Raw::of(&gathered));
    }
    Ok(fields)
}

fn create(mut fields: Fields, takes: &[&str]) -> Result<Create> {
    let mut findings = vec![];
    let workflow = take(&mut fields, "workflow", "a text", &mut findings);
    let key = take(&mut fields, "key", "a text", &mut findings);
    let idempotency_key = take(&mut fields, "idempotencyKey", "a text", &mut findings);
    let priority = take(&mut fields, "priority", "a whole number", &mut findings);
    let tags = take(&mut fields, "tags", "a list of texts", &mut findings);
    let more = map(takes.iter().filter_map(|name| fields.remove_entry(*name)).map(Ok))?;
    let input = object(&mut fields, "input", &mut findings);
    let metadata = object(&mut fields, "metadata", &mut findings);
    if workflow.as_ref().is_none_or(String::is_empty) && !findings.iter().any(|finding| finding.pointer == "/workflow")
    {
        findings.push(finding("missing_field", "/workflow", "a run needs the name of its workflow"));
    }
    for name in fields.keys() {
        let all = FIELDS.iter().chain(takes);
        let message = format!("there is no such field; there are {}", all.copied().collect::<Vec<_>>().join(", "));
        findings.push(finding("unknown_field", &pointer(name), &message));
    }
    if findings.is_empty() {
        let (workflow, tags) = (workflow.unwrap_or_default(), tags.unwrap_or_default());
        Ok(Create { workflow, input, metadata, key, idempotency_key, priority, tags, more, full: false })
    } else {
        Err(invalid(findings))
    }
}

fn take<T: Wire>(fields: &mut Fields, name: &str, what: &str, findings: &mut Vec<Finding>) -> Option<T> {
    let raw = fields.remove(name).filter(|raw| raw.as_str() != "null")?;
    let value = decode(raw.as_str()).ok();
    if value.is_none() {
        findings.push(finding("wrong_type", &pointer(name), &format!("the field must be {what}")));
    }
    value
}

fn object(fields: &mut Fields, name: &str, findings: &mut Vec<Finding>) -> Option<Raw> {
    let raw = fields.remove(name).filter(|raw| raw.as_str() != "null")?;
    if !raw.as_str().starts_with('{') {
        findings.push(finding("wrong_type", &pointer(name), "the field must be an object"));
    }
    Some(raw)
}

/// The arguments that a JSON body gives an operation: an object.
pub(super) fn arguments(content_type: Option<&str>, body: &[u8]) -> Result<Raw> {
    if media_type(content_type) != "application/json" {
        return Err(unsupported("the body must be application/json"));
    }
    let text = utf8(body)?;
    json_fields(text)
        .and_then(|_| Raw::parse(text).ok_or_else(|| invalid(vec![finding("not_an_object", "", "no JSON")])))
}

/// The arguments that a query gives an operation: texts; a name that stands there more than once gives a list of them.
pub(super) fn arguments_of(query: &str) -> Result<Raw> {
    let mut all = BTreeMap::<String, Vec<String>>::new();
    for (name, value) in pairs(query)? {
        all.entry(name).or_default().push(value);
    }
    let one = |mut values: Vec<String>| if values.len() == 1 { Raw::of(&values.pop()) } else { Raw::of(&values) };
    Ok(Raw::of(&map(all.into_iter().map(|(name, values)| Ok((name, one(values)))))?))
}

fn media_type(content_type: Option<&str>) -> String {
    content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn unsupported(why: &str) -> Error {
    Error { status: Some(415), ..Error::new(Kind::Argument, "unsupported_media_type", why) }
}

fn utf8(body: &[u8]) -> Result<&str> {
    std::str::from_utf8(body).map_err(|_| invalid(vec![finding("invalid_utf8", "", "the body is no UTF-8")]))
}

/// Which runs a body names, and how many there may be: `{"runs": [...]}`, each its id or as it was read, or
/// `{"filter": "..."}`, written as the query of the list; with either, `most`.
pub(super) fn many(content_type: Option<&str>, body: &[u8]) -> Result<(Which, usize)> {
    let arguments = arguments(content_type, body)?;
    let (mut fields, mut findings) = (json_fields(arguments.as_str())?, vec![]);
    let runs = take::<Vec<Raw>>(&mut fields, "runs", "a list", &mut findings);
    let query = take::<String>(&mut fields, "filter", "a text", &mut findings);
    let most = take::<i64>(&mut fields, "most", "a whole number", &mut findings);
    let most = most.map_or(Ok(Many::MOST), usize::try_from);
    for name in fields.keys() {
        findings.push(finding("unknown_field", &pointer(name), "there is no such field; there are runs, filter, most"));
    }
    if most.is_err() {
        findings.push(finding("wrong_type", "/most", "the field must be a whole number"));
    }
    let which = match (runs, query) {
        (Some(runs), None) => Some(Which::Runs(runs.iter().enumerate().filter_map(named(&mut findings)).collect())),
        (None, Some(query)) => Some(Which::Listed(filter(&query)?.0)),
        _ => {
            findings.push(finding("missing_field", "", "the body names `runs` or a `filter`, and not both"));
            None
        }
    };
    match (which, most) {
        (Some(which), Ok(most)) if findings.is_empty() => Ok((which, most)),
        _ => Err(invalid(findings)),
    }
}

fn named(findings: &mut Vec<Finding>) -> impl FnMut((usize, &Raw)) -> Option<Named> + '_ {
    |(index, run)| {
        if let Ok(id) = decode::<String>(run.as_str()) {
            return Some(Named::Id(id));
        }
        let read = Run::decode(run.as_str()).ok();
        if read.is_none() {
            findings.push(finding("wrong_type", &format!("/runs/{index}"), "a run is its id, or as it was read"));
        }
        read.map(|run| Named::Read(Box::new(run)))
    }
}

/// The filter and the cursor of a list's query.
pub(super) fn filter(query: &str) -> Result<(Filter, Option<String>)> {
    let (mut filter, mut cursor, mut findings) = (Filter::default(), None, vec![]);
    for (name, value) in pairs(query)? {
        let mut wrong = |message: &str| findings.push(finding("invalid_parameter", &pointer(&name), message));
        match name.as_str() {
            _ if value.is_empty() => {}
            "status" => filter.statuses.push(value),
            "workflow" => filter.workflow_ids.push(value),
            "tags" => filter.tags.push(value),
            "key" => filter.key = Some(value),
            "idempotencyKeys" => filter.idempotency_keys.push(value),
            "payloads" if value == "true" => filter.payloads = true,
            "cursor" => cursor = Some(value),
            "since" => {
                filter.since = time(&value).or_else(|| {
                    wrong(TIME);
                    None
                })
            }
            "until" => {
                filter.until = time(&value).or_else(|| {
                    wrong(TIME);
                    None
                })
            }
            "limit" => {
                filter.page_size = value.parse().ok().or_else(|| {
                    wrong("the limit must be a whole number");
                    None
                })
            }
            "metadata" => match value.split_once(':') {
                Some((key, value)) => filter.metadata.push((key.into(), value.into())),
                None => wrong("a pair is written key:value"),
            },
            _ => wrong("there is no such parameter"),
        }
    }
    if findings.is_empty() { Ok((filter, cursor)) } else { Err(invalid(findings)) }
}

const TIME: &str = "a time is written in milliseconds since 1970 or as in RFC 3339";

fn time(text: &str) -> Option<Millis> {
    #[allow(clippy::cast_precision_loss)]
    let date = || chrono::DateTime::parse_from_rfc3339(text).ok().map(|date| date.timestamp_millis() as Millis);
    text.parse::<Millis>().ok().filter(|millis| millis.is_finite()).or_else(date)
}

/// Which of these switches are on?
pub(super) fn switches<const N: usize>(query: &str, names: [&str; N]) -> Result<[bool; N]> {
    let mut on = [false; N];
    for (key, value) in pairs(query)? {
        let wrong = |message: &str| Err(invalid(vec![finding("invalid_parameter", &pointer(&key), message)]));
        let Some((_, on)) = names.iter().zip(&mut on).find(|(name, _)| **name == key) else {
            return wrong("there is no such parameter");
        };
        match value.as_str() {
            "true" | "1" => *on = true,
            "false" | "0" | "" => *on = false,
            _ => return wrong("the switch is true or false"),
        }
    }
    Ok(on)
}

fn pairs(text: &str) -> Result<Vec<(String, String)>> {
    let broken = || invalid(vec![finding("invalid_encoding", "", "a percent escape is broken, or gives no UTF-8")]);
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((unescape(name).ok_or_else(broken)?, unescape(value).ok_or_else(broken)?))
        })
        .collect()
}

fn pointer(name: &str) -> String {
    format!("/{}", crate::http::quote(name).replace('~', "~0").replace('/', "~1"))
}

fn finding(code: &'static str, pointer: &str, message: &str) -> Finding {
    Finding {
        code,
        severity: Severity::Error,
        pointer: pointer.into(),
        message: message.into(),
        level: Level::Schema,
        evidence: Evidence::Policy,
        line: None,
        column: None,
    }
}

fn invalid(findings: Vec<Finding>) -> Error {
    let place = |finding: &Finding| match finding.pointer.as_str() {
        "" => format!("the request is wrong: {}", finding.message),
        pointer => format!("the request is wrong at {pointer}: {}", finding.message),
    };
    let message = findings.first().map(place).unwrap_or_default();
    Error { findings, ..Error::new(Kind::Argument, "invalid_request", message) }
}
