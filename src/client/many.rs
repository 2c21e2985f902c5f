//! Cancelling and replaying many runs: a result for each of them, whatever becomes of the others.
use super::act::{Effect, Effected};
use super::host::together;
use super::send::Clock;
use super::{Call, Client, Host, Target, read};
use crate::error::{Error, Kind, Result};
use crate::run::Run;
use crate::system::{Documents, Filter};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// How many runs one request names at the most.
const BATCH: usize = 100;

/// How many runs are asked for or looked at at once.
const AT_ONCE: usize = 8;

/// What is asked of many runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// Their end.
    Cancel,
    /// To be done again.
    Replay,
}

impl Order {
    /// The name of the operation on one run.
    pub fn as_str(self) -> &'static str {
        match self {
            Order::Cancel => "cancel",
            Order::Replay => "replay",
        }
    }
}

/// A run that somebody names.
#[derive(Clone, PartialEq, Debug)]
pub enum Named {
    /// By its id.
    Id(String),
    /// As it was read.
    Read(Box<Run>),
}

impl Named {
    /// The run that is meant.
    pub fn target(&self) -> Target<'_> {
        match self {
            Named::Id(id) => id.into(),
            Named::Read(run) => run.as_ref().into(),
        }
    }
}

/// Which runs are meant.
#[derive(Clone, PartialEq, Debug)]
pub enum Which {
    /// These.
    Runs(Vec<Named>),
    /// All that this list holds and that can be moved so.
    Listed(Filter),
}

/// Many runs, and what is asked of them.
#[derive(Clone, PartialEq, Debug)]
pub struct Many {
    /// What is asked.
    pub order: Order,
    /// Of which.
    pub which: Which,
    /// Look at the effect on each.
    pub confirm: bool,
    /// Of how many at the most: more is an error before anything is sent.
    pub most: usize,
}

impl Many {
    /// How many runs may be meant where nobody says.
    pub const MOST: usize = 1_000;
}

/// What came of one run.
#[derive(Clone, PartialEq, Debug)]
pub struct One {
    /// The run's id.
    pub id: String,
    /// What was accepted and seen, or what went wrong.
    pub effect: Result<Effect>,
}

impl One {
    /// The same, for those who may look at the run but not act with it.
    pub fn public(self, system: &Documents) -> Result<One> {
        let effect = match self.effect {
            Ok(effect) => Ok(effect.public(system)?),
            error => error,
        };
        Ok(One { effect, ..self })
    }

    /// `{"id", "accepted", "effect", "run"?, "error"?}`, the error told so.
    pub fn json(&self, told: impl Fn(&Error) -> Error) -> Result<String> {
        let nothing = Effect { accepted: false, effect: Effected::Unknown, run: None };
        let error = self.effect.as_ref().err().map(|error| read::text(&told(error))).transpose()?;
        let error = error.map_or_else(String::new, |error| format!(",\"error\":{error}"));
        let effect = self.effect.as_ref().unwrap_or(&nothing).json()?;
        let effect = effect.strip_suffix('}').unwrap_or(&effect).trim_start_matches('{');
        Ok(format!("{{\"id\":{},{effect}{error}}}", read::text(&self.id)?))
    }
}

impl<H: Host> Client<H> {
    /// Asks the same of many runs. What goes wrong with one is its own result.
    ///
    /// # Errors
    /// `unsupported` where the system cannot; `argument` where too many are meant, or all there are; whatever a list may fail
    /// with. Nothing was sent then.
    pub async fn many(self: &Rc<Self>, many: &Many, call: &Call) -> Result<Vec<One>> {
        self.can(many.order.as_str())?;
        let clock = self.clock(call)?;
        let mut runs = match &many.which {
            Which::Runs(runs) => runs.clone(),
            Which::Listed(filter) => self.select(many, filter, &clock, call).await?,
        };
        let mut seen = BTreeSet::new();
        runs.retain(|run| seen.insert(run.target().id.to_ascii_lowercase()));
        if runs.len() > many.most {
            return Err(self.too_many(many.most));
        }
        let taken = match many.order {
            Order::Cancel => self.cancel_batches(&runs, &clock, call).await?,
            Order::Replay => BTreeMap::new(),
        };
        let each = runs.into_iter().map(|run| {
            let (client, call) = (Rc::clone(self), call.clone());
            let taken = taken.get(run.target().id).copied();
            let (order, confirm) = (many.order, many.confirm);
            Box::pin(async move {
                let effect = client.one(order, &run, taken, confirm, &clock, call).await;
                One { id: run.target().id.to_owned(), effect }
            })
        });
        Ok(together(each.collect(), AT_ONCE).await)
    }

    async fn one(
        self: &Rc<Self>,
        order: Order,
        run: &Named,
        taken: Option<bool>,
        confirm: bool,
        clock: &Clock,
        call: Call,
    ) -> Result<Effect> {
        let call = self.rest(clock, call)?;
        match (order, taken) {
            (Order::Cancel, Some(accepted)) if confirm => {
                let clock = self.clock(&call)?;
                self.cancel_shown(run.target().id, accepted, None, &clock, &call).await
            }
            (Order::Cancel, Some(accepted)) => Ok(Effect { accepted, effect: Effected::Unknown, run: None }),
            (Order::Cancel, None) => self.cancel(run.target(), confirm, &call).await,
            (Order::Replay, _) => self.replay(run.target(), confirm, &call).await,
        }
    }

    /// The same call in the time that is left.
    pub(super) fn rest(&self, clock: &Clock, call: Call) -> Result<Call> {
        let left = self.left(clock);
        if left <= 0.0 {
            return Err(self.late("deadline"));
        }
        Ok(Call { deadline: Some(left), ..call })
    }

    /// All runs of the list that can be moved so, as they were read.
    async fn select(&self, many: &Many, filter: &Filter, clock: &Clock, call: &Call) -> Result<Vec<Named>> {
        if *filter == (Filter { page_size: filter.page_size, payloads: filter.payloads, ..Filter::default() }) {
            let why = "an empty filter means every run there is: if that is meant, say `since: 0`";
            return Err(Error::new(Kind::Argument, "empty_filter", why).of(self.system.name()));
        }
        let rules = self.system.rules();
        let mut filter = filter.clone();
        if let Some(asked) = rules.move_of(many.order.as_str()).filter(|_| filter.statuses.is_empty() && !call.force) {
            let known = self.system.api().statuses();
            filter.statuses =
                asked.from(rules).into_iter().filter(|it| known.contains(it)).map(str::to_owned).collect();
        }
        let (mut runs, mut cursor) = (vec![], None);
        loop {
            let page = self.list(&filter, cursor.as_deref(), &self.rest(clock, call.clone())?).await?;
            let movable = |run: &Run| self.may(many.order.as_str(), run.into(), None, call).is_ok();
            runs.extend(
                page.runs.into_iter().map(|(run, _)| run).filter(movable).map(|run| Named::Read(Box::new(run))),
            );
            if runs.len() > many.most {
                return Err(self.too_many(many.most));
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(runs);
            }
        }
    }

    fn too_many(&self, most: usize) -> Error {
        let message =
            format!("more than {most} runs are meant, and none was touched: narrow the filter, or raise `most`");
        Error::new(Kind::Argument, "too_many_runs", message).of(self.system.name())
    }

    /// Cancels as many at once as the system lets us: whether each was accepted, by its id. What is not in here must be asked
    /// for by itself: where the system knows no batches, where the lifecycle speaks against it, and where a batch was refused,
    /// perhaps for one of them.
    async fn cancel_batches(&self, runs: &[Named], clock: &Clock, call: &Call) -> Result<BTreeMap<String, bool>> {
        let allowed = runs.iter().map(Named::target).filter(|run| self.may("cancel", *run, None, call).is_ok());
        let ids: Vec<&str> = allowed.map(|run| run.id).collect();
        let (session, api) = (self.begin(clock).await?, self.system.api());
        let mut taken = BTreeMap::new();
        for batch in ids.chunks(BATCH).filter(|batch| batch.len() > 1) {
            let Some(Ok(request)) = api.cancel_all(&session.scope, batch) else { continue };
            let answer =
                self.once(&session, clock, call, &request).await.and_then(|response| api.cancelled_all(&response));
            let Ok(accepted) = answer else { continue };
            let is = |id: &str| accepted.iter().any(|accepted| accepted.eq_ignore_ascii_case(id));
            taken.extend(batch.iter().map(|id| ((*id).to_owned(), is(id))));
        }
        Ok(taken)
    }
}
