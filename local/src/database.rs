//! The SQLite file: one writer, some readers, migrations, and small facts kept across restarts.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use crate::Error;

/// Steps from an empty file to today's, one file each; how many were done stands in `user_version`.
const MIGRATIONS: [&str; 5] = [
    include_str!("migrations/1.sql"),
    include_str!("migrations/2.sql"),
    include_str!("migrations/3.sql"),
    include_str!("migrations/4.sql"),
    include_str!("migrations/5.sql"),
];

/// As many page reads as this run side by side.
const READERS: usize = 4;

/// Where the data lie.
#[derive(Debug, Clone)]
pub enum Place {
    /// In a file, which survives.
    File(PathBuf),
    /// In memory, which does not.
    Memory,
}

/// Connections to one database.
pub struct Database {
    writer: Mutex<Connection>,
    readers: Vec<Mutex<Connection>>,
    next: AtomicUsize,
}

impl Database {
    /// Opens the place, migrates it and makes it ready.
    pub fn open(place: &Place) -> Result<Self, Error> {
        let (mut writer, readers) = match place {
            Place::Memory => (Connection::open_in_memory()?, Vec::new()),
            Place::File(path) => {
                let writer = open_file(path, OpenFlags::default())?;
                let readers = (0..READERS).map(|_| open_file(path, OpenFlags::default())).collect::<Result<_, _>>()?;
                (writer, readers)
            }
        };
        migrate(&mut writer)?;
        Ok(Self {
            writer: Mutex::new(writer),
            readers: readers.into_iter().map(Mutex::new).collect(),
            next: AtomicUsize::new(0),
        })
    }

    /// Runs `work` in one transaction of the writer; an error rolls it back.
    pub fn write<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        let mut writer = lock(&self.writer);
        let transaction = writer.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let result = work(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }

    /// Runs `work` on a snapshot; in memory there is one connection for all.
    pub fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed) % self.readers.len().max(1);
        let mut reader = lock(self.readers.get(turn).unwrap_or(&self.writer));
        let transaction = reader.transaction()?;
        work(&transaction)
    }
}

/// A poisoned lock is taken all the same: the transaction of whoever panicked was rolled back.
fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

fn open_file(path: &Path, flags: OpenFlags) -> Result<Connection, Error> {
    let connection =
        Connection::open_with_flags(path, flags).map_err(|error| Error::Database { path: path.to_owned(), error })?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(128);
    // With a write-ahead log a killed process loses nothing that was committed; only a power cut could.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "cache_size", -65_536)?;
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
