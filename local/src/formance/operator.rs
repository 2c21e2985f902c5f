//! What an operator does inside Temporal, behind the service's back.

use rusqlite::params;
use serde::Deserialize;

use super::{Formance, runs, store};
use crate::Error;
use crate::chance::Purpose;
use crate::database::Cached;
use crate::house::order;

/// An operation on an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// The histories are past their retention: an abort is refused and histories are not found.
    Forget,
    /// The main workflow is cancelled: the row stays as it is for ever.
    CancelMain,
    /// The stage's own workflow is cancelled: the run fails.
    CancelStage,
    /// The main workflow begins again: stage rows come twice, `terminated` stays.
    Reset,
}

/// Does it; false: no such instance.
pub fn operate(formance: &Formance, id: &str, operation: Operation) -> Result<bool, Error> {
    order(formance, |act| {
        let Some(found) = store::find_instance(act.db, id)? else { return Ok(false) };
        let ordinal = found.ordinal;
        match operation {
            Operation::Forget => {
                act.db.run("UPDATE formance_instance SET is_forgotten = 1 WHERE ordinal = ?", [ordinal])?;
            }
            Operation::CancelStage => runs::cancel_stage(formance, act, ordinal)?,
            Operation::CancelMain => {
                // The stage ends with its parent, and nobody is left to write that down.
                act.db.run(
                    "UPDATE formance_stage SET ended = ?, history_error = 'canceled' WHERE instance = ? AND ended IS NULL",
                    params![act.now, ordinal],
                )?;
                act.db.run("UPDATE formance_instance SET main_run = '' WHERE ordinal = ?", [ordinal])?;
            }
            Operation::Reset => {
                let key = (ordinal as u64) << 24 ^ act.now as u64;
                let mut draws = formance.house.chance.stream(Purpose::Flows, key);
                let run = draws.uuid().to_string();
                act.db.run("UPDATE formance_instance SET main_run = ? WHERE ordinal = ?", params![run, ordinal])?;
                formance.begin(act, ordinal, run)?;
            }
        }
        Ok(true)
    })
}
