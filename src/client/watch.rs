//! Watching a run: polling that adapts, and believes no end on one read.
use super::read::text;
use super::share::{Row, Ticket};
use super::{Call, Client, Host, Read};
use crate::error::{Error, Kind, Result};
use crate::finding::{Evidence, Finding, Level, Severity};
use crate::lifecycle::{Judgement, Verdict, judge};
use crate::policy;
use crate::run::Phase;
use crate::system::Documents;
use std::rc::Rc;

/// How to watch.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct WatchOptions {
    /// Milliseconds from the first read on, after which the watch fails; none when absent.
    pub deadline: Option<f64>,
    /// Go on after a confirmed end: a run may be re-opened.
    pub follow: bool,
}

/// A step that was seen.
#[derive(Clone, PartialEq, Debug)]
pub struct Change {
    /// The newest accepted read before.
    pub before: Option<Read>,
    /// The read that shows the step.
    pub after: Read,
    /// What the two are to each other; [`Verdict::Advance`] for the first read.
    pub verdict: Verdict,
    /// What makes such a step happen.
    pub cause: Option<&'static str>,
    /// Rules that were broken or bent.
    pub findings: Vec<Finding>,
    /// The run looks finished, on one read only.
    pub provisional: bool,
    /// When a second read confirmed the end, in milliseconds since 1970.
    pub confirmed_at: Option<f64>,
    /// When the run will be read again; absent after the last change.
    pub next_read_at: Option<f64>,
}

impl Change {
    /// The same change, for those who may look at the run but not act with it.
    pub fn public(self, system: &Documents) -> Result<Change> {
        let before = self.before.map(|before| before.public(system)).transpose()?;
        Ok(Change { before, after: self.after.public(system)?, ..self })
    }

    /// The change as JSON text; `before` and `after` are runs with their `wire`.
    pub fn json(&self) -> Result<String> {
        let mut out = format!("{{\"after\":{}", self.after.json()?);
        let before = self.before.as_ref().map(Read::json).transpose()?;
        let optional = [
            ("before", before),
            ("cause", self.cause.map(|cause| text(&cause)).transpose()?),
            ("confirmedAt", self.confirmed_at.map(|at| text(&at)).transpose()?),
            ("nextReadAt", self.next_read_at.map(|at| text(&at)).transpose()?),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                out.push_str(&format!(",\"{name}\":{value}"));
            }
        }
        let (verdict, findings) = (text(&self.verdict)?, text(&self.findings)?);
        out.push_str(&format!(",\"verdict\":{verdict},\"findings\":{findings},\"provisional\":{}}}", self.provisional));
        Ok(out)
    }
}

/// A run that is being watched.
pub struct Watch<H> {
    client: Rc<Client<H>>,
    id: String,
    call: Call,
    options: WatchOptions,
    begun: f64,
    next_at: f64,
    accepted: Option<Read>,
    /// When the accepted state was first read.
    changed_at: f64,
    /// When the run itself was last read.
    read_at: f64,
    /// Its row in the list that the client's watches share, from before it was last read.
    row: Option<Row>,
    ticket: Ticket,
    /// How often the run was unknown.
    unknown: u32,
    confirmed_at: Option<f64>,
    stale: u32,
    failing_since: Option<f64>,
    stuck: bool,
    done: bool,
}

impl<H: Host> Client<H> {
    /// Watches a run; nothing is sent before the first [`Watch::next`].
    pub fn watch(self: &Rc<Self>, id: &str, options: WatchOptions, call: Call) -> Watch<H> {
        let now = self.host.now();
        Watch {
            client: Rc::clone(self),
            id: id.to_owned(),
            call,
            options,
            begun: now,
            next_at: now,
            accepted: None,
            changed_at: now,
            read_at: now,
            row: None,
            ticket: self.shared.join(id),
            unknown: 0,
            confirmed_at: None,
            stale: 0,
            failing_since: None,
            stuck: false,
            done: false,
        }
    }

    /// Waits until a run is finished, by two reads that agree.
    pub async fn wait(self: &Rc<Self>, id: &str, options: WatchOptions, call: Call) -> Result<Read> {
        self.watch(id, options, call).end().await
    }
}

impl<H: Host> Watch<H> {
    /// The same watch, which has seen this read already.
    pub fn from(mut self, read: Read) -> Watch<H> {
        self.accepted = Some(read);
        self
    }

    /// The newest accepted read.
    pub fn seen(&self) -> Option<&Read> {
        self.accepted.as_ref()
    }

    /// The client it reads through.
    pub fn client(&self) -> &Client<H> {
        &self.client
    }

    /// Will no change come any more?
    pub fn is_over(&self) -> bool {
        self.done
    }

    /// The next change; `None` after a confirmed end.
    pub async fn next(&mut self) -> Result<Option<Change>> {
        while !self.done {
            if let Some(change) = self.step().await? {
                return Ok(Some(change));
            }
        }
        Ok(None)
    }

    /// Waits for the time of the next read, reads once, and tells the change if there was one.
    pub async fn step(&mut self) -> Result<Option<Change>> {
        let looked = self.look().await;
        self.done |= looked.is_err();
        looked
    }

    /// Goes on until a confirmed end.
    pub async fn end(&mut self) -> Result<Read> {
        while let Some(change) = self.next().await? {
            if change.confirmed_at.is_some() {
                return Ok(change.after);
            }
        }
        Err(Error::new(Kind::Argument, "watch_ended", "this watch is over"))
    }

    /// Waits for the time of the next read, and reads, unless the list shows that nothing moved.
    async fn look(&mut self) -> Result<Option<Change>> {
        let host = self.client.host();
        self.in_time(host.rest((self.next_at - host.now()).max(0.0))).await?;
        if self.lies_still().await? {
            self.schedule(self.client.host().now());
            return Ok(None);
        }
        if self.accepted.is_none() && self.client.is_busy() {
            // The list tells meanwhile how the row is before the first read, which spares a second one.
            self.in_time(self.client.fresh_row(&self.id)).await?;
        }
        self.in_time(self.client.paced()).await?;
        self.row = self.client.shared.row(&self.id);
        self.read_at = self.client.host().now();
        match self.read().await {
            Ok(read) => {
                self.failing_since = None;
                Ok(self.accept(read))
            }
            Err(error) => self.bear(error).map(|()| None),
        }
    }

    /// Is the run's row as it was when the run was last read? Nothing that could be an end is left to a row.
    async fn lies_still(&self) -> Result<bool> {
        let open = self.accepted.as_ref().is_some_and(|read| read.snapshot.run.phase != Phase::Finished);
        let trusted = self.client.host().now() - self.read_at < policy::TRUST;
        if !open || !trusted || self.stale > 0 || self.failing_since.is_some() {
            return Ok(false);
        }
        let row = self.in_time(self.client.fresh_row(&self.id)).await?;
        Ok(row.is_some() && row == self.row)
    }

    /// What something gives, unless the watch's deadline comes first.
    async fn in_time<T>(&self, work: impl Future<Output = T>) -> Result<T> {
        match self.left() {
            left if left < f64::MAX => self.client.within(left, "deadline", async { Ok(work.await) }).await,
            _ => Ok(work.await),
        }
    }

    /// Reads once: the next read of a watch is its retry.
    async fn read(&self) -> Result<Read> {
        let mut call = self.call.clone();
        let most = self.client.limits(&call)?.deadline;
        call.deadline = Some(most.min(self.left()).max(1.0));
        call.retries = call.retries.or(Some(0));
        let clock = self.client.clock(&call)?;
        let session = self.client.begin(&clock).await?;
        self.client.get_known(&session, &clock, &call, &self.id, 0.0).await
    }

    fn left(&self) -> f64 {
        self.options.deadline.map_or(f64::MAX, |deadline| self.begun + deadline - self.client.host().now())
    }

    /// A run may be unknown at first, and an outage may pass: a watch outlives a short one.
    fn bear(&mut self, error: Error) -> Result<()> {
        let now = self.client.host().now();
        let patience = self.call.patience.unwrap_or(policy::PATIENCE);
        if error.kind == Kind::NotFound && self.accepted.is_none() && now < self.begun + patience {
            self.next_at = now + policy::unknown_again(self.unknown);
            self.unknown += 1;
            return Ok(());
        }
        let since = *self.failing_since.get_or_insert(now);
        if !error.retryable || now - since > policy::OUTAGE || self.left() <= 0.0 {
            return Err(error);
        }
        let asked = error.retry_after.and_then(|wait| u32::try_from(wait).ok()).map_or(0.0, f64::from);
        self.next_at = now + policy::poll(now - since, now - since, self.client.host().random()).max(asked);
        Ok(())
    }

    fn accept(&mut self, read: Read) -> Option<Change> {
        let now = self.client.host().now();
        let judgement = match &self.accepted {
            Some(before) => judge(self.client.system().rules(), &before.snapshot, &read.snapshot),
            None => Judgement { verdict: Verdict::Advance, cause: None, findings: vec![] },
        };
        let moved = self.accepted.as_ref().is_none_or(|before| before.snapshot.run != read.snapshot.run);
        match judgement.verdict {
            Verdict::Stale if self.stale + 1 < policy::STALE_READS => {
                self.stale += 1;
                self.schedule(now);
                None
            }
            Verdict::Same if !moved => self.unchanged(read, judgement, now),
            _ => {
                self.changed_at = now;
                self.confirmed_at = None;
                self.stuck = false;
                Some(self.change(read, judgement, now))
            }
        }
    }

    /// A second read of the same: it may confirm an end, or show that there will be none.
    fn unchanged(&mut self, read: Read, mut judgement: Judgement, now: f64) -> Option<Change> {
        let lasted = now - self.changed_at;
        if read.snapshot.run.phase == Phase::Finished {
            let doubt = self.client.system().api().doubt(&read.wire);
            if self.confirmed_at.is_none() && lasted >= doubt {
                self.confirmed_at = Some(now);
                self.client.remember_end(&read);
                self.done = !self.options.follow;
                return Some(self.change(read, judgement, now));
            }
        } else if !self.stuck && lasted >= policy::STUCK && stages_are_finished(&read) {
            self.stuck = true;
            judgement.findings.push(stuck());
            return Some(self.change(read, judgement, now));
        }
        self.stale = 0;
        self.schedule(now);
        None
    }

    fn change(&mut self, read: Read, judgement: Judgement, now: f64) -> Change {
        let provisional = read.snapshot.run.phase == Phase::Finished && self.confirmed_at.is_none();
        self.ticket.created(read.snapshot.run.created_at);
        let before = self.accepted.replace(read.clone());
        self.stale = 0;
        self.schedule(now);
        Change {
            before,
            after: read,
            verdict: judgement.verdict,
            cause: judgement.cause,
            findings: judgement.findings,
            provisional,
            confirmed_at: self.confirmed_at,
            next_read_at: (!self.done).then_some(self.next_at),
        }
    }

    fn schedule(&mut self, now: f64) {
        let (lasted, random) = (now - self.changed_at, self.client.host().random());
        let finished = self.accepted.as_ref().filter(|read| read.snapshot.run.phase == Phase::Finished);
        let wait = match (finished, self.confirmed_at) {
            // A timer may ring a little early.
            (Some(read), None) => (self.client.system().api().doubt(&read.wire) - lasted).max(0.0) + 2.0,
            (Some(_), Some(_)) => policy::poll_finished(lasted, random),
            (None, _) => policy::poll(lasted, now - self.begun, random),
        };
        self.next_at = now + wait;
    }
}

/// Is all that was begun at its end? A stage that waits for its turn has no status yet.
fn stages_are_finished(read: &Read) -> bool {
    let mut begun = read.snapshot.run.stages.iter().filter(|stage| !stage.status.is_empty()).peekable();
    begun.peek().is_some() && begun.all(|stage| stage.phase == Phase::Finished)
}

fn stuck() -> Finding {
    Finding {
        code: "stuck",
        severity: Severity::Warning,
        pointer: "/status".into(),
        message: "all that was begun is finished for half a minute, and the run is not: it may never end by itself; cancel it"
            .into(),
        level: Level::Lifecycle,
        evidence: Evidence::Observed,
        line: None,
        column: None,
    }
}
