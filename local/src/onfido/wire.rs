//! Objects whose keys keep their order.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

/// An object as a list of its entries.
pub struct Object<'a>(pub &'a [(&'static str, Value)]);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}
