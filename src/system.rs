//! What every system must say of itself.
use crate::describe::{Document, Others, Raw, Value, Wire};
use crate::error::{Error, Kind, Result, SystemName};
use crate::http::{Request, Response};
use crate::lifecycle::Rules;
use crate::run::{Millis, Run, Snapshot};

/// The documents of a system, and the common views of them.
pub trait Documents: Sync {
    /// Its name.
    fn name(&self) -> SystemName;
    /// What its bodies hold; of two that look alike the first is meant.
    fn documents(&self) -> &'static [Document];
    /// What else it sends and takes, such as requests and errors: for its types alone.
    fn others(&self) -> &'static [Value];
    /// The common view of a document that holds one run, bare or in its envelope: JSON text that was walked before.
    fn snapshot(&self, json: &str) -> Result<Snapshot>;
    /// The common views of a page's runs: JSON text that was walked before.
    fn page(&self, json: &str) -> Result<Vec<Run>>;
}

/// A system.
pub trait System: Documents {
    /// The lifecycles of its runs and stages.
    fn rules(&self) -> &'static Rules;
    /// How to speak to it.
    fn api(&self) -> &'static dyn Api;
}

/// The requests of a system and what its answers mean. Values only: nothing here sends.
pub trait Api: Sync {
    /// The headers that carry the credentials.
    fn authorize(&self, scope: &Scope, secret: &str) -> Vec<(&'static str, String)>;
    /// What the secret itself tells of where it belongs.
    fn claims(&self, _secret: &str) -> Claims {
        Claims::default()
    }
    /// What the system can do, by the names of the client's operations.
    fn capabilities(&self) -> &'static [(&'static str, bool)];
    /// Creates a run.
    fn create(&self, scope: &Scope, create: &Create) -> Result<Request>;
    /// The id of the run that was created.
    fn created(&self, response: &Response) -> Result<String>;
    /// Looks for the run that was created with this key, not before `since`; `None` where a system has no way to.
    fn find(&self, _scope: &Scope, _key: &str, _since: Millis) -> Option<Result<Request>> {
        None
    }
    /// The id of the run that was looked for.
    fn found(&self, _response: &Response) -> Result<Option<String>> {
        Ok(None)
    }
    /// Reads a run.
    fn get(&self, scope: &Scope, id: &str) -> Result<Request>;
    /// Lists runs, a page at a time.
    fn list(&self, scope: &Scope, filter: &Filter, cursor: Option<&str>) -> Result<Request>;
    /// The statuses that a list can be filtered by.
    fn statuses(&self) -> &'static [&'static str];
    /// The page's rows as they came, and where the next page begins.
    fn listed(&self, filter: &Filter, cursor: Option<&str>, response: &Response) -> Result<Rows>;
    /// Asks for a run's end.
    fn cancel(&self, scope: &Scope, id: &str) -> Result<Request>;
    /// Asks for a run to be done again.
    fn replay(&self, scope: &Scope, id: &str) -> Result<Request>;
    /// Did the system take a cancel or replay for something it can do? It proves no effect.
    fn accepted(&self, response: &Response) -> Result<bool>;
    /// Milliseconds after which a second read that says the same makes this finished run believed.
    fn doubt(&self, _json: &str) -> Millis {
        500.0
    }
    /// What an answer that is no success means.
    fn failure(&self, response: &Response) -> Error;
}

/// What every request of a client shares.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Scope {
    /// Hatchet's tenant or meshX's organisation.
    pub tenant: Option<String>,
}

/// What a secret tells of where it belongs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Claims {
    /// The tenant it was made for.
    pub tenant: Option<String>,
    /// The base URL of the server that made it.
    pub base: Option<String>,
}

/// A run to create.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Create {
    /// The workflow: Hatchet's name of it, the others' id.
    pub workflow: String,
    /// What the run is given: an object.
    pub input: Option<Raw>,
    /// The caller's own data about the run: an object.
    pub metadata: Option<Raw>,
    /// A key of the caller's, by which the run is found again when an answer is lost.
    pub key: Option<String>,
    /// Hatchet: 1 to 3.
    pub priority: Option<i64>,
    /// Wait for an answer that holds the run and not its id alone. Hatchet then takes a second at least, and may
    /// answer 500 although the run was created.
    pub full: bool,
}

/// Which runs to list.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Filter {
    /// Created at or after, in milliseconds since 1970.
    pub since: Option<Millis>,
    /// Created at or before, in milliseconds since 1970.
    pub until: Option<Millis>,
    /// The system's own words.
    pub statuses: Vec<String>,
    /// Ids of workflows.
    pub workflow_ids: Vec<String>,
    /// Pairs of the metadata, all of which must be there.
    pub metadata: Vec<(String, String)>,
    /// How many runs a page holds.
    pub page_size: Option<u32>,
    /// Inputs and outputs too, where the list leaves them out otherwise.
    pub payloads: bool,
}

/// What a list answered.
#[derive(Clone, PartialEq, Debug)]
pub struct Rows {
    /// The page's rows as they came.
    pub rows: Vec<Raw>,
    /// Where the next page begins; `None` when this was the last.
    pub next: Option<String>,
}

/// The value of JSON text that was walked before.
///
/// # Errors
/// `decode` when the text holds no such value.
pub fn decode<T: Wire>(system: SystemName, json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|error| {
        let message = format!("this cannot be read at line {} column {}", error.line(), error.column());
        Error::new(Kind::Decode, "invalid_document", message).of(system)
    })
}

/// What stands under these names, one inside the other; `None` where one of them is not there.
pub fn opened(json: &str, names: &[&str]) -> Option<Raw> {
    let mut at = Raw::parse(json)?;
    for name in names {
        let members: Others = serde_json::from_str(at.as_str()).ok()?;
        at = members.get(name)?.clone();
    }
    Some(at)
}
