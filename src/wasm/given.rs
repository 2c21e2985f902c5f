//! Options, filters and requests, as JavaScript writes them: each member is read under its own name, and none is passed over.
//!
//! A member that is misspelt would change what a call does without a word: a list without its filter, a run without its
//! input. So there are none but those that are known.
use super::convert::argument;
use crate::error::Result;
use crate::http::quote;
#[cfg(feature = "client")]
use js_sys::Function;
use js_sys::{Array, Reflect};
use std::ops::RangeInclusive;
#[cfg(feature = "client")]
use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

// What runs a caller's own code, and so may throw.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Object, js_name = keys, catch)]
    fn keys(object: &JsValue) -> std::result::Result<Array, JsValue>;
    #[cfg(feature = "client")]
    #[wasm_bindgen(js_namespace = Object, js_name = entries, catch)]
    fn entries_of(object: &JsValue) -> std::result::Result<Array, JsValue>;
    #[wasm_bindgen(js_namespace = Array, js_name = from, catch)]
    fn list_of(iterable: &JsValue) -> std::result::Result<Array, JsValue>;
}

/// An object of a caller's.
#[derive(Clone, Copy)]
pub(super) struct Given<'a>(&'a JsValue);

impl<'a> Given<'a> {
    /// The members of a value, `undefined` and `null` being the same as `{}`; an error for one that is not among these.
    pub(super) fn of(value: &'a JsValue, known: &[&str]) -> Result<Given<'a>> {
        let given = Given::any(value)?;
        if value.is_object() {
            let names = keys(value).map_err(|_| unreadable("the options"))?;
            let names = names.iter().filter_map(|name| name.as_string());
            if let Some(odd) = names.into_iter().find(|name| !known.contains(&name.as_str())) {
                let message = format!("there is no `{}` here; there are {}", quote(&odd), known.join(", "));
                return Err(argument("unknown_option", message));
            }
        }
        Ok(given)
    }

    /// The same, of a value that may have more members than are read.
    pub(super) fn any(value: &'a JsValue) -> Result<Given<'a>> {
        if value.is_undefined() || value.is_null() || value.is_object() || value.is_function() {
            return Ok(Given(value));
        }
        Err(argument("invalid_options", "options are an object"))
    }

    /// A member; `undefined` when it is absent, or `null`.
    pub(super) fn value(self, name: &str) -> Result<JsValue> {
        if self.0.is_undefined() || self.0.is_null() {
            return Ok(JsValue::UNDEFINED);
        }
        let value = Reflect::get(self.0, &name.into()).map_err(|_| unreadable(name))?;
        Ok(if value.is_null() { JsValue::UNDEFINED } else { value })
    }

    fn read<T>(self, name: &str, noun: &str, read: impl FnOnce(&JsValue) -> Option<T>) -> Result<Option<T>> {
        let value = self.value(name)?;
        if value.is_undefined() {
            return Ok(None);
        }
        read(&value).map(Some).ok_or_else(|| wrong(name, noun))
    }

    /// A text.
    pub(super) fn text(self, name: &str) -> Result<Option<String>> {
        self.read(name, "a text", JsValue::as_string)
    }

    /// A text or several; none when absent.
    pub(super) fn texts(self, name: &str) -> Result<Vec<String>> {
        let all = |value: &JsValue| match value.as_string() {
            Some(one) => Some(vec![one]),
            None if Array::is_array(value) => items(value)?.iter().map(JsValue::as_string).collect(),
            None => None,
        };
        Ok(self.read(name, "a text, or an array of texts", all)?.unwrap_or_default())
    }

    /// Names and their texts; none when absent.
    #[cfg(feature = "client")]
    pub(super) fn pairs(self, name: &str) -> Result<Vec<(String, String)>> {
        let pair = |(name, value): (String, JsValue)| Some((name, value.as_string()?));
        let all = |value: &JsValue| entries(value)?.into_iter().map(pair).collect();
        Ok(self.read(name, "an object whose members are texts", all)?.unwrap_or_default())
    }

    /// A number.
    pub(super) fn number(self, name: &str) -> Result<Option<f64>> {
        self.read(name, "a number", JsValue::as_f64)
    }

    /// A whole number of this range.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub(super) fn whole(self, name: &str, range: RangeInclusive<u32>) -> Result<Option<u32>> {
        let (least, most) = (f64::from(*range.start()), f64::from(*range.end()));
        let noun = format!("a whole number from {least} to {most}");
        let fits = |number: &f64| number.fract() == 0.0 && (least..=most).contains(number);
        self.read(name, &noun, |value| value.as_f64().filter(fits).map(|number| number as u32))
    }

    /// A switch; off when absent.
    #[cfg(feature = "client")]
    pub(super) fn flag(self, name: &str) -> Result<bool> {
        Ok(self.read(name, "true or false", JsValue::as_bool)?.unwrap_or_default())
    }

    /// A function.
    #[cfg(feature = "client")]
    pub(super) fn function(self, name: &str) -> Result<Option<Function>> {
        self.read(name, "a function", |value| value.dyn_ref::<Function>().cloned())
    }
}

/// The names and values of an object's own members; `None` where there is no object, or it cannot be read.
#[cfg(feature = "client")]
pub(super) fn entries(value: &JsValue) -> Option<Vec<(String, JsValue)>> {
    let entries = value.is_object().then(|| entries_of(value).ok())??;
    let pair = |entry: JsValue| {
        Some((entry.unchecked_ref::<Array>().get(0).as_string()?, entry.unchecked_ref::<Array>().get(1)))
    };
    entries.iter().map(pair).collect()
}

/// What an array or any other iterable holds; `None` where it cannot be read.
pub(super) fn items(value: &JsValue) -> Option<Vec<JsValue>> {
    value.is_object().then(|| list_of(value).ok()).flatten().map(|items| items.to_vec())
}

fn wrong(name: &str, noun: &str) -> crate::error::Error {
    argument("invalid_options", format!("`{name}` must be {noun}"))
}

fn unreadable(name: &str) -> crate::error::Error {
    argument("invalid_options", format!("`{name}` cannot be read: it throws"))
}
