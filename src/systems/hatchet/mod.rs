//! Hatchet, v1 REST API.

pub mod event;
pub mod lifecycle;
pub mod webhook;
