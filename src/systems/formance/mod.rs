//! Formance Flows.

pub mod webhook;
