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
use std::fmt;
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
    #[wasm_bindgen(js_namespace = Object, js_name = getPrototypeOf, catch)]
    fn prototype_of(object: &JsValue) -> std::result::Result<JsValue, JsValue>;
    /// What plain objects inherit from.
    #[wasm_bindgen(thread_local_v2, js_namespace = Object, js_name = prototype)]
    static ROOT: JsValue;
    #[wasm_bindgen(js_namespace = Array, js_name = from, catch)]
    fn list_of(iterable: &JsValue) -> std::result::Result<Array, JsValue>;
}

/// An object of a caller's.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    value: &'a JsValue,
    /// Of a plain object: the names that were looked for among its own, and which of them are there, one a bit.
    plain: Option<(&'a [&'a str], u64)>,
}

impl<'a> Given<'a> {
    /// The members of a value, `undefined` and `null` being the same as `{}`; an error for one that is not among these.
    pub(super) fn of(value: &'a JsValue, known: &'a [&'a str]) -> Result<Given<'a>> {
        let given = Given::any(value)?;
        if !value.is_object() {
            return Ok(given);
        }
        let mut there = 0u64;
        for name in keys(value).map_err(|_| unreadable("the options"))?.iter().filter_map(|name| name.as_string()) {
            let Some(place) = known.iter().position(|known| *known == name) else {
                let message = format!("there is no `{}` here; there are {}", quote(&name), known.join(", "));
                return Err(argument("unknown_option", message));
            };
            there |= 1 << place;
        }
        // what an object inherits counts, too, unless it is plain, and inherits nothing but what all do
        let is_plain = prototype_of(value).is_ok_and(|of| ROOT.with(|root| of == *root));
        Ok(Given { plain: is_plain.then_some((known, there)), ..given })
    }

    /// The same, of a value that may have more members than are read.
    pub(super) fn any(value: &'a JsValue) -> Result<Given<'a>> {
        if value.is_undefined() || value.is_null() || value.is_object() || value.is_function() {
            return Ok(Given { value, plain: None });
        }
        Err(argument("invalid_options", "options are an object"))
    }

    /// A member; `undefined` when it is absent, or `null`.
    pub(super) fn value(self, name: &str) -> Result<JsValue> {
        let is_absent = |(known, there): (&[&str], u64)| {
            known.iter().position(|known| *known == name).is_some_and(|place| there >> place & 1 == 0)
        };
        if self.value.is_undefined() || self.value.is_null() || self.plain.is_some_and(is_absent) {
            return Ok(JsValue::UNDEFINED);
        }
        let value = Reflect::get(self.value, &name.into()).map_err(|_| unreadable(name))?;
        Ok(if value.is_null() { JsValue::UNDEFINED } else { value })
    }

    fn read<T>(self, name: &str, noun: fmt::Arguments, read: impl FnOnce(&JsValue) -> Option<T>) -> Result<Option<T>> {
        let value = self.value(name)?;
        if value.is_undefined() {
            return Ok(None);
        }
        read(&value).map(Some).ok_or_else(|| wrong(name, noun))
    }

    /// A text.
    pub(super) fn text(self, name: &str) -> Result<Option<String>> {
        self.read(name, format_args!("a text"), JsValue::as_string)
    }

    /// A text or several; none when absent.
    pub(super) fn texts(self, name: &str) -> Result<Vec<String>> {
        let all = |value: &JsValue| match value.as_string() {
            Some(one) => Some(vec![one]),
            None if Array::is_array(value) => items(value)?.iter().map(JsValue::as_string).collect(),
            None => None,
        };
        Ok(self.read(name, format_args!("a text, or an array of texts"), all)?.unwrap_or_default())
    }

    /// Names and their texts; none when absent.
    #[cfg(feature = "client")]
    pub(super) fn pairs(self, name: &str) -> Result<Vec<(String, String)>> {
        let pair = |(name, value): (String, JsValue)| Some((name, value.as_string()?));
        let all = |value: &JsValue| entries(value)?.into_iter().map(pair).collect();
        Ok(self.read(name, format_args!("an object whose members are texts"), all)?.unwrap_or_default())
    }

    /// A number.
    pub(super) fn number(self, name: &str) -> Result<Option<f64>> {
        self.read(name, format_args!("a number"), JsValue::as_f64)
    }

    /// A whole number of this range.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub(super) fn whole(self, name: &str, range: RangeInclusive<u32>) -> Result<Option<u32>> {
        let (least, most) = (f64::from(*range.start()), f64::from(*range.end()));
        let fits = |number: &f64| number.fract() == 0.0 && (least..=most).contains(number);
        self.read(name, format_args!("a whole number from {} to {}", range.start(), range.end()), |value| {
            value.as_f64().filter(fits).map(|number| number as u32)
        })
    }

    /// A switch; off when absent.
    #[cfg(feature = "client")]
    pub(super) fn flag(self, name: &str) -> Result<bool> {
        Ok(self.read(name, format_args!("true or false"), JsValue::as_bool)?.unwrap_or_default())
    }

    /// A function.
    #[cfg(feature = "client")]
    pub(super) fn function(self, name: &str) -> Result<Option<Function>> {
        self.read(name, format_args!("a function"), |value| value.dyn_ref::<Function>().cloned())
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

fn wrong(name: &str, noun: fmt::Arguments) -> crate::error::Error {
    argument("invalid_options", format!("`{name}` must be {noun}"))
}

fn unreadable(name: &str) -> crate::error::Error {
    argument("invalid_options", format!("`{name}` cannot be read: it throws"))
}
