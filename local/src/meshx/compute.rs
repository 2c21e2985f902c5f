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
use super::routes::{Answer, App, Refusal, needed, object};
use super::scenario::Product;
use super::store::Run;
use super::{Meshx, schedule, store};
use crate::blocking;
use crate::house::order;

/// Which product, and which of its jobs.
#[derive(Deserialize)]
pub struct Which {
    identifier: Option<String>,
    run: Option<String>,
    job_type: Option<String>,
}

impl Which {
    /// The kind of compute, as it is stored.
    fn job(&self, meshx: &Meshx) -> Result<&str, Refusal> {
        match self.job_type.as_deref() {
            None => Ok(""),
            Some(job @ ("dq" | "prof")) => Ok(job),
            Some(_) => Err(meshx.invalid(&["query", "job_type"], "Input should be 'dq' or 'prof'", "enum")),
        }
    }
}

/// What is asked for: a product, a kind of its compute, and the runs of that, newest first.
struct Known {
    product: Product,
    job: String,
    runs: Vec<Run>,
}

async fn known(meshx: &Arc<Meshx>, which: &Which) -> Result<Known, Refusal> {
    let job = which.job(meshx)?.to_owned();
    let id = which.identifier.clone();
    let id = id.ok_or_else(|| meshx.invalid(&["query", "identifier"], "Field required", "missing"))?;
    if uuid::Uuid::parse_str(&id).is_err() {
        return Err(meshx.invalid(&["query", "identifier"], "Input should be a valid UUID", "uuid_parsing"));
    }
    let product = meshx.product(&id).ok_or_else(|| meshx.missing("Compute not found."))?;
    let kind = job.clone();
    let found = blocking(meshx, move |meshx| meshx.house.database.read(|db| store::of_product(db, &id, &kind))).await;
    let mut runs = found.map_err(|error| meshx.failed(&error))?;
    if let Some(wanted) = &which.run {
        runs.retain(|run| run.identifier == *wanted);
    }
    Ok(Known { product, job, runs })
}

/// How the schedule stands, or else the newest job.
pub async fn status(State(meshx): State<Arc<Meshx>>, Query(which): Query<Which>) -> Answer {
    let Known { product, job, runs } = known(&meshx, &which).await?;
    let id = product.id();
    let found = blocking(&meshx, move |meshx| meshx.house.database.read(|db| schedule::find(db, &id, &job))).await;
    let status = match found.map_err(|error| meshx.failed(&error))? {
        Some(schedule) => schedule.status(&product, &runs),
        None => of_newest(runs.first()),
    };
    Ok(Json(json!({
        "identifier": product.id(), "urn": format!("urn:meshx:backend:data:root:compute:{}", product.id()),
        "name": product.name, "is_system": false, "status": status,
    }))
    .into_response())
}

fn of_newest(newest: Option<&Run>) -> Value {
    let of = |read: fn(&Run) -> Option<&String>| newest.and_then(read);
    let errors = of(|run| run.error_message.as_ref()).map(|error| vec![error]);
    let attempts = u8::from(newest.is_some());
    json!({
        "run_type": "single", "status": newest.map_or("UNSCHEDULED", |run| run.status.as_str()),
        "attempts": attempts, "submission_attempts": attempts, "container": null,
        "start": of(|run| run.started_at.as_ref()), "finish": of(|run| run.completed_at.as_ref()), "error": errors,
    })
}

/// A line for each thing that happened to the newest job.
pub async fn log(State(meshx): State<Arc<Meshx>>, Query(which): Query<Which>) -> Answer {
    let Known { product, runs, .. } = known(&meshx, &which).await?;
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
    let runs = known(&meshx, &which).await?.runs;
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
    let found = known(&meshx, &which).await?.runs;
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
async fn start(meshx: Arc<Meshx>, which: Which, body: Bytes, job: &str) -> Answer {
    let product = known(&meshx, &which).await?.product;
    object(&meshx, &body)?;
    let (product, name) = (product.id(), product.name);
    let wish = Wish { run_type: "single".into(), product, created_by: None, name, job: job.to_owned() };
    let started = blocking(&meshx, move |meshx| order(meshx, |act| meshx.create(act, &wish))).await;
    started.map_err(|error| meshx.failed(&error))?;
    Ok(Json(json!({})).into_response())
}

/// Builds the product.
pub async fn build(State(meshx): App, Query(which): Query<Which>, body: Bytes) -> Answer {
    start(meshx, which, body, "").await
}

/// Looks at the quality of its data.
pub async fn examine(State(meshx): App, Query(which): Query<Which>, body: Bytes) -> Answer {
    start(meshx, which, body, "dq").await
}

/// Profiles its data.
pub async fn profile(State(meshx): App, Query(which): Query<Which>, body: Bytes) -> Answer {
    start(meshx, which, body, "prof").await
}

/// Ends the newest job, or sets or ends the schedule.
pub async fn set_state(State(meshx): App, Query(which): Query<Which>, body: Bytes) -> Answer {
    let Known { product, job, runs } = known(&meshx, &which).await?;
    let body = object(&meshx, &body)?;
    let wish = body.get("state").and_then(Value::as_object);
    let wish = wish.ok_or_else(|| meshx.invalid(&["body", "state"], "Field required", "missing"))?;
    let state = needed(&meshx, wish, &["body", "state"], "state", false)?.unwrap_or_default();
    let product = product.id();
    let done = match state.as_str() {
        "kill_job" => match runs.into_iter().next() {
            Some(newest) => {
                blocking(&meshx, move |meshx| order(meshx, |act| meshx.cancel(act, &newest).map(|_| true))).await
            }
            None => Ok(true),
        },
        "schedule" | "reschedule" => {
            let cron = needed(&meshx, wish, &["body", "state"], "cron_expression", false)?.unwrap_or_default();
            blocking(&meshx, move |meshx| order(meshx, |act| schedule::set(act, &product, &job, &cron))).await
        }
        "remove_schedule" => {
            blocking(&meshx, move |meshx| order(meshx, |act| schedule::remove(act, &product, &job).map(|()| true)))
                .await
        }
        _ => return Err(meshx.invalid(&["body", "state", "state"], "Input should be a known state", "literal_error")),
    };
    match done.map_err(|error| meshx.failed(&error))? {
        true => Ok(Json(json!({})).into_response()),
        false => Err(meshx.invalid(
            &["body", "state", "cron_expression"],
            "Input should be a cron expression of five fields, as '0 2 * * *'",
            "value_error",
        )),
    }
}
