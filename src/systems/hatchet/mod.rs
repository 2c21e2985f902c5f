//! Hatchet, v1 REST API.

pub mod api;
pub mod lifecycle;
pub mod webhook;
