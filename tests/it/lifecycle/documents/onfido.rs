//! Onfido's.
use super::{Case, RUN, set};
use serde_json::{Value, json};

pub fn onfido(status: &str) -> Value {
    onfido_with(status, |_| {})
}

pub fn onfido_with(status: &str, change: impl Fn(&mut Value)) -> Value {
    let id = "d19692d6-730a-4730-9005-82185a5ec595";
    let error = if status == "error" { json!({"type": "technical", "message": "a task failed"}) } else { Value::Null };
    let link = json!({"url": format!("https://eu.onfido.app/l/{id}"), "completed_redirect_url": null, "expired_redirect_url": null,
        "expires_at": null, "language": null});
    let mut run = json!({"id": id, "applicant_id": "520d3d08-c600-4458-abf3-d0e91cff2735", "workflow_id": "221f9d24-cf72-4762-ac4a-01bf3ccc09dd",
        "workflow_version_id": 1, "status": status, "dashboard_url": format!("https://dashboard.onfido.com/results/{id}"), "output": null,
        "reasons": [], "error": error, "link": link, "tags": [], "created_at": "2024-07-10T11:48:04Z", "updated_at": "2024-07-10T11:48:04Z"});
    change(&mut run);
    run
}

pub fn onfido_cases() -> Vec<Case> {
    let at = |status: &str, time: &str| onfido_with(status, set("/updated_at", json!(time)));
    vec![
        Case(
            "an applicant gives input and is approved",
            vec![onfido("awaiting_input"), onfido("processing"), onfido("approved")],
            &["advance input given", "advance finished"],
            &[],
        ),
        Case("a person decides", vec![onfido("review"), onfido("approved")], &["revision revised"], &[]),
        Case(
            "a settled run goes on",
            vec![onfido("declined"), onfido("processing")],
            &["revision reopened"],
            &["reopened"],
        ),
        Case(
            "a settled run, and then an earlier record",
            vec![at("approved", "2024-07-10T11:49:00Z"), at("processing", "2024-07-10T11:48:30Z")],
            &["stale"],
            &["updated_at_falls"],
        ),
        Case(
            "an error beside another status",
            vec![onfido("processing"), onfido_with("approved", set("/error", json!({"type": "technical"})))],
            &["advance finished"],
            &["error_without_status"],
        ),
        Case(
            "a status of tomorrow",
            vec![onfido("processing"), onfido("awaiting_moon"), onfido("approved")],
            &["advance", "advance"],
            &["status_step"],
        ),
        Case(
            "another applicant",
            vec![onfido("processing"), onfido_with("approved", set("/applicant_id", json!(RUN)))],
            &["conflict"],
            &["not_same_run"],
        ),
    ]
}
