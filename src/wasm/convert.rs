//! Values across the boundary.
use super::error::to_js;
pub(super) use crate::describe::json;
use crate::error::{Error, Kind, Result, SystemName};
use crate::system::Documents;
use crate::systems;
use js_sys::{ArrayBuffer, JSON, Reflect, Uint8Array};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use std::borrow::Cow;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

// A proxy's traps are its maker's code, and a buffer may have been sent away: both throw.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["Object", "prototype", "toString"], js_name = call, catch)]
    fn tag_of(value: &JsValue) -> std::result::Result<String, JsValue>;

    #[wasm_bindgen(js_name = Uint8Array)]
    type Bytes;
    #[wasm_bindgen(constructor, js_class = "Uint8Array", catch)]
    fn new(buffer: &JsValue) -> std::result::Result<Bytes, JsValue>;
    #[wasm_bindgen(constructor, js_class = "Uint8Array", catch)]
    fn within(buffer: &JsValue, offset: f64, length: f64) -> std::result::Result<Bytes, JsValue>;
}

/// A JSON document as it was handed in.
pub(super) struct Source {
    /// Its text in UTF-8.
    pub bytes: Vec<u8>,
    /// Has it lines and columns that the caller sees?
    pub is_text: bool,
}

/// Bytes, text, or an object, of whichever realm.
pub(super) fn source(value: &JsValue) -> Result<Source> {
    if let Some(text) = value.as_string() {
        return Ok(Source { bytes: text.into_bytes(), is_text: true });
    }
    if let Some(view) = bytes(value) {
        return Ok(Source { bytes: view.to_vec(), is_text: true });
    }
    if !value.is_object() {
        return Err(argument(
            "invalid_source",
            "a document is bytes (Uint8Array, ArrayBuffer), JSON text, or an object",
        ));
    }
    let text = JSON::stringify(value).ok().and_then(|text| text.as_string());
    let text =
        text.ok_or_else(|| argument("invalid_source", "the object has no JSON form: it may hold a BigInt, or itself"))?;
    Ok(Source { bytes: text.into_bytes(), is_text: false })
}

/// A buffer or a view of one. The usual case goes first; an instance of another realm's class is none of this
/// realm's, so the others are not told by their class.
pub(super) fn bytes(value: &JsValue) -> Option<Uint8Array> {
    if let Some(own) = value.dyn_ref::<Uint8Array>() {
        return Some(own.clone());
    }
    if ArrayBuffer::is_view(value) {
        let number = |name: &str| Reflect::get(value, &name.into()).ok()?.as_f64();
        let buffer = Reflect::get(value, &"buffer".into()).ok()?;
        let (offset, length) = (number("byteOffset")?, number("byteLength")?);
        return Some(held(Bytes::within(&buffer, offset, length)));
    }
    let is_buffer = value.is_object() && tag_of(value).is_ok_and(|tag| tag == "[object ArrayBuffer]");
    is_buffer.then(|| held(Bytes::new(value)))
}

/// A buffer that was sent away holds nothing any more.
fn held(bytes: std::result::Result<Bytes, JsValue>) -> Uint8Array {
    bytes.map_or_else(|_| Uint8Array::new_with_length(0), JsCast::unchecked_into)
}

/// The documents of the system of that name.
pub(super) fn system(name: &JsValue) -> Result<&'static Documents> {
    let known = || systems::ALL.iter().map(|system| system.name().as_str()).collect::<Vec<_>>().join(", ");
    let found = name.as_string().as_deref().and_then(SystemName::parse).and_then(systems::documents);
    found.ok_or_else(|| argument("unknown_system", format!("there is no such system; there are {}", known())))
}

/// As plain objects, what is absent left out.
pub(super) fn plain(value: &impl Serialize) -> Result<JsValue> {
    let failed = |_| Error::new(Kind::Internal, "unserializable", "a value has no JavaScript form");
    value.serialize(&Serializer::json_compatible()).map_err(failed)
}

/// JSON text as a JavaScript value.
pub(super) fn parsed(json: &str) -> Result<JsValue> {
    JSON::parse(json).map_err(|_| Error::new(Kind::Internal, "unserializable", "a value has no JSON form"))
}

/// The last step of every export: an error becomes an instance of its class.
pub(super) fn out<T>(result: Result<T>) -> std::result::Result<T, JsValue> {
    result.map_err(|error| to_js(&error))
}

/// An error about an argument.
pub(super) fn argument(code: &'static str, message: impl Into<String>) -> Error {
    Error::new(Kind::Argument, code, message)
}

/// A property of a value that may be no object; `undefined` where there is none that can be read.
#[cfg(feature = "client")]
pub(super) fn property(value: &JsValue, name: &str) -> JsValue {
    if value.is_undefined() || value.is_null() {
        return JsValue::UNDEFINED;
    }
    Reflect::get(value, &name.into()).unwrap_or_default()
}

pub(super) fn set(object: &JsValue, name: &str, value: &JsValue) {
    // Fails on frozen objects only; these are our own.
    let _ = Reflect::set(object, &name.into(), value);
}

/// A text that was found valid, so it is UTF-8, without its byte order mark.
pub(super) fn text(bytes: &[u8]) -> Cow<'_, str> {
    whole_text(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes))
}

/// The same, with its byte order mark, as places in it count.
pub(super) fn whole_text(bytes: &[u8]) -> Cow<'_, str> {
    // what is usual is looked through several times as fast as by the lossy way
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}
