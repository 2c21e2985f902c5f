//! What the rows say, in the wire's shape.

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, Row, params_from_iter};
use serde_json::{Value, json};

use crate::Error;
use crate::clock::Micros;
use crate::database::Cached;

/// The statuses of runs that have ended.
pub const SETTLED: [&str; 5] = ["approved", "declined", "review", "abandoned", "error"];

/// Rows of a page. The real number is not known.
pub const PAGE: i64 = 20;

/// Dates have seconds and a `Z`.
pub fn date(at: Micros) -> String {
    chrono::DateTime::<chrono::Utc>::from_timestamp_micros(at)
        .unwrap_or_default()
        .format("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}

/// A run with what is not on the wire.
pub struct Run {
    pub ordinal: i64,
    pub step: i64,
    pub status: String,
    /// The wire's shape, without the token of the applicant's session.
    pub shape: Vec<(&'static str, Value)>,
}

const RUN: &str = "r.ordinal, r.id, r.applicant, r.workflow, r.status, r.customer, r.tags, r.link, r.output, r.reasons, \
                   r.error, r.created, r.updated, r.step";

fn run(row: &Row<'_>) -> Result<Run, Error> {
    let json_at = |at: usize| Ok::<Value, Error>(serde_json::from_str(&row.get::<_, String>(at)?)?);
    let (id, status): (String, String) = (row.get(1)?, row.get(4)?);
    let mut link = json_at(7)?;
    if let Some(link) = link.as_object_mut() {
        link.insert("url".into(), format!("https://eu.onfido.app/l/{id}").into());
    }
    let shape = vec![
        ("id", json!(id)),
        ("applicant_id", json!(row.get::<_, String>(2)?)),
        ("workflow_id", json!(row.get::<_, String>(3)?)),
        ("workflow_version_id", json!(1)),
        ("dashboard_url", json!(format!("https://dashboard.onfido.com/results/{id}"))),
        ("status", json!(status)),
        ("output", json_at(8)?),
        ("reasons", json_at(9)?),
        ("error", json_at(10)?),
        ("link", link),
        ("created_at", json!(date(row.get(11)?))),
        ("updated_at", json!(date(row.get(12)?))),
        ("tags", json_at(6)?),
        ("customer_user_id", json!(row.get::<_, String>(5)?)),
    ];
    Ok(Run { ordinal: row.get(0)?, step: row.get(13)?, status, shape })
}

/// A run by its id.
pub fn find(db: &Connection, id: &str) -> Result<Option<Run>, Error> {
    let mut statement = db.prepare_cached(&format!("SELECT {RUN} FROM onfido_run r WHERE r.id = ?"))?;
    let mut rows = statement.query([id])?;
    rows.next()?.map(run).transpose()
}

/// A run by its place in the table.
pub fn load(db: &Connection, ordinal: i64) -> Result<Run, Error> {
    let mut statement = db.prepare_cached(&format!("SELECT {RUN} FROM onfido_run r WHERE r.ordinal = ?"))?;
    let mut rows = statement.query([ordinal])?;
    rows.next()?.map_or_else(|| Err(rusqlite::Error::QueryReturnedNoRows.into()), run)
}

/// What the runs of a list have in common.
#[derive(Debug, Default)]
pub struct Filter {
    /// Any of these; all when empty.
    pub statuses: Vec<String>,
    /// Whose runs.
    pub applicant: Option<String>,
    /// All of these.
    pub tags: Vec<String>,
    /// Created after this moment.
    pub after: Option<Micros>,
    /// Created before this moment.
    pub before: Option<Micros>,
    /// Oldest first instead of newest.
    pub ascending: bool,
}

/// Runs of a block of the counts.
const BLOCK: i64 = 1024;

impl Filter {
    /// The first run that the dates allow, and the first that they no longer do: the order of runs is that of time.
    fn bounds(&self, db: &Connection) -> Result<(i64, i64), Error> {
        let end = db.one("SELECT coalesce(max(ordinal), 0) + 1 FROM onfido_run", [], |row| row.get(0))?;
        let first = |sign: &str, at: Option<Micros>| {
            let sql =
                format!("SELECT ordinal FROM onfido_run WHERE created {sign} ? ORDER BY created, ordinal LIMIT 1");
            at.map(|at| db.one(&sql, [at], |row| row.get(0)).optional().map(|found| found.unwrap_or(end))).transpose()
        };
        Ok((first(">", self.after)?.unwrap_or(1), first(">=", self.before)?.unwrap_or(end)))
    }

    /// Where a walk through the runs goes along, and what it looks at on its way.
    fn condition(&self, (from, to): (i64, i64)) -> (String, Vec<Sql>) {
        let mut tags = self.tags.iter();
        let (source, mut values): (_, Vec<Sql>) = match tags.next() {
            Some(tag) => {
                let walk = "onfido_tag m CROSS JOIN onfido_run r ON r.ordinal = m.run WHERE m.tag = ? AND m.run";
                (walk, vec![tag.clone().into()])
            }
            None => ("onfido_run r WHERE r.ordinal", Vec::new()),
        };
        let mut condition = format!("{source} BETWEEN ? AND ?");
        values.extend([from.into(), (to - 1).into()]);
        let marks = |count: usize| vec!["?"; count].join(", ");
        if !self.statuses.is_empty() {
            // Behind a tag the status is only looked at; otherwise the walk goes along its index.
            let column = if self.tags.is_empty() { "r.status" } else { "+r.status" };
            condition += &format!(" AND {column} IN ({})", marks(self.statuses.len()));
            values.extend(self.statuses.iter().cloned().map(Sql::from));
        }
        if let Some(applicant) = &self.applicant {
            condition += if self.tags.is_empty() { " AND r.applicant = ?" } else { " AND +r.applicant = ?" };
            values.push(applicant.clone().into());
        }
        for tag in tags {
            condition += " AND EXISTS (SELECT 1 FROM onfido_tag t WHERE t.tag = ? AND t.run = r.ordinal)";
            values.push(tag.clone().into());
        }
        (condition, values)
    }

    /// How many runs there are in all.
    fn count(&self, db: &Connection, (from, to): (i64, i64)) -> Result<i64, Error> {
        if let ([tag], [], None, None, None) =
            (self.tags.as_slice(), self.statuses.as_slice(), &self.applicant, self.after, self.before)
        {
            let counted =
                db.one("SELECT runs FROM onfido_tag_count WHERE tag = ?", [tag], |row| row.get(0)).optional()?;
            return Ok(counted.unwrap_or(0));
        }
        if !self.tags.is_empty() || self.applicant.is_some() {
            let (condition, values) = self.condition((from, to));
            let sql = format!("SELECT count(*) FROM {condition}");
            return Ok(db.one(&sql, params_from_iter(values), |row| row.get(0))?);
        }
        if self.statuses.is_empty() {
            return Ok((to - from).max(0));
        }
        let of_status = |status: &String| counted(db, status, from, to);
        let mut statuses = self.statuses.clone();
        statuses.sort_unstable();
        statuses.dedup();
        statuses.iter().map(of_status).sum()
    }
}

/// The runs of a status between two places: whole blocks as they were counted, and what lies at the edges one by one.
fn counted(db: &Connection, status: &str, from: i64, to: i64) -> Result<i64, Error> {
    let (first, last) = (from.div_euclid(BLOCK) + 1, to.div_euclid(BLOCK));
    let one_by_one = |from: i64, to: i64| {
        let sql = "SELECT count(*) FROM onfido_run WHERE status = ? AND ordinal >= ? AND ordinal < ?";
        db.one(sql, rusqlite::params![status, from, to], |row| row.get::<_, i64>(0))
    };
    if first >= last {
        return Ok(one_by_one(from, to)?);
    }
    let sql = "SELECT coalesce(sum(runs), 0) FROM onfido_count WHERE status = ? AND block >= ? AND block < ?";
    let blocks: i64 = db.one(sql, rusqlite::params![status, first, last], |row| row.get(0))?;
    Ok(blocks + one_by_one(from, first * BLOCK)? + one_by_one(last * BLOCK, to)?)
}

/// A query and its values.
#[derive(Debug)]
pub struct Query {
    /// SQL with `?`.
    pub sql: String,
    /// What stands for each.
    pub values: Vec<Sql>,
}

/// The runs of a page, between two places.
pub fn page_query(filter: &Filter, bounds: (i64, i64), page: i64) -> Query {
    let (condition, mut values) = filter.condition(bounds);
    let order = if filter.ascending { "ASC" } else { "DESC" };
    let column = if filter.tags.is_empty() { "r.ordinal" } else { "m.run" };
    values.push(((page - 1) * PAGE).into());
    let sql = format!("SELECT {RUN} FROM {condition} ORDER BY {column} {order} LIMIT {PAGE} OFFSET ?");
    Query { sql, values }
}

/// A page of runs, and how many there are in all.
pub fn page(db: &Connection, filter: &Filter, page: i64) -> Result<(Vec<Run>, i64), Error> {
    let bounds = filter.bounds(db)?;
    let query = page_query(filter, bounds, page);
    let mut statement = db.prepare_cached(&query.sql)?;
    let mut rows = statement.query(params_from_iter(query.values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(run(row)?);
    }
    Ok((found, filter.count(db, bounds)?))
}

/// A task with what is not on the wire.
pub struct Task {
    pub run: i64,
    pub step: i64,
    pub is_over: bool,
    pub shape: Vec<(&'static str, Value)>,
}

const TASK: &str = "t.run, t.step, t.is_over, t.id, t.def, t.input, t.output, t.created, t.updated, r.id";

fn task(row: &Row<'_>) -> Result<Task, Error> {
    let json_at = |at: usize| Ok::<Value, Error>(serde_json::from_str(&row.get::<_, String>(at)?)?);
    let shape = vec![
        ("id", json!(row.get::<_, String>(3)?)),
        ("workflow_run_id", json!(row.get::<_, String>(9)?)),
        ("task_def_id", json!(row.get::<_, String>(4)?)),
        ("task_def_version", Value::Null),
        ("input", json_at(5)?),
        ("output", json_at(6)?),
        ("created_at", json!(date(row.get(7)?))),
        ("updated_at", json!(date(row.get(8)?))),
    ];
    Ok(Task { run: row.get(0)?, step: row.get(1)?, is_over: row.get(2)?, shape })
}

/// The tasks of a run that have started, in that order.
pub fn tasks(db: &Connection, run: i64) -> Result<Vec<Task>, Error> {
    let sql = format!(
        "SELECT {TASK} FROM onfido_task t JOIN onfido_run r ON r.ordinal = t.run WHERE t.run = ? ORDER BY t.ordinal"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([run])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(task(row)?);
    }
    Ok(found)
}

/// A task by its place in the table.
pub fn load_task(db: &Connection, ordinal: i64) -> Result<Task, Error> {
    let sql = format!("SELECT {TASK} FROM onfido_task t JOIN onfido_run r ON r.ordinal = t.run WHERE t.ordinal = ?");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([ordinal])?;
    rows.next()?.map_or_else(|| Err(rusqlite::Error::QueryReturnedNoRows.into()), task)
}

/// A file of a run that can be had: the newest of its kind, or the one of that id.
pub fn file(db: &Connection, run: i64, kind: &str, id: Option<&str>, now: Micros) -> Result<Option<String>, Error> {
    let sql = "SELECT id FROM onfido_file WHERE run = ?1 AND kind = ?2 AND ready <= ?3 AND (?4 IS NULL OR id = ?4) \
               ORDER BY ordinal DESC LIMIT 1";
    Ok(db.prepare_cached(sql)?.query_row(rusqlite::params![run, kind, now, id], |row| row.get(0)).optional()?)
}
