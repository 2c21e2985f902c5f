//! The SQLite file: one writer, some readers, migrations, and small facts kept across restarts.

mod log;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use crate::Error;
use log::Checkpoints;
use writer::Writer;

/// Steps from an empty file to today's, one file each; how many were done stands in `user_version`.
const MIGRATIONS: [&str; 7] = [
    include_str!("../migrations/1.sql"),
    include_str!("../migrations/2.sql"),
    include_str!("../migrations/3.sql"),
    include_str!("../migrations/4.sql"),
    include_str!("../migrations/5.sql"),
    include_str!("../migrations/6.sql"),
    include_str!("../migrations/7.sql"),
];

/// As many reads as this run side by side.
const READERS: usize = 4;

/// Prepared statements that a connection keeps.
const STATEMENTS: usize = 256;

/// Where the data lie.
#[derive(Debug, Clone)]
pub enum Place {
    /// In a file, which survives.
    File(PathBuf),
    /// In memory, which does not.
    Memory,
}

/// KiB of pages that a connection keeps. The system's own cache lies below it, shared by all of them: more here is more
/// copies of the same pages.
const CACHE: i32 = 4_096;

/// How long a statement waits for another process, or for the log to begin anew.
const BUSY: Duration = Duration::from_secs(5);

/// Connections to one database.
pub struct Database {
    /// Ends before the connections do.
    _checkpoints: Option<Checkpoints>,
    writer: Arc<Writer>,
    readers: Vec<Mutex<Connection>>,
    next: AtomicUsize,
}

impl Database {
    /// Opens the place, migrates it and makes it ready.
    pub fn open(place: &Place) -> Result<Self, Error> {
        let (mut writer, readers) = match place {
            Place::Memory => (Connection::open_in_memory()?, Vec::new()),
            Place::File(path) => {
                (open_file(path)?, (0..READERS).map(|_| open_file(path)).collect::<Result<Vec<_>, _>>()?)
            }
        };
        writer.set_prepared_statement_cache_capacity(STATEMENTS);
        migrate(&mut writer)?;
        let writer = Arc::new(Writer::new(writer));
        let checkpoints = match place {
            Place::Memory => None,
            Place::File(path) => Some(Checkpoints::start(open_file(path)?, Arc::clone(&writer), log::LIMIT)),
        };
        Ok(Self {
            _checkpoints: checkpoints,
            writer,
            readers: readers.into_iter().map(Mutex::new).collect(),
            next: AtomicUsize::new(0),
        })
    }

    /// Runs `work` in a transaction and returns when it is committed; an error undoes it.
    pub fn write<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        self.writer.write(work)
    }

    /// Runs `work` on a snapshot; in memory there is one connection for all.
    pub fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        if self.readers.is_empty() {
            return self.writer.between(|connection| work(&*connection.transaction()?));
        }
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        let all = || (0..self.readers.len()).filter_map(|at| self.readers.get((turn + at) % self.readers.len()));
        // One that is free, or else the one whose turn it is.
        let free = all().find_map(|reader| reader.try_lock().ok());
        let mut reader = match free.or_else(|| all().next().map(lock)) {
            Some(reader) => reader,
            None => return Err(Error::Uncommitted),
        };
        work(&*reader.transaction()?)
    }
}

/// A poisoned lock is taken all the same: a reader leaves nothing behind.
fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

fn open_file(path: &Path) -> Result<Connection, Error> {
    let connection = Connection::open(path).map_err(|error| Error::Database { path: path.to_owned(), error })?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // With a write-ahead log a killed process loses nothing that was committed; only a power cut could.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "cache_size", -CACHE)?;
    // What a savepoint may have to bring back is kept in memory, not in a file.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(connection)
}

fn migrate(connection: &mut Connection) -> Result<(), Error> {
    let done: usize = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if done > MIGRATIONS.len() {
        return Err(Error::NewerDatabase { found: done, known: MIGRATIONS.len() });
    }
    for (at, step) in MIGRATIONS.iter().enumerate().skip(done) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", at + 1)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Statements that are prepared once: preparing one takes longer than running it.
pub trait Cached {
    /// Runs a statement; how many rows it changed.
    fn run(&self, sql: &str, values: impl Params) -> rusqlite::Result<usize>;
    /// The one row of a query.
    fn one<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T>;
}

impl Cached for Connection {
    fn run(&self, sql: &str, values: impl Params) -> rusqlite::Result<usize> {
        self.prepare_cached(sql)?.execute(values)
    }

    fn one<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        self.prepare_cached(sql)?.query_row(values, read)
    }
}

/// A fact kept under a name.
pub fn fact(connection: &Connection, name: &str) -> Result<Option<String>, Error> {
    let found = connection.query_row("SELECT value FROM fact WHERE name = ?", [name], |row| row.get(0)).optional()?;
    Ok(found)
}

/// Keeps a fact under a name.
pub fn keep(connection: &Connection, name: &str, value: &str) -> Result<(), Error> {
    connection.execute("INSERT OR REPLACE INTO fact (name, value) VALUES (?, ?)", params![name, value])?;
    Ok(())
}

/// The fact under a name; when there is none, `make` makes one and it is kept.
pub fn fact_or(connection: &Connection, name: &str, make: impl FnOnce() -> String) -> Result<String, Error> {
    if let Some(found) = fact(connection, name)? {
        return Ok(found);
    }
    let made = make();
    keep(connection, name, &made)?;
    Ok(made)
}
