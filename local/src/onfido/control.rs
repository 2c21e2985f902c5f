//! This system's controls: workflows, and what an applicant does in a browser.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Json, State};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};

use super::scenario::Workflow;
use super::{Onfido, store};
use crate::blocking;
use crate::control::{Answer, Failure};
use crate::house::order;
use crate::wish::{Check, Wish, Wishes};

/// The routes of the controls.
pub fn control(onfido: Arc<Onfido>) -> Router {
    Router::new()
        .route("/workflows", get(workflows).post(register))
        .route("/applicant", post(applicant))
        .with_state(onfido)
}

async fn workflows(State(onfido): State<Arc<Onfido>>) -> Answer {
    let found = blocking(&onfido, Onfido::workflows).await?;
    Ok(Json(found.into_iter().map(|(name, id)| json!({"id": id, "name": name})).collect()))
}

async fn register(State(onfido): State<Arc<Onfido>>, Wishes(wished): Wishes<Workflow>) -> Answer {
    blocking(&onfido, move |onfido| onfido.register(&wished)).await?;
    workflows(State(onfido)).await
}

/// What an applicant does: `output` is what the task at hand is given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Deed {
    run: String,
    #[serde(default)]
    output: Value,
}

impl Check for Deed {}

async fn applicant(State(onfido): State<Arc<Onfido>>, Wish(deed): Wish<Deed>) -> Answer {
    let done = blocking(&onfido, move |onfido| {
        order(onfido, |act| {
            let Some(run) = store::find(act.db, &deed.run)?.filter(|run| run.status == "awaiting_input") else {
                return Ok(false);
            };
            onfido.leave(act, run.ordinal, run.step, Some(&deed.output))?;
            Ok(true)
        })
    });
    if done.await? { Ok(Json(json!({}))) } else { Err(Failure::Unknown("no run of that id awaits input".into())) }
}
