//! Formance's.
use super::{Case, RUN, set};
use serde_json::{Value, json};

/// A Formance instance; stages are `state` or `state:pass`, `failed=text` for one with an error.
pub fn formance(status: &str, stages: &[&str]) -> Value {
    formance_with(status, stages, |_| {})
}

pub fn formance_with(status: &str, stages: &[&str], change: impl Fn(&mut Value)) -> Value {
    let at = |second: usize| format!("2026-11-22T16:19:{second:02}.5Z");
    let id = "c1bc42ff-c131-49f4-8a31-2171aab0a3e8";
    let stage = |(place, text): (usize, &&str)| {
        let (text, pass) = text.split_once(':').unwrap_or((text, "1"));
        let (state, error) = text.split_once('=').map_or((text, None), |(state, error)| (state, Some(error)));
        let number =
            stages[..place].iter().filter(|other| other.split_once(':').map_or("1", |(_, pass)| pass) == pass).count();
        let mut stage = json!({"stage": number, "instanceID": id, "temporalRunID": format!("01a2040e-0f25-790b-bf5b-00000000000{pass}"),
            "startedAt": at(20 + place * 2)});
        if state != "running" {
            stage["terminatedAt"] = json!(at(21 + place * 2));
        }
        if state == "failed" {
            stage["error"] = json!(error.unwrap_or("account is closed"));
        }
        stage
    };
    let mut run = json!({"workflowID": "af37ca68-f485-4c0f-be49-66a280f816f2", "id": id, "createdAt": at(19), "updatedAt": at(19),
        "terminated": status != "running"});
    if status != "running" {
        run["terminatedAt"] = json!(at(50));
    }
    if status == "failed" {
        run["error"] = json!("account is closed");
    }
    if !stages.is_empty() {
        run["status"] = Value::Array(stages.iter().enumerate().map(stage).collect());
    }
    change(&mut run);
    json!({"data": run})
}

pub fn formance_cases() -> Vec<Case> {
    let done = ["succeeded", "succeeded"];
    let created = |at: &str| formance_with("running", &[], set("/createdAt", json!(at)));
    vec![
        Case(
            "two stages and the gap between them",
            vec![
                formance("running", &[]),
                formance("running", &["running"]),
                formance("running", &["succeeded"]),
                formance("running", &["succeeded", "running"]),
                formance("running", &done),
                formance("succeeded", &done),
            ],
            &["advance", "advance finished", "advance", "advance finished", "advance finished"],
            &[],
        ),
        Case(
            "a stage fails",
            vec![formance("running", &["running"]), formance("running", &["failed"]), formance("failed", &["failed"])],
            &["advance failed", "advance failed"],
            &[],
        ),
        Case(
            "a stage fails without a word",
            vec![formance("running", &["failed="]), formance("succeeded", &["failed="])],
            &["advance finished"],
            &["failed_stage_in_success"],
        ),
        Case(
            "an end is left",
            vec![formance("succeeded", &["succeeded"]), formance("running", &["succeeded"])],
            &["stale"],
            &["status_step"],
        ),
        Case(
            "an end becomes another",
            vec![formance("succeeded", &["succeeded"]), formance("failed", &["succeeded"])],
            &["conflict"],
            &["status_step", "end_changes"],
        ),
        Case(
            "a list tells of another end",
            vec![formance("succeeded", &[]), formance("failed", &[])],
            &["newAttempt reset"],
            &[],
        ),
        Case(
            "an operator resets an ended run",
            vec![
                formance("succeeded", &done),
                formance("succeeded", &["succeeded", "succeeded", "running:2"]),
                formance_with(
                    "succeeded",
                    &["succeeded", "succeeded", "succeeded:2"],
                    set("/terminatedAt", json!("2026-11-22T16:19:55.5Z")),
                ),
            ],
            &["newAttempt reset", "revision finished"],
            &[],
        ),
        Case(
            "an operator resets a failed run, and it succeeds",
            vec![
                formance("failed", &["failed"]),
                formance("failed", &["failed", "running:2"]),
                formance_with(
                    "succeeded",
                    &["failed", "succeeded:2"],
                    set("/terminatedAt", json!("2026-11-22T16:19:55.5Z")),
                ),
            ],
            &["newAttempt reset", "revision"],
            &[],
        ),
        Case(
            "a stage that is gone",
            vec![formance("running", &done), formance("running", &["succeeded"])],
            &["stale"],
            &["stage_vanishes"],
        ),
        Case(
            "a stage opens again",
            vec![formance("running", &["succeeded"]), formance("running", &["running"])],
            &["stale"],
            &["stage_step", "stage_step"],
        ),
        Case(
            "a stage ends otherwise",
            vec![formance("running", &["succeeded"]), formance("running", &["failed"])],
            &["conflict"],
            &["stage_step"],
        ),
        Case(
            "a stage began at another time",
            vec![
                formance("running", &["running"]),
                formance_with("running", &["running"], set("/status/0/startedAt", json!("2026-11-22T16:19:21Z"))),
            ],
            &["conflict"],
            &["closed_stage_changes"],
        ),
        Case(
            "a stage ended at another time",
            vec![
                formance("running", &["succeeded"]),
                formance_with("running", &["succeeded"], set("/status/0/terminatedAt", json!("2026-11-22T16:19:22Z"))),
            ],
            &["conflict"],
            &["closed_stage_changes"],
        ),
        Case(
            "a stage failed of something else",
            vec![formance("running", &["failed=a"]), formance("running", &["failed=b"])],
            &["conflict"],
            &["closed_stage_changes"],
        ),
        Case(
            "terminated, but never",
            vec![
                formance("running", &["succeeded"]),
                formance_with("succeeded", &["succeeded"], |run| {
                    drop(run.as_object_mut().unwrap().remove("terminatedAt"))
                }),
            ],
            &["conflict"],
            &["end_without_time"],
        ),
        Case(
            "an end of a run that goes on",
            vec![
                formance("running", &["succeeded"]),
                formance_with("running", &["succeeded"], |run| run["terminatedAt"] = json!("2026-11-22T16:19:50Z")),
            ],
            &["conflict"],
            &["end_without_time"],
        ),
        Case(
            "an error of a run that goes on",
            vec![
                formance("running", &["failed"]),
                formance_with("running", &["failed"], |run| run["error"] = json!("account is closed")),
            ],
            &["conflict"],
            &["error_before_end"],
        ),
        Case(
            "an error of no stage",
            vec![formance("running", &["failed=other"]), formance("failed", &["failed=other"])],
            &["advance failed"],
            &["error_of_no_stage"],
        ),
        Case(
            "a stage is missing",
            vec![
                formance("running", &["running"]),
                formance_with("running", &["succeeded", "running"], set("/status/1/stage", json!(2))),
            ],
            &["conflict"],
            &["stage_out_of_line"],
        ),
        Case(
            "two stages open",
            vec![formance("running", &["running"]), formance("running", &["running", "running"])],
            &["conflict"],
            &["stage_left_open"],
        ),
        Case(
            "terminated with an open stage",
            vec![formance("running", &["running"]), formance("succeeded", &["running"])],
            &["conflict"],
            &["stage_left_open"],
        ),
        Case(
            "a stage after a failed one",
            vec![formance("running", &["failed"]), formance("running", &["failed", "running"])],
            &["conflict"],
            &["stage_left_open"],
        ),
        Case(
            "the same creation, to the nanosecond and to the microsecond",
            vec![created("2026-11-22T17:19:19.123456789+01:00"), created("2026-11-22T16:19:19.123456Z")],
            &["same"],
            &[],
        ),
        Case(
            "another creation",
            vec![created("2026-11-22T16:19:19.123456Z"), created("2026-11-22T16:19:19.123457Z")],
            &["conflict"],
            &["not_same_run"],
        ),
        Case(
            "another workflow",
            vec![formance("running", &[]), formance_with("running", &[], set("/workflowID", json!(RUN)))],
            &["conflict"],
            &["not_same_run"],
        ),
    ]
}
