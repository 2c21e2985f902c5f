//! Values as JSON text.
use serde::Serialize;

/// A value as JSON text.
pub fn json<T: Serialize + ?Sized>(value: &T) -> String {
    // No value of ours refuses to be written: all names are strings.
    serde_json::to_string(value).unwrap_or_default()
}
