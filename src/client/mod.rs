//! The client: policy and transport together; the only async code.
//!
//! An operation is a future, and dropping it is how it is aborted: the transport ends its request and its timers with
//! it, so nothing runs on. Whoever has an abort signal races it against the operation.

mod act;
mod create;
mod credentials;
mod feed;
mod host;
mod many;
mod memory;
mod names;
mod operate;
mod page;
mod read;
mod send;
mod share;
mod turn;
mod watch;

pub use act::{Effect, Effected};
pub use credentials::Credentials;
pub use feed::Follower;
pub use host::{Event, Host, race};
pub use many::{Many, Named, One, Order, Which};
pub use memory::Target;
pub use page::{Page, Unreadable};
pub use read::{Read, push_with_wire, with_wire};
pub use watch::{Change, Watch, WatchOptions};

use crate::error::{Error, Kind, Result};
use crate::http::Base;
use crate::lifecycle::Known;
use crate::policy::{Budget, Limits};
use crate::system::{Scope, System, Way};
use credentials::Vault;
use feed::Feeds;
use memory::Memory;
use names::Names;
use share::Shared;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// What a client is made of, beside its transport and its secret.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the system's API begins; read from the secret's claims when absent.
    pub base_url: Option<String>,
    /// How it shows who it is.
    pub credentials: Credentials,
    /// Hatchet's tenant or meshX's organisation; read from the secret's claims when absent.
    pub tenant: Option<String>,
    /// Time and tries.
    pub limits: Limits,
    /// The largest answer to take, in bytes.
    pub max_bytes: usize,
    /// The deepest nesting of an answer to take.
    pub max_depth: u32,
    /// Look whether there is a workflow before a run of it is created.
    pub check_workflow: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            base_url: None,
            credentials: Credentials::Token,
            tenant: None,
            limits: Limits::default(),
            max_bytes: 32 * 1024 * 1024,
            max_depth: 512,
            check_workflow: false,
        }
    }
}

/// What one call asks for beside its arguments; what is absent is the client's.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Call {
    /// Milliseconds a single try may take.
    pub timeout: Option<f64>,
    /// Milliseconds the whole call may take.
    pub deadline: Option<f64>,
    /// How many more times a read is tried after the first.
    pub retries: Option<u32>,
    /// The W3C trace context to pass on.
    pub traceparent: Option<String>,
    /// Milliseconds for which a run may be unknown before that is believed.
    pub patience: Option<f64>,
    /// Send what the lifecycle rules out all the same.
    pub force: bool,
    /// Hand a file on as it comes, and not when all of it is there.
    pub flowing: bool,
    /// Milliseconds for which a file that is not made yet is asked for again.
    pub wait: Option<f64>,
}

/// A client of one system.
pub struct Client<H> {
    host: H,
    system: &'static System,
    options: Options,
    base: Option<Base>,
    budget: Cell<Budget>,
    vault: Vault,
    shared: Rc<Shared>,
    feeds: Feeds,
    names: Names,
    /// Runs this client created, and until when reads may not know them.
    young: Memory<f64>,
    /// Ends that this client saw confirmed.
    ended: Memory<Known>,
}

/// Where and as whom to speak; made anew for each call, because a secret may be renewed.
struct Session {
    base: Base,
    scope: Scope,
    /// What its requests are authorized with, if anything; replaced when it is found to be over.
    secret: RefCell<Option<String>>,
    /// What its bodies hold and no error may, when it is a token that is asked for.
    hidden: Vec<String>,
}

impl<H: Host> Client<H> {
    /// A client of this system. Nothing is sent yet, and the secret not asked for.
    pub fn new(system: &'static System, host: H, options: Options) -> Result<Client<H>> {
        let base = options.base_url.as_deref().map(Base::parse).transpose().map_err(|error| error.of(system.name()))?;
        for (name, value) in [("timeout", options.limits.timeout), ("deadline", options.limits.deadline)] {
            milliseconds(name, value)?;
        }
        let way = options.credentials.way();
        if !system.api().ways().contains(&way) {
            let why = format!("{} cannot be spoken to {}", system.name(), way.as_str());
            return Err(Error::new(Kind::Argument, "unsupported_credentials", why).of(system.name()));
        }
        if base.is_none() && way != Way::Token {
            return Err(Error::new(Kind::Argument, "missing_base_url", "give `baseUrl`").of(system.name()));
        }
        if options.check_workflow && system.api().catalogue().is_none() {
            let why = format!("{} has no list of names to check a workflow by", system.name());
            return Err(Error::new(Kind::Unsupported, "unsupported_option", why).of(system.name()));
        }
        let (budget, vault, shared) = (Cell::default(), Vault::default(), Rc::default());
        let (young, ended, feeds) = (Memory::default(), Memory::default(), Feeds::default());
        let names = Names::default();
        Ok(Client { host, system, options, base, budget, vault, shared, feeds, names, young, ended })
    }

    /// The system it speaks to.
    pub fn system(&self) -> &'static System {
        self.system
    }

    /// What it sends through.
    pub fn host(&self) -> &H {
        &self.host
    }

    fn limits(&self, call: &Call) -> Result<Limits> {
        let limits = Limits {
            timeout: call.timeout.unwrap_or(self.options.limits.timeout),
            deadline: call.deadline.unwrap_or(self.options.limits.deadline),
            retries: call.retries.unwrap_or(self.options.limits.retries),
        };
        milliseconds("timeout", limits.timeout)?;
        milliseconds("deadline", limits.deadline)?;
        if call
            .traceparent
            .as_ref()
            .is_some_and(|trace| trace.is_empty() || !trace.bytes().all(|b| b.is_ascii_graphic()))
        {
            let why = "`traceparent` must be a trace context as W3C writes it";
            return Err(Error::new(Kind::Argument, "invalid_traceparent", why));
        }
        Ok(limits)
    }

    /// Is that among what the system can do?
    fn can(&self, operation: &str) -> Result<()> {
        let able: Vec<&str> =
            self.system.capabilities().into_iter().filter(|(_, can)| *can).map(|(name, _)| name).collect();
        if able.contains(&operation) {
            return Ok(());
        }
        let (name, operation) = (self.system.name(), crate::http::quote(operation));
        let message = format!("{name} cannot do that: {operation}; it can do {}", able.join(", "));
        Err(Error::new(Kind::Unsupported, "unsupported_operation", message).of(self.system.name()))
    }

    fn remember_young(&self, id: &str) {
        self.young.keep(id, self.host.now() + crate::policy::PATIENCE);
    }

    /// Until when this run may be unknown.
    fn young_until(&self, id: &str) -> f64 {
        self.young.recall(id).unwrap_or(0.0)
    }
}

fn milliseconds(name: &str, value: f64) -> Result<()> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(Error::new(Kind::Argument, "invalid_time", format!("`{name}` must be a positive number of milliseconds")))
}
