//! The gateway: routes, access tokens, event streams. A request in, a plan out, no IO of its own.
//!
//! | request, below the base path | answer |
//! |---|---|
//! | `GET /` | the systems and what each can do |
//! | `GET /{system}/runs?status=&since=&until=&workflow=&metadata=&tags=&key=&idempotencyKeys=&payloads=&limit=&cursor=` | `{runs, unreadable, next?}` |
//! | `POST /{system}/runs`, JSON or a form | 202, `Location`, the run |
//! | `GET /{system}/runs/{id}` | the run, with what the system sent under `wire` |
//! | `GET /{system}/runs/{id}/events` | an event stream of the run's changes, until its confirmed end |
//! | `GET /{system}/events`, queries as for the list | an event stream of the list's first page, whenever it moved; one poll for all who ask for the same |
//! | `POST /{system}/runs/{id}/cancel?confirm=&force=`, `…/replay?confirm=&force=` | `{accepted, effect, run?}`; 409 for a run whose end was confirmed here |
//! | `POST /{system}/runs/cancel?confirm=&force=`, `…/replay`, body `{"runs": [id, …]}` or `{"filter": "status=…&since=…"}` | for each run `{id, accepted, effect, run?, error?}` |
//! | `GET /{system}/do/{operation}?name=value`, for one that only reads | what it gives: JSON, or a file |
//! | `POST /{system}/do/{operation}?force=`, its arguments as a JSON object | the same; 204 where it gives nothing |
//!
//! A system's own operations are those of its table ([`crate::system::Operation`]); without a word of its operator a gateway
//! offers those that change nothing and give no file ([`Offer`]). Answers hide whatever is described as a secret, and
//! addresses that let in whoever knows them; a file comes with its media type, as an attachment.
//!
//! Failures are `application/problem+json`: `{kind, code, message, status, retryable, findings?}`. No answer ever holds a
//! system's token.

mod answer;
mod body;
mod offer;
mod route;
mod serve;
mod trigger;

pub use answer::Answer;
pub use body::create_from;
pub use offer::Offer;
pub use route::{Act, Need, Plan, Route};
pub use serve::{Served, Stream, accepted, serve};
pub use trigger::Trigger;

use crate::client::Call;
use crate::error::{Error, Kind, Result, SystemName};
use crate::http::Base;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;

/// What a gateway offers, and to whom.
#[derive(Clone)]
pub struct Config {
    /// The path that all routes are below, such as `/api`.
    pub base_path: String,
    /// The systems it speaks to.
    pub systems: Vec<SystemName>,
    /// Access tokens, one of which every request must bring; without any, none is asked for.
    pub tokens: Vec<String>,
    /// Other origins whose pages may read and write here.
    pub origins: Vec<String>,
    /// The largest body of a request, in bytes.
    pub max_bytes: usize,
    /// Which of a system's own operations are offered.
    pub operations: BTreeMap<SystemName, Offer>,
    /// Which are of a system that is not named above.
    pub usual: Offer,
    /// Nothing may be changed here, runs included.
    pub read_only: bool,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            base_path: "/api".into(),
            systems: vec![],
            tokens: vec![],
            origins: vec![],
            max_bytes: 4 * 1024 * 1024,
            operations: BTreeMap::new(),
            usual: Offer::default(),
            read_only: false,
        }
    }
}

impl fmt::Debug for Config {
    /// Without the access tokens.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_struct("Config")
            .field("base_path", &self.base_path)
            .field("systems", &self.systems)
            .field("origins", &self.origins)
            .field("max_bytes", &self.max_bytes)
            .field("operations", &self.operations)
            .field("usual", &self.usual)
            .field("read_only", &self.read_only)
            .finish_non_exhaustive()
    }
}

/// A request as it came in, without its body.
#[derive(Clone)]
pub struct Incoming {
    /// The method, in upper case.
    pub method: String,
    /// The absolute URL.
    pub url: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
}

impl Incoming {
    /// The first header of this name, given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// What a call upstream takes over: the trace context, where it can be one.
    pub fn call(&self) -> Call {
        let trace =
            self.header("traceparent").filter(|trace| !trace.is_empty() && trace.bytes().all(|b| b.is_ascii_graphic()));
        Call { traceparent: trace.map(str::to_owned), ..Call::default() }
    }

    fn writes(&self) -> bool {
        !["GET", "HEAD", "OPTIONS"].contains(&self.method.as_str())
    }
}

/// Decides what to do with a request.
#[derive(Clone, Debug)]
pub struct Gateway {
    config: Config,
}

impl Gateway {
    /// A gateway of this make.
    pub fn new(mut config: Config) -> Result<Gateway> {
        config.base_path = match config.base_path.trim_matches('/') {
            "" => String::new(),
            path => format!("/{path}"),
        };
        config.origins =
            config.origins.iter().map(|origin| Ok(Base::parse(origin)?.origin().to_owned())).collect::<Result<_>>()?;
        if config.tokens.iter().any(|token| token.len() < 16) {
            let why = "an access token needs at least 16 characters";
            return Err(Error::new(Kind::Argument, "weak_access_token", why));
        }
        config.names_are_known()?;
        Ok(Gateway { config })
    }

    /// How it is set up.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Where a request leads, if it may; its body is not needed yet. The answer to one that may not is ready.
    pub fn admit(&self, request: &Incoming) -> std::result::Result<Route, Answer> {
        self.enter(request)?;
        Route::of(&self.config, request).map_err(|error| self.dress(request, Answer::problem(&error)))
    }

    /// May this request come in at all? The answer to one that may not is ready.
    pub fn enter(&self, request: &Incoming) -> std::result::Result<(), Answer> {
        if request.method == "OPTIONS" && self.allowed_origin(request).is_some() {
            return Err(self.dress(request, Answer::preflight()));
        }
        let may = self.origin_may(request).and_then(|()| self.token_may(request));
        may.map_err(|error| self.dress(request, Answer::problem(&error)))
    }

    /// The same answer, with the headers by which a page of an allowed other origin may read it.
    pub fn dress(&self, request: &Incoming, mut answer: Answer) -> Answer {
        if !self.config.origins.is_empty() {
            answer.headers.push(("vary", "origin".into()));
        }
        if let Some(origin) = self.allowed_origin(request) {
            answer.headers.push(("access-control-allow-origin", origin.to_owned()));
            answer.headers.push(("access-control-expose-headers", "location, retry-after".into()));
        }
        answer
    }

    fn allowed_origin<'a>(&self, request: &'a Incoming) -> Option<&'a str> {
        request.header("origin").filter(|origin| self.config.origins.iter().any(|allowed| allowed == origin))
    }

    /// A page of another origin could make its visitor's browser write here.
    fn origin_may(&self, request: &Incoming) -> Result<()> {
        let Some(origin) = request.header("origin").filter(|_| request.writes()) else { return Ok(()) };
        let host = |url: &str| Some(url.split_once("://")?.1.split(['/', '?', '#']).next()?.to_ascii_lowercase());
        let own = [request.header("host").map(str::to_ascii_lowercase), host(&request.url)];
        let same = host(origin).is_some_and(|origin| own.iter().flatten().any(|own| *own == origin));
        if same || self.allowed_origin(request).is_some() {
            return Ok(());
        }
        let why = "a page of another origin may not write here: list it in `origins` if it should";
        Err(Error { status: Some(403), ..Error::new(Kind::Auth, "cross_origin", why) })
    }

    fn token_may(&self, request: &Incoming) -> Result<()> {
        if self.config.tokens.is_empty() {
            return Ok(());
        }
        let given = request.header("authorization").and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        // Every token is compared, and by its digest: the time tells nothing of how near a guess came.
        let known = self.config.tokens.iter().fold(false, |known, token| known | same(given, token));
        if known {
            return Ok(());
        }
        let why = "this gateway asks for an access token: `Authorization: Bearer …`";
        Err(Error { status: Some(401), ..Error::new(Kind::Auth, "access_denied", why) })
    }
}

fn same(a: &str, b: &str) -> bool {
    let (a, b) = (Sha256::digest(a), Sha256::digest(b));
    a.iter().zip(b.iter()).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}
