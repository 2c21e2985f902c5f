//! Reading one run, and a page of runs.
use super::send::Clock;
use super::{Call, Client, Host, Session};
use crate::describe::json;
use crate::error::{Kind, Result};
use crate::policy;
use crate::run::{Run, Snapshot};
use crate::system::Documents;
use crate::validate;

/// What a read of a run returned.
#[derive(Clone, PartialEq, Debug)]
pub struct Read {
    /// The run, and what lifecycles look at.
    pub snapshot: Snapshot,
    /// The body that the server sent.
    pub wire: String,
}

impl Read {
    /// The same read, for those who may look at the run but not act with it.
    pub fn public(self, system: &Documents) -> Result<Read> {
        Ok(Read { wire: public(system, self.wire)?, ..self })
    }

    /// The run as JSON text, with the body that the server sent under `wire`.
    pub fn json(&self) -> Result<String> {
        with_wire(&self.snapshot.run, &self.wire)
    }
}

/// A body without what only the run's owner may see.
pub(super) fn public(system: &Documents, wire: String) -> Result<String> {
    if system.has_secrets() { validate::redacted(system, &wire) } else { Ok(wire) }
}

/// A run as JSON text, with what the server sent under `wire`. Payloads pass as text, so that no number is rounded.
pub fn with_wire(run: &Run, wire: &str) -> Result<String> {
    let mut all = String::new();
    push_with_wire(&mut all, &text(run)?, wire);
    Ok(all)
}

/// The same, of a run that is text already.
pub fn push_with_wire(all: &mut String, run: &str, wire: &str) {
    all.extend([run.strip_suffix('}').unwrap_or(run), ",\"wire\":", wire.trim(), "}"]);
}

pub(crate) fn text(value: &impl serde::Serialize) -> Result<String> {
    Ok(json(value))
}

impl<H: Host> Client<H> {
    /// Reads a run. One that this client just created may be unknown for a while.
    pub async fn get(&self, id: &str, call: &Call) -> Result<Read> {
        let clock = self.clock(call)?;
        let session = self.begin(&clock).await?;
        let patience = call.patience.map_or(0.0, |patience| self.host.now() + patience);
        self.get_known(&session, &clock, call, id, patience.max(self.young_until(id))).await
    }

    /// Reads a run that may be unknown until then.
    pub(super) async fn get_known(
        &self,
        session: &Session,
        clock: &Clock,
        call: &Call,
        id: &str,
        unknown_until: f64,
    ) -> Result<Read> {
        let request = self.system.api().get(&session.scope, id)?;
        let mut looks = 0;
        loop {
            let error = match self.safe(session, clock, call, &request).await {
                Ok(response) => return self.read(response.text()?),
                Err(error) => error,
            };
            let wait = policy::unknown_again(looks);
            let patient = error.kind == Kind::NotFound && self.host.now() < unknown_until;
            if !patient || wait >= self.left(clock) {
                return Err(error);
            }
            self.host.sleep(wait).await;
            looks += 1;
        }
    }

    pub(super) fn reading(&self) -> validate::Options {
        validate::Options { max_depth: self.options.max_depth, max_bytes: self.options.max_bytes, ..Default::default() }
    }

    pub(super) fn read(&self, json: &str) -> Result<Read> {
        let parsed = validate::parse_run(self.system, json.as_bytes(), &self.reading())?;
        let read = Read { snapshot: parsed.snapshot, wire: json.trim().to_owned() };
        self.reconsider(&read);
        Ok(read)
    }
}
