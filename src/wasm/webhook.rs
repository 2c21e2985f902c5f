//! `verifyWebhook`.
use super::convert::{argument, bytes, out, parsed, plain, set, text};
use super::given::{Given, entries, items};
use crate::error::{Error, Kind, Result, SystemName};
use crate::systems;
use crate::webhook::{Delivery, TOLERANCE_SECONDS, Webhook};
use js_sys::{Array, Date, try_iter};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(js_name = verifyWebhook, skip_typescript)]
pub fn verify_webhook(system: JsValue, delivery: JsValue) -> std::result::Result<JsValue, JsValue> {
    out((|| {
        let webhook = webhook(&system)?;
        let delivery = Given::of(&delivery, &["body", "headers", "secret", "now", "toleranceSeconds"])?;
        let body = body(&delivery.value("body")?)?;
        let headers = headers(&delivery.value("headers")?)?;
        let secrets = delivery.texts("secret")?;
        let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
        let now = delivery.number("now")?.unwrap_or_else(Date::now);
        let tolerance = delivery.number("toleranceSeconds")?.unwrap_or(TOLERANCE_SECONDS);
        let event = webhook.receive(&Delivery { body: &body, headers: &headers }, &secrets, now, tolerance)?;
        let value = plain(&event)?;
        set(&value, "body", &parsed(&text(&body))?);
        Ok(value)
    })())
}

fn webhook(system: &JsValue) -> Result<&'static Webhook> {
    let unknown = || argument("unknown_system", "no system of that name delivers webhooks");
    let name = system.as_string().as_deref().and_then(SystemName::parse).ok_or_else(unknown)?;
    systems::webhook(name)
        .ok_or_else(|| Error::new(Kind::Unsupported, "no_webhooks", format!("{name} delivers no webhooks")).of(name))
}

/// A parsed body has lost the bytes that were signed.
fn body(value: &JsValue) -> Result<Vec<u8>> {
    let raw = value.as_string().map(String::into_bytes).or_else(|| bytes(value).map(|view| view.to_vec()));
    raw.ok_or_else(|| {
        argument("invalid_body", "`body` must be the raw bytes or text as they came, not what a parser made of them")
    })
}

/// Whatever `new Headers` takes, and Node's `request.headers`, whose values may be arrays.
fn headers(value: &JsValue) -> Result<Vec<(String, String)>> {
    let wrong = || argument("invalid_headers", "`headers` must be Headers, pairs of texts, or an object");
    if !value.is_object() {
        return Err(wrong());
    }
    let pairs = match try_iter(value).map_err(|_| wrong())? {
        Some(pairs) => pairs.map(|pair| of_pair(&pair.ok()?)).collect(),
        None => entries(value),
    };
    let mut headers = vec![];
    for (name, value) in pairs.ok_or_else(wrong)? {
        let values = if Array::is_array(&value) { items(&value).ok_or_else(wrong)? } else { vec![value] };
        headers.extend(values.iter().filter_map(JsValue::as_string).map(|value| (name.clone(), value)));
    }
    Ok(headers)
}

fn of_pair(pair: &JsValue) -> Option<(String, JsValue)> {
    let mut both = items(pair)?.into_iter();
    Some((both.next()?.as_string()?, both.next().unwrap_or_default()))
}
