//! Onfido Studio.

pub mod webhook;
