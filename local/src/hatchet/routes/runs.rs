//! Reading one run.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::super::answer::{Answer, Refusal, ok};
use super::super::query::Query;
use super::super::view::RunRead;
use super::super::{Hatchet, kind, shapes};
use super::{App, uuid_in};
use crate::blocking;

/// The run of the path, which must exist before the credentials count.
async fn known_run(hatchet: &Arc<Hatchet>, run: &str, headers: &HeaderMap) -> Result<RunRead, Refusal> {
    let id = uuid_in(run).ok_or_else(|| Refusal::bad_request("invalid workflow run id"))?;
    let read = blocking(hatchet, move |hatchet| hatchet.database.read(|db| RunRead::find(db, &id))).await?;
    let read = read.ok_or_else(Refusal::not_found)?;
    hatchet.authorize(headers)?;
    Ok(read)
}

pub async fn get_run(State(hatchet): App, Path(run): Path<String>, headers: HeaderMap) -> Answer {
    let read = known_run(&hatchet, &run, &headers).await?;
    Ok(ok(&hatchet.details(&read)?))
}

pub async fn status(State(hatchet): App, Path(run): Path<String>, headers: HeaderMap) -> Answer {
    let read = known_run(&hatchet, &run, &headers).await?;
    Ok(ok(&Value::from(kind::on_wire(&read.status))))
}

pub async fn run_events(State(hatchet): App, Path(run): Path<String>, headers: HeaderMap) -> Answer {
    let read = known_run(&hatchet, &run, &headers).await?;
    let events = if read.run.is_dag { read.events() } else { Vec::new() };
    let rows: Vec<Value> = events.into_iter().map(|(task, event)| shapes::run_event(task, event)).collect();
    Ok(ok(&json!({"pagination": {}, "rows": rows})))
}

pub async fn timings(
    State(hatchet): App,
    Path(run): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    let read = known_run(&hatchet, &run, &headers).await?;
    let depth = Query::parse(query.as_deref()).integer("depth")?.unwrap_or(0);
    if !(0..=10).contains(&depth) {
        return Err(Refusal::Described(400, "depth must be less than or equal to 10".into()));
    }
    Ok(ok(&hatchet.timings(&read)))
}
