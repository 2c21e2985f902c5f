//! Hatchet's v1 run API, as v0.104.7 answers it.

mod answer;
mod create;
mod dag;
mod engine;
pub mod inbound;
mod ingest;
mod kind;
pub mod list;
mod logs;
mod minutes;
mod orders;
mod pgtext;
mod plan;
pub mod proof;
mod query;
mod request;
mod routes;
pub mod scenario;
mod shapes;
mod store;
mod time;
mod view;
mod work;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use rusqlite::params;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use routes::router;
use routes::{Deliveries, Logins};

use crate::Error;
use crate::chance::{Chance, Purpose, Spread};
use crate::clock::{Alarm, Clock, Micros, Pace};
use crate::database::{Cached, Database, fact, fact_or, keep};
use crate::house::pause;
use crate::token::Keys;
use crate::wish::{Check, Wrong, between};
use scenario::Workflow;

/// The fact that counts them.
const LOST_WORKERS: &str = "hatchet.workers.lost";

/// How long things take on their way to the read store, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Lags {
    /// From the creation of a run until it is no longer 404.
    pub seen: Spread,
    /// From an event to its row.
    pub event: Spread,
    /// From an event's row to its status.
    pub status: Spread,
    /// How long a failed attempt reads as FAILED before its retry is known.
    pub retry_gap: Spread,
}

impl Lags {
    /// As measured on an idle server over loopback.
    pub const MEASURED: Self = Self {
        seen: Spread::new(2.0, 23.0, 49.0, 70.0),
        event: Spread::new(1.0, 18.0, 40.0, 75.0),
        status: Spread::new(2.0, 8.0, 18.0, 27.0),
        retry_gap: Spread::new(6.6, 14.0, 25.0, 45.0),
    };

    /// A read store that knows everything at once; only the gap of a retry stays, because it is the engine's.
    pub const NONE: Self =
        Self { seen: Spread::NONE, event: Spread::NONE, status: Spread::NONE, retry_gap: Self::MEASURED.retry_gap };
}

impl Check for Lags {
    fn check(&self) -> Result<(), Wrong> {
        let all = [("seen", self.seen), ("event", self.event), ("status", self.status), ("retryGap", self.retry_gap)];
        for (name, Spread { least, median, p90, most }) in all {
            // An hour, at most.
            between(&format!("/{name}/least"), least, 0.0, 3_600_000.0)?;
            for (point, value, from) in [("median", median, least), ("p90", p90, median), ("most", most, p90)] {
                between(&format!("/{name}/{point}"), value, from, 3_600_000.0)?;
            }
        }
        Ok(())
    }
}

impl Check for Manners {}

/// Defects of the recorded release, each of which can be mended; all are there at the start.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Manners {
    /// A trigger of an unknown workflow is answered with an id of which nothing ever comes; mended, it is 404.
    pub phantoms: bool,
    /// Numbers go through a double; mended, integers of 64 bits stay exact.
    pub rounding: bool,
    /// A cancel echoes every id that it is given; mended, those that it knows.
    pub echoing_cancel: bool,
    /// A cancel of a finished task moves its end; mended, it does nothing.
    pub late_cancel: bool,
    /// An unknown path and a wrong method are 403 with `null`; mended, 404 with a message.
    pub bare_refusals: bool,
    /// FAILED between two attempts, and terminal states between the layers of a replayed DAG; mended, a run reads as
    /// over only when it is.
    pub false_terminals: bool,
    /// A full trigger whose run the read store does not show in ten seconds is 500; mended, it is answered with the id.
    pub false_errors: bool,
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            phantoms: true,
            rounding: true,
            echoing_cancel: true,
            late_cancel: true,
            bare_refusals: true,
            false_terminals: true,
            false_errors: true,
        }
    }
}

/// A workflow with its ids.
#[derive(Debug)]
pub struct Registered {
    /// What it does.
    pub workflow: Workflow,
    /// Its id on the wire.
    pub id: String,
    /// The id of its only version.
    pub version_id: String,
    /// When it was registered first.
    pub created: Micros,
    is_paused: AtomicBool,
    is_deleted: AtomicBool,
}

impl Registered {
    /// Whether its runs wait.
    pub fn is_paused(&self) -> bool {
        self.is_paused.load(Ordering::SeqCst)
    }

    /// From here on it is in no list, and no run of it can be started.
    pub fn set_deleted(&self) {
        self.is_deleted.store(true, Ordering::SeqCst);
    }

    /// The id of a step, which follows from the names.
    pub fn step_id(&self, step: &str) -> String {
        named_id(&format!("{}/{step}", self.workflow.name))
    }
}

/// An id that follows from a name, so that it is the same in every installation.
fn named_id(name: &str) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).to_string()
}

/// The system: its store, its clock, its workflows.
pub struct Hatchet {
    /// Where everything lies.
    pub database: Arc<Database>,
    /// The engine's time.
    pub clock: Arc<Clock>,
    /// The engine's luck.
    pub chance: Chance,
    /// What signs and checks tokens.
    pub keys: Keys,
    /// The only tenant.
    pub tenant: String,
    /// How many log-ins were tried.
    pub logins: Logins,
    /// How many deliveries came to each webhook.
    pub deliveries: Deliveries,
    /// How many workers were lost before the one that there is.
    lost_workers: AtomicI64,
    workflows: RwLock<BTreeMap<String, Arc<Registered>>>,
    lags: RwLock<Lags>,
    manners: RwLock<Manners>,
    blocked_until: AtomicI64,
    alarm: Alarm,
}

impl Hatchet {
    /// Opens the system on a database and registers the built-in workflows.
    pub fn open(database: Arc<Database>, clock: Arc<Clock>, chance: Chance, lags: Lags) -> Result<Self, Error> {
        let (tenant, keys, lost) = database.write(|db| {
            let tenant = fact_or(db, "hatchet.tenant", || chance.stream(Purpose::House, 0).uuid().to_string())?;
            let keys = Keys::open(db, "hatchet.key")?;
            let lost = fact(db, LOST_WORKERS)?.and_then(|text| text.parse().ok()).unwrap_or(0);
            Ok((tenant, keys, lost))
        })?;
        let hatchet = Self {
            database,
            clock,
            chance,
            keys,
            tenant,
            logins: Logins::default(),
            deliveries: Deliveries::default(),
            lost_workers: AtomicI64::new(lost),
            workflows: RwLock::default(),
            lags: RwLock::new(lags),
            manners: RwLock::default(),
            blocked_until: AtomicI64::new(i64::MIN),
            alarm: Alarm::default(),
        };
        hatchet.load_kept()?;
        hatchet.register(serde_json::from_str(scenario::BUILT_IN)?)?;
        Ok(hatchet)
    }

    fn load_kept(&self) -> Result<(), Error> {
        let kept: Vec<String> = self.database.read(|db| {
            let mut statement = db.prepare("SELECT definition FROM hatchet_workflow")?;
            Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
        })?;
        self.register(kept.iter().map(|text| serde_json::from_str(text)).collect::<Result<_, _>>()?)
    }

    /// Registers workflows or replaces those of the same name.
    pub fn register(&self, workflows: Vec<Workflow>) -> Result<(), Error> {
        let now = self.clock.now();
        for workflow in workflows {
            let registered = self.database.write(|db| {
                let (id, version_id) = (named_id(&workflow.name), named_id(&format!("{}#1", workflow.name)));
                db.run(
                    "INSERT INTO hatchet_workflow (name, id, version_id, created, definition) VALUES (?1, ?2, ?3, ?4, \
                     ?5) ON CONFLICT (name) DO UPDATE SET definition = ?5",
                    params![workflow.name, id, version_id, now, serde_json::to_string(&workflow)?],
                )?;
                let sql = "SELECT created, paused FROM hatchet_workflow WHERE name = ?";
                let (created, paused) =
                    db.one(sql, [&workflow.name], |row| Ok((row.get(0)?, row.get::<_, bool>(1)?)))?;
                let (is_paused, is_deleted) = (AtomicBool::new(paused), AtomicBool::new(false));
                Ok(Registered { workflow, id, version_id, created, is_paused, is_deleted })
            })?;
            let name = registered.workflow.name.clone();
            self.workflows.write().unwrap_or_else(PoisonError::into_inner).insert(name, Arc::new(registered));
        }
        Ok(())
    }

    /// The workflow of that name.
    pub fn workflow(&self, name: &str) -> Result<Arc<Registered>, Error> {
        let workflows = self.workflows.read().unwrap_or_else(PoisonError::into_inner);
        workflows.get(name).cloned().ok_or_else(|| Error::UnknownWorkflow(name.to_owned()))
    }

    /// The workflow of that name, if a run of it can be started.
    pub fn startable(&self, name: &str) -> Option<Arc<Registered>> {
        self.workflow(name).ok().filter(|found| !found.is_deleted.load(Ordering::SeqCst))
    }

    /// Lets the runs of a workflow wait, or go on.
    pub fn pause(&self, name: &str, is_paused: bool) -> Result<(), Error> {
        let registered = self.workflow(name)?;
        self.database.write(|db| {
            db.run("UPDATE hatchet_workflow SET paused = ? WHERE name = ?", params![is_paused, name])?;
            Ok(())
        })?;
        registered.is_paused.store(is_paused, Ordering::SeqCst);
        Ok(())
    }

    /// The worker that there is.
    pub fn worker(&self) -> Uuid {
        let mut house = self.chance.stream(Purpose::House, self.lost_workers.load(Ordering::SeqCst).unsigned_abs());
        // The first draw of all is the tenant's.
        house.uuid();
        house.uuid()
    }

    /// Ends the worker without a word, and starts another. What ran is taken up again when its silence is noticed.
    pub fn lose_worker(&self) -> Result<usize, Error> {
        self.order(|act| {
            let lost = engine::lose(act)?;
            let count = self.lost_workers.fetch_add(1, Ordering::SeqCst) + 1;
            keep(act.db, LOST_WORKERS, &count.to_string())?;
            Ok(lost)
        })
    }

    /// All workflows, newest first.
    pub fn workflows(&self) -> Vec<Arc<Registered>> {
        let workflows = self.workflows.read().unwrap_or_else(PoisonError::into_inner);
        let here = workflows.values().filter(|found| !found.is_deleted.load(Ordering::SeqCst));
        let mut all: Vec<_> = here.cloned().collect();
        all.sort_by(|a, b| b.created.cmp(&a.created).then_with(|| b.workflow.name.cmp(&a.workflow.name)));
        all
    }

    /// The lags in force.
    pub fn lags(&self) -> Lags {
        *self.lags.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts other lags in force, for whatever is sent from now on.
    pub fn set_lags(&self, lags: Lags) {
        *self.lags.write().unwrap_or_else(PoisonError::into_inner) = lags;
    }

    /// Which defects are there.
    pub fn manners(&self) -> Manners {
        *self.manners.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Mends defects, or brings them back.
    pub fn set_manners(&self, manners: Manners) {
        *self.manners.write().unwrap_or_else(PoisonError::into_inner) = manners;
    }

    /// Nothing reaches the read store before this moment.
    pub fn blocked_until(&self) -> Micros {
        self.blocked_until.load(Ordering::SeqCst)
    }

    /// Blocks the read store for a while: what is on its way waits, reads go on with what they have.
    pub fn block_reads(&self, duration: Micros) -> Result<(), Error> {
        let until = self.clock.now() + duration.max(0);
        self.blocked_until.store(until, Ordering::SeqCst);
        self.database.write(|db| work::hold_back(db, until))
    }

    /// One transaction of the engine. Where time stands still nobody but an order moves it, so whatever is due is done
    /// at once; elsewhere the scheduler does it.
    pub fn order<T>(&self, work: impl FnOnce(&work::Act<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let now = self.clock.now();
        let (result, next) = self.database.write(|db| {
            let result = work(&work::Act { db, hatchet: self, now })?;
            let next = match self.clock.pace() {
                Pace::Stepped => work::run_due(db, self, now)?,
                Pace::Flowing => work::next_due(db)?,
            };
            Ok((result, next))
        })?;
        self.alarm.bring_forward(next);
        Ok(result)
    }

    /// Does everything that is due and returns when the next thing is.
    pub fn catch_up(&self) -> Result<Option<Micros>, Error> {
        loop {
            let now = self.clock.now();
            let next = self.database.write(|db| work::run_due(db, self, now))?;
            if next.is_none_or(|due| due > now) {
                return Ok(next);
            }
        }
    }

    /// Lets time do its work, for as long as the future is polled.
    pub async fn run(self: Arc<Self>) {
        loop {
            self.alarm.clear();
            match crate::blocking(&self, |hatchet| hatchet.catch_up()).await {
                Ok(next) => self.alarm.wait(&self.clock, next).await,
                Err(error) => pause("hatchet", &error).await,
            }
        }
    }
}
