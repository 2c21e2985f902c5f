//! The description as TypeScript: what servers really send, with the doc comments of the declarations.
use super::types::Types;
use crate::describe::{Enum, Field, Kind, Members, Object, Presence, Union, Value};
use crate::finding::{CATALOGUE, Level};
use crate::system::Documents;
use crate::systems;
use std::collections::{BTreeMap, BTreeSet};

const PRELUDE: &str = "\
/** Any JSON value, as `JSON.parse` reads it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
/** Any JSON object. */
export type JsonObject = { [key: string]: Json };
/** A UUID, as text. */
export type Uuid = string;
/** An RFC 3339 date-time, as text. */
export type DateTime = string;
/** Words that we know, and any others a newer server may send. */
export type Open<Known extends string> = Known | (string & {});
";

/// The types of the package that follow from the descriptions: what every system sends, and the codes of findings. The
/// package's other types stand beside what exports them, and name these.
pub fn package_types() -> String {
    let names = TypeNames::of(systems::ALL);
    let mut text = format!("{PRELUDE}\n{}{}", codes(), systems_of(&names));
    for system in systems::ALL {
        text += &format!("\n// {}\n", system.name());
        text += &declarations(&types_at_wire(system), &|name| names.of_system(system, name));
    }
    text
}

/// Declarations of the types that can be reached from these values.
pub fn types_of(roots: &[Value]) -> String {
    declarations(&Types::of(roots, Level::Wire), &str::to_owned)
}

fn types_at_wire(system: &Documents) -> Types {
    let others = systems::system(system.name()).map(|system| system.others).unwrap_or_default();
    let documents = system.documents().iter().map(|document| document.value);
    Types::of(&documents.chain(others.iter().copied()).collect::<Vec<_>>(), Level::Wire)
}

/// The names of the types of several systems in one file: a system's own name goes before those that clash.
struct TypeNames {
    clashing: BTreeSet<&'static str>,
}

impl TypeNames {
    fn of(systems: &[&Documents]) -> TypeNames {
        let mut counts: BTreeMap<&'static str, u32> = BTreeMap::new();
        for system in systems {
            let types = types_at_wire(system);
            let names = types.objects.into_keys().chain(types.enums.into_keys()).chain(types.unions.into_keys());
            names.for_each(|name| *counts.entry(name).or_default() += 1);
        }
        // the package's own, of which no other may take the name: a test of its types compares
        let shared = [
            "Run",
            "Stage",
            "Finding",
            "Report",
            "Wire",
            "Json",
            "Open",
            "Phase",
            "Outcome",
            "Level",
            "What",
            "Error",
            "ErrorFields",
            "WebhookEvent",
        ];
        let twice = counts.into_iter().filter(|(name, count)| *count > 1 || shared.contains(name));
        TypeNames { clashing: twice.map(|(name, _)| name).collect() }
    }

    fn of_system(&self, system: &Documents, name: &str) -> String {
        if self.clashing.contains(name) { format!("{}{name}", system.name().type_prefix()) } else { name.into() }
    }
}

fn codes() -> String {
    let lines = CATALOGUE.iter().map(|rule| format!(" * - `{}`: {}\n", rule.code, rule.doc.trim()));
    let values: Vec<&str> = CATALOGUE.iter().map(|rule| rule.code).collect();
    let lines: String = lines.collect();
    format!(
        "/**\n * What a finding of a document can be.\n{lines} */\nexport type DocumentCode = {};\n",
        literals(&values)
    )
}

/// What a run of each system comes in.
fn systems_of(names: &TypeNames) -> String {
    let mut text =
        String::from("/** The shapes that a run of each system comes in. */\nexport interface WireTypes {\n");
    for system in systems::ALL {
        let mut shapes = vec![];
        for document in system.documents().iter().filter(|document| document.holds_a_run()) {
            let shape = type_of(&document.row(), &|name| names.of_system(system, name));
            if !shapes.contains(&shape) {
                shapes.push(shape);
            }
        }
        text += &format!("  {}: {};\n", system.name(), shapes.join(" | "));
    }
    let of = "export type Wire<S extends keyof WireTypes = keyof WireTypes> = WireTypes[S];";
    format!("{text}}}\n/** The shapes that a run of a system comes in. */\n{of}\n")
}

/// How a type is named in the file.
type Naming<'a> = &'a dyn Fn(&str) -> String;

fn declarations(types: &Types, name: Naming) -> String {
    let enums = types.enums.values().map(|of| string_enum(of, name));
    let unions = types.unions.values().map(|of| union(of, name));
    let objects = types.objects.values().map(|of| match of.members {
        Members::Each => interface(of, name),
        Members::ExactlyOne => choice(of, name),
    });
    enums.chain(unions).chain(objects).collect()
}

fn string_enum(of: &Enum, name: Naming) -> String {
    format!("{}export type {} = Open<{}>;\n", doc(of.doc, ""), name(of.name), literals(of.values))
}

fn literals(values: &[&str]) -> String {
    values.iter().map(|value| format!("{value:?}")).collect::<Vec<_>>().join(" | ")
}

fn union(of: &Union, name: Naming) -> String {
    let kinds: Vec<String> = of.kinds.iter().map(|kind| type_of(kind, name)).collect();
    format!("{}export type {} = {};\n", doc(of.doc, ""), name(of.name), kinds.join(" | "))
}

/// One of its members at a time, or one that is new to us.
fn choice(of: &Object, name: Naming) -> String {
    let members = of.fields.iter().map(|field| format!("{{ {} }}", member(field, "", name)));
    let members: Vec<String> = members.chain(["JsonObject".into()]).collect();
    format!("{}export type {} = {};\n", doc(of.doc, ""), name(of.name), members.join(" | "))
}

fn interface(of: &Object, name: Naming) -> String {
    let member = |field: &Field| {
        let mark = if field.value.presence == Presence::Optional { "?" } else { "" };
        format!("{}  {};\n", doc(field.doc, "  "), member(field, mark, name))
    };
    let members: String = of.fields.iter().map(member).collect();
    format!("{}export interface {} {{\n{members}}}\n", doc(of.doc, ""), name(of.name))
}

fn member(field: &Field, mark: &str, name: Naming) -> String {
    let is_plain = field.name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$');
    let key = if is_plain { field.name.to_owned() } else { format!("{:?}", field.name) };
    format!("{key}{mark}: {}", type_of(&field.value, name))
}

fn type_of(value: &Value, name: Naming) -> String {
    let of = match value.kind {
        Kind::String { max: 0, .. } => "\"\"".into(),
        Kind::String { .. } | Kind::Slug => "string".into(),
        Kind::Uuid => "Uuid".into(),
        Kind::DateTime | Kind::NaiveDateTime => "DateTime".into(),
        Kind::Integer | Kind::Number => "number".into(),
        Kind::Boolean => "boolean".into(),
        Kind::Enum(of) => name(of.name),
        Kind::Object(of) => name(of().name),
        Kind::Union(of) => name(of.name),
        Kind::Array { items, .. } | Kind::Rows(items) => format!("Array<{}>", type_of(items, name)),
        Kind::Map(items) => format!("Record<string, {}>", type_of(items, name)),
        Kind::AnyObject => "JsonObject".into(),
        Kind::Any => "Json".into(),
        Kind::Null => "null".into(),
    };
    if value.nullable { of + " | null" } else { of }
}

fn doc(text: &str, indent: &str) -> String {
    let lines: Vec<&str> = text.trim().lines().map(str::trim).collect();
    if lines.is_empty() {
        return String::new();
    }
    format!("{indent}/** {} */\n", lines.join(&format!("\n{indent} * ")))
}
