//! This system's controls: data products with their scenarios, and the form of its errors.

use std::sync::{Arc, PoisonError};

use axum::Router;
use axum::extract::{Json, State};
use axum::routing::get;
use serde_json::{Value, json};

use super::scenario::Product;
use super::{Errors, Meshx};
use crate::blocking;
use crate::control::Answer;
use crate::wish::{Check, Wish, Wishes};

/// The routes of the controls.
pub fn control(meshx: Arc<Meshx>) -> Router {
    Router::new()
        .route("/products", get(products).post(register))
        .route("/errors", get(errors).post(set_errors))
        .with_state(meshx)
}

async fn products(State(meshx): State<Arc<Meshx>>) -> Json<Value> {
    let products = meshx.products();
    Json(products.iter().map(|product| json!({"id": product.id(), "name": product.name})).collect())
}

async fn register(State(meshx): State<Arc<Meshx>>, Wishes(wished): Wishes<Product>) -> Answer {
    blocking(&meshx, move |meshx| meshx.register(wished)).await?;
    Ok(products(State(meshx)).await)
}

async fn errors(State(meshx): State<Arc<Meshx>>) -> Json<Errors> {
    Json(meshx.errors())
}

impl Check for Errors {}

/// `"detail"` or `"title"`.
async fn set_errors(State(meshx): State<Arc<Meshx>>, Wish(wish): Wish<Errors>) -> Json<Errors> {
    *meshx.errors.write().unwrap_or_else(PoisonError::into_inner) = wish;
    Json(meshx.errors())
}
