//! What every system must say of itself.

mod answer;
mod operation;

pub use answer::{member, odd, wrong};
pub use operation::{Answer, Body, File, Form, Operation, Parameter, Reads, Safety};

use crate::describe::{self, Document, Others, Raw, Value, Wire};
use crate::error::{Error, Kind, Result, SystemName};
use crate::http::{Base, Request, Response};
use crate::lifecycle::Rules;
use crate::run::{Millis, Outcome, Run, Snapshot};
use std::collections::BTreeMap;

/// The documents of a system, and the common views of them.
pub struct Documents {
    /// Whose they are.
    pub system: SystemName,
    /// What its bodies hold; of two that look alike the first is meant.
    pub all: &'static [Document],
    /// The common view of a document that holds one run, bare or in its envelope: JSON text that was walked before.
    pub snapshot: fn(&str) -> Result<Snapshot>,
    /// The common views of a page's runs: JSON text that was walked before.
    pub page: fn(&str) -> Result<Vec<Run>>,
    /// Does a run's document hold what only its owner may see?
    pub has_secrets: bool,
}

impl Documents {
    /// Whose they are.
    pub fn name(&self) -> SystemName {
        self.system
    }

    /// What the system's bodies hold; of two that look alike the first is meant.
    pub fn documents(&self) -> &'static [Document] {
        self.all
    }

    /// The common view of a document that holds one run, bare or in its envelope: JSON text that was walked before.
    ///
    /// # Errors
    /// `decode` when the text holds none.
    pub fn snapshot(&self, json: &str) -> Result<Snapshot> {
        (self.snapshot)(json)
    }

    /// The common views of a page's runs: JSON text that was walked before.
    ///
    /// # Errors
    /// `decode` when the text holds none.
    pub fn page(&self, json: &str) -> Result<Vec<Run>> {
        (self.page)(json)
    }

    /// Does a run's document hold what only its owner may see?
    pub fn has_secrets(&self) -> bool {
        self.has_secrets
    }
}

/// A system: all that it must say of itself. Whoever only reads documents does with [`Documents`].
pub struct System {
    /// What it sends of runs.
    pub documents: &'static Documents,
    /// What else it sends and takes, such as requests and errors.
    pub others: &'static [Value],
    /// The lifecycles of its runs and stages.
    pub rules: &'static Rules,
    /// How to speak to it.
    pub api: &'static dyn Api,
    /// Which of the operations that runs have everywhere it knows.
    pub common: &'static [(&'static str, bool)],
}

impl std::ops::Deref for System {
    type Target = Documents;

    fn deref(&self) -> &Documents {
        self.documents
    }
}

impl System {
    /// What else it sends and takes, such as requests and errors.
    pub fn others(&self) -> &'static [Value] {
        self.others
    }

    /// The lifecycles of its runs and stages.
    pub fn rules(&self) -> &'static Rules {
        self.rules
    }

    /// How to speak to it.
    pub fn api(&self) -> &'static dyn Api {
        self.api
    }

    /// Which of the operations that runs have everywhere it knows.
    pub fn common(&self) -> &'static [(&'static str, bool)] {
        self.common
    }

    /// What it can do, by the names of the client's operations: what runs have everywhere, to do it to many of them, and its
    /// own.
    pub fn capabilities(&self) -> Vec<(&'static str, bool)> {
        let can = |name: &str| self.common.iter().any(|(known, can)| *known == name && *can);
        let many = [("cancelMany", can("cancel")), ("replayMany", can("replay"))];
        let own = self.api.operations().iter().map(|operation| (operation.name, true));
        self.common.iter().copied().chain(many).chain(own).collect()
    }
}

/// The requests of a system and what its answers mean. Values only: nothing here sends.
pub trait Api: Sync {
    /// The headers that carry the credentials.
    fn authorize(&self, scope: &Scope, secret: &str) -> Vec<(&'static str, String)>;
    /// What the secret itself tells of where it belongs.
    fn claims(&self, _secret: &str) -> Claims {
        Claims::default()
    }
    /// The base URL of the system's own servers, where it has some, in this region.
    fn home(&self, _region: Option<&str>) -> Result<Option<String>> {
        Ok(None)
    }
    /// The ways in which a client may show who it is.
    fn ways(&self) -> &'static [Way] {
        &[Way::Token]
    }
    /// Where the API and its tokens are found, from the base URL that the caller gave.
    fn places(&self, base: &Base, _way: Way) -> Places {
        Places { api: base.clone(), tokens: base.clone() }
    }
    /// Is all there that every request needs?
    fn fits(&self, _scope: &Scope) -> Result<()> {
        Ok(())
    }
    /// Asks for an access token; carries no other credentials.
    fn grant(&self, _grant: &Grant) -> Result<Request> {
        Err(Error::new(Kind::Unsupported, "unsupported_credentials", "this system takes a token, and grants none"))
    }
    /// Creates a run.
    fn create(&self, scope: &Scope, create: &Create) -> Result<Request>;
    /// What [`Create::more`] may hold.
    fn takes(&self) -> &'static [&'static str] {
        &[]
    }
    /// The id of the run that was created.
    fn created(&self, response: &Response) -> Result<String>;
    /// How to find out by hand whether a run was created whose answer was lost.
    fn look(&self) -> &'static str;
    /// The same filter, for runs that were created with this key; `None` where a system has no way to tell them.
    fn by_key(&self, _filter: &Filter, _key: &str) -> Option<Filter> {
        None
    }
    /// Do the system's workflows claim idempotency keys of their own?
    fn has_claims(&self) -> bool {
        false
    }
    /// Is this row of a list one of this workflow, named as a create names it? Yes where nothing speaks against it.
    fn is_of(&self, _workflow: &str, _row: &str) -> bool {
        true
    }
    /// Reads a run.
    fn get(&self, scope: &Scope, id: &str) -> Result<Request>;
    /// Lists runs, a page at a time.
    fn list(&self, scope: &Scope, filter: &Filter, cursor: Option<&str>) -> Result<Request>;
    /// The statuses that a list can be filtered by; empty when any text may be one.
    fn statuses(&self) -> &'static [&'static str];
    /// Does a run, read from this row, fit in what only this system filters by? A server may not know how to.
    fn keeps(&self, _filter: &Filter, _run: &Run, _row: &str) -> bool {
        true
    }
    /// The page's rows as they came, and where the next page begins.
    fn listed(&self, filter: &Filter, cursor: Option<&str>, response: &Response) -> Result<Rows>;
    /// Does a list hold every run, in any order, whatever was asked for?
    fn lists_all(&self) -> bool {
        false
    }
    /// How many runs a page of the list may be asked to hold; `None` where its size is the system's own.
    fn largest_page(&self) -> Option<u32> {
        None
    }
    /// Asks for a run's end.
    fn cancel(&self, _scope: &Scope, _id: &str) -> Result<Request> {
        Err(Error::new(Kind::Unsupported, "unsupported_operation", "this system has no cancel"))
    }
    /// Asks for the end of several runs at once; `None` where a system has no way to.
    fn cancel_all(&self, _scope: &Scope, _ids: &[&str]) -> Option<Result<Request>> {
        None
    }
    /// Which of them it took.
    fn cancelled_all(&self, _response: &Response) -> Result<Vec<String>> {
        Ok(vec![])
    }
    /// Asks for a run to be done again.
    fn replay(&self, _scope: &Scope, _id: &str) -> Result<Request> {
        Err(Error::new(Kind::Unsupported, "unsupported_operation", "this system has no replay"))
    }
    /// Did the system take a cancel or replay for something it can do? It proves no effect.
    fn accepted(&self, response: &Response) -> Result<bool>;
    /// The run that the answer to a cancel holds, where it holds one: JSON text.
    fn cancelled<'a>(&self, _response: &'a Response) -> Option<&'a str> {
        None
    }
    /// Was it a cancel that ended this finished run? `None` where its status does not tell.
    fn was_cancelled(&self, run: &Run) -> Option<bool> {
        run.outcome.map(|outcome| outcome == Outcome::Cancelled)
    }
    /// Milliseconds after which a cancel that shows no effect has none; `None` where it may come at any time.
    fn cancel_shows_within(&self) -> Option<Millis> {
        None
    }
    /// Milliseconds after which a second read that says the same makes this finished run believed.
    fn doubt(&self, _json: &str) -> Millis {
        500.0
    }
    /// What else the system can do.
    fn operations(&self) -> &'static [Operation] {
        &[]
    }
    /// Where the names of workflows are found that runs are created by; `None` where a server refuses an unknown one itself.
    fn catalogue(&self) -> Option<Catalogue> {
        None
    }
    /// What an answer that is no success means.
    fn failure(&self, response: &Response) -> Error;
}

/// A list of workflows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Catalogue {
    /// The operation that reads it, a page at a time.
    pub operation: &'static str,
    /// The operation's argument for a part of their names.
    pub part: &'static str,
    /// The member that is the name.
    pub name: &'static str,
}

/// What every request of a client shares.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Scope {
    /// Hatchet's tenant or meshX's organisation.
    pub tenant: Option<String>,
    /// The secret is an access token that was granted, and not one that was given.
    pub granted: bool,
}

/// A way to show who one is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// By a token that was given.
    Token,
    /// By a client's id and secret, which are exchanged for access tokens.
    Client,
    /// By a user's name and password, which are exchanged for access tokens.
    Login,
    /// Not at all: a server behind a proxy may ask for nothing.
    Nobody,
}

impl Way {
    /// In a sentence, behind a verb.
    pub fn as_str(self) -> &'static str {
        match self {
            Way::Token => "with a token",
            Way::Client => "with a client's id and secret",
            Way::Login => "with a login",
            Way::Nobody => "without credentials",
        }
    }
}

/// Where a system's API and its tokens are found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Places {
    /// What the paths of requests stand below.
    pub api: Base,
    /// What the paths of requests for tokens stand below.
    pub tokens: Base,
}

/// What an access token is asked for with. Holds secrets, so it has no `Debug`.
pub enum Grant<'a> {
    /// A client's credentials.
    Client {
        /// Its id.
        id: &'a str,
        /// Its secret.
        secret: &'a str,
    },
    /// A user's credentials.
    Login {
        /// The user's name.
        user: &'a str,
        /// The user's password.
        password: &'a str,
        /// Ask for a longer life.
        remember: bool,
    },
    /// The token for this that an earlier answer held.
    Refresh(&'a str),
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
    /// What the workflow's own idempotency expression makes of this input: the run that holds it is found by it. Hatchet.
    pub idempotency_key: Option<String>,
    /// Hatchet: 1 to 3.
    pub priority: Option<i64>,
    /// Wait for an answer that holds the run and not its id alone. Hatchet then takes a second at least, and may
    /// answer 500 although the run was created.
    pub full: bool,
    /// Labels, where the system has them: Onfido.
    pub tags: Vec<String>,
    /// What only this system's runs are created with, by the names of [`Api::takes`].
    pub more: BTreeMap<String, Raw>,
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
    /// Labels, all of which must be there: Onfido.
    pub tags: Vec<String>,
    /// The key that they were created with.
    pub key: Option<String>,
    /// Any of these was claimed by the workflow's own idempotency expression: Hatchet.
    pub idempotency_keys: Vec<String>,
    /// How many runs a page holds at the most; Onfido's pages have a size of their own.
    pub page_size: Option<u32>,
    /// Inputs and outputs too, where the list leaves them out otherwise.
    pub payloads: bool,
}

impl Filter {
    /// Does a run fit? For what a server does not filter by, or less exactly.
    pub fn takes(&self, run: &Run) -> bool {
        let since = self.since.is_none_or(|since| run.created_at.is_none_or(|at| at >= since));
        let until = self.until.is_none_or(|until| run.created_at.is_none_or(|at| at <= until));
        let status =
            self.statuses.is_empty() || self.statuses.iter().any(|status| status.eq_ignore_ascii_case(&run.status));
        let workflow =
            self.workflow_ids.is_empty() || run.workflow_id.as_ref().is_none_or(|id| self.workflow_ids.contains(id));
        since && until && status && workflow && self.tags.iter().all(|tag| run.tags.contains(tag)) && self.fits(run)
    }

    fn fits(&self, run: &Run) -> bool {
        if self.metadata.is_empty() {
            return true;
        }
        let held = run.metadata.as_ref().and_then(|raw| Others::decode(raw.as_str()).ok()).unwrap_or_default();
        let text = |name: &str| describe::decode::<String>(held.get(name)?.as_str()).ok();
        self.metadata.iter().all(|(name, value)| text(name).as_ref() == Some(value))
    }
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
    describe::decode(json).map_err(|misfit| {
        let message = format!("this cannot be read at line {} column {}", misfit.line, misfit.column);
        Error::new(Kind::Decode, "invalid_document", message).of(system)
    })
}

/// What stands under these names, one inside the other; `None` where one of them is not there.
pub fn opened(json: &str, names: &[&str]) -> Option<Raw> {
    describe::find(json, names).ok()?
}
