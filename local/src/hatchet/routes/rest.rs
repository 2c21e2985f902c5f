//! What stands beside the run API: the log-in's limit, paths that are dead, tables that are empty here.

use std::sync::{Mutex, PoisonError};

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::super::answer::{Answer, Refusal, ok};
use super::super::query::Query;
use super::tasks::known_task;
use super::{App, uuid_in};
use crate::blocking;
use crate::clock::Micros;

/// So many log-ins are taken in so long; the limit is the one that a server has by default.
const LOGINS: usize = 10;
const WINDOW: Micros = 300_000_000;

/// When somebody tried to log in.
#[derive(Default)]
pub struct Logins(Mutex<Vec<Micros>>);

impl Logins {
    /// Whether one more is taken now.
    fn admits(&self, now: Micros) -> bool {
        let mut tried = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tried.retain(|at| *at > now - WINDOW);
        if tried.len() >= LOGINS {
            return false;
        }
        tried.push(now);
        true
    }
}

/// There are no users here, so no log-in succeeds; the eleventh is not looked at.
pub async fn login(State(hatchet): App) -> Refusal {
    match hatchet.logins.admits(hatchet.clock.now()) {
        true => Refusal::Described(400, "Invalid email or password.".into()),
        false => Refusal::Limited,
    }
}

/// Answers 200 whatever the task is.
pub async fn restore(State(hatchet): App, Path(task): Path<String>, headers: HeaderMap) -> Answer {
    known_task(&hatchet, &task, &headers).await?;
    Ok(ok(&json!({"requeued": true})))
}

/// For users with a cookie alone.
pub async fn dag_tasks() -> Refusal {
    Refusal::Credentials
}

/// Observability is off.
pub async fn traces(
    State(hatchet): App,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    hatchet.authorize_tenant(&tenant, &headers)?;
    match Query::parse(query.as_deref()).first("run_external_id") {
        Some(_) => Ok(ok(&json!({}))),
        None => Err(Refusal::bad_request("Query argument run_external_id is required, but not found")),
    }
}

/// Tasks that wait for a worker, by what they do.
pub async fn queue_metrics(State(hatchet): App, Path(tenant): Path<String>, headers: HeaderMap) -> Answer {
    hatchet.authorize_tenant(&tenant, &headers)?;
    let queues = blocking(&hatchet, |hatchet| {
        hatchet.database.read(|db| {
            let sql = "SELECT r.workflow || ':' || t.step, count(*) FROM hatchet_read_task q JOIN hatchet_task t ON t.id = \
                       q.id JOIN hatchet_run r ON r.ordinal = t.run WHERE q.status = 'QUEUED' GROUP BY 1";
            let mut statement = db.prepare_cached(sql)?;
            let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, Value::from(row.get::<_, i64>(1)?))))?;
            Ok(rows.collect::<Result<serde_json::Map<_, _>, _>>()?)
        })
    });
    Ok(ok(&json!({"queues": queues.await?})))
}

/// A path of an older API.
pub async fn dead() -> Refusal {
    Refusal::Described(400, "This endpoint is deprecated.".into())
}

/// One of those that say it in the other form.
pub async fn dead_run() -> axum::response::Response {
    Refusal::bad_request("This endpoint is deprecated.").into_response()
}

/// Nobody counts them any more.
pub async fn workflow_metrics(State(hatchet): App, Path(workflow): Path<String>, headers: HeaderMap) -> Refusal {
    match (uuid_in(&workflow), hatchet.authorize(&headers)) {
        (None, _) => Refusal::bad_request("invalid workflow id"),
        (_, Err(refusal)) => refusal,
        _ => Refusal::internal(),
    }
}
