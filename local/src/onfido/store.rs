//! What the rows say, in the wire's shape.

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, Row, params_from_iter};
use serde_json::{Value, json};

use crate::Error;
use crate::clock::Micros;

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

impl Filter {
    fn condition(&self) -> (String, Vec<Sql>) {
        let mut condition = String::from("1 = 1");
        let mut values: Vec<Sql> = Vec::new();
        let marks = |count: usize| vec!["?"; count].join(", ");
        if !self.statuses.is_empty() {
            condition += &format!(" AND r.status IN ({})", marks(self.statuses.len()));
            values.extend(self.statuses.iter().cloned().map(Sql::from));
        }
        if let Some(applicant) = &self.applicant {
            condition += " AND r.applicant = ?";
            values.push(applicant.clone().into());
        }
        for tag in &self.tags {
            condition += " AND EXISTS (SELECT 1 FROM onfido_tag t WHERE t.tag = ? AND t.run = r.ordinal)";
            values.push(tag.clone().into());
        }
        for (sign, at) in [(">", self.after), ("<", self.before)] {
            if let Some(at) = at {
                condition += &format!(" AND r.created {sign} ?");
                values.push(at.into());
            }
        }
        (condition, values)
    }
}

/// A query and its values.
#[derive(Debug)]
pub struct Query {
    /// SQL with `?`.
    pub sql: String,
    /// What stands for each.
    pub values: Vec<Sql>,
}

/// The runs of a page.
pub fn page_query(filter: &Filter, page: i64) -> Query {
    let (condition, mut values) = filter.condition();
    let order = if filter.ascending { "ASC" } else { "DESC" };
    values.push(((page - 1) * PAGE).into());
    let sql =
        format!("SELECT {RUN} FROM onfido_run r WHERE {condition} ORDER BY r.ordinal {order} LIMIT {PAGE} OFFSET ?");
    Query { sql, values }
}

/// A page of runs, and how many there are in all.
pub fn page(db: &Connection, filter: &Filter, page: i64) -> Result<(Vec<Run>, i64), Error> {
    let (condition, values) = filter.condition();
    let sql = format!("SELECT count(*) FROM onfido_run r WHERE {condition}");
    let total = db.prepare_cached(&sql)?.query_row(params_from_iter(&values), |row| row.get(0))?;
    let query = page_query(filter, page);
    let mut statement = db.prepare_cached(&query.sql)?;
    let mut rows = statement.query(params_from_iter(query.values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(run(row)?);
    }
    Ok((found, total))
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
