//! Documents by hand of all four systems, and cases of what they are to each other.
pub mod formance;
pub mod hatchet;
pub mod meshx;
pub mod onfido;

use serde_json::Value;

/// Some documents of one run, and what they are to each other: `verdict cause` for each step, and the codes of the findings.
pub struct Case(pub &'static str, pub Vec<Value>, pub &'static [&'static str], pub &'static [&'static str]);

/// An id that nothing here has but a run of Hatchet.
pub const RUN: &str = "6702f440-5180-4eba-87a0-331b08646ee2";

pub fn set(pointer: &'static str, value: Value) -> impl Fn(&mut Value) {
    move |document| *document.pointer_mut(pointer).unwrap() = value.clone()
}
