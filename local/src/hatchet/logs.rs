//! What tasks write.

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params, params_from_iter};
use serde_json::{Value, json};

use super::engine::spread;
use super::minutes::spans;
use super::store::Task;
use super::time;
use super::work::Act;
use crate::Error;
use crate::clock::Micros;

/// The levels, from the least to the worst.
pub const LEVELS: [&str; 4] = ["DEBUG", "INFO", "WARN", "ERROR"];

/// The most plain lines of an attempt.
const MOST_LINES: i64 = 1_000;

/// Writes the lines of an attempt that takes so long, as the recorded worker wrote them: so many plain ones, then one
/// of each kind that stands out.
pub fn write(act: &Act<'_>, task: &Task, lines: i64, work: Micros) -> Result<(), Error> {
    if lines == 0 {
        return Ok(());
    }
    let plain = (1..=lines.min(MOST_LINES)).map(|line| ("INFO", format!("line {line} of attempt {}", task.retry + 1)));
    let others = [("ERROR", "a line at level error".to_owned()), ("WARN", "a line at level warn".to_owned())];
    let lines: Vec<_> = plain.chain(others).collect();
    let mut insert =
        act.db.prepare_cached("INSERT INTO hatchet_log (task, retry, at, level, message) VALUES (?, ?, ?, ?, ?)")?;
    for (at, (level, message)) in spread(act.now, work, lines.len()).zip(lines) {
        insert.execute(params![task.id, task.retry, at, level, message])?;
    }
    Ok(())
}

/// Which lines are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of these tasks; of all when absent.
    pub tasks: Option<Vec<String>>,
    /// Of these workflows.
    pub workflows: Option<Vec<String>>,
    /// Written then or later.
    pub since: Option<Micros>,
    /// Written then or earlier.
    pub until: Option<Micros>,
    /// Which hold this text.
    pub search: Option<String>,
    /// Of these levels; of all when empty.
    pub levels: Vec<String>,
    /// Of this attempt, from 1.
    pub attempt: Option<i64>,
    /// Newest first.
    pub descending: bool,
}

impl Filter {
    fn condition(&self, now: Micros) -> (String, Vec<Sql>) {
        let mut sql = "l.at <= ?".to_owned();
        let mut values: Vec<Sql> = vec![self.until.map_or(now, |until| until.min(now)).into()];
        let mut and = |part: &str, more: Vec<Sql>| {
            sql += &format!(" AND {part}");
            values.extend(more);
        };
        let one_of = |column: &str, texts: &[String]| {
            let marks = vec!["?"; texts.len()].join(", ");
            (format!("{column} IN ({marks})"), texts.iter().cloned().map(Sql::from).collect())
        };
        let lists = [("t.external_id", self.tasks.as_ref()), ("r.workflow", self.workflows.as_ref())];
        for (column, texts) in lists.into_iter().filter_map(|(column, texts)| texts.map(|texts| (column, texts))) {
            let (part, more) = one_of(column, texts);
            and(&part, more);
        }
        if !self.levels.is_empty() {
            let (part, more) = one_of("l.level", &self.levels);
            and(&part, more);
        }
        if let Some(since) = self.since {
            and("l.at >= ?", vec![since.into()]);
        }
        if let Some(attempt) = self.attempt {
            and("l.retry = ?", vec![attempt.saturating_sub(1).into()]);
        }
        if let Some(search) = &self.search {
            and("instr(lower(l.message), lower(?)) > 0", vec![search.clone().into()]);
        }
        (sql, values)
    }
}

impl Filter {
    /// Lines of some tasks are found by the task, all others by their time: which workflow they are of is then looked at
    /// line by line.
    fn from(&self) -> &'static str {
        match self.tasks {
            Some(_) => {
                "hatchet_task t CROSS JOIN hatchet_log l ON l.task = t.id CROSS JOIN hatchet_run r ON r.ordinal = t.run"
            }
            None => {
                "hatchet_log l INDEXED BY hatchet_log_by_time CROSS JOIN hatchet_task t ON t.id = l.task CROSS JOIN \
                 hatchet_run r ON r.ordinal = t.run"
            }
        }
    }
}

/// The lines that are wanted, in the shape of the wire.
pub fn read(db: &Connection, filter: &Filter, now: Micros, limit: i64) -> Result<Vec<Value>, Error> {
    let ((condition, mut values), from) = (filter.condition(now), filter.from());
    let order = if filter.descending { "DESC" } else { "ASC" };
    let sql = format!(
        "SELECT l.retry, l.at, l.level, l.message, t.display_name, t.external_id FROM {from} WHERE {condition} ORDER BY \
         l.at {order}, l.id {order} LIMIT ?"
    );
    values.push(limit.into());
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values), |row| {
        let retry: i64 = row.get(0)?;
        Ok(json!({
            "attempt": retry + 1, "createdAt": time::text(row.get(1)?), "level": row.get::<_, String>(2)?,
            "message": row.get::<_, String>(3)?, "metadata": {}, "retryCount": retry,
            "taskDisplayName": row.get::<_, String>(4)?, "taskExternalId": row.get::<_, String>(5)?,
        }))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many lines of each level were written in each stretch of that width.
pub fn counts(
    db: &Connection,
    filter: &Filter,
    now: Micros,
    width: Micros,
) -> Result<Vec<(Micros, String, i64)>, Error> {
    let is_plain =
        filter.tasks.is_none() && filter.workflows.is_none() && filter.search.is_none() && filter.attempt.is_none();
    let (sql, values) =
        if is_plain { counted_by_minute(filter, now, width) } else { counted_one_by_one(filter, now, width) };
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn counted_one_by_one(filter: &Filter, now: Micros, width: Micros) -> (String, Vec<Sql>) {
    let ((condition, values), from) = (filter.condition(now), filter.from());
    (format!("SELECT l.at / {width} * {width}, l.level, count(*) FROM {from} WHERE {condition} GROUP BY 1, 2"), values)
}

/// Whole minutes as they were counted, and what lies at the edges one by one: no line shows before its time.
fn counted_by_minute(filter: &Filter, now: Micros, width: Micros) -> (String, Vec<Sql>) {
    let since = filter.since.unwrap_or(0);
    let end = filter.until.map_or(now, |until| until.min(now)).saturating_add(1);
    let among = match filter.levels.len() {
        0 => String::new(),
        count => format!(" AND level IN ({})", vec!["?"; count].join(", ")),
    };
    let (mut parts, mut values) = (Vec::new(), Vec::new());
    let one_by_one =
        "SELECT at, level, 1 AS lines FROM hatchet_log INDEXED BY hatchet_log_by_time WHERE at >= ? AND at < ?";
    let by_minute =
        "SELECT minute * 60000000 AS at, level, lines FROM hatchet_log_count WHERE minute >= ? AND minute < ?";
    for (sql, from, to) in spans(since, end, one_by_one, by_minute) {
        parts.push(format!("{sql}{among}"));
        values.extend([Sql::Integer(from), Sql::Integer(to)]);
        values.extend(filter.levels.iter().cloned().map(Sql::Text));
    }
    let sql =
        format!("SELECT at / {width} * {width}, level, sum(lines) FROM ({}) GROUP BY 1, 2", parts.join(" UNION ALL "));
    (sql, values)
}
