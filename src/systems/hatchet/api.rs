//! Hatchet's requests as values, and what its answers mean.
use super::model::V1TaskStatus;
use crate::describe::{self, Others, Peek, Raw, Wire, json};
use crate::error::{Error, Kind, Result, SystemName};
use crate::http::{self, Method, Request, Response, segment};
use crate::run::{Millis, Run};
use crate::system::{
    Api, Body, Catalogue, Claims, Create, Filter, Form, Operation, Parameter, Reads, Rows, Safety, Scope,
};
use base64ct::{Base64UrlUnpadded, Encoding};
use chrono::{DateTime, SecondsFormat};
use serde::Serialize;

/// Where the caller's key is kept in a run's `additionalMetadata`.
pub const KEY: &str = "runwardKey";

const PREFIX: &str = "/api/v1/stable";
const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 1_000;

const CURSOR: Parameter = Parameter::of("cursor", "offset");
const LIMIT: Parameter = Parameter::of("limit", "limit").usually(&["50"]);
/// Without it, or with the zero time, a server finds nothing.
const SINCE: Parameter = Parameter::of("since", "since").as_a(Form::Time).usually(&["1970-01-01T00:00:00Z"]);
const UNTIL: Parameter = Parameter::of("until", "until").as_a(Form::Time);
const WORKFLOW: Parameter = Parameter::of("workflow", "workflow_ids").as_a(Form::Many);
const ONE_WORKFLOW: Parameter = Parameter::of("workflow", "workflowId");
const METADATA: Parameter = Parameter::of("metadata", "additional_metadata").as_a(Form::Pairs);
const FROM: Parameter = Parameter::of("since", "since").as_a(Form::Time);
const SEARCH: Parameter = Parameter::of("search", "search");
const LEVEL: Parameter = Parameter::of("level", "levels").as_a(Form::Many);
const ORDER: Parameter = Parameter::of("order", "order_by_direction");

/// What Hatchet can do beside the runs' common operations.
pub static OPERATIONS: [Operation; 24] = [
    Operation::read("runs.status", "/api/v1/stable/workflow-runs/{id}/status", &[]),
    Operation::list("runs.events", "/api/v1/stable/workflow-runs/{id}/task-events"),
    Operation::list("runs.timings", "/api/v1/stable/workflow-runs/{id}/task-timings")
        .with(&[Parameter::of("depth", "depth")]),
    Operation::list("tasks.list", "/api/v1/stable/tenants/{@tenant}/workflow-runs").with(&[
        SINCE,
        Parameter::fixed("only_tasks", &["true"]),
        LIMIT,
        CURSOR,
        UNTIL,
        // Without them a server leaves out evicted tasks, which are RUNNING.
        Parameter::of("status", "statuses").as_a(Form::Many).usually(&[
            "QUEUED",
            "RUNNING",
            "COMPLETED",
            "CANCELLED",
            "FAILED",
        ]),
        WORKFLOW,
        METADATA,
        Parameter::fixed("additional_metadata_operator", &["AND"]),
        Parameter::of("worker", "worker_id"),
        Parameter::of("payloads", "include_payloads"),
    ]),
    Operation::read("tasks.get", "/api/v1/stable/tasks/{id}", &[]).with(&[Parameter::of("attempt", "attempt")]),
    // Without a limit a server sends none.
    Operation::list("tasks.events", "/api/v1/stable/tasks/{id}/task-events").with(&[LIMIT, CURSOR]),
    Operation::list("tasks.logs", "/api/v1/stable/tasks/{id}/logs").with(&[
        LIMIT,
        FROM,
        UNTIL,
        SEARCH,
        LEVEL,
        ORDER,
        Parameter::of("attempt", "attempt"),
    ]),
    Operation::list("logs", "/api/v1/stable/tenants/{@tenant}/logs").with(&[
        LIMIT,
        FROM,
        UNTIL,
        SEARCH,
        LEVEL,
        ORDER,
        // In camel case, other than its neighbours.
        Parameter::of("task", "taskExternalIds").as_a(Form::Many),
        WORKFLOW,
    ]),
    Operation::read("metrics", "/api/v1/stable/tenants/{@tenant}/task-metrics", &[])
        .with(&[SINCE, UNTIL, WORKFLOW, METADATA]),
    Operation::read("histogram", "/api/v1/stable/tenants/{@tenant}/task-point-metrics", &["results"]).with(&[
        Parameter::of("since", "createdAfter").as_a(Form::Time),
        Parameter::of("until", "finishedBefore").as_a(Form::Time),
    ]),
    Operation::list("workflows.list", "/api/v1/tenants/{@tenant}/workflows").with(&[
        LIMIT,
        CURSOR,
        Parameter::of("name", "name"),
    ]),
    Operation::read("workflows.get", "/api/v1/workflows/{id}", &[]),
    Operation::list("schedules.list", "/api/v1/tenants/{@tenant}/workflows/scheduled").with(&[
        LIMIT,
        CURSOR,
        ONE_WORKFLOW,
    ]),
    Operation::read("schedules.get", "/api/v1/tenants/{@tenant}/workflows/scheduled/{id}", &[]),
    Operation::change(
        "schedules.create",
        Method::Post,
        "/api/v1/tenants/{@tenant}/workflows/{workflow}/scheduled",
        Safety::Once,
    )
    .sends(Body::Whole(&["triggerAt", "input", "additionalMetadata"]))
    .gives(Reads::Json(&[])),
    Operation::change(
        "schedules.delete",
        Method::Delete,
        "/api/v1/tenants/{@tenant}/workflows/scheduled/{id}",
        Safety::Again,
    ),
    Operation::list("crons.list", "/api/v1/tenants/{@tenant}/workflows/crons").with(&[LIMIT, CURSOR, ONE_WORKFLOW]),
    Operation::read("crons.get", "/api/v1/tenants/{@tenant}/workflows/crons/{id}", &[]),
    Operation::change(
        "crons.create",
        Method::Post,
        "/api/v1/tenants/{@tenant}/workflows/{workflow}/crons",
        Safety::Once,
    )
    .sends(Body::Whole(&["cronName", "cronExpression", "input", "additionalMetadata"]))
    .gives(Reads::Json(&[])),
    Operation::change("crons.delete", Method::Delete, "/api/v1/tenants/{@tenant}/workflows/crons/{id}", Safety::Again),
    Operation::list("pushedEvents.list", "/api/v1/stable/tenants/{@tenant}/events").with(&[
        LIMIT,
        CURSOR,
        Parameter::of("key", "keys").as_a(Form::Many),
        FROM,
        UNTIL,
        Parameter::of("workflow", "workflowIds").as_a(Form::Many),
        Parameter::of("metadata", "additionalMetadata").as_a(Form::Pairs),
        Parameter::of("scope", "scopes").as_a(Form::Many),
    ]),
    Operation::read("pushedEvents.get", "/api/v1/stable/tenants/{@tenant}/events/{id}", &[]),
    Operation::list("pushedEvents.keys", "/api/v1/stable/tenants/{@tenant}/events/keys"),
    Operation::read("version", "/api/v1/version", &["version"]),
];

/// Hatchet's v1 REST API.
pub struct HatchetApi;

impl Api for HatchetApi {
    fn authorize(&self, _scope: &Scope, secret: &str) -> Vec<(&'static str, String)> {
        vec![("authorization", format!("Bearer {secret}"))]
    }

    /// A token is a JWT; nobody but the server can check it, and nobody else needs to.
    fn claims(&self, secret: &str) -> Claims {
        let payload = secret.split('.').nth(1).and_then(|part| Base64UrlUnpadded::decode_vec(part).ok());
        let payload = payload.and_then(|json| Peek::of(std::str::from_utf8(&json).ok()?).ok());
        let claim = |name| payload.as_ref()?.may(name).ok()?;
        Claims { tenant: claim("sub"), base: claim("server_url") }
    }

    fn create(&self, scope: &Scope, create: &Create) -> Result<Request> {
        if !create.tags.is_empty() || !create.more.is_empty() {
            return Err(argument(
                "unsupported_field",
                "Hatchet takes input, metadata and priority with a run, and no more",
            ));
        }
        let input = object("input", create.input.as_ref())?.unwrap_or("{}");
        let metadata = metadata(create)?;
        if create.workflow.is_empty() {
            return Err(argument("missing_workflow", "a run needs the name of its workflow"));
        }
        if create.priority.is_some_and(|priority| !(1..=3).contains(&priority)) {
            return Err(argument("invalid_priority", "the priority must be 1, 2 or 3"));
        }
        let body = Trigger {
            workflow_name: &create.workflow,
            input: raw(input)?,
            additional_metadata: metadata.as_deref().map(raw).transpose()?,
            priority: create.priority,
            return_only_id: (!create.full).then_some(true),
        };
        Ok(Request::post(format!("{}/workflow-runs/trigger", tenant(scope)?), json(&body)))
    }

    fn created(&self, response: &Response) -> Result<String> {
        let id: Option<String> = find(response, &["run", "metadata", "id"])?;
        let id = id.filter(|id| !id.is_empty());
        id.ok_or_else(|| odd("the answer to a trigger holds no id at /run/metadata/id"))
    }

    fn look(&self) -> &'static str {
        "look for it in the list before creating it again, or give a `key` by which it is looked for"
    }

    fn by_key(&self, filter: &Filter, key: &str) -> Option<Filter> {
        let mut filter = filter.clone();
        filter.metadata.push((KEY.into(), key.into()));
        Some(filter)
    }

    fn has_claims(&self) -> bool {
        true
    }

    /// Older servers do not name it.
    fn is_of(&self, workflow: &str, row: &str) -> bool {
        named(row, "workflowName").is_none_or(|name| name == workflow)
    }

    fn get(&self, _scope: &Scope, id: &str) -> Result<Request> {
        run_path(id, "").map(Request::get)
    }

    fn list(&self, scope: &Scope, filter: &Filter, cursor: Option<&str>) -> Result<Request> {
        if !filter.tags.is_empty() {
            let why = "Hatchet's runs have no tags: filter by metadata";
            return Err(Error::new(Kind::Unsupported, "unsupported_filter", why).of(SystemName::Hatchet));
        }
        let cursor = cursor.map(Cursor::parse).transpose()?;
        // Without `since` a server lists nothing; with the zero time nothing either.
        let mut request = Request::get(format!("{}/workflow-runs", tenant(scope)?))
            .with("since", date("since", filter.since.unwrap_or(0.0))?)
            .with("only_tasks", "false")
            .with("limit", limit(filter)?.to_string());
        if let Some(cursor) = &cursor {
            request = request.with("offset", cursor.offset.to_string());
        }
        if let Some(until) = until(filter, cursor.as_ref())? {
            request = request.with("until", until);
        }
        for status in asked_statuses(filter) {
            request = request.with("statuses", status);
        }
        for id in &filter.workflow_ids {
            request = request.with("workflow_ids", id);
        }
        for (key, value) in &filter.metadata {
            request = request.with("additional_metadata", pair(key, value)?);
        }
        for key in &filter.idempotency_keys {
            request = request.with("idempotency_keys", key);
        }
        if filter.metadata.len() > 1 {
            request = request.with("additional_metadata_operator", "AND");
        }
        Ok(if filter.payloads { request.with("include_payloads", "true") } else { request })
    }

    fn statuses(&self) -> &'static [&'static str] {
        match V1TaskStatus::VALUE.kind {
            describe::Kind::Enum(status) => status.values,
            _ => &[],
        }
    }

    /// A server before v0.95 lists everything, whatever key is asked for.
    fn keeps(&self, filter: &Filter, _run: &Run, row: &str) -> bool {
        filter.idempotency_keys.is_empty()
            || named(row, "idempotencyKey").is_some_and(|key| filter.idempotency_keys.contains(&key))
    }

    /// The list is newest first and moves while it is paged. So every later page ends where the first began, by the
    /// server's own clock; no page skips or repeats a run then.
    fn listed(&self, filter: &Filter, cursor: Option<&str>, response: &Response) -> Result<Rows> {
        let rows = rows(response)?;
        let full = u32::try_from(rows.len()).is_ok_and(|count| Some(count) >= limit(filter).ok());
        let cursor = cursor.map(Cursor::parse).transpose()?;
        let newest = rows.first().and_then(inserted).and_then(|text| Cursor::instant(&text).ok());
        let until = until(filter, cursor.as_ref())?.or(newest);
        let offset =
            cursor.map_or(0, |cursor| cursor.offset) + u64::from(u32::try_from(rows.len()).unwrap_or(u32::MAX));
        let next = until.filter(|_| full).map(|until| Cursor { offset, until }.to_string());
        Ok(Rows { rows, next })
    }

    fn largest_page(&self) -> Option<u32> {
        Some(MAX_LIMIT)
    }

    fn cancel(&self, scope: &Scope, id: &str) -> Result<Request> {
        by_ids(scope, "cancel", &[id])
    }

    fn cancel_all(&self, scope: &Scope, ids: &[&str]) -> Option<Result<Request>> {
        Some(by_ids(scope, "cancel", ids))
    }

    fn cancelled_all(&self, response: &Response) -> Result<Vec<String>> {
        find(response, &["ids"])?.ok_or_else(|| odd("the answer holds no ids at /ids"))
    }

    fn replay(&self, scope: &Scope, id: &str) -> Result<Request> {
        by_ids(scope, "replay", &[id])
    }

    fn accepted(&self, response: &Response) -> Result<bool> {
        let ids: Option<Vec<String>> = find(response, &["ids"])?;
        ids.map(|ids| !ids.is_empty()).ok_or_else(|| odd("the answer holds no ids at /ids"))
    }

    fn operations(&self) -> &'static [Operation] {
        &OPERATIONS
    }

    fn catalogue(&self) -> Option<Catalogue> {
        Some(Catalogue { operation: "workflows.list", part: "name", name: "name" })
    }

    /// Every automatic retry shows FAILED for a moment, so a FAILED with retries left deserves a longer look.
    fn doubt(&self, json: &str) -> Millis {
        let retries_left = retries_left(json).unwrap_or(false);
        if retries_left { 2_000.0 } else { 500.0 }
    }

    /// Read in this order: APIErrors, `message`, text, nothing.
    fn failure(&self, response: &Response) -> Error {
        let text = response.text().unwrap_or_default().trim();
        let error = http::failure(response.status, said(text).as_deref()).of(SystemName::Hatchet);
        if response.status == 403 && (text.is_empty() || text == "null") {
            let hint = "Hatchet answers 403 without a word for a path or method it does not know: an older server?";
            return Error { code: "forbidden_or_unknown_path", message: format!("{}. {hint}", error.message), ..error };
        }
        error
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Trigger<'a> {
    workflow_name: &'a str,
    input: Raw,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_metadata: Option<Raw>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<i64>,
    #[serde(rename = "return_only_id", skip_serializing_if = "Option::is_none")]
    return_only_id: Option<bool>,
}

/// Has a task of these details failed that will be tried again?
fn retries_left(json: &str) -> Option<bool> {
    let details = Peek::of(json).ok()?;
    let steps = match details.inside("workflowConfig").ok()? {
        Some(config) => members(&config, "Tasks")?,
        None => vec![],
    };
    let most = steps.iter().filter_map(|step| step.may::<i64>("Retries").ok()?).max().unwrap_or(0);
    Some(members(&details, "tasks")?.iter().any(|task| {
        let retries = task.may::<i64>("retryCount").ok().flatten().unwrap_or(0);
        task.need::<String>("status").is_ok_and(|status| status == "FAILED") && retries < most
    }))
}

/// The members of each item of an array; none where there is no array.
fn members(of: &Peek, name: &str) -> Option<Vec<Peek>> {
    let items: Vec<Raw> = of.may(name).ok()?.unwrap_or_default();
    items.iter().map(|item| Peek::of(item.as_str()).ok()).collect()
}

/// How many rows to pass over, in the list as it stood at this instant of the server's clock.
struct Cursor {
    offset: u64,
    until: String,
}

impl Cursor {
    fn parse(text: &str) -> Result<Cursor> {
        let parts = text.split_once('~').and_then(|(offset, until)| Some((offset.parse().ok()?, until)));
        let (offset, until) = parts.ok_or_else(|| argument("invalid_cursor", "the cursor is none of this list"))?;
        Ok(Cursor { offset, until: Cursor::instant(until)? })
    }

    /// The instant in one spelling, to the last digit.
    fn instant(text: &str) -> Result<String> {
        let date = DateTime::parse_from_rfc3339(text);
        let date = date.map_err(|_| argument("invalid_cursor", "the cursor holds no date"))?;
        Ok(date.to_utc().to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{}~{}", self.offset, self.until)
    }
}

fn until(filter: &Filter, cursor: Option<&Cursor>) -> Result<Option<String>> {
    match cursor {
        Some(cursor) => Ok(Some(cursor.until.clone())),
        None => filter.until.map(|until| date("until", until)).transpose(),
    }
}

/// Without statuses a server lists all runs but the evicted ones, which are RUNNING; with all of them, all.
fn asked_statuses(filter: &Filter) -> Vec<&str> {
    match filter.statuses.as_slice() {
        [] => HatchetApi.statuses().to_vec(),
        some => some.iter().map(String::as_str).collect(),
    }
}

/// When a row's run was inserted: what the list is ordered and cut by.
fn inserted(row: &Raw) -> Option<String> {
    named(row.as_str(), "taskInsertedAt")
}

fn limit(filter: &Filter) -> Result<u32> {
    match filter.page_size.unwrap_or(DEFAULT_LIMIT) {
        limit @ 1..=MAX_LIMIT => Ok(limit),
        _ => Err(argument("invalid_page_size", format!("a page holds 1 to {MAX_LIMIT} runs"))),
    }
}

fn date(what: &str, millis: Millis) -> Result<String> {
    #[allow(clippy::cast_possible_truncation)]
    let date = millis.is_finite().then_some(millis as i64).and_then(DateTime::from_timestamp_millis);
    let date = date.filter(|date| (0..=9999).contains(&chrono::Datelike::year(date)));
    let date = date.ok_or_else(|| argument("invalid_time", format!("`{what}` must be milliseconds since 1970")))?;
    Ok(date.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

/// A pair as the list filters by it: the first colon ends the key.
fn pair(key: &str, value: &str) -> Result<String> {
    if key.is_empty() || key.contains(':') {
        return Err(argument("invalid_metadata_filter", "a metadata key must not be empty or hold a colon"));
    }
    Ok(format!("{key}:{value}"))
}

fn by_ids(scope: &Scope, act: &str, ids: &[&str]) -> Result<Request> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<'a> {
        external_ids: &'a [&'a str],
    }
    for id in ids {
        segment("run id", id)?;
    }
    Ok(Request::post(format!("{}/tasks/{act}", tenant(scope)?), json(&Body { external_ids: ids })))
}

fn run_path(id: &str, rest: &str) -> Result<String> {
    Ok(format!("{PREFIX}/workflow-runs/{}{rest}", segment("run id", id)?))
}

fn tenant(scope: &Scope) -> Result<String> {
    Ok(format!("{PREFIX}/tenants/{}", segment("tenant", tenant_id(scope)?)?))
}

fn tenant_id(scope: &Scope) -> Result<&str> {
    let missing = || argument("missing_tenant", "the token names no tenant in its `sub` claim: give `tenant`");
    scope.tenant.as_deref().ok_or_else(missing)
}

/// The caller's metadata with the caller's key in it.
fn metadata(create: &Create) -> Result<Option<String>> {
    let given = object("metadata", create.metadata.as_ref())?;
    let Some(key) = &create.key else { return Ok(given.map(str::to_owned)) };
    if key.is_empty() || key.len() > 255 || key.chars().any(char::is_control) {
        return Err(argument("invalid_key", "a key has 1 to 255 bytes and no control characters"));
    }
    let mut all = Others::decode(given.unwrap_or("{}")).map_err(|_| not_object("metadata"))?;
    if all.get(KEY).is_some() {
        return Err(argument("reserved_metadata", format!("`{KEY}` in the metadata is kept for `key`")));
    }
    all.0.push((KEY.into(), Raw::of(key)));
    Ok(Some(json(&all)))
}

/// The text of a value that must be an object, and that the server can store.
fn object<'a>(what: &str, value: Option<&'a Raw>) -> Result<Option<&'a str>> {
    let Some(text) = value.map(|raw| raw.as_str().trim()) else { return Ok(None) };
    if !text.starts_with('{') {
        return Err(not_object(what));
    }
    if holds_null_character(text) {
        let why = format!("`{what}` holds \\u0000: Hatchet takes such a run, and loses it");
        return Err(argument("null_character", why));
    }
    Ok(Some(text))
}

/// Does a string of this JSON text hold U+0000? It can only stand there as an escape.
fn holds_null_character(json: &str) -> bool {
    json.match_indices("\\u0000").any(|(at, _)| {
        let before = json.get(..at).unwrap_or_default();
        before.bytes().rev().take_while(|&byte| byte == b'\\').count() % 2 == 0
    })
}

fn not_object(what: &str) -> Error {
    argument("not_an_object", format!("`{what}` must be a JSON object"))
}

/// What the system says of a failure.
fn said(text: &str) -> Option<String> {
    if let Ok(body) = Peek::of(text) {
        let errors = members(&body, "errors").unwrap_or_default();
        let errors: Vec<String> = errors.iter().filter_map(|error| error.need("description").ok()).collect();
        return if errors.is_empty() { body.may("message").ok()? } else { Some(errors.join("; ")) };
    }
    let plain = !text.is_empty() && text != "null" && !text.starts_with(['<', '{', '[']);
    plain.then(|| text.to_owned())
}

fn raw(text: &str) -> Result<Raw> {
    Raw::parse(text).ok_or_else(|| argument("invalid_json", "the input is no JSON"))
}

/// The rows of a list.
fn rows(response: &Response) -> Result<Vec<Raw>> {
    find(response, &["rows"])?.ok_or_else(|| odd("the answer holds no rows at /rows"))
}

/// The text of this name in a row.
fn named(row: &str, name: &str) -> Option<String> {
    describe::find(row, &[name]).ok()?
}

/// What stands under these names in an answer.
fn find<T: Wire>(response: &Response, names: &[&str]) -> Result<Option<T>> {
    describe::find(response.text()?, names).map_err(|misfit| {
        let place = format!("line {} column {}", misfit.line, misfit.column);
        odd(&format!("the answer is not what Hatchet sends, at {place}"))
    })
}

fn odd(message: &str) -> Error {
    Error::new(Kind::Decode, "unexpected_answer", message).of(SystemName::Hatchet)
}

fn argument(code: &'static str, message: impl Into<String>) -> Error {
    Error::new(Kind::Argument, code, message).of(SystemName::Hatchet)
}
