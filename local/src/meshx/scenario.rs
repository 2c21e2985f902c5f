//! The scenario language: a data product says how its runs go.

use serde::{Deserialize, Serialize};
use serde_json::Value;

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
