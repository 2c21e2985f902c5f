//! The description as JSON Schema.
use super::types::Types;
use crate::describe::{Field, Kind, Members, Object, Presence, Value};
use crate::finding::Level;
use serde_json::{Map, Value as Json, json};

/// A JSON Schema (2020-12) of what the walker accepts at this level. At level `wire` words that we do not know are allowed,
/// as they are for the walker, which only warns of them.
pub fn json_schema(root: &Value, level: Level) -> Json {
    let types = Types::of(&[*root], level);
    let objects = types.objects.values().map(|of| (of.name.to_string(), object(of, level)));
    let enums = types.enums.values().map(|of| (of.name.to_string(), strings(of.values, level)));
    let unions = types
        .unions
        .values()
        .map(|of| (of.name.to_string(), json!({"anyOf": of.kinds.iter().map(value).collect::<Vec<_>>()})));
    let meta = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": objects.chain(enums).chain(unions).collect::<Map<_, _>>(),
    });
    with(value(root), meta)
}

/// `schema` and the members of `more`.
fn with(mut schema: Json, more: Json) -> Json {
    if let (Some(schema), Json::Object(more)) = (schema.as_object_mut(), more) {
        schema.extend(more);
    }
    schema
}

fn value(value: &Value) -> Json {
    let schema = kind(value.kind);
    if value.nullable { json!({"anyOf": [schema, {"type": "null"}]}) } else { schema }
}

fn kind(kind: Kind) -> Json {
    match kind {
        Kind::String { min: 0, max: u32::MAX } => json!({"type": "string"}),
        Kind::String { min, max } => json!({"type": "string", "minLength": min, "maxLength": max}),
        Kind::Uuid => json!({"type": "string", "format": "uuid"}),
        Kind::Slug => json!({"type": "string", "pattern": "^[0-9a-z_-]+$"}),
        Kind::DateTime => json!({"type": "string", "format": "date-time"}),
        Kind::NaiveDateTime => json!({"type": "string", "description": "A date-time; without an offset it is UTC."}),
        Kind::Integer => json!({"type": "integer"}),
        Kind::Number => json!({"type": "number"}),
        Kind::Boolean => json!({"type": "boolean"}),
        Kind::Enum(of) => reference(of.name),
        Kind::Object(of) => reference(of().name),
        Kind::Union(of) => reference(of.name),
        Kind::Array { items, max: u32::MAX } | Kind::Rows(items) => json!({"type": "array", "items": value(items)}),
        Kind::Array { items, max } => json!({"type": "array", "items": value(items), "maxItems": max}),
        Kind::Map(items) => json!({"type": "object", "additionalProperties": value(items)}),
        Kind::AnyObject => json!({"type": "object"}),
        Kind::Any => json!({}),
        Kind::Null => json!({"type": "null"}),
    }
}

fn strings(values: &[&str], level: Level) -> Json {
    match level {
        Level::Schema => json!({"type": "string", "enum": values}),
        _ => json!({"type": "string", "examples": values}),
    }
}

fn reference(name: &str) -> Json {
    json!({"$ref": format!("#/$defs/{name}")})
}

fn object(object: &Object, level: Level) -> Json {
    let schema = json!({"type": "object", "properties": properties(object, level)});
    let schema = with(schema, members(object, level));
    if object.doc.is_empty() { schema } else { with(schema, json!({"description": object.doc.trim()})) }
}

/// What may stand under each name. Where wire and contract differ, a field that nobody sends has no property on the wire.
fn properties(object: &Object, level: Level) -> Map<String, Json> {
    let property = |field: &Field| {
        let schema = value(&field.at(level));
        let described = json!({"description": field.doc.trim()});
        let schema = if field.doc.is_empty() { schema } else { with(schema, described) };
        (field.name.to_string(), schema)
    };
    object.fields.iter().map(property).collect()
}

fn members(object: &Object, level: Level) -> Json {
    let is_required = |field: &&Field| field.at(level).presence == Presence::Required;
    match object.members {
        Members::Each => {
            let required = object.fields.iter().filter(is_required).map(|field| field.name);
            json!({"required": required.collect::<Vec<_>>()})
        }
        Members::ExactlyOne if level == Level::Schema => {
            json!({"minProperties": 1, "maxProperties": 1, "additionalProperties": false})
        }
        Members::ExactlyOne => json!({"minProperties": 1, "maxProperties": 1}),
    }
}
