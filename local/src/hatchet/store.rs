//! Rows of the engine's own store.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::Error;
use crate::clock::Micros;
use crate::database::Cached;

/// A run as it was asked for.
#[derive(Debug, Clone)]
pub struct Run {
    pub ordinal: i64,
    pub id: String,
    pub workflow: String,
    pub inserted: Micros,
    pub seen_at: Micros,
    pub display_name: String,
    /// JSON text.
    pub input: String,
    /// JSON text.
    pub metadata: String,
    pub parent: Option<String>,
    pub is_dag: bool,
    pub is_cancelled: bool,
    pub idempotency_key: Option<String>,
    /// The event that started it.
    pub event: Option<String>,
}

const RUN: &str = "SELECT ordinal, id, workflow, inserted, seen_at, display_name, input, metadata, parent, is_dag, \
                   is_cancelled, idempotency_key, event FROM hatchet_run";

impl Run {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            ordinal: row.get(0)?,
            id: row.get(1)?,
            workflow: row.get(2)?,
            inserted: row.get(3)?,
            seen_at: row.get(4)?,
            display_name: row.get(5)?,
            input: row.get(6)?,
            metadata: row.get(7)?,
            parent: row.get(8)?,
            is_dag: row.get(9)?,
            is_cancelled: row.get(10)?,
            idempotency_key: row.get(11)?,
            event: row.get(12)?,
        })
    }

    /// The run of that ordinal.
    pub fn load(db: &Connection, ordinal: i64) -> Result<Self, Error> {
        Ok(db.prepare_cached(&format!("{RUN} WHERE ordinal = ?"))?.query_row([ordinal], Self::from_row)?)
    }

    /// When the read store learns of the run.
    pub fn seen_at(db: &Connection, ordinal: i64) -> Result<Micros, Error> {
        Ok(db.one("SELECT seen_at FROM hatchet_run WHERE ordinal = ?", [ordinal], |row| row.get(0))?)
    }

    /// The name of the run's workflow.
    pub fn workflow(db: &Connection, ordinal: i64) -> Result<String, Error> {
        Ok(db.one("SELECT workflow FROM hatchet_run WHERE ordinal = ?", [ordinal], |row| row.get(0))?)
    }

    /// The run of that id.
    pub fn find(db: &Connection, id: &str) -> Result<Option<Self>, Error> {
        Ok(db.prepare_cached(&format!("{RUN} WHERE id = ?"))?.query_row([id], Self::from_row).optional()?)
    }

    /// Adds the run; `false` when its idempotency key is taken.
    pub fn insert(&self, db: &Connection) -> Result<bool, Error> {
        let added = db
            .prepare_cached(
                "INSERT INTO hatchet_run (ordinal, id, workflow, inserted, seen_at, display_name, input, metadata, \
                 parent, is_dag, is_cancelled, idempotency_key, event) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
                 ON CONFLICT (workflow, idempotency_key) DO NOTHING",
            )?
            .execute(params![
                self.ordinal,
                self.id,
                self.workflow,
                self.inserted,
                self.seen_at,
                self.display_name,
                self.input,
                self.metadata,
                self.parent,
                self.is_dag,
                self.is_cancelled,
                self.idempotency_key,
                self.event
            ])?;
        Ok(added == 1)
    }

    /// The ordinal and the insertion time of the newest run; zeros when there is none.
    pub fn newest(db: &Connection) -> Result<(i64, Micros), Error> {
        let mut statement =
            db.prepare_cached("SELECT ordinal, inserted FROM hatchet_run ORDER BY ordinal DESC LIMIT 1")?;
        Ok(statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?.unwrap_or_default())
    }

    /// Notes that the run was cancelled as a whole, or no longer is.
    pub fn mark_cancelled(&self, db: &Connection, is_cancelled: bool) -> Result<(), Error> {
        let mut statement = db.prepare_cached("UPDATE hatchet_run SET is_cancelled = ? WHERE ordinal = ?")?;
        statement.execute(params![is_cancelled, self.ordinal])?;
        Ok(())
    }
}

/// How far a task is for the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Waits for a worker.
    Queued,
    /// A worker has it.
    Running,
    /// An attempt failed and another follows.
    Retrying,
    /// Its worker went away without a word.
    Lost,
    /// Replayed, and its parents are not done again yet.
    Waiting,
    Completed,
    Failed,
    Cancelled,
    /// The on-failure step when nothing failed.
    Skipped,
}

impl State {
    const ALL: [(Self, &'static str); 9] = [
        (Self::Queued, "queued"),
        (Self::Running, "running"),
        (Self::Retrying, "retrying"),
        (Self::Lost, "lost"),
        (Self::Waiting, "waiting"),
        (Self::Completed, "completed"),
        (Self::Failed, "failed"),
        (Self::Cancelled, "cancelled"),
        (Self::Skipped, "skipped"),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(state, _)| *state == self).map_or("queued", |(_, name)| name)
    }

    fn named(name: &str) -> Self {
        Self::ALL.iter().find(|(_, known)| *known == name).map_or(Self::Queued, |(state, _)| *state)
    }

    /// Whether nothing more happens by itself.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled | Self::Skipped)
    }
}

/// A task of a run.
#[derive(Debug, Clone)]
pub struct Task {
    pub id: i64,
    pub external_id: String,
    pub run: i64,
    pub step: String,
    pub inserted: Micros,
    pub display_name: String,
    /// The envelope, as JSON text.
    pub input: String,
    pub state: State,
    pub retry: i64,
    pub since_replay: i64,
    /// JSON text.
    pub output: Option<String>,
    pub error: Option<String>,
    /// When the newest message of the task reaches the read store.
    pub last_message: Micros,
    /// When the news of the newest retry does.
    pub retry_message: Micros,
}

const TASK: &str = "SELECT id, external_id, run, step, inserted, display_name, input, state, retry, since_replay, \
                    output, error, last_message, retry_message FROM hatchet_task";

impl Task {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            external_id: row.get(1)?,
            run: row.get(2)?,
            step: row.get(3)?,
            inserted: row.get(4)?,
            display_name: row.get(5)?,
            input: row.get(6)?,
            state: State::named(row.get_ref(7)?.as_str()?),
            retry: row.get(8)?,
            since_replay: row.get(9)?,
            output: row.get(10)?,
            error: row.get(11)?,
            last_message: row.get(12)?,
            retry_message: row.get(13)?,
        })
    }

    /// The task of that number.
    pub fn load(db: &Connection, id: i64) -> Result<Self, Error> {
        Ok(db.prepare_cached(&format!("{TASK} WHERE id = ?"))?.query_row([id], Self::from_row)?)
    }

    /// The task of that external id.
    pub fn find(db: &Connection, external_id: &str) -> Result<Option<Self>, Error> {
        let mut statement = db.prepare_cached(&format!("{TASK} WHERE external_id = ?"))?;
        Ok(statement.query_row([external_id], Self::from_row).optional()?)
    }

    /// The tasks of a run, oldest first.
    pub fn of_run(db: &Connection, run: i64) -> Result<Vec<Self>, Error> {
        let mut statement = db.prepare_cached(&format!("{TASK} WHERE run = ? ORDER BY id"))?;
        Ok(statement.query_map([run], Self::from_row)?.collect::<Result<_, _>>()?)
    }

    /// The tasks that a worker has.
    pub fn running(db: &Connection) -> Result<Vec<Self>, Error> {
        let mut statement = db.prepare_cached(&format!("{TASK} WHERE state = 'running' ORDER BY id"))?;
        Ok(statement.query_map([], Self::from_row)?.collect::<Result<_, _>>()?)
    }

    /// The number of the next task.
    pub fn next_id(db: &Connection) -> Result<i64, Error> {
        Ok(db.one("SELECT coalesce(max(id), 0) + 1 FROM hatchet_task", [], |row| row.get(0))?)
    }

    /// Adds or changes the row.
    pub fn save(&self, db: &Connection) -> Result<(), Error> {
        db.prepare_cached(
            "INSERT INTO hatchet_task (id, external_id, run, step, inserted, display_name, input, state, retry, \
             since_replay, output, error, last_message, retry_message) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, \
             ?10, ?11, ?12, ?13, ?14) ON CONFLICT (id) DO UPDATE SET input = ?7, state = ?8, retry = ?9, since_replay = ?10, \
             output = ?11, error = ?12, last_message = ?13, retry_message = ?14",
        )?
        .execute(params![
            self.id,
            self.external_id,
            self.run,
            self.step,
            self.inserted,
            self.display_name,
            self.input,
            self.state.name(),
            self.retry,
            self.since_replay,
            self.output,
            self.error,
            self.last_message,
            self.retry_message
        ])?;
        Ok(())
    }
}
