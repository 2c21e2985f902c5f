//! meshX's.
use super::{Case, RUN, set};
use serde_json::{Value, json};

pub fn meshx(status: &str) -> Value {
    meshx_with(status, |_| {})
}

pub fn meshx_with(status: &str, change: impl Fn(&mut Value)) -> Value {
    let mut run = json!({"identifier": "3f0c7a52-5f0f-4f0b-8d0a-0d4b0f6b8a11", "data_product_identifier": "9a1d0c1e-2b7e-4f7b-9c55-6a2f7f4c1d22",
        "name": "nightly", "run_type": "single", "config": null, "status": status, "created_by": null, "created_at": "2024-05-01T08:00:00Z",
        "updated_at": null, "started_at": null, "completed_at": null, "error_message": null});
    change(&mut run);
    run
}

pub fn meshx_cases() -> Vec<Case> {
    let done = set("/completed_at", json!("2024-05-01T08:05:00Z"));
    vec![
        Case("words in any case", vec![meshx("running"), meshx("Completed")], &["advance finished"], &[]),
        Case(
            "a word of nobody",
            vec![meshx("RUNNING"), meshx("melting"), meshx("COMPLETED")],
            &["advance", "advance"],
            &["status_step"],
        ),
        Case(
            "a word of nobody that is an end",
            vec![meshx_with("melted", &done), meshx("RUNNING")],
            &["revision"],
            &["reopened"],
        ),
        Case("somebody writes another end", vec![meshx("FAILED"), meshx("COMPLETED")], &["revision replaced"], &[]),
        Case(
            "another data product",
            vec![meshx("RUNNING"), meshx_with("RUNNING", set("/data_product_identifier", json!(RUN)))],
            &["conflict"],
            &["not_same_run"],
        ),
    ]
}
