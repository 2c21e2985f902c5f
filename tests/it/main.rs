//! The native tests, in one binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // a test may fail so

mod client_create;
mod client_credentials;
mod client_faults;
mod client_many;
mod client_moves;
mod client_pages;
mod client_share;
mod client_systems;
mod client_watch;
mod directions;
mod formance_api;
mod gateway_operations;
mod gateway_routes;
mod gateway_serve;
mod hatchet_api;
mod inputs;
mod lifecycle;
mod meshx_api;
mod mutants;
mod onfido_api;
mod recorded;
mod recordings;
mod support;
mod systems;
mod table;
mod views;
mod webhook;
mod written;

/// The bytes of a file below `tests/fixtures`.
fn fixture(path: &str) -> Vec<u8> {
    let path = format!("{}/tests/fixtures/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}
