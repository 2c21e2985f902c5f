//! meshX's orchestrator workflows, from published facts alone: the server is closed, so nothing here is recorded. What
//! no source tells is this engine's own policy: the words of `status` and `run_type`, how dates are spelled, what
//! `/graph` holds, the order of the list (newest last), the bodies of 401 and 404, what a second DELETE answers (the
//! run as it is).

mod compute;
mod control;
mod engine;
mod routes;
mod scenario;
mod schedule;
mod store;

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};

use serde::{Deserialize, Serialize};

pub use control::control;
pub use routes::router;

use crate::Error;
use crate::chance::{Chance, Purpose};
use crate::clock::Clock;
use crate::database::{Database, fact, fact_or, keep};
use crate::house::{Act, House, System};
use crate::token::Keys;
use scenario::Product;

/// The organisation that is there from the start.
pub const ORG: &str = "acme";

/// How the server behaves where generations of it differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Errors {
    /// `{"detail": …}`, the declared form.
    #[default]
    Detail,
    /// `{"type", "title", "status", "errors"}`, seen on the older API.
    Title,
}

/// The system.
pub struct Meshx {
    house: House,
    keys: Keys,
    /// The only organisation.
    pub org: String,
    /// Who may log in.
    pub user: String,
    /// With which password.
    pub password: String,
    products: RwLock<Vec<Product>>,
    errors: RwLock<Errors>,
    /// Refresh tokens of sessions that were ended; a restart forgets them.
    revoked: RwLock<HashSet<String>>,
}

impl System for Meshx {
    const NAME: &'static str = "meshx";
    type Job = engine::Job;

    fn house(&self) -> &House {
        &self.house
    }

    fn perform(&self, act: &Act<'_>, job: Self::Job) -> Result<(), Error> {
        self.work(act, job)
    }
}

impl Meshx {
    /// Opens the system on a database, with the built-in data products and those that were registered.
    pub fn open(database: Arc<Database>, clock: Arc<Clock>, chance: Chance) -> Result<Self, Error> {
        let (keys, password, kept) = database.write(|db| {
            let password = fact_or(db, "meshx.password", || uuid::Uuid::new_v4().simple().to_string())?;
            Ok((Keys::open(db, "meshx.key")?, password, fact(db, "meshx.products")?))
        })?;
        let house = House::new(database, clock, chance);
        let meshx = Self {
            house,
            keys,
            org: ORG.into(),
            user: "ana@example.com".into(),
            password,
            products: RwLock::new(serde_json::from_str(scenario::BUILT_IN)?),
            errors: RwLock::default(),
            revoked: RwLock::default(),
        };
        if let Some(kept) = kept {
            meshx.replace(serde_json::from_str(&kept)?);
        }
        Ok(meshx)
    }

    fn replace(&self, wished: Vec<Product>) -> Vec<Product> {
        let mut products = self.products.write().unwrap_or_else(PoisonError::into_inner);
        products.retain(|known| !wished.iter().any(|product| product.name == known.name));
        products.extend(wished);
        products.clone()
    }

    /// Registers data products, with the scenarios of their runs, or replaces those of the same name.
    fn register(&self, wished: Vec<Product>) -> Result<(), Error> {
        let all = self.replace(wished);
        self.house.database.write(|db| keep(db, "meshx.products", &serde_json::to_string(&all)?))
    }

    fn products(&self) -> Vec<Product> {
        self.products.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn errors(&self) -> Errors {
        *self.errors.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn revoke(&self, token: String) {
        self.revoked.write().unwrap_or_else(PoisonError::into_inner).insert(token);
    }

    fn is_revoked(&self, token: &str) -> bool {
        self.revoked.read().unwrap_or_else(PoisonError::into_inner).contains(token)
    }

    /// The product of that id.
    fn product(&self, id: &str) -> Option<Product> {
        self.products().into_iter().find(|product| product.id() == id)
    }

    fn new_id(&self, ordinal: i64) -> String {
        self.house.chance.stream(Purpose::Mesh, ordinal as u64).uuid().to_string()
    }
}
