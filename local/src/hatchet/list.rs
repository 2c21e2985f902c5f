//! The run list: which runs, in which order, how many.
//!
//! A page is walked along lanes: parts of one index each, in the list's own order, which SQLite merges. So no list is
//! sorted, however many runs there are, and what lies before an offset is skipped without looking at its rows.

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params_from_iter};

use super::kind::on_wire;
use super::minutes::{MINUTE, spans};
use crate::Error;
use crate::clock::Micros;
use crate::database::Cached;

/// More rows than this are not counted.
const COUNTED: i64 = 20_000;

/// More lanes than this are not merged; the walk then goes through all runs of the time.
const MOST_LANES: usize = 100;

/// From so many runs on a pair of metadata is common, and the walk goes along something else if it can.
const COMMON: i64 = 2_000;

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

impl Rows {
    /// The table, its number, and its order.
    fn names(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Runs => ("hatchet_read_run", "ordinal", "at DESC, k DESC"),
            Self::Tasks => ("hatchet_read_task", "id", "at DESC, k"),
        }
    }
}

const WIRE: [&str; 5] = ["QUEUED", "RUNNING", "COMPLETED", "CANCELLED", "FAILED"];

/// SQL and its values.
#[derive(Debug, Clone, Default)]
struct Part {
    sql: String,
    values: Vec<Sql>,
}

impl Part {
    fn new(sql: impl Into<String>, values: impl IntoIterator<Item = Sql>) -> Self {
        Self { sql: sql.into(), values: values.into_iter().collect() }
    }

    fn and(&mut self, other: &Self) {
        self.sql.push_str(" AND ");
        self.sql.push_str(&other.sql);
        self.values.extend(other.values.iter().cloned());
    }
}

/// A part of an index that is walked in the list's order: a table, how it is walked, and which of its rows count. The
/// row of a run is `r`, that of a task `t`.
struct Lane {
    from: String,
    condition: Part,
}

/// The lanes of a page, and whether one row can lie on several of them.
struct Lanes {
    lanes: Vec<Lane>,
    overlap: bool,
}

/// A query and its values.
#[derive(Debug)]
pub struct Query {
    /// The statement.
    pub sql: String,
    /// What its marks stand for.
    pub values: Vec<Sql>,
}

fn marks(count: usize) -> String {
    vec!["?"; count].join(", ")
}

fn texts(texts: &[String]) -> impl Iterator<Item = Sql> {
    texts.iter().cloned().map(Sql::Text)
}

fn text(text: &str) -> Sql {
    Sql::Text(text.to_owned())
}

impl Filter {
    /// What of the filter is about time; `None` selects nothing.
    fn times(&self, row: &str) -> Option<Part> {
        let since = self.since.filter(|since| *since > i64::MIN)?;
        let compare = if self.since_is_exclusive { ">" } else { ">=" };
        let mut part = Part::new(format!("{row}.inserted {compare} ?"), [Sql::Integer(since)]);
        if let Some(until) = self.until {
            part.and(&Part::new(format!("{row}.inserted <= ?"), [Sql::Integer(until)]));
        }
        Some(part)
    }

    /// The stored statuses that are asked for; `None`: everything but what is evicted.
    fn stored(&self) -> Option<Vec<String>> {
        let mut stored: Vec<String> = self.statuses.iter().filter(|s| WIRE.contains(&s.as_str())).cloned().collect();
        stored.sort_unstable();
        stored.dedup();
        let is_open = stored.is_empty();
        let running = self.running.as_deref();
        if is_open && running != Some("EVICTED") {
            return None;
        }
        if is_open {
            stored = WIRE.iter().map(|s| (*s).to_owned()).collect();
        }
        if stored.iter().any(|status| status == "RUNNING") {
            match running {
                Some("EVICTED") => stored.iter_mut().filter(|s| *s == "RUNNING").for_each(|s| *s = "EVICTED".into()),
                Some("ON_WORKER") => {}
                _ => stored.push("EVICTED".into()),
            }
        }
        Some(stored)
    }

    /// What of the filter is about the status, without leaving the index that is walked. Hardly anything is evicted, so
    /// its numbers are looked up once.
    fn of_status(&self, rows: Rows, row: &str) -> Part {
        let (table, number, _) = rows.names();
        match self.stored() {
            Some(stored) => Part::new(format!("+{row}.status IN ({})", marks(stored.len())), texts(&stored)),
            None => {
                Part::new(format!("{row}.{number} NOT IN (SELECT {number} FROM {table} WHERE status = 'EVICTED')"), [])
            }
        }
    }

    fn of_workflows(&self, row: &str) -> Option<Part> {
        let names = self.workflows.as_ref()?;
        Some(Part::new(format!("+{row}.workflow IN ({})", marks(names.len())), texts(names)))
    }

    /// The pairs that count.
    fn pairs(&self) -> Vec<(&str, &str)> {
        self.metadata.iter().filter_map(|pair| pair.split_once(':')).collect()
    }

    /// Whether the pairs hold of the run of that number. One pair is containment, which knows strings only; several are
    /// compared as text.
    fn of_pairs(&self, run: &str) -> Option<Part> {
        let pairs = self.pairs();
        let strings = if pairs.len() == 1 { " AND p.is_string" } else { "" };
        let one = format!(
            "EXISTS (SELECT 1 FROM hatchet_metadata p WHERE p.key = ? AND p.value = ? AND p.run = {run}{strings})"
        );
        let glue = if self.all_metadata { " AND " } else { " OR " };
        let values = pairs.iter().flat_map(|(key, value)| [text(key), text(value)]);
        (!pairs.is_empty()).then(|| Part::new(format!("({})", vec![one; pairs.len()].join(glue)), values))
    }

    /// What is asked of the run beyond time, status, workflow and metadata.
    fn of_origin(&self, rows: Rows) -> Vec<Part> {
        let mut parts = Vec::new();
        if let (Some(parent), Rows::Runs) = (&self.parent, rows) {
            parts.push(Part::new("r.parent = ?", [text(parent)]));
        }
        parts.extend(self.event.iter().map(|event| Part::new("r.event = ?", [text(event)])));
        if !self.idempotency_keys.is_empty() {
            let keys = &self.idempotency_keys;
            parts.push(Part::new(format!("r.idempotency_key IN ({})", marks(keys.len())), texts(keys)));
        }
        parts
    }

    /// One lane, along anything, with all that is asked for.
    fn lane(&self, rows: Rows, from: String, begins: Part) -> Option<Lane> {
        let row = if rows == Rows::Tasks { "t" } else { "r" };
        let mut condition = begins;
        condition.and(&self.times(row)?);
        condition.and(&self.of_status(rows, row));
        self.of_workflows(row).into_iter().for_each(|part| condition.and(&part));
        Some(Lane { from, condition })
    }

    /// The lanes along the index by status, by workflow and status, or by time.
    fn ordered(&self, rows: Rows) -> Option<Vec<Lane>> {
        let (table, _, _) = rows.names();
        let row = if rows == Rows::Tasks { "t" } else { "r" };
        let along = |index: &str| format!("{table} {row} INDEXED BY {table}_by_{index}");
        let stored = self.stored();
        let statuses = || stored.clone().unwrap_or_else(|| WIRE.iter().map(|status| (*status).to_owned()).collect());
        let lanes: Vec<(String, Part)> = match (&self.workflows, &stored) {
            (Some(names), _) => {
                let of = |name: &String, status: &String| {
                    let sql = format!("{row}.workflow = ? AND {row}.status = ?");
                    (along("workflow"), Part::new(sql, [text(name), text(status)]))
                };
                let mut names = names.clone();
                names.sort_unstable();
                names.dedup();
                names
                    .iter()
                    .flat_map(|name| statuses().iter().map(|status| of(name, status)).collect::<Vec<_>>())
                    .collect()
            }
            (None, Some(stored)) => {
                let of = |status: &String| (along("status"), Part::new(format!("{row}.status = ?"), [text(status)]));
                stored.iter().map(of).collect()
            }
            (None, None) => vec![(along("time"), self.of_status(rows, row))],
        };
        if lanes.len() > MOST_LANES {
            return Some(vec![self.lane(rows, along("time"), Part::new("1", []))?]);
        }
        let times = self.times(row)?;
        let timed = |(from, mut condition): (String, Part)| {
            condition.and(&times);
            Lane { from, condition }
        };
        Some(lanes.into_iter().map(timed).collect())
    }

    /// The lanes along the pairs of metadata, each of which holds its runs in the order of their insertion.
    fn along_pairs(&self, db: &Connection, rows: Rows) -> Result<Option<Lanes>, Error> {
        let pairs = self.pairs();
        let strings = if pairs.len() == 1 { " AND m.is_string" } else { "" };
        let from = match rows {
            Rows::Runs => "hatchet_metadata m CROSS JOIN hatchet_read_run r ON r.ordinal = m.run",
            Rows::Tasks => "hatchet_metadata m CROSS JOIN hatchet_read_task t ON t.run = m.run",
        };
        let is_common = |(key, value): &(&str, &str)| {
            let sql = format!(
                "SELECT count(*) FROM (SELECT 1 FROM hatchet_metadata WHERE key = ? AND value = ? LIMIT {COMMON})"
            );
            Ok::<_, Error>(db.one(&sql, [key, value], |row| row.get::<_, i64>(0))? >= COMMON)
        };
        let common = pairs.iter().map(is_common).collect::<Result<Vec<_>, _>>()?;
        let rare = common.iter().position(|is_common| !is_common);
        let is_one = pairs.len() == 1 || self.all_metadata;
        // What is common is looked at on the way along something else; only runs alone are ordered by their pair.
        let is_looked_at = match (is_one, rows) {
            (true, Rows::Runs) => rare.is_none() && (self.stored().is_some() || self.workflows.is_some()),
            (true, Rows::Tasks) => rare.is_none(),
            (false, Rows::Runs) => false,
            (false, Rows::Tasks) => common.contains(&true),
        };
        if is_looked_at {
            return Ok(None);
        }
        let walked: Vec<_> =
            if is_one { pairs.get(rare.unwrap_or(0)).into_iter().collect() } else { pairs.iter().collect() };
        let mut lanes = Vec::new();
        for (key, value) in &walked {
            let mut begins = Part::new(format!("m.key = ? AND m.value = ?{strings}"), [text(key), text(value)]);
            if is_one && pairs.len() > 1 {
                self.of_pairs("m.run").into_iter().for_each(|part| begins.and(&part));
            }
            lanes.extend(self.lane(rows, from.to_owned(), begins));
        }
        Ok(Some(Lanes { lanes, overlap: walked.len() > 1 }))
    }

    /// How the page is walked; `None` selects nothing.
    fn lanes(&self, db: &Connection, rows: Rows) -> Result<Option<Lanes>, Error> {
        if self.times("r").is_none() {
            return Ok(None);
        }
        let run = if rows == Rows::Tasks { "t.run" } else { "r.ordinal" };
        let mut origin = self.of_origin(rows).into_iter();
        if let Some(mut begins) = origin.next() {
            origin.for_each(|part| begins.and(&part));
            self.of_pairs(run).into_iter().for_each(|part| begins.and(&part));
            let from = match rows {
                Rows::Runs => "hatchet_read_run r",
                Rows::Tasks => "hatchet_read_run r CROSS JOIN hatchet_read_task t ON t.run = r.ordinal",
            };
            return Ok(self.lane(rows, from.into(), begins).map(|lane| Lanes { lanes: vec![lane], overlap: false }));
        }
        if !self.pairs().is_empty()
            && let Some(lanes) = self.along_pairs(db, rows)?
        {
            return Ok(Some(lanes));
        }
        let mut lanes = self.ordered(rows).unwrap_or_default();
        if let Some(pairs) = self.of_pairs(run) {
            lanes.iter_mut().for_each(|lane| lane.condition.and(&pairs));
        }
        Ok(Some(Lanes { lanes, overlap: false }))
    }
}

impl Lanes {
    /// All lanes as one, each row with these columns.
    fn merged(self, columns: &str) -> Query {
        let glue = if self.overlap { " UNION " } else { " UNION ALL " };
        let lanes = self.lanes.iter();
        let parts: Vec<_> =
            lanes.map(|lane| format!("SELECT {columns} FROM {} WHERE {}", lane.from, lane.condition.sql)).collect();
        let values = self.lanes.into_iter().flat_map(|lane| lane.condition.values).collect();
        Query { sql: parts.join(glue), values }
    }

    /// Whether all lanes lie along metadata.
    fn is_of_pairs(&self) -> bool {
        self.lanes.iter().all(|lane| lane.from.starts_with("hatchet_metadata"))
    }
}

/// The page as a query for ordinals of runs or numbers of tasks; `None` selects nothing.
pub fn page_query(
    db: &Connection,
    filter: &Filter,
    rows: Rows,
    offset: i64,
    limit: i64,
) -> Result<Option<Query>, Error> {
    let Some(lanes) = filter.lanes(db, rows)? else { return Ok(None) };
    let (_, _, order) = rows.names();
    let (columns, order) = match (rows, lanes.is_of_pairs()) {
        // The order of runs is that of their insertion.
        (Rows::Runs, true) => ("m.run AS k", "k DESC"),
        (Rows::Runs, false) => ("r.ordinal AS k, r.inserted AS at", order),
        (Rows::Tasks, _) => ("t.id AS k, t.inserted AS at", order),
    };
    let mut query = lanes.merged(columns);
    query.sql += &format!(" ORDER BY {order} LIMIT ? OFFSET ?");
    query.values.extend([Sql::Integer(limit), Sql::Integer(offset)]);
    Ok(Some(query))
}

/// How many rows match, counted up to a limit.
pub fn count_query(db: &Connection, filter: &Filter, rows: Rows) -> Result<Option<Query>, Error> {
    let Some(lanes) = filter.lanes(db, rows)? else { return Ok(None) };
    let columns = match (rows, lanes.is_of_pairs()) {
        (Rows::Runs, true) => "m.run",
        (Rows::Runs, false) => "r.ordinal",
        (Rows::Tasks, _) => "t.id",
    };
    // What lies on several lanes is counted once: merged in order, no more of it is looked at than is counted.
    let order = if lanes.overlap { " ORDER BY 1 DESC" } else { "" };
    let mut query = lanes.merged(columns);
    query.sql = format!("SELECT count(*) FROM ({}{order} LIMIT ?)", query.sql);
    query.values.push(Sql::Integer(COUNTED));
    Ok(Some(query))
}

/// The ordinals or numbers on a page.
fn keys(db: &Connection, query: Query) -> Result<Vec<i64>, Error> {
    let mut statement = db.prepare_cached(&query.sql)?;
    Ok(statement.query_map(params_from_iter(query.values), |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// The ordinals or numbers on a page, and how many match in all.
pub fn page(db: &Connection, filter: &Filter, rows: Rows, offset: i64, limit: i64) -> Result<(Vec<i64>, i64), Error> {
    let (Some(page), Some(count)) = (page_query(db, filter, rows, offset, limit)?, count_query(db, filter, rows)?)
    else {
        return Ok((Vec::new(), 0));
    };
    let total = db.one(&count.sql, params_from_iter(count.values), |row| row.get(0))?;
    Ok((keys(db, page)?, total))
}

/// The ids of all runs that match, newest first.
pub fn run_ids(db: &Connection, filter: &Filter, most: Option<i64>) -> Result<Vec<String>, Error> {
    let Some(query) = page_query(db, filter, Rows::Runs, 0, most.unwrap_or(-1))? else { return Ok(Vec::new()) };
    let id = "SELECT id FROM hatchet_read_run WHERE ordinal = ?";
    keys(db, query)?.into_iter().map(|ordinal| Ok(db.one(id, [ordinal], |row| row.get(0))?)).collect()
}

/// How many tasks stand in each status, evicted ones apart.
pub fn status_counts(db: &Connection, filter: &Filter) -> Result<Vec<(String, i64)>, Error> {
    let Some(since) = filter.since.filter(|since| *since > i64::MIN) else { return Ok(Vec::new()) };
    let is_counted = filter.pairs().is_empty() && filter.of_origin(Rows::Runs).is_empty();
    let query = match is_counted {
        true => counted_by_minute(filter, since),
        false => counted_one_by_one(filter),
    };
    let mut statement = db.prepare_cached(&query.sql)?;
    let rows = statement.query_map(params_from_iter(query.values), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whole minutes as they were counted, and what lies at the edges one by one.
fn counted_by_minute(filter: &Filter, since: Micros) -> Query {
    // The first moment that is too late.
    let end = filter.until.map_or(i64::MAX, |until| until.saturating_add(1));
    let (mut parts, mut values) = (Vec::new(), Vec::new());
    let names = filter.workflows.as_ref();
    let among = names.map_or(String::new(), |names| format!(" AND +workflow IN ({})", marks(names.len())));
    let one_by_one = "SELECT status, 1 AS tasks FROM hatchet_read_task INDEXED BY hatchet_read_task_by_time WHERE \
                      inserted >= ? AND inserted < ?";
    let by_minute = "SELECT status, tasks FROM hatchet_task_count WHERE minute >= ? AND minute < ?";
    for (sql, from, to) in spans(since, end, one_by_one, by_minute) {
        parts.push(format!("{sql}{among}"));
        values.extend([Sql::Integer(from), Sql::Integer(to)]);
        values.extend(names.into_iter().flatten().cloned().map(Sql::Text));
    }
    let sql = format!("SELECT status, sum(tasks) FROM ({}) GROUP BY status", parts.join(" UNION ALL "));
    Query { sql, values }
}

/// Along whatever names the runs.
fn counted_one_by_one(filter: &Filter) -> Query {
    let mut condition = filter.times("t").unwrap_or_default();
    filter.of_origin(Rows::Runs).iter().for_each(|part| condition.and(part));
    filter.of_workflows("t").iter().for_each(|part| condition.and(part));
    let pairs = filter.pairs();
    // Always any of them, compared as text.
    let runs = vec!["SELECT run FROM hatchet_metadata WHERE key = ? AND value = ?"; pairs.len()].join(" UNION ");
    let values: Vec<Sql> = pairs.iter().flat_map(|(key, value)| [text(key), text(value)]).collect();
    let from = match pairs.is_empty() {
        true => "hatchet_read_run r CROSS JOIN hatchet_read_task t ON t.run = r.ordinal".to_owned(),
        false => format!(
            "({runs}) m CROSS JOIN hatchet_read_run r ON r.ordinal = m.run CROSS JOIN hatchet_read_task t ON t.run = r.ordinal"
        ),
    };
    let sql = format!("SELECT t.status, count(*) FROM {from} WHERE {} GROUP BY t.status", condition.sql);
    Query { sql, values: values.into_iter().chain(condition.values).collect() }
}

/// How many tasks inserted in each stretch of that width have succeeded and failed.
pub fn ends(db: &Connection, since: Micros, until: Micros, width: Micros) -> Result<Vec<(Micros, String, i64)>, Error> {
    let sql = "SELECT minute * ?3 / ?4 * ?4 AS bucket, CASE status WHEN 'COMPLETED' THEN 'SUCCEEDED' ELSE status END, \
               sum(tasks) FROM hatchet_task_count WHERE minute BETWEEN ?1 / ?3 AND ?2 / ?3 AND status IN ('COMPLETED', \
               'FAILED') GROUP BY 1, 2";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([since, until, MINUTE, width], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The wire statuses in the order of the counts.
pub fn counted_statuses() -> impl Iterator<Item = &'static str> {
    ["CANCELLED", "COMPLETED", "FAILED", "QUEUED", "RUNNING"].into_iter().map(on_wire)
}
