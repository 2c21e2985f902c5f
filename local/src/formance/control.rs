//! This system's controls: its manners, what an operator does, and events that start triggers.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;

use super::operator::{Operation, operate};
use super::triggers::{Event, receive};
use super::{Formance, Manners};
use crate::blocking;
use crate::control::{Answer, Failure};
use crate::wish::{Check, Wish};

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

async fn set_manners(State(formance): State<Arc<Formance>>, Wish(manners): Wish<Manners>) -> Json<Manners> {
    formance.set_manners(manners);
    Json(formance.manners())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Deed {
    instance: String,
    #[serde(rename = "do")]
    operation: Operation,
}

impl Check for Deed {}

async fn operation(State(formance): State<Arc<Formance>>, Wish(deed): Wish<Deed>) -> Answer {
    let Deed { instance, operation } = deed;
    let is_known = blocking(&formance, move |formance| operate(formance, &instance, operation)).await?;
    if is_known { Ok(Json(json!({}))) } else { Err(Failure::Unknown("there is no such instance".into())) }
}

impl Check for Event {}

async fn event(State(formance): State<Arc<Formance>>, Wish(event): Wish<Event>) -> Answer {
    let started = blocking(&formance, move |formance| receive(formance, &event)).await?;
    Ok(Json(json!({"started": started})))
}
