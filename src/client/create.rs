//! Creating a run: never twice, and never silently lost.
use super::send::Clock;
use super::{Call, Client, Host, Read};
use crate::error::{Error, Kind, Result};
use crate::policy;
use crate::run::Run;
use crate::system::{Create, Filter};

/// How far the clocks of client and server may be apart when a run is looked for, in milliseconds.
const SKEW: f64 = 24.0 * 3_600_000.0;

/// How long before its create was sent a run may seem to have been created, in milliseconds: clocks differ.
const YOUNG: f64 = 60_000.0;

/// How often a run with a key is sent at the most.
const SENDS: u32 = 2;

impl<H: Host> Client<H> {
    /// Creates a run. An answer that was lost leaves open whether there is a run: without a key that is the error
    /// [`Kind::UnknownOutcome`]; with one the run is looked for until the read store had its time, and only then is it
    /// created again. A key that the workflow itself claims is looked for too, and its run found when the claim is refused.
    pub async fn create(&self, create: &Create, call: &Call) -> Result<Read> {
        if create.idempotency_key.is_some() && !self.system.api().has_claims() {
            let why = format!("{}'s workflows claim no `idempotencyKey`: give a `key`", self.system.name());
            return Err(Error::new(Kind::Argument, "unsupported_field", why).of(self.system.name()));
        }
        let clock = self.clock(call)?;
        let session = self.begin(&clock).await?;
        let request = self.system.api().create(&session.scope, create)?;
        Box::pin(self.check_workflow(&create.workflow, &clock, call)).await?;
        let begun = self.host.now();
        let mut lost = Error::new(Kind::UnknownOutcome, "unknown_outcome", "");
        for _ in 0..SENDS {
            // A claim that is taken is answered with a bare 500.
            let refused = match self.once(&session, &clock, call, &request).await {
                Ok(response) => {
                    return self
                        .created(&response)
                        .map_err(|error| if error.kind == Kind::Decode { self.unsure(error) } else { error });
                }
                Err(error) if !maybe_done(&error) => return Err(error),
                Err(error) => {
                    let refused = error.code == "server_error";
                    lost = self.unsure(error);
                    refused
                }
            };
            let key = create.key.as_ref().filter(|_| self.can("findByKey").is_ok());
            if key.or(create.idempotency_key.as_ref()).is_none() {
                return Err(lost);
            }
            let oldest = if refused { f64::MIN } else { begun - YOUNG };
            if let Some(id) = self.look_up(&clock, call, create, begun - SKEW, oldest).await? {
                let until = self.host.now() + policy::PATIENCE;
                return self.get_known(&session, &clock, call, &id, until).await;
            }
        }
        Err(lost)
    }

    fn created(&self, response: &crate::http::Response) -> Result<Read> {
        let id = self.system.api().created(response)?;
        self.remember_young(&id);
        self.read(response.text()?)
    }

    /// Looks for the run. An empty answer proves nothing before the read store had its time.
    async fn look_up(
        &self,
        clock: &Clock,
        call: &Call,
        create: &Create,
        since: f64,
        oldest: f64,
    ) -> Result<Option<String>> {
        let until = self.host.now() + policy::LOOK_UP;
        let mut looks = 0;
        loop {
            let look = self.look(clock, call, create, since, oldest).await;
            if let Some(run) = look.map_err(|error| self.unsure(error))? {
                return Ok(Some(run.id));
            }
            let wait = policy::unknown_again(looks);
            if self.host.now() + wait >= until {
                return Ok(None);
            }
            self.pause(clock, wait).await.map_err(|error| self.unsure(error))?;
            looks += 1;
        }
    }

    /// Looks once, by the caller's key and then by the claim. Of several runs with one key the oldest is the one that the first
    /// try created. Of several that claimed a key the newest holds it, and another workflow's are none of it; one that is older
    /// than this create may have lost its claim, unless the server just said that somebody has it.
    async fn look(&self, clock: &Clock, call: &Call, create: &Create, since: f64, oldest: f64) -> Result<Option<Run>> {
        let api = self.system.api();
        let by_key =
            create.key.iter().map(|key| Filter { key: Some(key.clone()), since: Some(since), ..Filter::default() });
        let claims = create.idempotency_key.iter();
        let by_claim = claims.map(|key| Filter { idempotency_keys: vec![key.clone()], ..Filter::default() });
        for filter in by_key.chain(by_claim) {
            // A list is newest first.
            let mut runs = self.list(&filter, None, &self.rest(clock, call.clone())?).await?.runs;
            if filter.key.is_none() {
                runs.retain(|(_, row)| api.is_of(&create.workflow, row));
                runs.truncate(1);
                runs.retain(|(run, _)| run.created_at.is_some_and(|at| at >= oldest));
            }
            if let Some((run, _)) = runs.pop() {
                return Ok(Some(run));
            }
        }
        Ok(None)
    }

    fn unsure(&self, error: Error) -> Error {
        let message =
            format!("{}; whether the run was created is unknown: {}", error.message, self.system.api().look());
        Error { kind: Kind::UnknownOutcome, code: "unknown_outcome", message, retryable: false, ..error }
    }
}

/// May the system have done it all the same? Not when it refused, and not when nothing was sent.
pub(super) fn maybe_done(error: &Error) -> bool {
    match error.kind {
        Kind::Network => error.code != "not_sent",
        Kind::Timeout | Kind::Decode => true,
        Kind::Http => matches!(error.code, "server_error" | "request_timeout"),
        _ => false,
    }
}
