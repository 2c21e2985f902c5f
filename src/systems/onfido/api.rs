//! Onfido Studio's requests as values, and what its answers mean: the public API v3.6.
use crate::describe::{Others, Raw, decode, json};
use crate::error::{Error, Kind, Result, SystemName};
use crate::http::{self, Base, Method, Request, Response, segment, unescape};
use crate::run::Millis;
use crate::system::{
    Api, Body, Create, Filter, Grant, Operation, Parameter, Places, Reads, Rows, Safety, Scope, Way, member, odd,
    opened, wrong,
};
use chrono::DateTime;

/// What a base URL without a path gets.
pub const VERSION: &str = "/v3.6";

const MAX_TAGS: usize = 30;
const MAX_TAG: usize = 128;
const DAY: Millis = 86_400_000.0;

const RUN: Parameter = Parameter::needed("id", "workflow_run_id");
const FILE: Parameter = Parameter::needed("file", "id");

/// What Onfido can do beside the runs' common operations.
pub static OPERATIONS: [Operation; 10] = [
    Operation::read("tasks.list", "/workflow_runs/{id}/tasks", &[]),
    Operation::read("tasks.get", "/workflow_runs/{id}/tasks/{task}", &[]),
    Operation::change("tasks.complete", Method::Post, "/workflow_runs/{id}/tasks/{task}/complete", Safety::Once)
        .sends(Body::Of(&["data"])),
    Operation::change("timelineFile.create", Method::Post, "/workflow_runs/{id}/timeline_file", Safety::Once)
        .gives(Reads::Json(&[])),
    Operation::file("timelineFile.get", "/workflow_runs/{id}/timeline_file/{file}"),
    Operation::file("evidence", "/workflow_runs/{id}/signed_evidence_file"),
    Operation::file("evidenceFolder", "/workflow_runs/{id}/evidence_folder"),
    Operation::file("documents.qualified", "/qualified_electronic_signature/documents")
        .with(&[RUN, Parameter { wire: "file_id", ..FILE }]),
    Operation::file("documents.advanced", "/advanced_electronic_signature/documents").with(&[RUN, FILE]),
    Operation::file("documents.simple", "/simple_electronic_signature/documents").with(&[RUN, FILE]),
];

/// Where a region's API is.
///
/// # Errors
/// `argument` when there is no such region.
pub fn region(name: &str) -> Result<String> {
    if ["eu", "us", "ca"].contains(&name) {
        return Ok(format!("https://api.{name}.onfido.com{VERSION}"));
    }
    Err(argument("unknown_region", format!("no region is called {:?}; there are eu, us and ca", http::quote(name))))
}

/// Onfido's public API.
pub struct OnfidoApi;

impl Api for OnfidoApi {
    fn authorize(&self, scope: &Scope, secret: &str) -> Vec<(&'static str, String)> {
        let value = if scope.granted { format!("Bearer {secret}") } else { format!("Token token={secret}") };
        vec![("authorization", value)]
    }

    fn home(&self, region: Option<&str>) -> Result<Option<String>> {
        self::region(region.unwrap_or("eu")).map(Some)
    }

    fn ways(&self) -> &'static [Way] {
        &[Way::Token, Way::Client]
    }

    fn places(&self, base: &Base, _way: Way) -> Places {
        let api = if base.prefix().is_empty() { base.with_prefix(VERSION) } else { base.clone() };
        Places { tokens: api.clone(), api }
    }

    /// Without a grant type: the official clients send none.
    fn grant(&self, grant: &Grant) -> Result<Request> {
        let Grant::Client { id, secret } = grant else {
            return Err(Error::new(
                Kind::Unsupported,
                "unsupported_credentials",
                "Onfido grants tokens to clients alone",
            ));
        };
        Ok(Request::form("/oauth/token", &[("client_id", *id), ("client_secret", *secret)]))
    }

    fn create(&self, _scope: &Scope, create: &Create) -> Result<Request> {
        if create.metadata.is_some() || create.priority.is_some() {
            let why = "Onfido keeps no metadata or priority: give `tags`, `customerUserId` or `input`";
            return Err(argument("unsupported_field", why));
        }
        if create.workflow.is_empty() {
            return Err(argument("missing_workflow", "a run needs the id of its workflow"));
        }
        let applicant = create.more.get("applicantId");
        let applicant = applicant.ok_or_else(|| argument("missing_applicant", "a run needs `applicantId`"))?;
        let mut body = vec![
            ("applicant_id".to_owned(), text("applicantId", applicant)?),
            ("workflow_id".to_owned(), Raw::of(&create.workflow)),
        ];
        let tags = tags(create)?;
        if !tags.is_empty() {
            body.push(("tags".to_owned(), Raw::of(&tags)));
        }
        if let Some(user) = create.more.get("customerUserId") {
            body.push(("customer_user_id".to_owned(), text("customerUserId", user)?));
        }
        for (wire, name, value) in
            [("link", "link", create.more.get("link")), ("custom_data", "input", create.input.as_ref())]
        {
            let Some(value) = value else { continue };
            if !value.as_str().starts_with('{') {
                return Err(argument("not_an_object", format!("`{name}` must be a JSON object")));
            }
            body.push((wire.to_owned(), value.clone()));
        }
        Ok(Request::post("/workflow_runs", json(&Others(body))))
    }

    fn takes(&self) -> &'static [&'static str] {
        &["applicantId", "customerUserId", "link"]
    }

    fn created(&self, response: &Response) -> Result<String> {
        let id = member(SystemName::Onfido, response, &["id"])?;
        let id: Option<String> = decode(id.as_str()).ok();
        id.filter(|id| !id.is_empty())
            .ok_or_else(|| odd(SystemName::Onfido, "the answer to a create holds no id at /id"))
    }

    fn look(&self) -> &'static str {
        "list the runs with a tag of this run alone, or of its applicant"
    }

    /// The key is a tag.
    fn by_key(&self, filter: &Filter, key: &str) -> Option<Filter> {
        let mut filter = filter.clone();
        filter.tags.push(key.into());
        Some(filter)
    }

    fn get(&self, _scope: &Scope, id: &str) -> Result<Request> {
        Ok(Request::get(format!("/workflow_runs/{}", segment("run id", id)?)))
    }

    /// Dates are days there, and whether their own hours count is nowhere said: a day more is asked for on either side, and
    /// what does not fit is left out afterwards.
    fn list(&self, _scope: &Scope, filter: &Filter, cursor: Option<&str>) -> Result<Request> {
        let mut request = Request::get("/workflow_runs");
        if let Some(cursor) = cursor {
            let page = cursor.parse::<u32>().ok().filter(|page| *page > 0);
            let page = page.ok_or_else(|| argument("invalid_cursor", "the cursor is none of this list"))?;
            request = request.with("page", page.to_string());
        }
        if !filter.statuses.is_empty() {
            request = request.with("status", filter.statuses.join(","));
        }
        if let Some(since) = filter.since {
            request = request.with("created_at_gt", day("since", since - DAY)?);
        }
        if let Some(until) = filter.until {
            request = request.with("created_at_lt", day("until", until + DAY)?);
        }
        for (_, applicant) in filter.metadata.iter().filter(|(name, _)| name == "applicant_id") {
            request = request.with("applicant_id", applicant);
        }
        if filter.tags.iter().any(|tag| tag.contains(',') || tag.is_empty()) {
            return Err(argument("invalid_tag", "a tag to filter by must not be empty or hold a comma"));
        }
        Ok(if filter.tags.is_empty() { request } else { request.with("tags", filter.tags.join(",")) })
    }

    fn statuses(&self) -> &'static [&'static str] {
        &[
            "processing",
            "awaiting_input",
            "awaiting_client_input",
            "approved",
            "declined",
            "review",
            "abandoned",
            "error",
        ]
    }

    /// The next page is where `Link` says, or else the one after this, until one is empty.
    fn listed(&self, _filter: &Filter, cursor: Option<&str>, response: &Response) -> Result<Rows> {
        let rows = rows(response)?;
        let page = cursor.and_then(|cursor| cursor.parse::<u32>().ok()).unwrap_or(1);
        let next = match response.header("link") {
            Some(link) => http::link(link, "next").and_then(page_of),
            None if rows.is_empty() => None,
            None => page.checked_add(1),
        };
        Ok(Rows { rows, next: next.filter(|next| *next > page).map(|next| next.to_string()) })
    }

    fn accepted(&self, _response: &Response) -> Result<bool> {
        Ok(false)
    }

    fn operations(&self) -> &'static [Operation] {
        &OPERATIONS
    }

    fn failure(&self, response: &Response) -> Error {
        let text = response.text().unwrap_or_default().trim();
        let error = http::failure(response.status, said(text).as_deref()).of(SystemName::Onfido);
        let kind = opened(text, &["error", "type"]);
        let unknown = kind.is_some_and(|kind| kind.as_str() == "\"resource_not_found\"");
        match response.status {
            400..=499 if unknown => Error { kind: Kind::NotFound, code: "not_found", retryable: false, ..error },
            _ => error,
        }
    }
}

fn rows(response: &Response) -> Result<Vec<Raw>> {
    let rows = decode(response.text()?);
    rows.map_err(|_| odd(SystemName::Onfido, "the answer is no list of runs"))
}

/// The number of the page that an address leads to.
fn page_of(url: &str) -> Option<u32> {
    let query = url.split_once('?')?.1.split('#').next()?;
    let page = query.split('&').find_map(|pair| pair.strip_prefix("page="))?;
    unescape(page)?.parse().ok()
}

/// The tags of a run, its key the last of them.
fn tags(create: &Create) -> Result<Vec<&str>> {
    let tags: Vec<&str> = create.tags.iter().chain(&create.key).map(String::as_str).collect();
    if tags.len() > MAX_TAGS || tags.iter().any(|tag| tag.is_empty() || tag.chars().count() > MAX_TAG) {
        let why = format!("a run has at most {MAX_TAGS} tags, its key among them, of 1 to {MAX_TAG} characters each");
        return Err(argument("invalid_tag", why));
    }
    if create.key.as_ref().is_some_and(|key| key.contains(',') || key.chars().any(char::is_control)) {
        return Err(argument(
            "invalid_key",
            "a key becomes a tag that is searched for: no commas, no control characters",
        ));
    }
    Ok(tags)
}

fn text(name: &str, value: &Raw) -> Result<Raw> {
    if value.as_str().starts_with('"') && value.as_str().len() > 2 {
        return Ok(value.clone());
    }
    Err(argument("not_a_text", format!("`{name}` must be a text that is not empty")))
}

fn day(what: &str, millis: Millis) -> Result<String> {
    #[allow(clippy::cast_possible_truncation)]
    let date = millis.is_finite().then_some(millis as i64).and_then(DateTime::from_timestamp_millis);
    let date = date.filter(|date| (0..=9999).contains(&chrono::Datelike::year(date)));
    let date = date.ok_or_else(|| argument("invalid_time", format!("`{what}` must be milliseconds since 1970")))?;
    Ok(date.date_naive().to_string())
}

/// What the system says of a failure: its message, and what is wrong with which field, in whichever form that comes.
fn said(text: &str) -> Option<String> {
    let Some(error) = opened(text, &["error"]) else {
        return (!text.is_empty() && !text.starts_with(['<', '{', '[', '"'])).then(|| text.to_owned());
    };
    let mut parts = vec![];
    for name in ["type", "message", "fields"] {
        parts.extend(opened(error.as_str(), &[name]).map(|value| words(&value)).filter(|words| !words.is_empty()));
    }
    (!parts.is_empty()).then(|| parts.join(": "))
}

/// The texts in a value, the names of members before theirs.
fn words(value: &Raw) -> String {
    if let Ok(text) = decode::<String>(value.as_str()) {
        return text;
    }
    if let Ok(all) = decode::<Vec<Raw>>(value.as_str()) {
        return all.iter().map(words).collect::<Vec<_>>().join(", ");
    }
    let members = Others::decode(value.as_str()).unwrap_or_default();
    let named = |(name, value): &(String, Raw)| match name.as_str() {
        "messages" => words(value),
        _ => format!("{name} {}", words(value)),
    };
    members.0.iter().map(named).collect::<Vec<_>>().join("; ")
}

fn argument(code: &'static str, message: impl Into<String>) -> Error {
    wrong(SystemName::Onfido, code, message)
}
