//! The boundary: conversions between Rust and JavaScript, and nothing else.
//!
//! Without the feature `client` it is the small module behind `runward/validate`: nothing in it sends or waits.
#[cfg(feature = "client")]
mod client;
mod convert;
mod error;
#[cfg(feature = "client")]
mod fetch;
#[cfg(feature = "client")]
mod gateway;
mod given;
mod id;
mod lifecycle;
#[cfg(feature = "panics")]
mod panics;
#[cfg(feature = "client")]
mod runs;
#[cfg(feature = "client")]
mod signal;
#[cfg(feature = "client")]
mod system;
mod table;
#[cfg(feature = "client")]
mod trigger;
mod validate;
#[cfg(feature = "client")]
mod webhook;

use std::panic::{PanicHookInfo, set_hook};
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = concat!(
    include_str!("types/findings.ts"),
    include_str!("types/runs.ts"),
    include_str!("types/validate.ts"),
    include_str!("types/lifecycle.ts"),
    include_str!("types/table.ts"),
);

#[cfg(feature = "client")]
#[wasm_bindgen(typescript_custom_section)]
const CLIENT_TYPES: &str = concat!(include_str!("types/client.ts"), include_str!("types/webhook.ts"));

#[wasm_bindgen(raw_module = "../instance.js")]
extern "C" {
    fn panicked(place: &str);
}

/// A panic tells its place; its message may hold what must not leave.
#[wasm_bindgen(start, private)]
fn start() {
    set_hook(Box::new(|info: &PanicHookInfo| {
        panicked(&info.location().map(ToString::to_string).unwrap_or_default());
    }));
}
