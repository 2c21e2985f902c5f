//! What else is written from the descriptions: TypeScript and JSON Schema.
use crate::views::assert_golden;
use runward::describe::{Kind, Members, Presence, Value, Wire};
use runward::finding::Level;
use runward::systems::{self, hatchet::model};
use runward::write::{json_schema, package_types};
use serde_json::{Value as Json, json};

#[test]
fn types_of_the_package_are_those_of_the_golden_file() {
    assert_golden("types.d.ts", &package_types());
}

#[test]
fn every_field_of_every_document_is_a_typed_member_with_its_sentence() {
    let types = package_types();
    for system in systems::ALL {
        for document in system.documents() {
            let Kind::Object(of) = document.value.kind else { continue };
            for field in of().fields.iter().filter(|_| of().members == Members::Each) {
                let mark = if field.value.presence == Presence::Optional { "?" } else { "" };
                assert!(types.contains(&format!("  {}{mark}: ", field.name)), "{}.{}", of().name, field.name);
                let sentence = field.doc.trim().lines().next().unwrap_or_default();
                assert!(types.contains(sentence), "{}.{}: {sentence}", of().name, field.name);
            }
        }
    }
    assert!(types.contains(r#"export type V1TaskStatus = Open<"QUEUED" | "RUNNING""#));
    assert!(types.contains("  hatchet: V1WorkflowRunDetails | V1TaskSummary | V1WorkflowRunCreated | V1WorkflowRun;"));
}

#[test]
fn no_type_is_declared_twice() {
    let types = package_types();
    let name = |line: &str| {
        let rest = line.strip_prefix("export type ").or(line.strip_prefix("export interface "))?;
        rest.split(|c: char| !c.is_alphanumeric()).next().map(str::to_owned)
    };
    let mut names: Vec<String> = types.lines().filter_map(name).collect();
    let count = names.len();
    assert!(count > 30, "{count} types");
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn a_schema_says_what_its_level_says() {
    let of = |value: Value, level| json_schema(&value, level);
    let run = |schema: &Json| schema["$defs"]["V1WorkflowRun"].clone();
    let (wire, contract) = (
        run(&of(model::V1WorkflowRunDetails::VALUE, Level::Wire)),
        run(&of(model::V1WorkflowRunDetails::VALUE, Level::Schema)),
    );
    let required = |schema: &Json| schema["required"].as_array().unwrap().contains(&json!("id"));
    assert_eq!((required(&wire), required(&contract)), (false, true));
    assert_eq!(
        wire["properties"]["tenantId"],
        json!({"type": "string", "format": "uuid", "description": "Whose it is."})
    );
    let status = |level| of(model::V1WorkflowRun::VALUE, level)["$defs"]["V1TaskStatus"].clone();
    assert!(status(Level::Wire).get("enum").is_none());
    assert_eq!(status(Level::Schema)["enum"][0], "QUEUED");
    let created = of(model::V1WorkflowRunCreated::VALUE, Level::Wire);
    assert_eq!(created["$defs"]["V1WorkflowRunCreated"]["properties"]["tasks"]["type"], "null");
}
