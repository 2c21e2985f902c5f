//! Rust types, and the kinds of values they stand for.
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Any JSON value exactly as it was written: number spelling, key order and escapes included.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Raw(Box<RawValue>);

impl Raw {
    /// The JSON text.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }
}

impl PartialEq for Raw {
    fn eq(&self, other: &Raw) -> bool {
        self.as_str() == other.as_str()
    }
}
