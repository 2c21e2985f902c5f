//! The run list: which runs, in which order, how many.

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params_from_iter};

use super::kind::on_wire;
use crate::Error;
use crate::clock::Micros;

/// More rows than this are not counted.
const COUNTED: i64 = 20_000;

/// Which runs are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Inserted then or later; without it nothing is selected.
    pub since: Option<Micros>,
    /// `since` itself does not count.
    pub since_is_exclusive: bool,
    /// Inserted then or earlier.
    pub until: Option<Micros>,
    /// Wire statuses; unknown ones are dropped, and if none is left all count.
    pub statuses: Vec<String>,
    /// Workflow names; `None` is every workflow.
    pub workflows: Option<Vec<String>>,
    /// `key:value` pairs; those without a colon are dropped.
    pub metadata: Vec<String>,
    /// All pairs must match rather than one.
    pub all_metadata: bool,
    /// The task that spawned the run.
    pub parent: Option<String>,
    /// The event that started the run.
    pub event: Option<String>,
    /// `EVICTED` or `ON_WORKER`.
    pub running: Option<String>,
    /// Claimed idempotency keys; none is every run.
    pub idempotency_keys: Vec<String>,
}

/// What of a page: single tasks or whole runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// One row a run.
    Runs,
    /// One row a task.
    Tasks,
}

const WIRE: [&str; 5] = ["QUEUED", "RUNNING", "COMPLETED", "CANCELLED", "FAILED"];

/// A condition being built: SQL and its values.
struct Condition {
    sql: String,
    values: Vec<Sql>,
}

impl Condition {
    fn and(&mut self, sql: &str, values: impl IntoIterator<Item = Sql>) {
        self.sql.push_str(" AND ");
        self.sql.push_str(sql);
        self.values.extend(values);
    }
}

impl Filter {
    /// What of the filter is about time.
    fn times(&self, rows: Rows) -> Option<Condition> {
        let since = self.since.filter(|since| *since > i64::MIN)?;
        let compare = if self.since_is_exclusive { "r.inserted > ?" } else { "r.inserted >= ?" };
        let mut condition = Condition { sql: compare.into(), values: vec![Sql::Integer(since)] };
        if rows == Rows::Tasks {
            condition.sql = condition.sql.replace("r.", "t.");
        }
        if let Some(until) = self.until {
            let column = if rows == Rows::Tasks { "t.inserted <= ?" } else { "r.inserted <= ?" };
            condition.and(column, [Sql::Integer(until)]);
        }
        Some(condition)
    }

    fn condition(&self, rows: Rows) -> Option<Condition> {
        let mut condition = self.times(rows)?;
        self.add_statuses(&mut condition, rows);
        if let Some(workflows) = &self.workflows {
            condition.and(&format!("r.workflow IN ({})", marks(workflows.len())), texts(workflows));
        }
        self.add_metadata(&mut condition, rows);
        if let (Some(parent), Rows::Runs) = (&self.parent, rows) {
            condition.and("r.parent = ?", [Sql::Text(parent.clone())]);
        }
        if let Some(event) = &self.event {
            condition.and("r.event = ?", [Sql::Text(event.clone())]);
        }
        if !self.idempotency_keys.is_empty() {
            let sql = format!("r.idempotency_key IN ({})", marks(self.idempotency_keys.len()));
            condition.and(&sql, texts(&self.idempotency_keys));
        }
        Some(condition)
    }

    fn add_statuses(&self, condition: &mut Condition, rows: Rows) {
        let known: Vec<String> = self.statuses.iter().filter(|s| WIRE.contains(&s.as_str())).cloned().collect();
        let running = self.running.as_deref();
        let mut stored: Vec<String> =
            if known.is_empty() { WIRE.iter().map(|s| (*s).to_owned()).collect() } else { known.clone() };
        if stored.iter().any(|status| status == "RUNNING") {
            match running {
                Some("EVICTED") => stored.iter_mut().filter(|s| *s == "RUNNING").for_each(|s| *s = "EVICTED".into()),
                Some("ON_WORKER") => {}
                _ if !known.is_empty() => stored.push("EVICTED".into()),
                _ => {}
            }
        }
        // When the five wire statuses are all that is asked for, everything but evicted runs is; saying it so keeps
        // the list on the index by time.
        if known.is_empty() && running != Some("EVICTED") {
            let column = if rows == Rows::Tasks { "+t.status <> ?" } else { "+r.status <> ?" };
            return condition.and(column, [Sql::Text("EVICTED".into())]);
        }
        let column = if rows == Rows::Tasks { "t.status" } else { "r.status" };
        condition.and(&format!("{column} IN ({})", marks(stored.len())), texts(&stored));
    }

    /// Whether nothing but the time and the status of its tasks tells the runs.
    fn is_of_time_and_status(&self) -> bool {
        self.workflows.is_none() && self.event.is_none() && self.idempotency_keys.is_empty() && self.pairs().is_empty()
    }

    /// Whether everything in its time is asked for but what is evicted.
    fn is_plain(&self, rows: Rows) -> bool {
        self.is_of_time_and_status()
            && !self.statuses.iter().any(|status| WIRE.contains(&status.as_str()))
            && self.running.as_deref() != Some("EVICTED")
            && (self.parent.is_none() || rows == Rows::Tasks)
    }

    /// The pairs that count.
    fn pairs(&self) -> Vec<(&str, &str)> {
        self.metadata.iter().filter_map(|pair| pair.split_once(':')).collect()
    }

    /// One pair is containment, which knows strings only; several are compared as text.
    fn add_metadata(&self, condition: &mut Condition, rows: Rows) {
        let pairs = self.pairs();
        let texts = |(key, value): &(&str, &str)| [Sql::Text((*key).into()), Sql::Text((*value).into())];
        if let ([pair], Rows::Runs) = (pairs.as_slice(), rows) {
            return condition.and("m.key = ? AND m.value = ? AND m.is_string", texts(pair));
        }
        let only_strings = if pairs.len() == 1 { " AND is_string" } else { "" };
        let one = format!("r.ordinal IN (SELECT run FROM hatchet_metadata WHERE key = ? AND value = ?{only_strings})");
        let glue = if self.all_metadata { " AND " } else { " OR " };
        if !pairs.is_empty() {
            let values = pairs.iter().flat_map(texts);
            condition.and(&format!("({})", vec![one; pairs.len()].join(glue)), values);
        }
    }

    /// The tables a page is read from, and its order. With one pair of metadata the walk goes along that pair's
    /// index, which holds the runs in the order of their insertion.
    fn source(&self, rows: Rows) -> (&'static str, &'static str) {
        match rows {
            // Nothing of the run is asked for.
            Rows::Tasks if self.is_of_time_and_status() => ("hatchet_read_task t", "t.inserted DESC, t.id"),
            Rows::Tasks => {
                ("hatchet_read_task t JOIN hatchet_read_run r ON r.ordinal = t.run", "t.inserted DESC, t.id")
            }
            Rows::Runs if self.pairs().len() == 1 => {
                ("hatchet_metadata m CROSS JOIN hatchet_read_run r ON r.ordinal = m.run", "m.run DESC")
            }
            Rows::Runs => ("hatchet_read_run r", "r.inserted DESC, r.ordinal DESC"),
        }
    }
}

fn marks(count: usize) -> String {
    vec!["?"; count].join(", ")
}

fn texts(texts: &[String]) -> impl Iterator<Item = Sql> {
    texts.iter().cloned().map(Sql::Text)
}

/// A query and its values.
pub struct Query {
    /// The statement.
    pub sql: String,
    /// What its marks stand for.
    pub values: Vec<Sql>,
}

/// The page as a query for ordinals of runs or numbers of tasks; `None` selects nothing.
pub fn page_query(filter: &Filter, rows: Rows, offset: i64, limit: i64) -> Option<Query> {
    let mut condition = filter.condition(rows)?;
    condition.values.extend([Sql::Integer(limit), Sql::Integer(offset)]);
    let (from, order) = filter.source(rows);
    let key = if rows == Rows::Tasks { "t.id" } else { "r.ordinal" };
    let sql = format!("SELECT {key} FROM {from} WHERE {} ORDER BY {order} LIMIT ? OFFSET ?", condition.sql);
    Some(Query { sql, values: condition.values })
}

/// How many rows match, counted up to a limit. Most lists want everything but what is evicted, which is next to
/// nothing: everything is counted along the index of time alone, and what is evicted is taken off.
pub fn count_query(filter: &Filter, rows: Rows) -> Option<Query> {
    if filter.is_plain(rows) {
        let table = if rows == Rows::Tasks { "hatchet_read_task t" } else { "hatchet_read_run r" };
        let evicted = Filter { running: Some("EVICTED".into()), statuses: vec!["RUNNING".into()], ..filter.clone() };
        let (evicted, all) = (evicted.condition(rows)?, filter.times(rows)?);
        let sql = format!(
            "SELECT min({COUNTED}, (SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {} LIMIT 2 * {COUNTED})) - e) FROM \
             (SELECT count(*) AS e FROM (SELECT 1 FROM {table} WHERE {} LIMIT {COUNTED}))",
            all.sql, evicted.sql
        );
        return Some(Query { sql, values: all.values.into_iter().chain(evicted.values).collect() });
    }
    let mut condition = filter.condition(rows)?;
    condition.values.push(Sql::Integer(COUNTED));
    let (from, _) = filter.source(rows);
    let sql = format!("SELECT count(*) FROM (SELECT 1 FROM {from} WHERE {} LIMIT ?)", condition.sql);
    Some(Query { sql, values: condition.values })
}

/// The ordinals or numbers on a page, and how many match in all.
pub fn page(db: &Connection, filter: &Filter, rows: Rows, offset: i64, limit: i64) -> Result<(Vec<i64>, i64), Error> {
    let (Some(page), Some(count)) = (page_query(filter, rows, offset, limit), count_query(filter, rows)) else {
        return Ok((Vec::new(), 0));
    };
    let mut statement = db.prepare_cached(&page.sql)?;
    let found = statement.query_map(params_from_iter(page.values), |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut statement = db.prepare_cached(&count.sql)?;
    let total = statement.query_row(params_from_iter(count.values), |row| row.get(0))?;
    Ok((found, total))
}

/// The ids of all runs that match, newest first.
pub fn run_ids(db: &Connection, filter: &Filter, most: Option<i64>) -> Result<Vec<String>, Error> {
    let Some(query) = page_query(filter, Rows::Runs, 0, most.unwrap_or(-1)) else { return Ok(Vec::new()) };
    let sql = query.sql.replacen("SELECT r.ordinal", "SELECT r.id", 1);
    let mut statement = db.prepare_cached(&sql)?;
    Ok(statement.query_map(params_from_iter(query.values), |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// How many tasks stand in each wire status, evicted ones apart.
pub fn status_counts(db: &Connection, filter: &Filter) -> Result<Vec<(String, i64)>, Error> {
    let Some(condition) = filter.condition(Rows::Tasks) else { return Ok(Vec::new()) };
    let sql = format!(
        "SELECT t.status, count(*) FROM hatchet_read_task t JOIN hatchet_read_run r ON r.ordinal = t.run WHERE {} \
         GROUP BY t.status",
        condition.sql.replace("+t.status <> ?", "+t.status <> '' OR ? = ''")
    );
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(condition.values), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The wire statuses in the order of the counts.
pub fn counted_statuses() -> impl Iterator<Item = &'static str> {
    ["CANCELLED", "COMPLETED", "FAILED", "QUEUED", "RUNNING"].into_iter().map(on_wire)
}
