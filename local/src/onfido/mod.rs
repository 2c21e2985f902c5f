//! Onfido Studio's workflow runs (API v3.6), from published facts alone: the server is closed, so nothing here is
//! recorded. What no source tells is this engine's own policy and says so: the page size, the words inside errors, the
//! status of a file that is not ready (404), what an unknown `workflow_id` answers (422), the form of `href`.

mod answer;
mod control;
mod engine;
mod events;
mod files;
mod routes;
pub mod scenario;
mod store;
mod webhooks;
mod wire;

use std::sync::{Arc, OnceLock};

use rusqlite::{OptionalExtension, params};

pub use control::control;
pub use files::router as files_router;
pub use routes::router;
pub use store::{Filter, Query, page_query};

use crate::Error;
use crate::chance::Chance;
use crate::clock::Clock;
use crate::database::{Cached, Database, fact_or};
use crate::house::{Act, House, System};
use crate::token::Keys;
use scenario::Workflow;

/// The system.
pub struct Onfido {
    house: House,
    keys: Keys,
    /// The API token.
    pub token: String,
    /// What signs the webhook that the engine's user is told of.
    pub webhook_token: String,
    /// Where this API and the files are, known once the ports are.
    addresses: OnceLock<Addresses>,
}

/// Base addresses.
pub struct Addresses {
    /// Of this API, with its version.
    pub api: String,
    /// Of the files, which lie at another origin.
    pub files: String,
}

impl System for Onfido {
    const NAME: &'static str = "onfido";
    type Job = engine::Job;

    fn house(&self) -> &House {
        &self.house
    }

    fn perform(&self, act: &Act<'_>, job: Self::Job) -> Result<(), Error> {
        self.work(act, job)
    }
}

/// An id that follows from a workflow's name.
fn workflow_id(name: &str) -> String {
    uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, format!("onfido/{name}").as_bytes()).to_string()
}

impl Onfido {
    /// Opens the system on a database and registers the built-in workflows.
    pub fn open(database: Arc<Database>, clock: Arc<Clock>, chance: Chance) -> Result<Self, Error> {
        let secret = |prefix: &'static str| move || format!("{prefix}{}", uuid::Uuid::new_v4().simple());
        let (keys, token, webhook_token) = database.write(|db| {
            let keys = Keys::open(db, "onfido.key")?;
            let token = fact_or(db, "onfido.token", secret("api_sandbox."))?;
            Ok((keys, token, fact_or(db, "onfido.webhook", secret(""))?))
        })?;
        let house = House::new(database, clock, chance);
        let onfido = Self { house, keys, token, webhook_token, addresses: OnceLock::new() };
        onfido.register(&serde_json::from_str::<Vec<Workflow>>(scenario::BUILT_IN)?)?;
        Ok(onfido)
    }

    /// Says where this API and the files are.
    pub fn settle_at(&self, addresses: Addresses) {
        drop(self.addresses.set(addresses));
    }

    /// The absolute address of a path of this API.
    fn href(&self, path: &str) -> String {
        format!("{}{path}", self.addresses.get().map_or("", |addresses| &addresses.api))
    }

    /// Registers workflows or replaces those of the same name.
    pub fn register(&self, workflows: &[Workflow]) -> Result<(), Error> {
        self.house.database.write(|db| {
            for workflow in workflows {
                db.run(
                    "INSERT INTO onfido_workflow (name, id, definition) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO UPDATE \
                     SET definition = ?3",
                    params![workflow.name, workflow_id(&workflow.name), serde_json::to_string(workflow)?],
                )?;
            }
            Ok(())
        })
    }

    /// Names and ids of all workflows.
    pub fn workflows(&self) -> Result<Vec<(String, String)>, Error> {
        self.house.database.read(|db| {
            let mut statement = db.prepare_cached("SELECT name, id FROM onfido_workflow ORDER BY name")?;
            Ok(statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
        })
    }

    fn knows(&self, act: &Act<'_>, workflow: &str) -> Result<bool, Error> {
        let sql = "SELECT 1 FROM onfido_workflow WHERE id = ?";
        Ok(act.db.prepare_cached(sql)?.query_row([workflow], |_| Ok(())).optional()?.is_some())
    }
}
