//! How runs move: from one status of their product's scenario to the next, unless somebody wrote one by hand.

use chrono::{DateTime, FixedOffset, Utc};
use rusqlite::params;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::scenario::{Dates, Product};
use super::{Meshx, schedule, store};
use crate::Error;
use crate::clock::Micros;
use crate::database::Cached;
use crate::house::Act;

/// From the creation of a run to its start.
const START: Micros = 350_000;

/// One thing to do.
#[derive(Debug, Serialize, Deserialize)]
pub enum Job {
    /// The run is started.
    Start { run: i64 },
    /// The run has the next status.
    Next { run: i64 },
    /// A schedule's moment has come.
    Scheduled { product: String, job: String, due: Micros },
}

/// What a new run is to be.
pub struct Wish {
    pub product: String,
    pub name: String,
    pub run_type: String,
    pub created_by: Option<String>,
    /// The kind of compute; empty for an ordinary run.
    pub job: String,
}

/// A date as the product spells it.
pub fn date(at: Micros, dates: Dates) -> String {
    let utc = DateTime::<Utc>::from_timestamp_micros(at).unwrap_or_default();
    let suffix = if dates == Dates::Utc { "Z" } else { "" };
    utc.format("%Y-%m-%dT%H:%M:%S%.6f").to_string() + suffix
}

fn start_date(at: Micros, dates: Dates) -> String {
    let hours = FixedOffset::east_opt(7 * 3600).filter(|_| dates == Dates::Mixed);
    match hours {
        Some(offset) => {
            let utc = DateTime::<Utc>::from_timestamp_micros(at).unwrap_or_default();
            utc.with_timezone(&offset).format("%Y-%m-%dT%H:%M:%S%:z").to_string()
        }
        None => date(at, dates),
    }
}

impl Meshx {
    /// Creates and starts a run.
    pub fn create(&self, act: &Act<'_>, wish: &Wish) -> Result<store::Run, Error> {
        let ordinal: i64 = act.db.one("SELECT coalesce(max(ordinal), 0) + 1 FROM meshx_run", [], |row| row.get(0))?;
        let product = self.product(&wish.product);
        let (config, dates, status) = product.map_or((Value::Null, Dates::Utc, String::new()), |product| {
            let first = product.steps.first().map_or(product.end.clone(), |step| step.status.clone());
            (product.config, product.dates, first)
        });
        act.db.run(
            "INSERT INTO meshx_run (ordinal, id, product, name, run_type, config, status, created_by, created_at, \
             job) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            params![
                ordinal,
                self.new_id(ordinal),
                wish.product,
                wish.name,
                wish.run_type,
                config.to_string(),
                status,
                wish.created_by,
                date(act.now, dates),
                wish.job
            ],
        )?;
        act.later(START, &Job::Start { run: ordinal })?;
        store::load(act.db, ordinal)
    }

    /// Does one thing.
    pub fn work(&self, act: &Act<'_>, job: Job) -> Result<(), Error> {
        match job {
            Job::Start { run } => self.advance(act, run, true),
            Job::Next { run } => self.advance(act, run, false),
            Job::Scheduled { product, job, due } => schedule::due(self, act, &product, &job, due),
        }
    }

    /// Does one thing to a run that nobody has taken over.
    fn advance(&self, act: &Act<'_>, run: i64, is_start: bool) -> Result<(), Error> {
        let (product, step, is_taken): (String, i64, bool) =
            act.db.one("SELECT product, step, is_taken FROM meshx_run WHERE ordinal = ?", [run], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
        let Some(product) = self.product(&product).filter(|_| !is_taken) else { return Ok(()) };
        if !is_start {
            return self.next(act, run, &product, step + 1);
        }
        let started = start_date(act.now, product.dates);
        act.db.run("UPDATE meshx_run SET started_at = ? WHERE ordinal = ?", params![started, run])?;
        self.stay(act, run, &product, step)
    }

    /// Keeps the status of that step for its time.
    fn stay(&self, act: &Act<'_>, run: i64, product: &Product, step: i64) -> Result<(), Error> {
        let ms = usize::try_from(step).ok().and_then(|step| product.steps.get(step)).map(|step| step.ms);
        match ms {
            Some(Some(ms)) => act.later((ms.clamp(0.0, 31_536_000_000.0) * 1000.0) as Micros, &Job::Next { run }),
            Some(None) => Ok(()),
            None => self.next(act, run, product, step),
        }
    }

    fn next(&self, act: &Act<'_>, run: i64, product: &Product, step: i64) -> Result<(), Error> {
        let now = date(act.now, product.dates);
        match usize::try_from(step).ok().and_then(|step| product.steps.get(step)) {
            Some(next) => {
                act.db.run(
                    "UPDATE meshx_run SET step = ?, status = ?, updated_at = ? WHERE ordinal = ?",
                    params![step, next.status, now, run],
                )?;
                self.stay(act, run, product, step)
            }
            None => {
                act.db.run(
                    "UPDATE meshx_run SET step = ?1, status = ?2, updated_at = ?3, completed_at = ?3, error = ?4, \
                     is_taken = 1 WHERE ordinal = ?5",
                    params![step, product.end, now, product.error, run],
                )?;
                Ok(())
            }
        }
    }

    /// Cancels a run; one that is over stays as it is.
    pub fn cancel(&self, act: &Act<'_>, run: &store::Run) -> Result<store::Run, Error> {
        if run.completed_at.is_none() {
            let dates = self.product(&run.data_product_identifier).map(|product| product.dates).unwrap_or_default();
            act.db.run(
                "UPDATE meshx_run SET status = 'CANCELLED', updated_at = ?1, completed_at = ?1, is_taken = 1 WHERE id = ?2",
                params![date(act.now, dates), run.identifier],
            )?;
        }
        store::find(act.db, &run.identifier)?.ok_or_else(|| rusqlite::Error::QueryReturnedNoRows.into())
    }
}
