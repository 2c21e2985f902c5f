//! The common view of Hatchet's runs.
use crate::error::{Error, Kind, Result, SystemName};
use crate::run::{Run, Snapshot};

/// The view of a run.
pub fn snapshot(_json: &str) -> Result<Snapshot> {
    Err(Error::new(Kind::Unsupported, "unsupported", "not yet").of(SystemName::Hatchet))
}

/// The views of a page.
pub fn page(_json: &str) -> Result<Vec<Run>> {
    Err(Error::new(Kind::Unsupported, "unsupported", "not yet").of(SystemName::Hatchet))
}
