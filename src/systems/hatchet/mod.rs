//! Hatchet, v1 REST API.

pub mod lifecycle;
pub mod webhook;
