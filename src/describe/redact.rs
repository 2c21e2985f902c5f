//! Documents without their secrets, for those who may look at a run but not act with it.
use super::codec::Others;
use super::kinds::Raw;
use super::{Kind, Note, Value};

/// What stands in the place of a secret.
pub const REDACTED: &str = "[redacted]";

impl Value {
    /// The same JSON value with [`REDACTED`] for each member that is noted as a secret; `null` and absent ones stay so. What
    /// the description does not name stays as it is.
    pub fn redact(&self, json: &Raw) -> Raw {
        self.redacted(json).unwrap_or_else(|| json.clone())
    }

    /// `None` where nothing is described.
    fn redacted(&self, json: &Raw) -> Option<Raw> {
        let text = json.as_str();
        if !self.takes(*text.as_bytes().first()?) || text == "null" {
            return None;
        }
        match self.kind {
            Kind::Object(of) => {
                let mut members: Others = serde_json::from_str(text).ok()?;
                for (name, value) in &mut members.0 {
                    let Some(field) = of().fields.iter().find(|field| field.name == name) else { continue };
                    let is_secret = field.note == Note::Secret && value.as_str() != "null";
                    *value = if is_secret { spelled(&REDACTED)? } else { field.value.redact(value) };
                }
                spelled(&members)
            }
            Kind::Map(items) => {
                let mut members: Others = serde_json::from_str(text).ok()?;
                members.0.iter_mut().for_each(|(_, value)| *value = items.redact(value));
                spelled(&members)
            }
            Kind::Array { items, .. } | Kind::Rows(items) => {
                let all: Vec<Raw> = serde_json::from_str(text).ok()?;
                spelled(&all.iter().map(|item| items.redact(item)).collect::<Vec<_>>())
            }
            Kind::Union(of) => of.kinds.iter().find_map(|kind| kind.redacted(json)),
            _ => None,
        }
    }
}

fn spelled(value: &impl serde::Serialize) -> Option<Raw> {
    Raw::parse(&serde_json::to_string(value).ok()?)
}
