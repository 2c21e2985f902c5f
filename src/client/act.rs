//! Cancelling and replaying: what a system takes is not what it does, so the effect is read.
use super::send::Clock;
use super::watch::{Watch, WatchOptions};
use super::{Call, Client, Host, Read, Target};
use crate::error::{Error, Kind, Result};
use crate::lifecycle::Verdict;
use crate::run::Phase;
use crate::system::Documents;
use serde::Serialize;
use std::rc::Rc;

/// What later reads showed of a cancel or replay.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Effected {
    /// It did what was asked.
    Effective,
    /// It did not, and will not.
    Ineffective,
    /// Nobody looked, or it cannot be told yet.
    Unknown,
}

/// What came of a cancel or replay.
#[derive(Clone, PartialEq, Debug)]
pub struct Effect {
    /// The system took it.
    pub accepted: bool,
    /// What later reads showed.
    pub effect: Effected,
    /// The last of these reads.
    pub run: Option<Read>,
}

impl Effect {
    /// The same effect, for those who may look at the run but not act with it.
    pub fn public(self, system: &Documents) -> Result<Effect> {
        Ok(Effect { run: self.run.map(|run| run.public(system)).transpose()?, ..self })
    }

    /// `{"accepted": ..., "effect": "...", "run"?: {...}}`.
    pub fn json(&self) -> Result<String> {
        let effect = super::read::text(&self.effect)?;
        let run = self.run.as_ref().map(Read::json).transpose()?;
        let run = run.map_or_else(String::new, |run| format!(",\"run\":{run}"));
        Ok(format!("{{\"accepted\":{},\"effect\":{effect}{run}}}", self.accepted))
    }
}

impl<H: Host> Client<H> {
    /// Asks for a run's end; with `confirm`, watches until it has come or cannot come any more.
    ///
    /// # Errors
    /// `transition` before anything is sent, when the run was handed in or confirmed by this client at its end already; not
    /// with [`Call::force`].
    pub fn cancel<'a>(
        self: &'a Rc<Self>,
        run: impl Into<Target<'a>>,
        confirm: bool,
        call: &'a Call,
    ) -> impl Future<Output = Result<Effect>> {
        self.ask_for_end(run.into(), confirm, call)
    }

    async fn ask_for_end(self: &Rc<Self>, target: Target<'_>, confirm: bool, call: &Call) -> Result<Effect> {
        let id = target.id;
        self.can("cancel")?;
        self.may("cancel", target, None, call)?;
        let clock = self.clock(call)?;
        let session = self.begin(&clock).await?;
        let api = self.system.api();
        let request = api.cancel(&session.scope, id)?;
        let response = self.once(&session, &clock, call, &request).await?;
        let accepted = api.accepted(&response)?;
        let held = api.cancelled(&response).map(|json| self.read(json)).transpose()?;
        if !confirm {
            return Ok(Effect { accepted, effect: Effected::Unknown, run: held });
        }
        self.cancel_shown(id, accepted, held, &clock, call).await
    }

    /// What reads show of a cancel that the system took or did not.
    pub(super) async fn cancel_shown(
        self: &Rc<Self>,
        id: &str,
        accepted: bool,
        held: Option<Read>,
        clock: &Clock,
        call: &Call,
    ) -> Result<Effect> {
        let api = self.system.api();
        let (left, shows) = (self.left(clock).max(1.0), api.cancel_shows_within());
        let options =
            WatchOptions { deadline: Some(shows.map_or(left, |shows| shows.min(left))), ..Default::default() };
        let mut watch = self.watch(id, options, call.clone());
        let ended = watch.end().await;
        let run = watch.seen().cloned();
        let effect = match ended {
            Ok(end) => match api.was_cancelled(&end.snapshot.run) {
                Some(true) => Effected::Effective,
                Some(false) => Effected::Ineffective,
                None => Effected::Unknown,
            },
            Err(error) if error.kind == Kind::NotFound && held.is_none() => Effected::Ineffective,
            Err(error) if error.kind == Kind::NotFound => Effected::Unknown,
            Err(error) if error.kind == Kind::Timeout && run.is_some() && shows.is_some_and(|shows| shows <= left) => {
                Effected::Ineffective
            }
            Err(error) if error.kind == Kind::Timeout => Effected::Unknown,
            Err(error) => return Err(error),
        };
        Ok(Effect { accepted, effect, run: run.or(held) })
    }

    /// Asks for a run to be done again; with `confirm`, watches until a new attempt is seen.
    ///
    /// # Errors
    /// `transition` before anything is sent, when the run was handed in before its end; not with [`Call::force`].
    pub fn replay<'a>(
        self: &'a Rc<Self>,
        run: impl Into<Target<'a>>,
        confirm: bool,
        call: &'a Call,
    ) -> impl Future<Output = Result<Effect>> {
        self.ask_for_more(run.into(), confirm, call)
    }

    async fn ask_for_more(self: &Rc<Self>, target: Target<'_>, confirm: bool, call: &Call) -> Result<Effect> {
        let id = target.id;
        self.can("replay")?;
        self.may("replay", target, None, call)?;
        let clock = self.clock(call)?;
        let session = self.begin(&clock).await?;
        let request = self.system.api().replay(&session.scope, id)?;
        let before = match confirm {
            true => Some(self.get_known(&session, &clock, call, id, 0.0).await?),
            false => None,
        };
        self.forget_end(id);
        let response = self.once(&session, &clock, call, &request).await?;
        let accepted = self.system.api().accepted(&response)?;
        let Some(before) = before else { return Ok(Effect { accepted, effect: Effected::Unknown, run: None }) };
        if !accepted || before.snapshot.run.phase != Phase::Finished {
            return Ok(Effect { accepted, effect: Effected::Ineffective, run: Some(before) });
        }
        let options = WatchOptions { deadline: Some(self.left(&clock).max(1.0)), follow: true };
        let watch = self.watch(id, options, call.clone()).from(before.clone());
        self.reopened(watch, accepted, before).await
    }

    async fn reopened(self: &Rc<Self>, mut watch: Watch<H>, accepted: bool, before: Read) -> Result<Effect> {
        let mut run = before;
        loop {
            match watch.next().await {
                Ok(Some(change)) => {
                    let again =
                        change.verdict == Verdict::NewAttempt || change.after.snapshot.run.phase != Phase::Finished;
                    run = change.after;
                    if again {
                        return Ok(Effect { accepted, effect: Effected::Effective, run: Some(run) });
                    }
                }
                Ok(None) => return Ok(Effect { accepted, effect: Effected::Unknown, run: Some(run) }),
                Err(Error { kind: Kind::Timeout, .. }) => {
                    return Ok(Effect { accepted, effect: Effected::Unknown, run: Some(run) });
                }
                Err(error) => return Err(error),
            }
        }
    }
}
