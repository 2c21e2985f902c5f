//! The read store's own side: runs become known, events arrive, statuses are counted, each at its own moment.

use rusqlite::{Connection, OptionalExtension, params};

use super::kind::{rank, status_of};
use super::store::{Run, Task};
use super::work::{Act, Event, Work};
use crate::Error;
use crate::chance::Purpose;
use crate::database::Cached;

/// The run becomes known, QUEUED and without events.
pub fn seen(act: &Act<'_>, run: i64) -> Result<(), Error> {
    let run = Run::load(act.db, run)?;
    act.db
        .prepare_cached(
            "INSERT OR IGNORE INTO hatchet_read_run (ordinal, id, workflow, inserted, status, parent, \
             idempotency_key, event) VALUES (?, ?, ?, ?, 'QUEUED', ?, ?, ?)",
        )?
        .execute(params![
            run.ordinal,
            run.id,
            run.workflow,
            run.inserted,
            run.parent,
            run.idempotency_key,
            run.event
        ])?;
    let metadata: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&run.metadata)?;
    let mut insert = act
        .db
        .prepare_cached("INSERT OR IGNORE INTO hatchet_metadata (key, value, run, is_string) VALUES (?, ?, ?, ?)")?;
    for (key, value) in &metadata {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        insert.execute(params![key, text, run.ordinal, value.is_string()])?;
    }
    Ok(())
}

/// The event arrives; its status is counted a little later.
pub fn event(act: &Act<'_>, event: &Event) -> Result<(), Error> {
    let task = Task::load(act.db, event.task)?;
    act.db
        .prepare_cached(
            "INSERT OR IGNORE INTO hatchet_event (task, run, retry, kind, at, ingested, message, error, output, \
             worker) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            event.task,
            event.run,
            event.retry,
            event.kind,
            event.at,
            act.now,
            event.message,
            event.error,
            event.output,
            event.worker
        ])?;
    act.db
        .prepare_cached(
            "INSERT OR IGNORE INTO hatchet_read_task (id, run, inserted, status, retry, input, workflow) VALUES (?, ?, ?, \
             'QUEUED', ?, ?, ?)",
        )?
        .execute(params![
            task.id,
            task.run,
            task.inserted,
            event.retry,
            task.input,
            Run::workflow(act.db, task.run)?
        ])?;
    if event.quiet {
        return Ok(());
    }
    // One lag a task, so that its statuses are counted in the order of its events.
    let lag = act.hatchet.chance.stream(Purpose::Lag, task.id.unsigned_abs()).measured(act.hatchet.lags().status);
    let due = act.now + act.hatchet.clock.scaled(lag);
    act.push(due, &Work::Status { task: task.id, retry: event.retry, status: status_of(&event.kind).into() })
}

/// The status is counted in, when the attempt is newer or the status outranks the one that stands.
pub fn status(act: &Act<'_>, task: i64, retry: i64, status: &str) -> Result<(), Error> {
    let (run, was, at): (i64, String, i64) = act
        .db
        .prepare_cached("SELECT run, status, retry FROM hatchet_read_task WHERE id = ?")?
        .query_row([task], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let wakes = was == "EVICTED" && status != "EVICTED";
    if !(retry > at || (retry == at && (rank(status) > rank(&was) || wakes))) {
        return Ok(());
    }
    act.db
        .prepare_cached(
            "UPDATE hatchet_read_task SET status = ?1, retry = ?2, input = CASE WHEN ?2 > retry THEN (SELECT input \
             FROM hatchet_task WHERE id = ?3) ELSE input END WHERE id = ?3",
        )?
        .execute(params![status, retry, task])?;
    recount(act, run)
}

/// The run's status follows from those of its tasks.
fn recount(act: &Act<'_>, run: i64) -> Result<(), Error> {
    let Some((was, workflow)) = read_run(act.db, run)? else { return Ok(()) };
    let mut statement = act.db.prepare_cached("SELECT status FROM hatchet_read_task WHERE run = ?")?;
    let tasks: Vec<String> = statement.query_map([run], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let workflow = &act.hatchet.workflow(&workflow)?.workflow;
    let status = if workflow.is_dag() {
        counted(&was, &tasks, workflow.all_steps().count())
    } else {
        tasks.first().map_or(was.as_str(), String::as_str)
    };
    let is_over = matches!(status, "COMPLETED" | "FAILED" | "CANCELLED");
    let status =
        if is_over && !act.hatchet.manners().false_terminals && is_behind(act.db, run)? { "RUNNING" } else { status };
    act.db.prepare_cached("UPDATE hatchet_read_run SET status = ? WHERE ordinal = ?")?.execute(params![status, run])?;
    Ok(())
}

/// Whether a task of the run is to be done again, or is, and the read store has not heard of it.
fn is_behind(db: &Connection, run: i64) -> Result<bool, Error> {
    let sql = "SELECT EXISTS (SELECT 1 FROM hatchet_task t JOIN hatchet_read_task q ON q.id = t.id WHERE t.run = ? AND \
               (t.retry > q.retry OR t.state = 'waiting'))";
    Ok(db.one(sql, [run], |row| row.get(0))?)
}

fn read_run(db: &Connection, run: i64) -> Result<Option<(String, String)>, Error> {
    let mut statement = db.prepare_cached("SELECT status, workflow FROM hatchet_read_run WHERE ordinal = ?")?;
    Ok(statement.query_row([run], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// The count for a DAG: the first rule that fits. Nothing guards a terminal status, which is why a replayed DAG shows
/// false ones between its layers.
fn counted<'a>(was: &'a str, tasks: &[String], total: usize) -> &'a str {
    let has = |status: &str| tasks.iter().any(|task| task == status);
    let all = |status: &str| tasks.iter().all(|task| task == status);
    let incomplete = tasks.len() != total;
    match () {
        () if all("QUEUED") => was,
        () if incomplete && matches!(was, "FAILED" | "CANCELLED") => was,
        () if incomplete || has("RUNNING") || has("QUEUED") => "RUNNING",
        () if all("EVICTED") => "EVICTED",
        () if has("FAILED") => "FAILED",
        () if has("CANCELLED") => "CANCELLED",
        () if all("COMPLETED") => "COMPLETED",
        () => "RUNNING",
    }
}

#[cfg(test)]
mod tests {
    use super::counted;

    fn count(was: &'static str, tasks: &[&str], total: usize) -> &'static str {
        counted(was, &tasks.iter().map(|task| (*task).to_owned()).collect::<Vec<_>>(), total)
    }

    #[test]
    fn a_dag_is_counted_by_the_first_rule_that_fits() {
        assert_eq!(count("COMPLETED", &["QUEUED", "QUEUED"], 2), "COMPLETED");
        assert_eq!(count("FAILED", &["COMPLETED"], 2), "FAILED");
        assert_eq!(count("QUEUED", &["COMPLETED"], 2), "RUNNING");
        assert_eq!(count("QUEUED", &["COMPLETED", "QUEUED"], 2), "RUNNING");
        assert_eq!(count("RUNNING", &["FAILED", "CANCELLED"], 2), "FAILED");
        assert_eq!(count("RUNNING", &["COMPLETED", "CANCELLED"], 2), "CANCELLED");
        assert_eq!(count("RUNNING", &["COMPLETED", "COMPLETED"], 2), "COMPLETED");
        assert_eq!(count("RUNNING", &["COMPLETED", "EVICTED"], 2), "RUNNING");
    }
}
