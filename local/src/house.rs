//! What the systems share: one database, one clock, one source of luck, and a queue of what is still to happen.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;
use crate::chance::Chance;
use crate::clock::{Alarm, Clock, Micros, Pace};
use crate::database::Database;

/// The most that is done in one transaction, so that requests get their turn.
const BATCH: usize = 64;

/// How long time stands still for a system when the database refuses to go on, as a full disk does.
pub const BREATH: Duration = Duration::from_millis(500);

/// What a system stands on.
pub struct House {
    /// Where everything lies.
    pub database: Arc<Database>,
    /// The engine's time.
    pub clock: Arc<Clock>,
    /// The engine's luck.
    pub chance: Chance,
    alarm: Alarm,
}

impl House {
    /// A house on a database.
    pub fn new(database: Arc<Database>, clock: Arc<Clock>, chance: Chance) -> Self {
        Self { database, clock, chance, alarm: Alarm::default() }
    }
}

/// A system whose runs move by jobs of the shared queue.
pub trait System: Send + Sync + Sized + 'static {
    /// Its name in the queue.
    const NAME: &'static str;
    /// One thing to do.
    type Job: Serialize + DeserializeOwned;

    /// What it stands on.
    fn house(&self) -> &House;

    /// Does one thing at its moment.
    fn perform(&self, act: &Act<'_>, job: Self::Job) -> Result<(), Error>;
}

/// One transaction at one moment of the engine's time.
pub struct Act<'a> {
    /// The transaction.
    pub db: &'a Connection,
    /// The moment: of the request, or when the job was due.
    pub now: Micros,
    house: &'a House,
    system: &'static str,
}

impl Act<'_> {
    /// Puts a job into the queue, so long after this moment at the engine's speed.
    pub fn later(&self, after: Micros, job: &impl Serialize) -> Result<(), Error> {
        self.at(self.now + self.house.clock.scaled(after), job)
    }

    /// Puts a job into the queue for a moment of the calendar.
    pub fn at(&self, due: Micros, job: &impl Serialize) -> Result<(), Error> {
        self.db.prepare_cached("INSERT INTO queue (system, due, job) VALUES (?, ?, ?)")?.execute(params![
            self.system,
            due,
            serde_json::to_string(job)?
        ])?;
        Ok(())
    }
}

/// One transaction of a system. Where time stands still nobody but an order moves it, so whatever is due is done at
/// once; elsewhere the scheduler does it.
pub fn order<S: System, T>(system: &S, work: impl FnOnce(&Act<'_>) -> Result<T, Error>) -> Result<T, Error> {
    let house = system.house();
    let now = house.clock.now();
    let (result, next) = house.database.write(|db| {
        let result = work(&Act { db, now, house, system: S::NAME })?;
        let next = match house.clock.pace() {
            Pace::Stepped => run_due(system, db, now)?,
            Pace::Flowing => db
                .prepare_cached("SELECT min(due) FROM queue WHERE system = ?")?
                .query_row([S::NAME], |row| row.get(0))?,
        };
        Ok((result, next))
    })?;
    house.alarm.bring_forward(next);
    Ok(result)
}

/// Does what is due and returns when the next thing is.
fn run_due<S: System>(system: &S, db: &Connection, now: Micros) -> Result<Option<Micros>, Error> {
    let mut first = db.prepare_cached("SELECT id, due, job FROM queue WHERE system = ? ORDER BY due, id LIMIT 1")?;
    for _ in 0..BATCH {
        let found: Option<(i64, Micros, String)> =
            first.query_row([S::NAME], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
        match found {
            Some((id, due, job)) if due <= now => {
                db.prepare_cached("DELETE FROM queue WHERE id = ?")?.execute([id])?;
                let act = Act { db, now: due, house: system.house(), system: S::NAME };
                attempt(system, &act, &job)?;
            }
            found => return Ok(found.map(|(_, due, _)| due)),
        }
    }
    Ok(Some(now))
}

/// Does one thing. What cannot be done is undone, said and dropped: one bad row must not stop time for all.
fn attempt<S: System>(system: &S, act: &Act<'_>, job: &str) -> Result<(), Error> {
    act.db.prepare_cached("SAVEPOINT attempt")?.execute([])?;
    let done = serde_json::from_str(job).map_err(Error::from).and_then(|job| system.perform(act, job));
    if let Err(error) = done {
        if error.is_of_storage() {
            return Err(error);
        }
        eprintln!("runward-local: {} dropped {job}: {error}", S::NAME);
        act.db.prepare_cached("ROLLBACK TO attempt")?.execute([])?;
    }
    act.db.prepare_cached("RELEASE attempt")?.execute([])?;
    Ok(())
}

/// Does everything that is due and returns when the next thing is.
pub fn catch_up<S: System>(system: &S) -> Result<Option<Micros>, Error> {
    let house = system.house();
    loop {
        let now = house.clock.now();
        let next = house.database.write(|db| run_due(system, db, now))?;
        if next.is_none_or(|due| due > now) {
            return Ok(next);
        }
    }
}

/// Lets time do its work, for as long as the future is polled.
pub async fn run<S: System>(system: Arc<S>) {
    loop {
        system.house().alarm.clear();
        match crate::blocking(&system, catch_up).await {
            Ok(next) => system.house().alarm.wait(&system.house().clock, next).await,
            Err(error) => pause(S::NAME, &error).await,
        }
    }
}

/// Says why a system cannot go on, and waits before it is tried again: a disk that is full may be emptied.
pub async fn pause(system: &str, error: &Error) {
    eprintln!("runward-local: {system} stands still: {error}");
    tokio::time::sleep(BREATH).await;
}
