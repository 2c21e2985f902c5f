//! Hatchet, v1 REST API.

pub mod api;
pub mod webhook;
