//! The boundary: conversions between Rust and JavaScript, and nothing else.
mod client;
mod error;
mod fetch;
mod gateway;
mod hatchet;
mod id;
#[cfg(feature = "panics")]
mod panics;
mod runs;
mod signal;
mod trigger;

use std::panic::{PanicHookInfo, set_hook};
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.ts");

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
