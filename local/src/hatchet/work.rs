//! The queue: everything that is still to happen, each thing with the moment at which it does. It lies in the
//! database, so a killed engine goes on where it was.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::{Hatchet, engine, ingest, plan};
use crate::Error;
use crate::clock::Micros;
use crate::database::Cached;

/// The most that is done in one transaction, so that requests get their turn.
const BATCH: usize = 64;

/// One thing to do. `retry` names the attempt it was meant for; when another has begun it does nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Work {
    /// A worker takes the task.
    Assign { task: i64, retry: i64 },
    /// The worker begins.
    Start { task: i64, retry: i64 },
    /// The worker is done.
    End { task: i64, retry: i64 },
    /// The durable task leaves its worker while it waits.
    Evict { task: i64, retry: i64 },
    /// The attempt took too long.
    TimeOut { task: i64, retry: i64 },
    /// No worker came.
    ScheduleTimeOut { task: i64, retry: i64 },
    /// The engine learns that a failed attempt is to be tried again.
    Retry { task: i64, retry: i64 },
    /// The back-off is over.
    Requeue { task: i64, retry: i64 },
    /// The task is cancelled.
    Cancel { task: i64 },
    /// The steps of a DAG whose parents are done get their turn.
    Advance { run: i64 },
    /// The silence of the task's worker is noticed.
    Reassign { task: i64, retry: i64, worker: String },
    /// A run to come is due.
    Planned { id: String, due: Micros },
    /// A schedule whose run began is forgotten.
    PlanOver { id: String },
    /// The read store learns of a run.
    Seen { run: i64 },
    /// The read store learns of an event.
    Event(Event),
    /// The read store counts an event into the status.
    Status { task: i64, retry: i64, status: String },
}

/// An event on its way to the read store.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Event {
    pub task: i64,
    pub run: i64,
    pub retry: i64,
    pub kind: String,
    pub at: Micros,
    pub message: String,
    pub error: String,
    pub output: String,
    pub worker: Option<String>,
    /// Not counted into the status.
    pub quiet: bool,
}

impl Work {
    fn side(&self) -> &'static str {
        match self {
            Self::Seen { .. } | Self::Event(_) | Self::Status { .. } => "read",
            _ => "engine",
        }
    }
}

/// A piece of work in hand: the transaction, the engine, and the moment at which it happens. That is when it was
/// due, not when the scheduler came to it, so that neither load nor a restart bends the times.
#[derive(Clone, Copy)]
pub struct Act<'a> {
    pub db: &'a Connection,
    pub hatchet: &'a Hatchet,
    pub now: Micros,
}

impl Act<'_> {
    /// Puts work into the queue.
    pub fn push(&self, due: Micros, work: &Work) -> Result<(), Error> {
        let due = if work.side() == "read" { due.max(self.hatchet.blocked_until()) } else { due };
        self.db.prepare_cached("INSERT INTO hatchet_queue (due, side, work) VALUES (?, ?, ?)")?.execute(params![
            due,
            work.side(),
            serde_json::to_string(work)?
        ])?;
        Ok(())
    }

    fn done(&self, work: &Work) -> Result<(), Error> {
        match *work {
            Work::Assign { task, retry } => engine::assign(self, task, retry),
            Work::Start { task, retry } => engine::start(self, task, retry),
            Work::End { task, retry } => engine::end(self, task, retry),
            Work::Evict { task, retry } => engine::evict(self, task, retry),
            Work::TimeOut { task, retry } => engine::time_out(self, task, retry),
            Work::ScheduleTimeOut { task, retry } => engine::schedule_time_out(self, task, retry),
            Work::Retry { task, retry } => engine::retry(self, task, retry),
            Work::Requeue { task, retry } => engine::requeue(self, task, retry),
            Work::Cancel { task } => engine::cancel(self, task),
            Work::Advance { run } => super::dag::advance(self, run),
            Work::Reassign { task, retry, ref worker } => engine::reassign(self, task, retry, worker),
            Work::Planned { ref id, due } => plan::due(self, id, due),
            Work::PlanOver { ref id } => plan::remove(self.db, id),
            Work::Seen { run } => ingest::seen(self, run),
            Work::Event(ref event) => ingest::event(self, event),
            Work::Status { task, retry, ref status } => ingest::status(self, task, retry, status),
        }
    }
}

/// Does what is due at `now`, in order, and returns when the next thing is due.
pub fn run_due(db: &Connection, hatchet: &Hatchet, now: Micros) -> Result<Option<Micros>, Error> {
    for _ in 0..BATCH {
        match next(db)? {
            Some((id, due, work)) if due <= now => {
                db.prepare_cached("DELETE FROM hatchet_queue WHERE id = ?")?.execute([id])?;
                attempt(&Act { db, hatchet, now: due }, &work)?;
            }
            other => return Ok(other.map(|(_, due, _)| due)),
        }
    }
    Ok(next(db)?.map(|(_, due, _)| due))
}

/// Does one thing. What cannot be done is undone, said and dropped: one bad row must not stop time for all.
fn attempt(act: &Act<'_>, work: &str) -> Result<(), Error> {
    act.db.prepare_cached("SAVEPOINT attempt")?.execute([])?;
    if let Err(error) = serde_json::from_str(work).map_err(Error::from).and_then(|work| act.done(&work)) {
        if error.is_of_storage() {
            return Err(error);
        }
        eprintln!("runward-local: dropped {work}: {error}");
        act.db.prepare_cached("ROLLBACK TO attempt")?.execute([])?;
    }
    act.db.prepare_cached("RELEASE attempt")?.execute([])?;
    Ok(())
}

/// When the next thing is due.
pub fn next_due(db: &Connection) -> Result<Option<Micros>, Error> {
    Ok(db.prepare_cached("SELECT min(due) FROM hatchet_queue")?.query_row([], |row| row.get(0))?)
}

fn next(db: &Connection) -> Result<Option<(i64, Micros, String)>, Error> {
    let mut statement = db.prepare_cached("SELECT id, due, work FROM hatchet_queue ORDER BY due, id LIMIT 1")?;
    Ok(statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?)
}

/// Holds back whatever is on its way to the read store until the given moment.
pub fn hold_back(db: &Connection, until: Micros) -> Result<(), Error> {
    db.run("UPDATE hatchet_queue SET due = ?1 WHERE side = 'read' AND due < ?1", [until])?;
    Ok(())
}
