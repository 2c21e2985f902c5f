//! Ids made here.
use wasm_bindgen::prelude::wasm_bindgen;

/// A new UUID of version 7: its first 48 bits are the time in milliseconds, so that ids sort by their making.
///
/// Needs randomness: a worker may call it while it handles a request, not at its top level.
#[wasm_bindgen(js_name = newId)]
pub fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}
