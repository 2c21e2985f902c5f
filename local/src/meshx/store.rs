//! What the rows say, in the wire's shape.

use rusqlite::{Connection, Row};
use serde::Serialize;
use serde_json::Value;

use crate::Error;

/// A run: all twelve keys, always.
#[derive(Debug, Clone, Serialize)]
pub struct Run {
    pub identifier: String,
    pub data_product_identifier: String,
    pub name: String,
    pub run_type: String,
    pub config: Value,
    pub status: String,
    pub created_by: Option<String>,
    pub created_at: String,
    pub updated_at: Option<String>,
    pub started_at: Option<String>,
    pub completed_at: Option<String>,
    pub error_message: Option<String>,
}

const RUN: &str = "id, product, name, run_type, config, status, created_by, created_at, updated_at, started_at, \
                   completed_at, error";

fn run(row: &Row<'_>) -> Result<Run, Error> {
    Ok(Run {
        identifier: row.get(0)?,
        data_product_identifier: row.get(1)?,
        name: row.get(2)?,
        run_type: row.get(3)?,
        config: serde_json::from_str(&row.get::<_, String>(4)?)?,
        status: row.get(5)?,
        created_by: row.get(6)?,
        created_at: row.get(7)?,
        updated_at: row.get(8)?,
        started_at: row.get(9)?,
        completed_at: row.get(10)?,
        error_message: row.get(11)?,
    })
}

/// A run by its id.
pub fn find(db: &Connection, id: &str) -> Result<Option<Run>, Error> {
    let mut statement = db.prepare_cached(&format!("SELECT {RUN} FROM meshx_run WHERE id = ?"))?;
    let mut rows = statement.query([id])?;
    rows.next()?.map(run).transpose()
}

/// A run by its place in the table.
pub fn load(db: &Connection, ordinal: i64) -> Result<Run, Error> {
    let mut statement = db.prepare_cached(&format!("SELECT {RUN} FROM meshx_run WHERE ordinal = ?"))?;
    let mut rows = statement.query([ordinal])?;
    rows.next()?.map_or_else(|| Err(rusqlite::Error::QueryReturnedNoRows.into()), run)
}

/// The next runs after a place in the table, each with its own.
pub fn after(db: &Connection, place: i64, most: usize) -> Result<Vec<(i64, Run)>, Error> {
    let sql = format!("SELECT {RUN}, ordinal FROM meshx_run WHERE ordinal > ? ORDER BY ordinal LIMIT ?");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([place, i64::try_from(most).unwrap_or(i64::MAX)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((row.get(12)?, run(row)?));
    }
    Ok(found)
}

/// The runs of a data product that are this kind of compute, newest first.
pub fn of_product(db: &Connection, product: &str, job: &str) -> Result<Vec<Run>, Error> {
    let sql = format!("SELECT {RUN} FROM meshx_run WHERE product = ? AND job = ? ORDER BY ordinal DESC LIMIT 100");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([product, job])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(run(row)?);
    }
    Ok(found)
}
