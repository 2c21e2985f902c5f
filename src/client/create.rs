//! Creating a run: never twice, and never silently lost.
use super::send::Clock;
use super::{Call, Client, Host, Read, Session};
use crate::error::{Error, Kind, Result};
use crate::http::Request;
use crate::policy;
use crate::system::Create;

/// How far the clocks of client and server may be apart when a run is looked for, in milliseconds.
const SKEW: f64 = 24.0 * 3_600_000.0;

/// How often a run with a key is sent at the most.
const SENDS: u32 = 2;

impl<H: Host> Client<H> {
    /// Creates a run. An answer that was lost leaves open whether there is a run: without a key that is the error
    /// [`Kind::UnknownOutcome`]; with one the run is looked for until the read store had its time, and only then is it
    /// created again.
    pub async fn create(&self, create: &Create, call: &Call) -> Result<Read> {
        let clock = self.clock(call)?;
        let session = self.begin(&clock).await?;
        let request = self.system.api().create(&session.scope, create)?;
        let begun = self.host.now();
        let mut lost = Error::new(Kind::UnknownOutcome, "unknown_outcome", "");
        for _ in 0..SENDS {
            match self.once(&session, &clock, call, &request).await {
                Ok(response) => {
                    return self
                        .created(&response)
                        .map_err(|error| if error.kind == Kind::Decode { self.unsure(error) } else { error });
                }
                Err(error) if !maybe_done(&error) => return Err(error),
                Err(error) => lost = self.unsure(error),
            }
            let key = create.key.as_ref();
            let find = key.and_then(|key| Some((key, self.system.api().find(&session.scope, key, begun - SKEW)?)));
            let Some((key, find)) = find else { return Err(lost) };
            if let Some(id) = self.look_up(&session, &clock, call, key, &find?).await? {
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

    /// Looks for a run by its key. An empty answer proves nothing before the read store had its time.
    async fn look_up(
        &self,
        session: &Session,
        clock: &Clock,
        call: &Call,
        key: &str,
        request: &Request,
    ) -> Result<Option<String>> {
        let api = self.system.api();
        let until = self.host.now() + policy::LOOK_UP;
        let mut looks = 0;
        loop {
            let found = self.safe(session, clock, call, request).await.and_then(|response| api.found(key, &response));
            if let Some(id) = found.map_err(|error| self.unsure(error))? {
                return Ok(Some(id));
            }
            let wait = policy::unknown_again(looks);
            if self.host.now() + wait >= until {
                return Ok(None);
            }
            self.pause(clock, wait).await.map_err(|error| self.unsure(error))?;
            looks += 1;
        }
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
