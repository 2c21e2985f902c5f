//! The only list of systems, one line each.

pub mod formance;
pub mod hatchet;
pub mod onfido;
