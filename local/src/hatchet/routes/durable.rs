//! Durable tasks: what they waited for, and how they are sent back to an earlier point.
//!
//! Nothing of this was recorded. The log has an entry for each time that the task left its worker to wait, numbered from
//! one, on the branch of its attempt; a branch from an entry lets the task begin again, as a replay does.

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::super::answer::{Answer, Refusal, ok};
use super::super::orders::{self, Target};
use super::super::query::Query;
use super::super::request::Body;
use super::super::view::{EventRow, TaskRead};
use super::super::{Hatchet, time};
use super::tasks::known_task;
use super::{App, json_text};
use crate::blocking;

/// The entries of a task's log, oldest first.
fn entries(hatchet: &Hatchet, workflow: &str, task: &TaskRead) -> Vec<Value> {
    let mut events: Vec<&EventRow> = task.events.iter().collect();
    events.sort_by_key(|event| (event.retry, event.at, event.id));
    let waits = events.iter().filter(|event| event.kind == "DURABLE_EVICTED");
    let wakes = |wait: &EventRow| {
        events.iter().find(|event| event.kind == "DURABLE_RESTORING" && event.retry == wait.retry).map(|event| event.at)
    };
    let step = hatchet.workflow(workflow).ok();
    let step = step.as_ref().and_then(|registered| registered.workflow.step(&task.task.step));
    let sleep = step.map(|step| (step.work_ms.1 - step.evicted_after_ms.unwrap_or(0.0)).max(0.0) as i64);
    let entry = |(number, wait): (usize, &&EventRow)| {
        let mut entry = json!({
            "branchId": wait.retry + 1, "insertedAt": time::text(wait.at), "isSatisfied": false, "kind": "WAIT_FOR",
            "nodeId": number + 1, "taskDisplayName": task.task.display_name, "taskExternalId": task.task.external_id,
            "waitData": [{"kind": "SLEEP", "sleepDurationMs": sleep.unwrap_or(0)}],
        });
        if let (Some(at), Some(entry)) = (wakes(wait), entry.as_object_mut()) {
            entry.insert("isSatisfied".into(), true.into());
            entry.insert("satisfiedAt".into(), time::text(at).into());
        }
        entry
    };
    waits.enumerate().map(entry).collect()
}

/// A bare array; empty for a task that never waits.
pub async fn log(
    State(hatchet): App,
    Path((tenant, task)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    hatchet.authorize_tenant(&tenant, &headers)?;
    let (read, task, _) = known_task(&hatchet, &task, &headers).await?;
    let query = Query::parse(query.as_deref());
    let number = |key: &str, default: i64| {
        usize::try_from(query.integer(key)?.unwrap_or(default)).map_err(|_| Refusal::internal())
    };
    let (offset, limit) = (number("offset", 0)?, number("limit", 1_000)?);
    Ok(ok(&entries(&hatchet, &read.run.workflow, &task).into_iter().skip(offset).take(limit).collect()))
}

/// Sends a task back; the answer says again what was asked.
pub async fn branch(State(hatchet): App, Path(tenant): Path<String>, headers: HeaderMap, body: Bytes) -> Answer {
    hatchet.authorize_tenant(&tenant, &headers)?;
    let text = json_text(&headers, &body)?;
    let body = Body::parse(&text)?;
    let id = body.string("taskExternalId")?.unwrap_or_default();
    let (node, branch) = (body.integer("nodeId")?.unwrap_or(0), body.integer("branchId")?.unwrap_or(0));
    let (read, task, _) = known_task(&hatchet, &id, &headers).await?;
    let is_it =
        |entry: &Value| entry.get("nodeId") == Some(&node.into()) && entry.get("branchId") == Some(&branch.into());
    if !entries(&hatchet, &read.run.workflow, &task).iter().any(is_it) {
        return Err(Refusal::not_found());
    }
    let target = Target::Ids(vec![id.clone()]);
    blocking(&hatchet, move |hatchet| hatchet.order(|act| orders::replay(act, target))).await?;
    Ok(ok(&json!({"branchId": branch, "nodeId": node, "taskExternalId": id})))
}
