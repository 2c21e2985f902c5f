//! meshX's requests as values, and what its answers mean. An id stands in the query there, never in the path.
use crate::describe::{Others, Raw, decode, json};
use crate::error::{Error, Kind, Result, SystemName};
use crate::http::{self, Method, Request, Response, segment};
use crate::run::Run;
use crate::system::{
    Api, Body, Create, Filter, Grant, Operation, Parameter, Reads, Rows, Safety, Scope, Way, member, odd, opened, wrong,
};
use std::collections::BTreeMap;

const PATH: &str = "/api/data/orchestrator_workflow";

const ID: Parameter = Parameter::needed("id", "identifier");
const COMPUTE: &[Parameter] =
    &[ID, Parameter::of("jobType", "job_type"), Parameter::of("suffix", "suffix"), Parameter::of("run", "run")];

/// What meshX can do beside the runs' common operations.
pub static OPERATIONS: [Operation; 7] = [
    // A full replacement: whatever is left out would be lost.
    Operation::change("update", Method::Put, PATH, Safety::Again)
        .with(&[ID])
        .sends(Body::Whole(&["status", "config", "error_message", "updated_at", "completed_at"]))
        .gives(Reads::Json(&[])),
    Operation::read("graph", "/api/data/orchestrator_workflow/graph", &[]).with(&[ID]),
    Operation::read("products", "/api/data/data_product/list", &["entities"]),
    Operation::read("compute.get", "/api/data/compute", &[]).with(COMPUTE),
    Operation::read("compute.logs", "/api/data/compute/log", &["logs"]).with(COMPUTE),
    Operation::read("user", "/api/iam/principal/user", &[]),
    Operation::read("errorCodes", "/api/.well-known/error_codes", &["errors"]),
];

/// meshX Foundation's API.
pub struct MeshXApi;

impl Api for MeshXApi {
    fn authorize(&self, scope: &Scope, secret: &str) -> Vec<(&'static str, String)> {
        let organisation = scope.tenant.iter().map(|tenant| ("x-org", tenant.clone()));
        [("authorization", format!("Bearer {secret}"))].into_iter().chain(organisation).collect()
    }

    fn ways(&self) -> &'static [Way] {
        &[Way::Token, Way::Login]
    }

    fn fits(&self, scope: &Scope) -> Result<()> {
        if scope.tenant.as_ref().is_some_and(|organisation| !organisation.is_empty()) {
            return Ok(());
        }
        Err(argument("missing_org", "meshX asks whose runs they are: give `org`"))
    }

    fn grant(&self, grant: &Grant) -> Result<Request> {
        match grant {
            Grant::Login { user, password, remember } => {
                let fields = [("user", json(user)), ("password", json(password)), ("remember_me", json(remember))];
                Ok(Request::post("/api/iam/login", object(&fields)))
            }
            Grant::Refresh(token) => Ok(Request::post("/api/iam/refresh", object(&[("refresh_token", json(token))]))),
            Grant::Client { .. } => {
                Err(Error::new(Kind::Unsupported, "unsupported_credentials", "meshX takes a token or a login"))
            }
        }
    }

    fn create(&self, _scope: &Scope, create: &Create) -> Result<Request> {
        if create.input.is_some() || create.metadata.is_some() || create.priority.is_some() || !create.tags.is_empty() {
            let why = "meshX takes no input, metadata, tags or priority with a run: its config can be set by an update";
            return Err(argument("unsupported_field", why));
        }
        if create.workflow.is_empty() {
            return Err(argument("missing_workflow", "a run needs the id of its data product as `workflow`"));
        }
        let name = text(&create.more, "name")?.ok_or_else(|| argument("missing_name", "a run needs a `name`"))?;
        let name = match &create.key {
            Some(key) if key.is_empty() => return Err(argument("invalid_key", "a key must not be empty")),
            Some(key) => format!("{name}{}", ending(key)),
            None => name,
        };
        let fields = [
            ("run_type", json(&text(&create.more, "runType")?.unwrap_or_else(|| "single".into()))),
            ("data_product_identifier", json(&create.workflow)),
            ("created_by", json(&text(&create.more, "createdBy")?)),
            ("name", json(&name)),
        ];
        Ok(Request::post(PATH, object(&fields)))
    }

    fn takes(&self) -> &'static [&'static str] {
        &["name", "runType", "createdBy"]
    }

    fn created(&self, response: &Response) -> Result<String> {
        let id = member(SystemName::MeshX, response, &["identifier"])?;
        let id: Option<String> = decode(id.as_str()).ok();
        let why = "the answer to a create holds no id at /identifier";
        id.filter(|id| !id.is_empty()).ok_or_else(|| odd(SystemName::MeshX, why))
    }

    fn look(&self) -> &'static str {
        "list the runs and compare their names and when they were created"
    }

    /// The key stands at the end of the name, because nothing else that a create takes can be found again.
    fn by_key(&self, filter: &Filter, _key: &str) -> Option<Filter> {
        Some(filter.clone())
    }

    fn keeps(&self, filter: &Filter, run: &Run, _row: &str) -> bool {
        let ending = filter.key.as_deref().map(ending);
        ending.is_none_or(|ending| run.name.as_ref().is_some_and(|name| name.ends_with(&ending)))
    }

    fn get(&self, _scope: &Scope, id: &str) -> Result<Request> {
        one(Method::Get, id)
    }

    /// Everything, whatever is asked for: there is nothing to ask by.
    fn list(&self, _scope: &Scope, filter: &Filter, _cursor: Option<&str>) -> Result<Request> {
        if !filter.tags.is_empty() {
            let why = "meshX's runs have no tags to filter by";
            return Err(Error::new(Kind::Unsupported, "unsupported_filter", why));
        }
        Ok(Request::get(format!("{PATH}/list")))
    }

    fn statuses(&self) -> &'static [&'static str] {
        &[]
    }

    fn listed(&self, _filter: &Filter, _cursor: Option<&str>, response: &Response) -> Result<Rows> {
        Ok(Rows { rows: rows(response)?, next: None })
    }

    fn lists_all(&self) -> bool {
        true
    }

    fn largest_page(&self) -> Option<u32> {
        Some(u32::MAX)
    }

    fn cancel(&self, _scope: &Scope, id: &str) -> Result<Request> {
        one(Method::Delete, id)
    }

    fn accepted(&self, response: &Response) -> Result<bool> {
        self.created(response).map(|_| true)
    }

    fn cancelled<'a>(&self, response: &'a Response) -> Option<&'a str> {
        response.text().ok()
    }

    fn operations(&self) -> &'static [Operation] {
        &OPERATIONS
    }

    fn failure(&self, response: &Response) -> Error {
        let text = response.text().unwrap_or_default().trim();
        http::failure(response.status, said(text).as_deref()).of(SystemName::MeshX)
    }
}

fn one(method: Method, id: &str) -> Result<Request> {
    segment("run id", id)?;
    Ok(Request::of(method, PATH).with("identifier", id))
}

fn rows(response: &Response) -> Result<Vec<Raw>> {
    let rows = member(SystemName::MeshX, response, &["orchestrator_workflows"])?;
    decode(rows.as_str()).map_err(|_| odd(SystemName::MeshX, "the answer holds no list at /orchestrator_workflows"))
}

/// What a key puts behind a run's name.
fn ending(key: &str) -> String {
    format!(" [{key}]")
}

fn text(more: &BTreeMap<String, Raw>, name: &str) -> Result<Option<String>> {
    let Some(value) = more.get(name).filter(|value| value.as_str() != "null") else { return Ok(None) };
    let text = decode::<String>(value.as_str()).ok().filter(|text| !text.is_empty());
    text.map(Some).ok_or_else(|| argument("not_a_text", format!("`{name}` must be a text that is not empty")))
}

/// JSON text of an object with these members, in this order.
fn object(members: &[(&str, String)]) -> String {
    let members: Vec<String> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

/// What the system says of a failure, in each of the forms that were seen: `detail` as a list or a text, or `title` with
/// `errors`.
fn said(text: &str) -> Option<String> {
    let members = match Others::decode(text) {
        Ok(members) => members,
        Err(_) => return (!text.is_empty() && !text.starts_with(['<', '{', '[', '"'])).then(|| text.to_owned()),
    };
    let string = |raw: &Raw| decode::<String>(raw.as_str()).ok();
    let mut parts: Vec<String> = members.get("title").or(members.get("type")).and_then(string).into_iter().collect();
    for name in ["detail", "details", "errors"] {
        let Some(value) = members.get(name) else { continue };
        parts.extend(string(value));
        let entries: Vec<Raw> = decode(value.as_str()).unwrap_or_default();
        parts.extend(entries.iter().filter_map(entry));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// One thing that is wrong, with its place.
fn entry(entry: &Raw) -> Option<String> {
    let member = |name: &str| opened(entry.as_str(), &[name]);
    let words = member("msg").or(member("detail")).and_then(|raw| decode::<String>(raw.as_str()).ok())?;
    let place: Vec<Raw> = member("loc").and_then(|raw| decode(raw.as_str()).ok()).unwrap_or_default();
    let place: Vec<&str> = place.iter().map(|part| part.as_str().trim_matches('"')).collect();
    Some(if place.is_empty() { words } else { format!("/{} {words}", place.join("/")) })
}

fn argument(code: &'static str, message: impl Into<String>) -> Error {
    wrong(SystemName::MeshX, code, message)
}
