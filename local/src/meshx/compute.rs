//! Compute of a data product, and the catalogue of errors: their forms are published, their words are this engine's own.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Meshx;
use super::routes::{Answer, App, Refusal};
use super::scenario::Product;
use super::store::{self, Run};
use crate::blocking;

/// Which compute is meant; the job type, the suffix and the run are taken and change nothing: there is one run each.
#[derive(Deserialize)]
pub struct Which {
    identifier: Option<String>,
}

/// The product that the query names.
fn known(meshx: &Meshx, which: &Which) -> Result<Product, Refusal> {
    let place = ["query", "identifier"];
    let id = which.identifier.as_deref().ok_or_else(|| meshx.invalid(&place, "Field required", "missing"))?;
    if uuid::Uuid::parse_str(id).is_err() {
        return Err(meshx.invalid(&place, "Input should be a valid UUID", "uuid_parsing"));
    }
    meshx.product(id).ok_or_else(|| meshx.refuse(StatusCode::NOT_FOUND, "not-found", "Compute not found."))
}

/// The newest run of a product.
async fn newest(meshx: &Arc<Meshx>, product: &Product) -> Result<Option<Run>, Refusal> {
    let found = blocking(meshx, |meshx| meshx.house.database.read(store::all)).await;
    let id = product.id();
    Ok(found.map_err(|error| meshx.failed(&error))?.into_iter().rev().find(|run| run.data_product_identifier == id))
}

/// How the product's newest run stands, as a single compute.
pub async fn get(State(meshx): App, Query(which): Query<Which>) -> Answer {
    let product = known(&meshx, &which)?;
    let run = newest(&meshx, &product).await?;
    let of = |read: fn(&Run) -> Option<String>| run.as_ref().and_then(read);
    let attempts = u8::from(run.is_some());
    let body = json!({
        "identifier": product.id(), "urn": format!("urn:meshx:backend:data:root:compute:{}", product.id()),
        "name": product.name, "is_system": false,
        "status": {
            "run_type": "single", "status": of(|run| Some(run.status.clone())).unwrap_or_else(|| "UNSCHEDULED".into()),
            "attempts": attempts, "submission_attempts": attempts, "container": null,
            "start": of(|run| run.started_at.clone()), "finish": of(|run| run.completed_at.clone()),
            "error": of(|run| run.error_message.clone()).map(|error| vec![error]),
        },
    });
    Ok(Json(body).into_response())
}

/// What the product's newest run wrote.
pub async fn logs(State(meshx): App, Query(which): Query<Which>) -> Answer {
    let product = known(&meshx, &which)?;
    let lines = newest(&meshx, &product).await?.map(|run| vec![format!("{} {}", run.created_at, run.status)]);
    Ok(Json(json!({"logs": lines.unwrap_or_default()})).into_response())
}

/// The errors that this engine answers with.
pub async fn errors() -> Json<Value> {
    let known = ["AuthorizationRequired", "InvalidAuthorization", "InsufficientPermissions", "NotFound"];
    let entry = |name: &str| {
        // The rule that is known: the name of the class in kebab-case, without its last word.
        let kebab: String = name
            .chars()
            .enumerate()
            .flat_map(|(at, c)| {
                let dash = (at > 0 && c.is_uppercase()).then_some('-');
                dash.into_iter().chain(c.to_lowercase())
            })
            .collect();
        json!({"class_name": format!("{name}Error"), "type": kebab, "title": name})
    };
    Json(json!({"errors": known.map(entry)}))
}
