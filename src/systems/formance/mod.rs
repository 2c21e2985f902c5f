//! Formance Flows.

pub mod event;
pub mod lifecycle;
pub mod webhook;
