//! The scenario language: a data product says how its runs go.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::wish::{Check, Wrong, between, filled};

/// The products that are there from the start.
pub const BUILT_IN: &str = include_str!("products.json");

/// A data product.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// Its name, from which its id follows.
    pub name: String,
    /// The statuses of its runs, one after the other.
    pub steps: Vec<Step>,
    /// The last status.
    pub end: String,
    /// Why it failed.
    #[serde(default)]
    pub error: Option<String>,
    /// What `config` holds from the start.
    #[serde(default)]
    pub config: Value,
    /// How dates are spelled.
    #[serde(default)]
    pub dates: Dates,
}

impl Check for Product {
    fn check(&self) -> Result<(), Wrong> {
        filled("/name", &self.name)?;
        for (at, step) in self.steps.iter().enumerate() {
            filled(&format!("/steps/{at}/status"), &step.status)?;
            // A year, at most.
            step.ms.map_or(Ok(()), |ms| between(&format!("/steps/{at}/ms"), ms, 0.0, 31_536_000_000.0))?;
        }
        if !self.config.is_object() && !self.config.is_null() {
            return Err(Wrong::at("/config", "must be an object or null"));
        }
        filled("/end", &self.end)
    }
}

/// A status for a while; without a time for ever.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The word.
    pub status: String,
    /// How long, in milliseconds.
    #[serde(default)]
    pub ms: Option<f64>,
}

/// How dates are spelled: not even that is published.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dates {
    /// Microseconds and `Z`.
    #[default]
    Utc,
    /// No zone for most, an offset for the start.
    Mixed,
}

impl Product {
    /// Its id.
    pub fn id(&self) -> String {
        uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, format!("meshx/{}", self.name).as_bytes()).to_string()
    }
}
