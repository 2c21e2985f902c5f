//! Reading one task.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::super::answer::{Answer, Refusal, ok};
use super::super::query::Query;
use super::super::view::{RunRead, TaskRead};
use super::super::{Hatchet, shapes};
use super::{App, uuid_in};
use crate::blocking;

/// The task of the path, its run, and how many runs it spawned.
pub async fn known_task(
    hatchet: &Arc<Hatchet>,
    task: &str,
    headers: &HeaderMap,
) -> Result<(RunRead, TaskRead, i64), Refusal> {
    let id = uuid_in(task).ok_or_else(|| Refusal::bad_request("invalid task id"))?;
    let found = blocking(hatchet, move |hatchet| {
        hatchet.database.read(|db| {
            let Some(task) = TaskRead::find(db, &id)? else { return Ok(None) };
            let sql = "SELECT count(*) FROM hatchet_read_run WHERE parent = ?";
            let spawned = db.prepare_cached(sql)?.query_row([&id], |row| row.get(0))?;
            Ok(Some((RunRead::load(db, task.task.run)?, task, spawned)))
        })
    });
    let found = found.await?.ok_or_else(Refusal::not_found)?;
    hatchet.authorize(headers)?;
    Ok(found)
}

pub async fn get_task(
    State(hatchet): App,
    Path(task): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    let (read, task, spawned) = known_task(&hatchet, &task, &headers).await?;
    let task = match Query::parse(query.as_deref()).integer("attempt")? {
        Some(attempt) if attempt < 1 => {
            return Err(Refusal::Described(400, "Attempt must be greater than 0".into()));
        }
        Some(attempt) => task.at_attempt(attempt - 1).ok_or_else(Refusal::internal)?,
        None => task.recomputed(),
    };
    Ok(ok(&hatchet.single_task(&read, &task, spawned)?))
}

/// Without a limit there are no rows.
pub async fn task_events(
    State(hatchet): App,
    Path(task): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    let (_, task, _) = known_task(&hatchet, &task, &headers).await?;
    let query = Query::parse(query.as_deref());
    let limit = usize::try_from(query.integer("limit")?.unwrap_or(0)).map_err(|_| Refusal::internal())?;
    let offset = usize::try_from(query.integer("offset")?.unwrap_or(0)).map_err(|_| Refusal::internal())?;
    let mut events: Vec<_> = task.events.iter().collect();
    events.sort_by_key(|event| (-event.at, -event.id));
    let rows: Vec<Value> =
        events.into_iter().skip(offset).take(limit).map(|event| shapes::task_event(&task, event)).collect();
    Ok(ok(&json!({"pagination": {}, "rows": rows})))
}
