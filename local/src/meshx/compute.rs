//! The compute of a data product. How it hangs together with the product's workflows is not published; here they are
//! the same thing seen from the other side: its jobs are the product's runs, newest first.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::{Value, json};

use super::engine::Wish;
use super::routes::{Answer, App, Refusal, object};
use super::scenario::Product;
use super::store::Run;
use super::{Meshx, store};
use crate::blocking;
use crate::house::order;

/// Which product, and which of its jobs.
#[derive(Deserialize)]
pub struct Which {
    identifier: Option<String>,
    run: Option<String>,
}

/// The product of the query with its runs, newest first.
async fn known(meshx: &Arc<Meshx>, which: &Which) -> Result<(Product, Vec<Run>), Refusal> {
    let id = which.identifier.clone();
    let id = id.ok_or_else(|| meshx.invalid(&["query", "identifier"], "Field required", "missing"))?;
    if uuid::Uuid::parse_str(&id).is_err() {
        return Err(meshx.invalid(&["query", "identifier"], "Input should be a valid UUID", "uuid_parsing"));
    }
    let product = meshx.product(&id).ok_or_else(|| meshx.missing("Compute not found."))?;
    let found = blocking(meshx, move |meshx| meshx.house.database.read(|db| store::of_product(db, &id))).await;
    let mut runs = found.map_err(|error| meshx.failed(&error))?;
    if let Some(wanted) = &which.run {
        runs.retain(|run| run.identifier == *wanted);
    }
    Ok((product, runs))
}

/// How the newest job stands.
pub async fn status(State(meshx): State<Arc<Meshx>>, Query(which): Query<Which>) -> Answer {
    let (product, runs) = known(&meshx, &which).await?;
    let newest = runs.first();
    let of = |read: fn(&Run) -> Option<&String>| newest.and_then(read);
    let errors = of(|run| run.error_message.as_ref()).map(|error| vec![error]);
    let attempts = u8::from(newest.is_some());
    Ok(Json(json!({
        "identifier": product.id(), "urn": format!("urn:meshx:backend:data:root:compute:{}", product.id()),
        "name": product.name, "is_system": false,
        "status": {
            "run_type": "single", "status": newest.map_or("UNSCHEDULED", |run| run.status.as_str()),
            "attempts": attempts, "submission_attempts": attempts, "container": null,
            "start": of(|run| run.started_at.as_ref()), "finish": of(|run| run.completed_at.as_ref()),
            "error": errors,
        },
    }))
    .into_response())
}

/// A line for each thing that happened to the newest job.
pub async fn log(State(meshx): State<Arc<Meshx>>, Query(which): Query<Which>) -> Answer {
    let (product, runs) = known(&meshx, &which).await?;
    let Some(newest) = runs.first() else { return Ok(Json(json!({"logs": []})).into_response()) };
    let name = &product.name;
    let mut logs = vec![format!("{} INFO submitted {name}", newest.created_at)];
    logs.extend(newest.started_at.iter().map(|at| format!("{at} INFO started {name}")));
    if let (Some(at), Some(error)) = (&newest.completed_at, &newest.error_message) {
        logs.push(format!("{at} ERROR {error}"));
    }
    logs.extend(newest.completed_at.iter().map(|at| format!("{at} INFO {} {name}", newest.status)));
    Ok(Json(json!({"logs": logs})).into_response())
}

/// The product's jobs.
pub async fn history(State(meshx): State<Arc<Meshx>>, Query(which): Query<Which>) -> Answer {
    let (_, runs) = known(&meshx, &which).await?;
    let jobs: Vec<Value> = runs
        .iter()
        .map(|run| {
            let (updated, reason) = (run.updated_at.as_ref().unwrap_or(&run.created_at), &run.error_message);
            json!({
                "created": run.created_at, "updated": updated, "name": run.name, "reason": reason,
                "status": run.status, "suffix": suffix(run),
            })
        })
        .collect();
    Ok(Json(json!({"jobs": jobs})).into_response())
}

/// The same, each with its id.
pub async fn run_history(State(meshx): State<Arc<Meshx>>, Query(which): Query<Which>) -> Answer {
    let (_, found) = known(&meshx, &which).await?;
    let runs: Vec<Value> = found
        .iter()
        .map(|run| {
            let updated = run.updated_at.as_ref().unwrap_or(&run.created_at);
            json!({
                "created": run.created_at, "updated": updated, "name": run.name, "status": run.status,
                "suffix": suffix(run), "run": run.identifier,
            })
        })
        .collect();
    Ok(Json(json!({"runs": runs})).into_response())
}

fn suffix(run: &Run) -> &str {
    run.identifier.get(..8).unwrap_or_default()
}

/// Starts a job, which is a run of the product.
pub async fn start(State(meshx): App, Query(which): Query<Which>, body: Bytes) -> Answer {
    let (product, _) = known(&meshx, &which).await?;
    object(&meshx, &body)?;
    let wish = Wish { run_type: "single".into(), product: product.id(), created_by: None, name: product.name.clone() };
    let started = blocking(&meshx, move |meshx| order(meshx, |act| meshx.create(act, &wish))).await;
    started.map_err(|error| meshx.failed(&error))?;
    Ok(Json(json!({})).into_response())
}

/// Ends the newest job. Schedules are taken and come to nothing: what they would start is not published.
pub async fn set_state(State(meshx): App, Query(which): Query<Which>, body: Bytes) -> Answer {
    let (_, runs) = known(&meshx, &which).await?;
    let body = object(&meshx, &body)?;
    match body.get("state").and_then(|state| state.get("state")).and_then(Value::as_str) {
        Some("kill_job") => {
            if let Some(newest) = runs.into_iter().next() {
                let ended = blocking(&meshx, move |meshx| order(meshx, |act| meshx.cancel(act, &newest))).await;
                ended.map_err(|error| meshx.failed(&error))?;
            }
        }
        Some("schedule" | "reschedule" | "remove_schedule") => {}
        _ => return Err(meshx.invalid(&["body", "state"], "Input should be a known state", "literal_error")),
    }
    Ok(Json(json!({})).into_response())
}
