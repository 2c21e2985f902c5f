//! The local engine: the run APIs of workflow systems on loopback, on SQLite, with faults on demand.
//!
//! Each system is one folder here and one path below the address (`/hatchet`); what they share (clock, draws,
//! database, faults, tokens) stands beside the folders. Nothing here uses the client's models: the engine is a witness
//! for the client, so what it sends must not come out of the client's own code.

pub mod chance;
pub mod clock;
mod control;
mod cron;
pub mod database;
pub mod delivery;
pub mod faults;
pub mod formance;
pub mod gojson;
pub mod hatchet;
pub mod house;
pub mod meshx;
pub mod onfido;
mod serve;
pub mod token;
pub mod wish;

use std::path::PathBuf;
use std::sync::Arc;

pub use serve::{FormanceAccess, MeshxAccess, OnfidoAccess, Options, Running, Systems, start};

/// What can go wrong inside the engine. A caller of the API sees a 500 of the system's own.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file could not be opened.
    #[error("the database {path:?} cannot be opened: {error}. Give another file with --db, or --memory.")]
    Database {
        /// Where it was looked for.
        path: PathBuf,
        /// What SQLite said.
        error: rusqlite::Error,
    },
    /// The file or its folder cannot be written.
    #[error("the database {path:?} cannot be written: {error}. Give another file with --db, or --memory.")]
    Unwritable {
        /// Where it was to be.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// Another engine has it.
    #[error("the database {0:?} is in use by another engine. End that one, or give another file with --db.")]
    InUse(PathBuf),
    /// The file was written by a newer version.
    #[error("the database has schema {found}, this program knows {known}: use a newer program or another file")]
    NewerDatabase {
        /// The schema's version.
        found: usize,
        /// The newest known.
        known: usize,
    },
    /// SQLite refused.
    #[error("database: {0}")]
    Sql(#[from] rusqlite::Error),
    /// The transaction was lost with everything in it.
    #[error("database: what was to be written could not be committed")]
    Uncommitted,
    /// What was stored is no JSON.
    #[error("stored JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// No workflow has that name.
    #[error("no workflow is called {0:?}")]
    UnknownWorkflow(String),
    /// The workflow of a run no longer has the step.
    #[error("no step is called {0:?}")]
    UnknownStep(String),
    /// No port could be bound.
    #[error("no port could be bound on 127.0.0.1: {0}")]
    Bind(std::io::Error),
    /// A worker thread died.
    #[error("a worker thread was lost: {0}")]
    Thread(#[from] tokio::task::JoinError),
}

impl Error {
    /// Whether the database refuses everything for now, rather than this one thing: a full disk, a lock, a bad file.
    fn is_of_storage(&self) -> bool {
        use rusqlite::ErrorCode::{
            CannotOpen, DatabaseBusy, DatabaseCorrupt, DatabaseLocked, DiskFull, OutOfMemory, ReadOnly, SystemIoFailure,
        };
        let refused = [
            CannotOpen,
            DatabaseBusy,
            DatabaseCorrupt,
            DatabaseLocked,
            DiskFull,
            OutOfMemory,
            ReadOnly,
            SystemIoFailure,
        ];
        matches!(self, Self::Sql(error) if error.sqlite_error_code().is_some_and(|code| refused.contains(&code)))
    }
}

/// Whether an answer is not the system's own but the framework's: a refusal in plain text, as of a path that is no UTF-8
/// or of a body that is too large. None of the systems whose answers pass here refuses in plain text.
fn is_of_framework(response: &axum::response::Response) -> bool {
    let is_text = |value: &axum::http::HeaderValue| value.as_bytes().starts_with(b"text/plain");
    let kind = response.headers().get(axum::http::header::CONTENT_TYPE);
    response.status().is_client_error() && kind.is_some_and(is_text)
}

/// Runs database work away from the threads that serve connections.
async fn blocking<S, T, F>(shared: &Arc<S>, work: F) -> Result<T, Error>
where
    S: Send + Sync + 'static,
    T: Send + 'static,
    F: FnOnce(&S) -> Result<T, Error> + Send + 'static,
{
    let shared = Arc::clone(shared);
    tokio::task::spawn_blocking(move || work(&shared)).await?
}
