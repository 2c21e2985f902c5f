//! Formance Flows' requests as values, and what its answers mean: the v2 paths of the orchestration service.
use crate::describe::{Others, Raw, decode};
use crate::error::{Error, Kind, Result, SystemName};
use crate::http::{self, Base, Method, Request, Response, Wants, segment};
use crate::run::{Millis, Run};
use crate::system::{
    Api, Body, Create, Filter, Grant, Operation, Parameter, Places, Reads, Rows, Safety, Scope, Way, member, odd,
    opened, wrong,
};

/// Where a stack's gateway keeps the service.
pub const SERVICE: &str = "/api/orchestration";

/// The most rows that a page holds: a server cuts larger pages to that without a word.
const MAX_PAGE: u32 = 100;

const CURSOR: Parameter = Parameter::of("cursor", "cursor");
const LIMIT: Parameter = Parameter::of("limit", "pageSize");
const PAGING: &[Parameter] = &[CURSOR, LIMIT];

/// What Flows can do beside the runs' common operations.
pub static OPERATIONS: [Operation; 15] = [
    // Told twice, an event satisfies the next stage that waits for one of that name.
    Operation::change("instances.sendEvent", Method::Post, "/v2/instances/{id}/events", Safety::Once)
        .sends(Body::Of(&["name"])),
    Operation::change("instances.abort", Method::Put, "/v2/instances/{id}/abort", Safety::Again),
    Operation::read("instances.history", "/v2/instances/{id}/history", &["data"]),
    Operation::read("instances.stageHistory", "/v2/instances/{id}/stages/{stage}/history", &["data"]),
    Operation::read("workflows.list", "/v2/workflows", &[]).with(PAGING).gives(Reads::Page("cursor")),
    Operation::change("workflows.create", Method::Post, "/v2/workflows", Safety::Once)
        .sends(Body::Whole(&["stages"]))
        .gives(Reads::Json(&["data"])),
    Operation::read("workflows.get", "/v2/workflows/{id}", &["data"]),
    Operation::change("workflows.delete", Method::Delete, "/v2/workflows/{id}", Safety::Again),
    // Without the filter by name: with it a server answers 500 every time.
    Operation::read("triggers.list", "/v2/triggers", &[]).with(PAGING).gives(Reads::Page("cursor")),
    Operation::change("triggers.create", Method::Post, "/v2/triggers", Safety::Once)
        .sends(Body::Whole(&["event", "workflowID"]))
        .gives(Reads::Json(&["data"])),
    Operation::read("triggers.get", "/v2/triggers/{id}", &["data"]),
    Operation::change("triggers.delete", Method::Delete, "/v2/triggers/{id}", Safety::Again),
    Operation {
        method: Method::Post,
        body: Body::Whole(&[]),
        ..Operation::read("triggers.test", "/v2/triggers/{id}/test", &["data"])
    },
    Operation::read("triggers.occurrences", "/v2/triggers/{id}/occurrences", &[])
        .with(PAGING)
        .gives(Reads::Page("cursor")),
    // Only the service's own root has it.
    Operation::read("info", "/_info", &[]),
];

/// Formance Flows' v2 API.
pub struct FormanceApi;

impl Api for FormanceApi {
    fn authorize(&self, _scope: &Scope, secret: &str) -> Vec<(&'static str, String)> {
        vec![("authorization", format!("Bearer {secret}"))]
    }

    fn ways(&self) -> &'static [Way] {
        &[Way::Token, Way::Client, Way::Nobody]
    }

    /// A stack's gateway keeps Flows below `/api/orchestration` and its tokens below `/api/auth`. A base URL that ends so is
    /// the service's own; one that tokens are to be fetched from is the stack's; any other is a service without a gateway.
    fn places(&self, base: &Base, way: Way) -> Places {
        let own = base.prefix().strip_suffix(SERVICE);
        let stack = base.with_prefix(own.unwrap_or(base.prefix()));
        let api = match own {
            None if way == Way::Client => base.with_prefix(format!("{}{SERVICE}", base.prefix())),
            _ => base.clone(),
        };
        Places { api, tokens: stack }
    }

    fn grant(&self, grant: &Grant) -> Result<Request> {
        let Grant::Client { id, secret } = grant else {
            return Err(Error::new(
                Kind::Unsupported,
                "unsupported_credentials",
                "Formance grants tokens to clients alone",
            ));
        };
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", *id),
            ("client_secret", *secret),
            ("scope", "orchestration:read orchestration:write"),
        ];
        Ok(Request::form("/api/auth/oauth/token", &fields))
    }

    fn create(&self, _scope: &Scope, create: &Create) -> Result<Request> {
        if create.workflow.is_empty() {
            return Err(argument("missing_workflow", "a run needs the id of its workflow"));
        }
        if create.metadata.is_some() || create.priority.is_some() || !create.tags.is_empty() {
            return Err(argument(
                "unsupported_field",
                "Formance keeps no metadata, tags or priority: give `input` alone",
            ));
        }
        let path = format!("/v2/workflows/{}/instances", segment("workflow id", &create.workflow)?);
        // A buffered body: one that is sent in chunks counts as none.
        Ok(match &create.input {
            Some(input) => Request::post(path, variables(input)?),
            None => Request::of(Method::Post, path),
        })
    }

    fn created(&self, response: &Response) -> Result<String> {
        let id = member(SystemName::Formance, response, &["data", "id"])?;
        let id: Option<String> = decode(id.as_str()).ok();
        id.filter(|id| !id.is_empty())
            .ok_or_else(|| odd(SystemName::Formance, "the answer to a run holds no id at /data/id"))
    }

    fn look(&self) -> &'static str {
        "list the runs of this workflow and compare when they were created; Formance has no way to find a run by a key"
    }

    fn get(&self, _scope: &Scope, id: &str) -> Result<Request> {
        instance(id, "").map(Request::get)
    }

    /// Everything else stands inside a cursor, and a server ignores it beside one.
    fn list(&self, _scope: &Scope, filter: &Filter, cursor: Option<&str>) -> Result<Request> {
        if !filter.metadata.is_empty() || !filter.tags.is_empty() {
            let why = "Formance's runs have neither metadata nor tags to filter by";
            return Err(Error::new(Kind::Unsupported, "unsupported_filter", why));
        }
        let mut request = Request::get("/v2/instances");
        if let Some(cursor) = cursor {
            if cursor.is_empty() || !cursor.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(argument("invalid_cursor", "the cursor is none of this list"));
            }
            return Ok(request.with("cursor", cursor));
        }
        if filter.statuses.iter().any(|status| status == "running") && filter.statuses.iter().all(|s| s == "running") {
            request = request.with("running", "true");
        }
        if let [workflow] = filter.workflow_ids.as_slice() {
            request = request.with("workflowID", workflow);
        }
        Ok(match filter.page_size {
            None => request,
            Some(size @ 1..=MAX_PAGE) => request.with("pageSize", size.to_string()),
            Some(_) => return Err(argument("invalid_page_size", format!("a page holds 1 to {MAX_PAGE} runs"))),
        })
    }

    fn statuses(&self) -> &'static [&'static str] {
        &["running", "succeeded", "failed"]
    }

    fn listed(&self, _filter: &Filter, _cursor: Option<&str>, response: &Response) -> Result<Rows> {
        let rows = member(SystemName::Formance, response, &["cursor", "data"])?;
        let rows: Vec<Raw> =
            decode(rows.as_str()).map_err(|_| odd(SystemName::Formance, "the answer holds no list at /cursor/data"))?;
        let next = opened(response.text()?, &["cursor", "next"]);
        Ok(Rows { rows, next: next.and_then(|next| decode(next.as_str()).ok()) })
    }

    fn largest_page(&self) -> Option<u32> {
        Some(MAX_PAGE)
    }

    fn cancel(&self, _scope: &Scope, id: &str) -> Result<Request> {
        Ok(Request::of(Method::Put, instance(id, "/abort")?).wants(Wants::Nothing))
    }

    /// A 204, also for a run that goes on as if nothing had been asked.
    fn accepted(&self, _response: &Response) -> Result<bool> {
        Ok(true)
    }

    /// Flows has no status for it: a cancelled run is one that failed with this word.
    fn was_cancelled(&self, run: &Run) -> Option<bool> {
        Some(run.error.as_deref().is_some_and(|error| error == "canceled" || error == "cancelled"))
    }

    /// Seen on real servers: a run that was aborted goes on. One that ends does so in a fraction of this.
    fn cancel_shows_within(&self) -> Option<Millis> {
        Some(5_000.0)
    }

    fn operations(&self) -> &'static [Operation] {
        &OPERATIONS
    }

    /// A 500 is what this server answers for most things that it does not know.
    fn failure(&self, response: &Response) -> Error {
        let text = response.text().unwrap_or_default().trim();
        let said = said(text);
        let error = http::failure(response.status, said.as_deref()).of(SystemName::Formance);
        let said = said.unwrap_or_default();
        let is = |kind, code, retryable| Error { kind, code, retryable, ..error.clone() };
        match response.status {
            500 if said.starts_with("sending signal to server: workflow not found") => {
                is(Kind::Http, "not_ready", true)
            }
            500 if said.starts_with("sending signal to server: workflow execution already completed") => {
                is(Kind::Http, "stage_is_over", false)
            }
            500 if said.starts_with("creating workflow:") => is(Kind::Http, "unprocessable", false),
            500 if is_unknown(&said) => is(Kind::NotFound, "not_found", false),
            404 if text.eq_ignore_ascii_case("404 page not found") || text.eq_ignore_ascii_case("not found") => {
                let hint = "there is no such path: is `baseUrl` where Flows begins, `…/api/orchestration` in a stack?";
                Error { code: "unknown_path", message: format!("{}; {hint}", error.message), ..error }
            }
            401 => {
                let hint = "the token is missing, wrong or over, or lacks the scope orchestration:read or :write";
                Error { message: format!("{}; {hint}", error.message), ..error }
            }
            _ => error,
        }
    }
}

fn is_unknown(said: &str) -> bool {
    said == "Instance not found"
        || said.ends_with("sql: no rows in result set")
        || said.starts_with("workflow not found for ID")
}

fn said(text: &str) -> Option<String> {
    let message = opened(text, &["errorMessage"]).and_then(|raw| decode::<String>(raw.as_str()).ok());
    message.or_else(|| (!text.is_empty() && !text.starts_with(['<', '{', '[', '"'])).then(|| text.to_owned()))
}

fn instance(id: &str, rest: &str) -> Result<String> {
    Ok(format!("/v2/instances/{}{rest}", segment("run id", id)?))
}

/// The variables as they came: an object of texts. A null counts as an empty text there, so it is none of ours.
fn variables(input: &Raw) -> Result<String> {
    let wrong = |_| argument("not_an_object", "`input` must be a JSON object");
    let members = Others::decode(input.as_str()).map_err(wrong)?;
    if let Some((name, _)) = members.0.iter().find(|(_, value)| !value.as_str().starts_with('"')) {
        let message = format!("`input` holds variables, which are texts: {} is none", http::quote(name));
        return Err(argument("not_a_text", message));
    }
    Ok(input.as_str().to_owned())
}

fn argument(code: &'static str, message: impl Into<String>) -> Error {
    wrong(SystemName::Formance, code, message)
}
