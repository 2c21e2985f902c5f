//! Formance Flows ("orchestration"), as its service answers it, with a small stub for ledger, wallets and payments,
//! and the two neighbours that a client needs: the endpoint for tokens and the one for webhook subscriptions.

mod answer;
mod auth;
mod config;
mod control;
mod engine;
mod events;
mod expression;
mod gateway;
mod manners;
mod operator;
mod page;
mod routes;
mod runs;
mod shapes;
mod store;
mod stub;
mod time;
mod triggers;

use std::sync::{Arc, PoisonError, RwLock};

pub use control::control;
pub use gateway::router;
pub use manners::Manners;
pub use store::{Filter, page_query};

use crate::Error;
use crate::chance::{Chance, Purpose};
use crate::clock::Clock;
use crate::database::{Cached, Database, fact_or};
use crate::house::{Act, House, System};
use crate::token::Keys;

/// The system.
pub struct Formance {
    house: House,
    /// What signs and checks tokens.
    keys: Keys,
    /// The only client that may ask for tokens.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    manners: RwLock<Manners>,
}

impl System for Formance {
    const NAME: &'static str = "formance";
    type Job = engine::Job;

    fn house(&self) -> &House {
        &self.house
    }

    fn perform(&self, act: &Act<'_>, job: Self::Job) -> Result<(), Error> {
        self.work(act, job)
    }
}

impl Formance {
    /// Opens the system on a database.
    pub fn open(database: Arc<Database>, clock: Arc<Clock>, chance: Chance) -> Result<Self, Error> {
        let (keys, client_id, client_secret) = database.write(|db| {
            let keys = Keys::open(db, "formance.key")?;
            let id = fact_or(db, "formance.client", || uuid::Uuid::new_v4().to_string())?;
            let secret = fact_or(db, "formance.secret", || uuid::Uuid::new_v4().simple().to_string())?;
            Ok((keys, id, secret))
        })?;
        let house = House::new(database, clock, chance);
        Ok(Self { house, keys, client_id, client_secret, manners: RwLock::default() })
    }

    /// The manners in force.
    pub fn manners(&self) -> Manners {
        *self.manners.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts other manners in force.
    pub fn set_manners(&self, manners: Manners) {
        *self.manners.write().unwrap_or_else(PoisonError::into_inner) = manners;
    }

    /// An id that is drawn for the next row of a table.
    fn next_id(&self, act: &Act<'_>, table: &str) -> Result<String, Error> {
        let sql = format!("SELECT coalesce(max(ordinal), 0) + 1 FROM {table}");
        let ordinal: i64 = act.db.one(&sql, [], |row| row.get(0))?;
        let key = table.bytes().fold(0u64, |key, byte| key.wrapping_mul(31).wrapping_add(byte.into())) % 4096;
        Ok(self.house.chance.stream(Purpose::Flows, (ordinal as u64) << 12 ^ key).uuid().to_string())
    }
}
