//! What the rows say.

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::config::Stage as Resolved;
use super::{Manners, shapes, time};
use crate::clock::Micros;
use crate::{Error, gojson};

/// What the runs of a list have in common; it stands so in the cursor.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Filter {
    /// The workflow, any when empty.
    #[serde(rename = "WorkflowID")]
    pub workflow: String,
    /// Only those that have not ended.
    pub running: bool,
}

/// A query and its values.
#[derive(Debug)]
pub struct Query {
    /// SQL with `?`.
    pub sql: String,
    /// What stands for each.
    pub values: Vec<Sql>,
}

const INSTANCE: &str = "i.ordinal, i.id, i.created, i.is_terminated, i.terminated, i.error, w.id, w.config, w.created, \
                        w.deleted, i.is_forgotten";

/// The runs of a page; those of deleted workflows are hidden. The page is found on an index alone, so that what lies
/// before it costs little.
pub fn page_query(filter: &Filter, offset: usize, limit: i64) -> Query {
    let mut values = Vec::new();
    let hidden = "+p.workflow NOT IN (SELECT ordinal FROM formance_workflow WHERE deleted IS NOT NULL)";
    let mut conditions = String::from(hidden);
    let index = match (filter.workflow.is_empty(), filter.running) {
        (true, false) => "place",
        (true, true) => "state",
        (false, false) => "workflow",
        (false, true) => "workflow_and_state",
    };
    if filter.running {
        conditions += " AND p.is_terminated = 0";
    }
    if !filter.workflow.is_empty() {
        conditions += " AND p.workflow = (SELECT ordinal FROM formance_workflow WHERE id = ?)";
        values.push(filter.workflow.clone().into());
    }
    values.extend([limit.into(), i64::try_from(offset).unwrap_or(i64::MAX).into()]);
    let sql = format!(
        "SELECT {INSTANCE} FROM (SELECT p.ordinal, p.place FROM formance_instance p INDEXED BY formance_instance_by_{index} \
         WHERE {conditions} ORDER BY p.place LIMIT ? OFFSET ?) o CROSS JOIN formance_instance i ON i.ordinal = o.ordinal \
         CROSS JOIN formance_workflow w ON w.ordinal = i.workflow ORDER BY o.place"
    );
    Query { sql, values }
}

/// A run with what is not on the wire.
#[derive(Debug)]
pub struct Found {
    pub ordinal: i64,
    pub is_forgotten: bool,
    pub shape: shapes::Instance,
}

fn instance(row: &Row<'_>) -> Result<Found, Error> {
    let (created, terminated): (Micros, Option<Micros>) = (row.get(2)?, row.get(4)?);
    let (workflow_id, is_forgotten): (String, bool) = (row.get(6)?, row.get(10)?);
    let workflow = workflow(workflow_id.clone(), row.get(7)?, row.get(8)?, row.get(9)?)?;
    let shape = shapes::Instance {
        workflow_id,
        workflow: Some(workflow),
        id: row.get(1)?,
        created: time::micros(created),
        updated: time::micros(created),
        is_terminated: row.get(3)?,
        terminated: terminated.map(time::micros),
        stages: Vec::new(),
        error: row.get(5)?,
    };
    Ok(Found { ordinal: row.get(0)?, is_forgotten, shape })
}

fn workflow(id: String, config: String, created: Micros, deleted: Option<Micros>) -> Result<shapes::Workflow, Error> {
    Ok(shapes::Workflow {
        id,
        config: RawValue::from_string(config)?,
        created: time::micros(created),
        updated: time::micros(created),
        deleted: deleted.map(time::micros),
    })
}

/// The runs of a page, without their stages.
pub fn instances(db: &Connection, filter: &Filter, offset: usize, limit: i64) -> Result<Vec<shapes::Instance>, Error> {
    let query = page_query(filter, offset, limit);
    let mut statement = db.prepare_cached(&query.sql)?;
    let mut rows = statement.query(params_from_iter(query.values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(instance(row)?.shape);
    }
    Ok(found)
}

/// A run without its stages.
pub fn find_instance(db: &Connection, id: &str) -> Result<Option<Found>, Error> {
    let sql = format!(
        "SELECT {INSTANCE} FROM formance_instance i JOIN formance_workflow w ON w.ordinal = i.workflow WHERE i.id = ?"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([id])?;
    rows.next()?.map(instance).transpose()
}

/// The stages of a run.
pub fn stages(db: &Connection, ordinal: i64, id: &str) -> Result<Vec<shapes::Stage>, Error> {
    let mut statement = db.prepare_cached(
        "SELECT number, main_run, started, terminated, error FROM formance_stage WHERE instance = ? ORDER BY id",
    )?;
    let found = statement.query_map([ordinal], |row| {
        let terminated: Option<Micros> = row.get(3)?;
        // The error of a stage is written when its row is closed.
        let error: Option<String> = row.get(4)?;
        Ok(shapes::Stage {
            number: row.get(0)?,
            instance: id.to_owned(),
            run: row.get(1)?,
            started: time::micros(row.get(2)?),
            terminated: terminated.map(time::micros),
            error: error.filter(|_| terminated.is_some()),
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Workflows that are not deleted, oldest first.
pub fn workflows(db: &Connection, offset: usize, limit: i64) -> Result<Vec<shapes::Workflow>, Error> {
    let mut statement = db.prepare_cached(
        "SELECT id, config, created, deleted FROM formance_workflow WHERE deleted IS NULL ORDER BY ordinal LIMIT ? \
         OFFSET ?",
    )?;
    let mut rows = statement.query(params![limit, i64::try_from(offset).unwrap_or(i64::MAX)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(workflow(row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)?);
    }
    Ok(found)
}

/// A workflow with its ordinal, a deleted one too.
pub fn find_workflow(db: &Connection, id: &str) -> Result<Option<(i64, shapes::Workflow)>, Error> {
    let mut statement =
        db.prepare_cached("SELECT ordinal, id, config, created, deleted FROM formance_workflow WHERE id = ?")?;
    let mut rows = statement.query([id])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some((row.get(0)?, workflow(row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)?)))
}

/// A stage's number and how far its own workflow is.
#[derive(Debug)]
pub struct Latest {
    pub id: i64,
    pub number: i64,
    pub has_begun: bool,
    pub has_ended: bool,
}

/// The latest stage of a run.
pub fn latest_stage(db: &Connection, ordinal: i64) -> Result<Option<Latest>, Error> {
    let sql = "SELECT id, number, begun IS NOT NULL, ended IS NOT NULL FROM formance_stage WHERE instance = ? ORDER BY \
               id DESC LIMIT 1";
    let read = |row: &Row<'_>| {
        Ok(Latest { id: row.get(0)?, number: row.get(1)?, has_begun: row.get(2)?, has_ended: row.get(3)? })
    };
    Ok(db.prepare_cached(sql)?.query_row([ordinal], read).optional()?)
}

fn raw(value: &Value) -> Result<Box<RawValue>, Error> {
    Ok(RawValue::from_string(gojson::text(&gojson::doubles(value.clone())))?)
}

/// What the main workflow's history knows: the stages that really started, of the run that is the last.
pub fn history(db: &Connection, ordinal: i64, manners: Manners) -> Result<Vec<shapes::StageHistory>, Error> {
    let mut statement = db.prepare_cached(
        "SELECT input, history_error, begun, ended FROM formance_stage WHERE instance = ?1 AND begun IS NOT NULL AND \
         main_run = (SELECT main_run FROM formance_stage WHERE instance = ?1 ORDER BY id DESC LIMIT 1) ORDER BY id",
    )?;
    let mut rows = statement.query([ordinal])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (input, ended): (String, Option<Micros>) = (row.get(0)?, row.get(3)?);
        let (kind, input): (String, Value) = serde_json::from_str(&input)?;
        let error: Option<String> = row.get(1)?;
        found.push(shapes::StageHistory {
            name: Resolved::run_name(&kind),
            input: raw(&input)?,
            error: error.filter(|error| !error.is_empty()),
            is_terminated: ended.is_some(),
            started: manners.history_date(row.get(2)?),
            terminated: ended.map(|at| manners.history_date(at)),
        });
    }
    Ok(found)
}

/// The activities of a stage; none when it never really started. The first that is pending ends the list.
pub fn activities(
    db: &Connection,
    ordinal: i64,
    number: i64,
    manners: Manners,
) -> Result<Option<Vec<shapes::Activity>>, Error> {
    let sql = "SELECT id FROM formance_stage WHERE instance = ? AND number = ? AND begun IS NOT NULL ORDER BY id DESC \
               LIMIT 1";
    let stage: Option<i64> = db.prepare_cached(sql)?.query_row([ordinal, number], |row| row.get(0)).optional()?;
    let Some(stage) = stage else { return Ok(None) };
    let mut statement = db.prepare_cached(
        "SELECT name, input, output, error, started, ended, attempt, last_failure, next FROM formance_activity WHERE \
         stage = ? ORDER BY id",
    )?;
    let mut rows = statement.query([stage])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(activity(row, manners)?);
    }
    Ok(Some(found))
}

fn activity(row: &Row<'_>, manners: Manners) -> Result<shapes::Activity, Error> {
    let name: String = row.get(0)?;
    let named = |text: String| raw(&serde_json::json!({&name: serde_json::from_str::<Value>(&text)?}));
    let (output, ended): (Option<String>, Option<Micros>) = (row.get(2)?, row.get(5)?);
    let (error, last_failure): (Option<String>, Option<String>) = (row.get(3)?, row.get(7)?);
    let (attempt, next): (i64, Micros) = (row.get(6)?, row.get(8)?);
    let is_pending = ended.is_none();
    Ok(shapes::Activity {
        input: named(row.get(1)?)?,
        output: output.map(named).transpose()?,
        error: error.filter(|error| !error.is_empty()),
        is_terminated: !is_pending,
        started: manners.history_date(row.get(4)?),
        terminated: ended.map(|at| manners.history_date(at)),
        last_failure: last_failure.filter(|_| is_pending),
        attempt: if is_pending { attempt } else { 1 },
        next: is_pending.then(|| manners.history_date(next)),
        name,
    })
}
