//! The only list of systems, one line each.

pub mod hatchet;
