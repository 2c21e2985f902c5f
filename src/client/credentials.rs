//! How a client shows who it is: a token that was given, or one that is fetched, kept and renewed.
use super::send::Clock;
use super::turn::{GONE, Turn};
use super::{Call, Client, Host, Session};
use crate::describe::{Number, decode};
use crate::error::{Error, Kind, Result};
use crate::http::{Base, Request, Response};
use crate::policy;
use crate::system::{Grant, Places, Scope, Way, opened};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;

/// How a client shows who it is. The secret of it, be it a token, a client's secret or a password, is the host's.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Credentials {
    /// By a token.
    #[default]
    Token,
    /// By a client's id and secret.
    Client {
        /// The id.
        id: String,
    },
    /// By a user's name and password.
    Login {
        /// The name.
        user: String,
        /// Ask for a longer life.
        remember: bool,
    },
    /// Not at all.
    Nobody,
}

impl Credentials {
    /// Which way that is.
    pub fn way(&self) -> Way {
        match self {
            Credentials::Token => Way::Token,
            Credentials::Client { .. } => Way::Client,
            Credentials::Login { .. } => Way::Login,
            Credentials::Nobody => Way::Nobody,
        }
    }
}

/// The tokens that were granted to a client. While one caller fetches, all others wait for what comes of it.
#[derive(Default)]
pub(super) struct Vault {
    held: RefCell<Option<Held>>,
    turn: Turn,
    failures: Cell<u64>,
    failure: RefCell<Option<Error>>,
}

#[derive(Clone)]
struct Held {
    token: String,
    /// In milliseconds since 1970.
    until: f64,
    /// What the next one is fetched with, and until when.
    refresh: Option<(String, f64)>,
}

impl Vault {
    /// The token that is held, unless it is over or is the one that was refused.
    fn good(&self, now: f64, refused: Option<&str>) -> Option<String> {
        let held = self.held.borrow();
        held.as_ref()
            .filter(|held| now < held.until && Some(held.token.as_str()) != refused)
            .map(|held| held.token.clone())
    }

    /// What a caller that waited since then gets to hear.
    fn failed_since(&self, failures: u64) -> Option<Error> {
        (self.failures.get() > failures).then(|| self.failure.borrow().clone()).flatten()
    }
}

type Fetched<'a> = Pin<Box<dyn Future<Output = Result<Held>> + 'a>>;

impl<H: Host> Client<H> {
    /// Where and as whom to speak.
    pub(super) async fn session(&self, clock: &Clock) -> Result<Session> {
        let way = self.options.credentials.way();
        let secret = match way {
            Way::Nobody => None,
            Way::Token => Some(self.given().await?),
            Way::Client | Way::Login => Some(self.token(clock, None).await?),
        };
        let claims = secret.as_ref().map(|secret| self.system.api().claims(secret)).unwrap_or_default();
        let base = match (&self.base, claims.base) {
            (Some(base), _) => base.clone(),
            (None, Some(url)) => Base::parse(&url)?,
            (None, None) => {
                let why = "the token names no server: give `baseUrl`";
                return Err(Error::new(Kind::Argument, "missing_base_url", why).of(self.system.name()));
            }
        };
        let scope = Scope {
            tenant: self.options.tenant.clone().or(claims.tenant),
            granted: matches!(way, Way::Client | Way::Login),
        };
        self.system.api().fits(&scope)?;
        let base = self.system.api().places(&base, way).api;
        Ok(Session { base, scope, secret: RefCell::new(secret), hidden: vec![] })
    }

    /// Is there another secret than the one that was refused? If so the session has it now.
    pub(super) async fn renew(&self, session: &Session, clock: &Clock) -> Result<bool> {
        let refused = session.secret.borrow().clone();
        let (Some(refused), true) = (refused, session.hidden.is_empty()) else { return Ok(false) };
        let new = match self.options.credentials.way() {
            Way::Nobody => return Ok(false),
            Way::Token => self.given().await?,
            Way::Client | Way::Login => self.token(clock, Some(&refused)).await?,
        };
        let differs = new != refused;
        session.secret.replace(Some(new));
        Ok(differs)
    }

    /// The host's secret, fit for a header or a body.
    async fn given(&self) -> Result<String> {
        let secret = self.host.secret().await.map_err(|error| error.of(self.system.name()))?;
        let for_header =
            self.options.credentials.way() != Way::Token || secret.bytes().all(|byte| byte.is_ascii_graphic());
        if secret.is_empty() || !for_header {
            let why = "the token is empty or holds what no header may hold";
            return Err(Error::new(Kind::Argument, "invalid_secret", why).of(self.system.name()));
        }
        Ok(secret)
    }

    /// An access token that is good, and not the one that was refused.
    async fn token(&self, clock: &Clock, refused: Option<&str>) -> Result<String> {
        let failures = self.vault.failures.get();
        loop {
            if let Some(token) = self.vault.good(self.host.now(), refused) {
                return Ok(token);
            }
            if let Some(failure) = self.vault.failed_since(failures) {
                return Err(failure);
            }
            let Some(_lead) = self.vault.turn.take(&self.host, GONE) else {
                Turn::look(&self.host, 0.0).await;
                continue;
            };
            match self.fetch(clock).await {
                Ok(held) => {
                    let token = held.token.clone();
                    self.vault.held.replace(Some(held));
                    return Ok(token);
                }
                Err(error) => {
                    // That one caller's time was up says nothing to the others.
                    if error.kind != Kind::Timeout {
                        self.vault.failures.set(self.vault.failures.get() + 1);
                        self.vault.failure.replace(Some(error.clone()));
                    }
                    return Err(error);
                }
            }
        }
    }

    /// Boxed, because asking for a token is a request, and a request may ask for a token.
    fn fetch<'a>(&'a self, clock: &'a Clock) -> Fetched<'a> {
        Box::pin(async move {
            let refresh = self.vault.held.take().and_then(|held| held.refresh);
            if let Some((token, _)) = refresh.filter(|(_, until)| self.host.now() < *until) {
                let refreshed = self.grant(clock, &Grant::Refresh(&token), vec![token.clone()]).await;
                // One that is over is answered with any of these; then the long way is left.
                let over =
                    |error: &Error| error.status.is_some_and(|status| (400..500).contains(&status) && status != 429);
                if !refreshed.as_ref().is_err_and(over) {
                    return refreshed;
                }
            }
            let secret = self.given().await?;
            let hidden = vec![secret.clone()];
            match &self.options.credentials {
                Credentials::Login { user, remember } => {
                    self.grant(clock, &Grant::Login { user, password: &secret, remember: *remember }, hidden).await
                }
                Credentials::Client { id } => self.grant(clock, &Grant::Client { id, secret: &secret }, hidden).await,
                _ => Err(Error::new(Kind::Internal, "no_grant", "a token that was given is not fetched")),
            }
        })
    }

    async fn grant(&self, clock: &Clock, grant: &Grant<'_>, hidden: Vec<String>) -> Result<Held> {
        let request: Request = self.system.api().grant(grant)?;
        let missing = || Error::new(Kind::Argument, "missing_base_url", "give `baseUrl`").of(self.system.name());
        let base = self.base.as_ref().ok_or_else(missing)?;
        let Places { tokens, .. } = self.system.api().places(base, self.options.credentials.way());
        let session = Session { base: tokens, scope: Scope::default(), secret: RefCell::default(), hidden };
        let asked = self.host.now();
        let response = self.safe(&session, clock, &Call::default(), &request).await.map_err(told)?;
        held(asked, &response).map_err(|error| error.of(self.system.name()))
    }
}

/// That the token was refused and not the call itself.
fn told(error: Error) -> Error {
    let is_refusal = matches!(error.status, Some(400 | 401 | 403));
    let (kind, code) = if is_refusal { (Kind::Auth, "grant_refused") } else { (error.kind, error.code) };
    Error { kind, code, message: format!("no access token was granted: {}", error.message), ..error }
}

/// What an answer grants, counted from when it was asked for.
fn held(asked: f64, response: &Response) -> Result<Held> {
    let text = response.text()?;
    let string = |name: &str| opened(text, &[name]).and_then(|raw| decode::<String>(raw.as_str()).ok());
    let lives = |name: &str| {
        let seconds = opened(text, &[name]).and_then(|raw| decode::<Number>(raw.as_str()).ok()).map(|raw| raw.to_f64());
        asked + policy::token_lives(seconds)
    };
    let token =
        string("access_token").filter(|token| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()));
    let token =
        token.ok_or_else(|| Error::new(Kind::Decode, "unexpected_answer", "the answer holds no access token"))?;
    let refresh = string("refresh_token").filter(|token| !token.is_empty());
    let refresh = refresh.map(|token| (token, lives("refresh_expires_in")));
    Ok(Held { token, until: lives("expires_in"), refresh })
}
