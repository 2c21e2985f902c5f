//! This system's controls: data products with their scenarios, and the form of its errors.

use std::sync::{Arc, PoisonError};

use axum::Router;
use axum::extract::{Json, State};
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::Meshx;
use super::scenario::Product;
use crate::blocking;
use crate::control::{Answer, one_or_many, read};

/// The routes of the controls.
pub fn control(meshx: Arc<Meshx>) -> Router {
    Router::new().route("/products", get(products).post(register)).route("/errors", post(errors)).with_state(meshx)
}

async fn products(State(meshx): State<Arc<Meshx>>) -> Json<Value> {
    let products = meshx.products();
    Json(products.iter().map(|product| json!({"id": product.id(), "name": product.name})).collect())
}

async fn register(State(meshx): State<Arc<Meshx>>, Json(wish): Json<Value>) -> Answer {
    let wished: Vec<Product> = one_or_many(wish)?;
    blocking(&meshx, move |meshx| meshx.register(wished)).await?;
    Ok(products(State(meshx)).await)
}

/// `"detail"` or `"title"`.
async fn errors(State(meshx): State<Arc<Meshx>>, Json(wish): Json<Value>) -> Answer {
    *meshx.errors.write().unwrap_or_else(PoisonError::into_inner) = read(wish)?;
    Ok(Json(json!(meshx.errors())))
}
