//! What the read store knows of a run at this moment, as every answer is made from it.

use rusqlite::{Connection, OptionalExtension};
use serde_json::{Map, Value};

use super::kind::{is_terminal, status_of};
use super::store::{Run, Task};
use crate::Error;
use crate::clock::Micros;
use crate::gojson;

/// An event as the read store has it.
#[derive(Debug, Clone)]
pub struct EventRow {
    pub id: i64,
    pub task: i64,
    pub retry: i64,
    pub kind: String,
    pub at: Micros,
    pub ingested: Micros,
    pub message: String,
    pub error: String,
    pub output: String,
    pub worker: Option<String>,
}

/// A task as the read store has it.
#[derive(Debug, Clone)]
pub struct TaskRead {
    pub task: Task,
    /// The status as stored: also `EVICTED`.
    pub status: String,
    /// The attempt of that status, from 0.
    pub retry: i64,
    pub events: Vec<EventRow>,
}

/// A run as the read store has it.
#[derive(Debug, Clone)]
pub struct RunRead {
    pub run: Run,
    /// The status as stored: also `EVICTED`.
    pub status: String,
    /// Tasks of which an event is known, newest first.
    pub tasks: Vec<TaskRead>,
    /// The input as GET run shows it: a standalone run's is the envelope.
    pub input: String,
    /// The first task of which no event is known, as it would be without any.
    pub unseen: Option<TaskRead>,
}

impl RunRead {
    /// The run of that id, if the read store knows it.
    pub fn find(db: &Connection, id: &str) -> Result<Option<Self>, Error> {
        let mut statement = db.prepare_cached("SELECT ordinal FROM hatchet_read_run WHERE id = ?")?;
        statement.query_row([id], |row| row.get(0)).optional()?.map(|ordinal| Self::load(db, ordinal)).transpose()
    }

    /// The run of that ordinal.
    pub fn load(db: &Connection, ordinal: i64) -> Result<Self, Error> {
        let run = Run::load(db, ordinal)?;
        let status = db
            .prepare_cached("SELECT status FROM hatchet_read_run WHERE ordinal = ?")?
            .query_row([ordinal], |row| row.get(0))?;
        let mut events = events_of_run(db, ordinal)?;
        let stored = Task::of_run(db, ordinal)?;
        let input = if run.is_dag {
            run.input.clone()
        } else {
            stored.first().map_or_else(|| run.input.clone(), |task| task.input.clone())
        };
        let (mut tasks, mut unseen) = (Vec::new(), None);
        for mut task in stored {
            if let Some((status, retry, input)) = read_task(db, task.id)? {
                task.input = input;
                let (mine, others) = events.into_iter().partition(|event| event.task == task.id);
                events = others;
                tasks.push(TaskRead { task, status, retry, events: mine });
            } else if unseen.is_none() {
                unseen = Some(TaskRead { task, status: "QUEUED".into(), retry: 0, events: Vec::new() });
            }
        }
        tasks.sort_by_key(|task| (-task.task.inserted, task.task.id));
        Ok(Self { run, status, tasks, input, unseen })
    }

    /// The events of each task's newest attempt.
    fn newest(&self) -> impl Iterator<Item = &EventRow> {
        self.tasks.iter().flat_map(TaskRead::newest)
    }

    /// When the first of these was ingested.
    fn first(events: impl Iterator<Item = Micros>) -> Option<Micros> {
        events.min()
    }

    /// The first event of the newest attempts.
    pub fn created(&self) -> Option<Micros> {
        Self::first(self.newest().map(|event| event.ingested))
    }

    /// The first sign of running in the newest attempts.
    pub fn started(&self) -> Option<Micros> {
        Self::first(self.newest().filter(|event| event.is("RUNNING")).map(|event| event.ingested))
    }

    /// The last end of a task in the newest attempts; a running DAG has one too.
    pub fn finished(&self) -> Option<Micros> {
        self.newest().filter(|event| event.is_terminal()).map(|event| event.ingested).max()
    }

    /// The newest event of that kind over all attempts.
    fn last(&self, kind: &str) -> Option<&EventRow> {
        let events = self.tasks.iter().flat_map(|task| &task.events);
        events.filter(|event| event.kind == kind).max_by_key(|event| (event.at, event.id))
    }

    /// The newest error of any attempt.
    pub fn error(&self) -> &str {
        self.last("FAILED").map_or("", |event| event.error.as_str())
    }

    /// The newest output of any attempt, as an object.
    pub fn output(&self) -> Value {
        object(self.last("FINISHED").map(|event| event.output.as_str()))
    }

    /// The newest attempt of the whole run.
    pub fn newest_retry(&self) -> i64 {
        self.tasks.iter().map(|task| task.retry).max().unwrap_or(0)
    }

    /// Ingest times of the events of that attempt and, when given, status.
    pub fn ingested(&self, retry: i64, matches: impl Fn(&EventRow) -> bool) -> impl Iterator<Item = Micros> {
        let events = self.tasks.iter().flat_map(|task| &task.events);
        events.filter(move |event| event.retry == retry && matches(event)).map(|event| event.ingested)
    }

    /// All events, newest first.
    pub fn events(&self) -> Vec<(&TaskRead, &EventRow)> {
        let mut events: Vec<_> =
            self.tasks.iter().flat_map(|task| task.events.iter().map(move |event| (task, event))).collect();
        events.sort_by_key(|(_, event)| (-event.at, -event.id));
        events
    }
}

impl EventRow {
    /// Whether it stands for that status.
    pub fn is(&self, status: &str) -> bool {
        status_of(&self.kind) == status
    }

    /// Whether it ends an attempt.
    pub fn is_terminal(&self) -> bool {
        is_terminal(status_of(&self.kind))
    }
}

impl TaskRead {
    /// The task of that external id, if any of its events is known.
    pub fn find(db: &Connection, id: &str) -> Result<Option<Self>, Error> {
        let Some(mut task) = Task::find(db, id)? else { return Ok(None) };
        let Some((status, retry, input)) = read_task(db, task.id)? else { return Ok(None) };
        task.input = input;
        let mut events = events_of_run(db, task.run)?;
        events.retain(|event| event.task == task.id);
        Ok(Some(Self { task, status, retry, events }))
    }

    /// The newest attempt of which an event is known.
    pub fn newest_retry(&self) -> i64 {
        self.events.iter().map(|event| event.retry).max().unwrap_or(self.retry)
    }

    fn newest(&self) -> impl Iterator<Item = &EventRow> {
        let newest = self.newest_retry();
        self.events.iter().filter(move |event| event.retry == newest)
    }

    /// The same task as of its newest event: how GET task sees it. Terminal events count before newer ones.
    pub fn recomputed(&self) -> Self {
        let newest = self.newest().max_by_key(|event| (event.is_terminal(), event.at, event.id));
        let status = newest.map_or("QUEUED", |event| status_of(&event.kind)).to_owned();
        Self { status, retry: self.newest_retry(), ..self.clone() }
    }

    /// The same task as of another attempt, if it had one.
    pub fn at_attempt(&self, retry: i64) -> Option<Self> {
        let known = Self { retry, events: self.events.clone(), ..self.clone() };
        let events: Vec<EventRow> = known.events.into_iter().filter(|event| event.retry == retry).collect();
        (!events.is_empty()).then(|| Self { events, ..self.clone() }.recomputed())
    }

    fn in_attempt(&self) -> impl Iterator<Item = &EventRow> {
        self.events.iter().filter(|event| event.retry == self.retry)
    }

    /// When the worker began, by its own clock.
    pub fn started(&self) -> Option<Micros> {
        self.in_attempt().find(|event| event.kind == "STARTED").map(|event| event.at)
    }

    /// When the attempt ended, a later cancel included.
    pub fn finished(&self) -> Option<Micros> {
        self.in_attempt().filter(|event| event.is_terminal()).map(|event| event.at).max()
    }

    /// The error of this attempt.
    pub fn error(&self) -> &str {
        self.in_attempt().find(|event| event.kind == "FAILED").map_or("", |event| event.error.as_str())
    }

    /// The newest output of any attempt, as an object.
    pub fn output(&self) -> Value {
        let newest = self.events.iter().filter(|event| event.kind == "FINISHED").max_by_key(|event| event.retry);
        object(newest.map(|event| event.output.as_str()))
    }

    /// The envelope.
    pub fn input(&self) -> Value {
        object(Some(&self.task.input))
    }

    /// What is in the envelope.
    pub fn unwrapped_input(&self) -> Value {
        match self.input().get_mut("input") {
            Some(input @ Value::Object(_)) => input.take(),
            _ => Value::Object(Map::new()),
        }
    }
}

/// The text as an object of doubles; whatever is no object reads as `{}`.
fn object(text: Option<&str>) -> Value {
    match text.map(parse) {
        Some(value @ Value::Object(_)) => gojson::doubles(value),
        _ => Value::Object(Map::new()),
    }
}

/// JSON text as a value; a number beyond a double is `null`.
pub fn parse(text: &str) -> Value {
    serde_json::from_str(text)
        .or_else(|_| serde_json::from_str(&super::request::without_huge_numbers(text)))
        .unwrap_or_default()
}

/// Status, attempt and input of a task.
fn read_task(db: &Connection, task: i64) -> Result<Option<(String, i64, String)>, Error> {
    let mut statement = db.prepare_cached("SELECT status, retry, input FROM hatchet_read_task WHERE id = ?")?;
    Ok(statement.query_row([task], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?)
}

fn events_of_run(db: &Connection, run: i64) -> Result<Vec<EventRow>, Error> {
    let mut statement = db.prepare_cached(
        "SELECT id, task, retry, kind, at, ingested, message, error, output, worker FROM hatchet_event WHERE run = ? \
         ORDER BY id",
    )?;
    let rows = statement.query_map([run], |row| {
        Ok(EventRow {
            id: row.get(0)?,
            task: row.get(1)?,
            retry: row.get(2)?,
            kind: row.get(3)?,
            at: row.get(4)?,
            ingested: row.get(5)?,
            message: row.get(6)?,
            error: row.get(7)?,
            output: row.get(8)?,
            worker: row.get(9)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
