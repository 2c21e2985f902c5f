//! This system's controls: its manners, what an operator does, and events that start triggers.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Json, State};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};

use super::operator::{Operation, operate};
use super::triggers::{Event, receive};
use super::{Formance, Manners};
use crate::blocking;
use crate::control::{Answer, Failure, read};

/// The routes of the controls.
pub fn control(formance: Arc<Formance>) -> Router {
    Router::new()
        .route("/", get(manners).post(set_manners))
        .route("/operator", post(operation))
        .route("/events", post(event))
        .with_state(formance)
}

async fn manners(State(formance): State<Arc<Formance>>) -> Json<Manners> {
    Json(formance.manners())
}

async fn set_manners(State(formance): State<Arc<Formance>>, Json(wish): Json<Value>) -> Result<Json<Manners>, Failure> {
    formance.set_manners(read(wish)?);
    Ok(Json(formance.manners()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    instance: String,
    #[serde(rename = "do")]
    operation: Operation,
}

async fn operation(State(formance): State<Arc<Formance>>, Json(wish): Json<Value>) -> Answer {
    let Wish { instance, operation } = read(wish)?;
    let is_known = blocking(&formance, move |formance| operate(formance, &instance, operation)).await?;
    if is_known { Ok(Json(json!({}))) } else { Err(Failure::Unknown("no such instance")) }
}

async fn event(State(formance): State<Arc<Formance>>, Json(wish): Json<Value>) -> Answer {
    let event: Event = read(wish)?;
    let started = blocking(&formance, move |formance| receive(formance, &event)).await?;
    Ok(Json(json!({"started": started})))
}
