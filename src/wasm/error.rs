//! Errors as JavaScript classes: one mechanism for all of them.
use crate::error::Error;
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(raw_module = "../errors.js")]
extern "C" {
    /// An instance of the class that `fields.kind` names.
    #[wasm_bindgen(js_name = errorOf)]
    fn error_of(fields: JsValue) -> JsValue;
}

/// The error as an instance of its class, a subclass of `RunwardError`.
pub(crate) fn to_js(error: &Error) -> JsValue {
    error_of(error.serialize(&Serializer::json_compatible()).unwrap_or(JsValue::UNDEFINED))
}
