//! Schedules of compute: what starts a product's runs by the clock. That the published state `schedule` does this, and the
//! words of a schedule's state, are this engine's own; the form of the answer is published.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};

use super::Meshx;
use super::engine::{Job, Wish, date};
use super::scenario::Product;
use super::store::Run;
use crate::clock::Micros;
use crate::database::Cached;
use crate::house::Act;
use crate::{Error, cron};

/// What starts by the clock.
pub struct Schedule {
    next: Option<Micros>,
}

/// The schedule of a product's kind of compute.
pub fn find(db: &Connection, product: &str, job: &str) -> Result<Option<Schedule>, Error> {
    let sql = "SELECT next FROM meshx_schedule WHERE product = ? AND job = ?";
    Ok(db.one(sql, [product, job], |row| Ok(Schedule { next: row.get(0)? })).optional()?)
}

/// Sets a schedule, in place of one that there is. False: the expression names no moment.
pub fn set(act: &Act<'_>, product: &str, job: &str, expression: &str) -> Result<bool, Error> {
    let Some(next) = cron::next(expression, act.now) else { return Ok(false) };
    act.db.run(
        "INSERT OR REPLACE INTO meshx_schedule (product, job, cron, next) VALUES (?, ?, ?, ?)",
        params![product, job, expression, next],
    )?;
    wait(act, product, job, next)?;
    Ok(true)
}

/// Ends a schedule, if there is one.
pub fn remove(act: &Act<'_>, product: &str, job: &str) -> Result<(), Error> {
    act.db.run("DELETE FROM meshx_schedule WHERE product = ? AND job = ?", [product, job])?;
    Ok(())
}

fn wait(act: &Act<'_>, product: &str, job: &str, due: Micros) -> Result<(), Error> {
    act.at(due, &Job::Scheduled { product: product.to_owned(), job: job.to_owned(), due })
}

/// The moment has come. One that was replaced or removed meanwhile does nothing.
pub fn due(meshx: &Meshx, act: &Act<'_>, product: &str, job: &str, due: Micros) -> Result<(), Error> {
    let sql = "SELECT cron FROM meshx_schedule WHERE product = ? AND job = ? AND next = ?";
    let expression: Option<String> = act.db.one(sql, params![product, job, due], |row| row.get(0)).optional()?;
    let (Some(expression), Some(known)) = (expression, meshx.product(product)) else { return Ok(()) };
    meshx.create(
        act,
        &Wish {
            product: product.to_owned(),
            name: format!("{}-{}", known.name, due / 1_000_000),
            run_type: "schedule".into(),
            created_by: None,
            job: job.to_owned(),
        },
    )?;
    let next = cron::next(&expression, act.now);
    act.db.run("UPDATE meshx_schedule SET next = ? WHERE product = ? AND job = ?", params![next, product, job])?;
    next.map_or(Ok(()), |next| wait(act, product, job, next))
}

impl Schedule {
    /// How it stands; `runs` are those of its compute, newest first.
    pub fn status(&self, product: &Product, runs: &[Run]) -> Value {
        let own: Vec<&Run> = runs.iter().filter(|run| run.run_type == "schedule").collect();
        let succeeded = own.iter().filter(|run| run.status == "COMPLETED").take(10).map(|run| run.name.as_str());
        json!({
            "run_type": "schedule", "schedule_state": "Scheduled",
            "last_run": own.first().map(|run| run.started_at.as_ref().unwrap_or(&run.created_at)),
            "last_run_name": own.first().map(|run| &run.name),
            "next_run": self.next.map(|at| date(at, product.dates)),
            "past_successful_run_names": succeeded.collect::<Vec<_>>(),
        })
    }
}
