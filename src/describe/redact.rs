//! Documents without their secrets, for those who may look at a run but not act with it.
use super::codec::Others;
use super::kinds::Raw;
use super::{Kind, Note, Value, decode};
use std::collections::BTreeSet;

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
                let mut members = Others::decode(text).ok()?;
                for (name, value) in &mut members.0 {
                    let Some(field) = of().fields.iter().find(|field| field.name == name) else { continue };
                    let is_secret = field.note == Note::Secret && value.as_str() != "null";
                    *value = if is_secret { Raw::of(REDACTED) } else { field.value.redact(value) };
                }
                Some(Raw::of(&members))
            }
            Kind::Map(items) => {
                let mut members = Others::decode(text).ok()?;
                members.0.iter_mut().for_each(|(_, value)| *value = items.redact(value));
                Some(Raw::of(&members))
            }
            Kind::Array { items, .. } | Kind::Rows(items) => {
                let all: Vec<Raw> = decode(text).ok()?;
                Some(Raw::of(&all.iter().map(|item| items.redact(item)).collect::<Vec<_>>()))
            }
            Kind::Union(of) => of.kinds.iter().find_map(|kind| kind.redacted(json)),
            _ => None,
        }
    }
}

/// The names of all members of these values, at whatever depth, that are noted as secrets.
pub fn secret_names<'a>(values: impl IntoIterator<Item = &'a Value>) -> BTreeSet<&'static str> {
    let (mut found, mut seen) = (BTreeSet::new(), BTreeSet::new());
    values.into_iter().for_each(|value| gather(value, &mut found, &mut seen));
    found
}

/// `seen` are the objects that were looked into: an object may hold itself.
fn gather(value: &Value, found: &mut BTreeSet<&'static str>, seen: &mut BTreeSet<&'static str>) {
    match value.kind {
        Kind::Object(of) if seen.insert(of().name) => {
            for field in of().fields {
                if field.note == Note::Secret {
                    found.insert(field.name);
                }
                gather(&field.value, found, seen);
            }
        }
        Kind::Map(items) | Kind::Array { items, .. } | Kind::Rows(items) => gather(items, found, seen),
        Kind::Union(of) => of.kinds.iter().for_each(|kind| gather(kind, found, seen)),
        _ => {}
    }
}

/// Any JSON value with [`REDACTED`] for what stands under one of these names, at whatever depth, and for every address that
/// lets in whoever knows it.
pub fn redact_named(json: &Raw, names: &BTreeSet<&'static str>) -> Raw {
    named(json, names).unwrap_or_else(|| json.clone())
}

/// `None` where there is nothing to hide.
fn named(json: &Raw, names: &BTreeSet<&'static str>) -> Option<Raw> {
    match json.as_str().as_bytes().first()? {
        b'{' => {
            let mut members = Others::decode(json.as_str()).ok()?;
            for (name, value) in &mut members.0 {
                let is_secret = names.contains(name.as_str()) && value.as_str() != "null";
                *value = if is_secret { Raw::of(REDACTED) } else { redact_named(value, names) };
            }
            Some(Raw::of(&members))
        }
        b'[' => {
            let all: Vec<Raw> = decode(json.as_str()).ok()?;
            Some(Raw::of(&all.iter().map(|item| redact_named(item, names)).collect::<Vec<_>>()))
        }
        b'"' => {
            let text: String = decode(json.as_str()).ok()?;
            lets_in(&text).then(|| Raw::of(REDACTED))
        }
        _ => None,
    }
}

/// Is it an address whose query holds a signature or a token?
fn lets_in(text: &str) -> bool {
    const KEYS: [&str; 7] =
        ["signature", "sig", "x-amz-signature", "x-goog-signature", "token", "access_token", "sdk_token"];
    let is_address = ["https://", "http://"].iter().any(|scheme| text.starts_with(scheme));
    let query = text.split_once('?').filter(|_| is_address).map_or("", |(_, query)| query);
    query.split(['&', '#', ';']).any(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        KEYS.iter().any(|key| name.eq_ignore_ascii_case(key))
    })
}
