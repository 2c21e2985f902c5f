//! The class `Hatchet`.
use super::client::{self, Connection, JsClient};
use super::runs::Runs;
use crate::systems::hatchet;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::AbortSignal;

/// A client of Hatchet's v1 REST API. Holds a token, so it belongs into an edge function, a worker or a server.
#[wasm_bindgen(skip_typescript)]
pub struct Hatchet {
    client: Rc<JsClient>,
    signal: Option<AbortSignal>,
}

#[wasm_bindgen]
impl Hatchet {
    /// A client; nothing is sent yet. Throws `ArgumentError` for wrong options, and in a page, where a token is no secret.
    #[wasm_bindgen(constructor)]
    pub fn new(#[wasm_bindgen(unchecked_param_type = "HatchetOptions")] options: JsValue) -> Result<Hatchet, JsValue> {
        Ok(Hatchet { client: client::client(&hatchet::Hatchet, &options)?, signal: client::abort_signal(&options) })
    }

    /// Its runs.
    #[wasm_bindgen(getter, unchecked_return_type = "Runs<\"hatchet\">")]
    pub fn runs(&self) -> Runs {
        Runs::of(Rc::clone(&self.client), self.signal.clone())
    }

    /// What a gateway or trigger shares of it.
    #[wasm_bindgen(skip_typescript)]
    pub fn connection(&self) -> Connection {
        Connection::of(&self.client)
    }
}
