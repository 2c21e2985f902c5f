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

/// More runs than this are not counted one by one: then the list does not say how many there are.
const COUNTED: i64 = 5_000;

/// All statuses of runs.
pub const STATUSES: [&str; 8] =
    ["processing", "awaiting_input", "awaiting_client_input", "approved", "declined", "review", "abandoned", "error"];

/// A part of an index that is walked in the order of the runs: a table, which of its rows count, their values, and the
/// number of the run.
struct Lane {
    from: String,
    values: Vec<Sql>,
    run: &'static str,
}

fn text(text: &str) -> Sql {
    Sql::Text(text.to_owned())
}

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

    /// The statuses that are asked for, each once; `None`: all.
    fn of_statuses(&self) -> Option<Vec<String>> {
        let mut statuses = self.statuses.clone();
        statuses.sort_unstable();
        statuses.dedup();
        (!statuses.is_empty()).then_some(statuses)
    }

    /// The same as a list.
    fn all_statuses(&self) -> Vec<String> {
        self.of_statuses().unwrap_or_else(|| STATUSES.map(str::to_owned).into())
    }

    /// How many runs of an applicant or with a tag there are, of these statuses.
    fn kept(&self, db: &Connection, table: &str, key: &str, of: &str) -> Result<i64, Error> {
        let statuses = self.all_statuses();
        let marks = vec!["?"; statuses.len()].join(", ");
        let sql = format!("SELECT coalesce(sum(runs), 0) FROM {table} WHERE {key} = ? AND status IN ({marks})");
        let values = std::iter::once(of.to_owned()).chain(statuses);
        Ok(db.one(&sql, params_from_iter(values), |row| row.get(0))?)
    }

    fn with_tag(&self, db: &Connection, tag: &str) -> Result<i64, Error> {
        self.kept(db, "onfido_tag_count", "tag", tag)
    }

    fn of_applicant(&self, db: &Connection, applicant: &str) -> Result<i64, Error> {
        self.kept(db, "onfido_applicant_count", "applicant", applicant)
    }

    /// Which tag to walk along, if that is the shortest way: of all runs, of the applicant's, of each tag's.
    fn shortest(&self, db: &Connection, bounds: (i64, i64)) -> Result<Option<usize>, Error> {
        let mut best = match &self.applicant {
            Some(applicant) => self.of_applicant(db, applicant)?,
            None => self.with_statuses(db, bounds)?,
        };
        let mut walked = None;
        for (at, tag) in self.tags.iter().enumerate() {
            // All runs of the tag are walked, whatever their status.
            let every = Self::default().with_tag(db, tag)?;
            if every <= best {
                (best, walked) = (every, Some(at));
            }
        }
        Ok(walked)
    }

    /// How a page is walked: along a tag, the applicant's runs, those of some statuses, or all.
    fn lanes(&self, (from, to): (i64, i64), along_tag: Option<usize>) -> Vec<Lane> {
        let bounds = [Sql::Integer(from), Sql::Integer(to - 1)];
        let lane = |run: &'static str, table: &str, column: &str, key: Vec<Sql>| {
            let (mut sql, mut values) = (format!("{table} WHERE {column}{run} BETWEEN ? AND ?"), key);
            values.extend(bounds.clone());
            for tag in self.tags.iter().enumerate().filter(|(at, _)| Some(*at) != along_tag).map(|(_, tag)| tag) {
                sql += &format!(" AND EXISTS (SELECT 1 FROM onfido_tag t WHERE t.tag = ? AND t.run = {run})");
                values.push(text(tag));
            }
            Lane { from: sql, values, run }
        };
        if let Some(tag) = along_tag.and_then(|at| self.tags.get(at)) {
            return vec![self.along_tag(lane("m.run", "onfido_tag m", "m.tag = ? AND ", vec![text(tag)]))];
        }
        match (&self.applicant, self.of_statuses()) {
            (Some(applicant), _) => {
                let along = "onfido_run r INDEXED BY onfido_run_by_applicant";
                let of = |status: String| vec![text(applicant), Sql::Text(status)];
                let lane = |key| lane("r.ordinal", along, "r.applicant = ? AND r.status = ? AND ", key);
                self.all_statuses().into_iter().map(|status| lane(of(status))).collect()
            }
            (None, Some(statuses)) => {
                let along = "onfido_run r INDEXED BY onfido_run_by_status";
                let lane = |status| lane("r.ordinal", along, "r.status = ? AND ", vec![Sql::Text(status)]);
                statuses.into_iter().map(lane).collect()
            }
            (None, None) => vec![lane("r.ordinal", "onfido_run r", "", Vec::new())],
        }
    }

    /// Behind a tag, status and applicant are looked at run by run.
    fn along_tag(&self, mut lane: Lane) -> Lane {
        let mut conditions = Vec::new();
        if let Some(statuses) = self.of_statuses() {
            conditions.push(format!("r.status IN ({})", vec!["?"; statuses.len()].join(", ")));
            lane.values.extend(statuses.into_iter().map(Sql::Text));
        }
        if let Some(applicant) = &self.applicant {
            conditions.push("r.applicant = ?".to_owned());
            lane.values.push(text(applicant));
        }
        if !conditions.is_empty() {
            let conditions = conditions.join(" AND ");
            lane.from += &format!(" AND EXISTS (SELECT 1 FROM onfido_run r WHERE r.ordinal = m.run AND {conditions})");
        }
        lane
    }

    /// How many runs of the asked statuses there are between two places.
    fn with_statuses(&self, db: &Connection, (from, to): (i64, i64)) -> Result<i64, Error> {
        match self.of_statuses() {
            Some(statuses) => statuses.iter().map(|status| counted(db, status, from, to)).sum(),
            None => Ok((to - from).max(0)),
        }
    }

    /// How many runs there are in all; `None`: too many to be counted one by one.
    fn count(&self, db: &Connection, bounds: (i64, i64), along_tag: Option<usize>) -> Result<Option<i64>, Error> {
        let is_dated = self.after.is_some() || self.before.is_some();
        match (self.tags.as_slice(), &self.applicant) {
            ([], None) => return self.with_statuses(db, bounds).map(Some),
            ([], Some(applicant)) if !is_dated => return self.of_applicant(db, applicant).map(Some),
            ([tag], None) if !is_dated => return self.with_tag(db, tag).map(Some),
            _ => {}
        }
        let Query { sql, mut values } = merged(self.lanes(bounds, along_tag));
        values.push((COUNTED + 1).into());
        let sql = format!("SELECT count(*) FROM ({sql} LIMIT ?)");
        let count: i64 = db.one(&sql, params_from_iter(values), |row| row.get(0))?;
        Ok(Some(count).filter(|count| *count <= COUNTED))
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

/// All lanes as one.
fn merged(lanes: Vec<Lane>) -> Query {
    let parts: Vec<_> = lanes.iter().map(|lane| format!("SELECT {} AS k FROM {}", lane.run, lane.from)).collect();
    Query { sql: parts.join(" UNION ALL "), values: lanes.into_iter().flat_map(|lane| lane.values).collect() }
}

/// The runs of a page, between two places. They are found on an index alone, so that what lies before them costs little.
pub fn page_query(filter: &Filter, bounds: (i64, i64), along_tag: Option<usize>, page: i64) -> Query {
    let mut skipped = (page - 1) * PAGE;
    let mut bounds = bounds;
    if filter.tags.is_empty() && filter.statuses.is_empty() && filter.applicant.is_none() {
        // Runs are never removed, so the place of a page is known.
        if filter.ascending {
            bounds.0 += skipped
        } else {
            bounds.1 -= skipped
        }
        skipped = 0;
    }
    let Query { sql, mut values } = merged(filter.lanes(bounds, along_tag));
    let order = if filter.ascending { "ASC" } else { "DESC" };
    values.push(skipped.into());
    let sql = format!(
        "SELECT {RUN} FROM ({sql} ORDER BY k {order} LIMIT {PAGE} OFFSET ?) o CROSS JOIN onfido_run r ON r.ordinal = o.k ORDER \
         BY o.k {order}"
    );
    Query { sql, values }
}

/// A page of runs, and how many there are in all, if they can be counted.
pub fn page(db: &Connection, filter: &Filter, page: i64) -> Result<(Vec<Run>, Option<i64>), Error> {
    let bounds = filter.bounds(db)?;
    let along_tag = filter.shortest(db, bounds)?;
    let query = page_query(filter, bounds, along_tag, page);
    let mut statement = db.prepare_cached(&query.sql)?;
    let mut rows = statement.query(params_from_iter(query.values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(run(row)?);
    }
    Ok((found, filter.count(db, bounds, along_tag)?))
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
