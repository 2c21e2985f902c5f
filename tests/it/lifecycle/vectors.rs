//! Histories with the verdicts that they must have, as documents of the systems; kept in `tests/vectors`, so that every
//! runtime gives the same answers. `UPDATE=1 cargo test` writes the files anew.
use super::make::{self, rules};
use super::recorded::{Moves, moves};
use super::wire::snapshot;
use runward::error::SystemName;
use runward::finding::What;
use runward::lifecycle::{Row, history};
use runward::run::Snapshot;
use serde_json::{Value, json};

/// Some documents of one run, and what they are to each other: `verdict cause` for each step, and the codes of the findings.
struct Case(&'static str, Vec<Value>, &'static [&'static str], &'static [&'static str]);

pub fn bless() -> bool {
    std::env::var_os("UPDATE").is_some()
}

/// Compares a generated file with the one that is kept.
pub fn kept(path: &str, text: &str) {
    let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    if bless() {
        std::fs::create_dir_all(std::path::Path::new(&path).parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "{path} is not what the tables say: look at the change, UPDATE=1 writes it anew");
}

const RUN: &str = "6702f440-5180-4eba-87a0-331b08646ee2";
const STEPS: [(&str, &str); 2] =
    [("extract", "e1d90643-efcc-414b-a914-18c31aaca06e"), ("render", "7c5b7db6-1b99-4653-926c-52b856b8e337")];

/// A Hatchet run; tasks are `status:attempt`, `EVICTED` for one that was put aside, `-` for one that does not exist yet.
fn hatchet(status: &str, tasks: &[&str]) -> Value {
    hatchet_with(status, tasks, |_| {})
}

fn hatchet_with(status: &str, tasks: &[&str], change: impl Fn(&mut Value)) -> Value {
    let meta = |id: &str| json!({"createdAt": "2026-11-22T16:02:04.042842Z", "id": id, "updatedAt": "2026-11-22T16:02:04.042842Z"});
    let zero = "0001-01-01T00:00:00Z";
    let tenant = "707d0855-80ab-4e1f-a156-f1c4546cbf52";
    let workflow = "7dfe507e-f532-42f9-9cde-cf09806e1b97";
    let run = json!({"additionalMetadata": {}, "createdAt": "2026-11-22T16:02:04.110013Z", "displayName": "nightly-report-1795363324041",
        "duration": 0, "errorMessage": "", "finishedAt": zero, "input": {"day": "2026-11-21"}, "metadata": meta(RUN), "output": {},
        "startedAt": zero, "status": status, "tenantId": tenant, "workflowId": workflow});
    let parts: Vec<(&str, &str, &str)> = match tasks {
        [one] => vec![("charge", RUN, *one)],
        many => STEPS.iter().zip(many).map(|((name, id), task)| (*name, *id, *task)).collect(),
    };
    let task = |(name, id, task): &(&str, &str, &str)| {
        let (status, attempt) = task.split_once(':')?;
        let attempt: u32 = attempt.parse().unwrap();
        let wire = if status == "EVICTED" { "RUNNING" } else { status };
        Some(
            json!({"actionId": format!("report:{name}"), "additionalMetadata": {}, "attempt": attempt, "createdAt": zero,
            "displayName": format!("{name}-1795363324041"), "errorMessage": "", "input": {}, "isDurable": false,
            "isEvicted": status == "EVICTED", "metadata": meta(id), "numSpawnedChildren": 0, "output": {}, "retryCount": attempt - 1,
            "status": wire, "stepId": id, "taskExternalId": id, "taskId": 7, "taskInsertedAt": "2026-11-22T16:02:04.042842Z",
            "tenantId": tenant, "type": "TASK", "workflowId": workflow, "workflowRunExternalId": RUN}),
        )
    };
    let known: Vec<Value> = parts.iter().rev().filter_map(task).collect();
    let nil = "00000000-0000-0000-0000-000000000000";
    let shape: Vec<Value> = parts
        .iter()
        .map(|(name, id, task)| json!({"childrenStepIds": [], "stepId": id, "taskExternalId": if *task == "-" { nil } else { *id }, "taskName": name}))
        .collect();
    let mut document = json!({"run": run, "shape": shape, "taskEvents": [], "tasks": known, "workflowConfig": {}});
    change(&mut document);
    document
}

/// Hatchet's answer to `return_only_id`.
fn hatchet_created() -> Value {
    let nil = "00000000-0000-0000-0000-000000000000";
    let meta = json!({"createdAt": "2026-11-22T16:02:04.069Z", "id": RUN, "updatedAt": "2026-11-22T16:02:04.069Z"});
    let run = json!({"displayName": "", "input": {}, "metadata": meta, "output": {}, "status": "", "tenantId": nil, "workflowId": nil});
    json!({"run": run, "shape": null, "taskEvents": null, "tasks": null})
}

fn set(pointer: &'static str, value: Value) -> impl Fn(&mut Value) {
    move |document| *document.pointer_mut(pointer).unwrap() = value.clone()
}

fn hatchet_cases() -> Vec<Case> {
    let end = |status: &str, tasks: &[&str], at: &str| hatchet_with(status, tasks, set("/run/finishedAt", json!(at)));
    let output = |text: &str| {
        hatchet_with("RUNNING", &["COMPLETED:1", "RUNNING:1"], set("/tasks/1/output", json!({"rows": text})))
    };
    let both = ["COMPLETED:1", "COMPLETED:1"];
    vec![
        Case("the id alone, then the run", vec![hatchet_created(), hatchet("QUEUED", &[])], &["advance created"], &[]),
        Case(
            "the run, then an answer that tells its id alone",
            vec![hatchet("QUEUED", &[]), hatchet_created()],
            &["stale"],
            &[],
        ),
        Case(
            "nothing happened",
            vec![hatchet("RUNNING", &["RUNNING:1"]), hatchet("RUNNING", &["RUNNING:1"])],
            &["same"],
            &[],
        ),
        Case(
            "a task from begin to end",
            vec![
                hatchet("QUEUED", &["QUEUED:1"]),
                hatchet("RUNNING", &["RUNNING:1"]),
                hatchet("COMPLETED", &["COMPLETED:1"]),
            ],
            &["advance assigned", "advance finished"],
            &[],
        ),
        Case(
            "a false FAILED between two attempts",
            vec![
                hatchet("FAILED", &["FAILED:1"]),
                hatchet("RUNNING", &["RUNNING:2"]),
                hatchet("COMPLETED", &["COMPLETED:2"]),
            ],
            &["newAttempt", "advance finished"],
            &["reopened"],
        ),
        Case(
            "a false FAILED, and then the state before it",
            vec![hatchet("FAILED", &["FAILED:1"]), hatchet("RUNNING", &["RUNNING:1"])],
            &["stale"],
            &["stage_step"],
        ),
        Case(
            "false ends between the layers of a replay",
            vec![
                hatchet("COMPLETED", &both),
                hatchet("RUNNING", &["RUNNING:2", "COMPLETED:1"]),
                hatchet("COMPLETED", &["COMPLETED:2", "COMPLETED:1"]),
                hatchet("RUNNING", &["COMPLETED:2", "RUNNING:2"]),
                hatchet("COMPLETED", &["COMPLETED:2", "COMPLETED:2"]),
            ],
            &["newAttempt replay", "advance finished", "newAttempt replay", "advance finished"],
            &["reopened", "reopened"],
        ),
        Case(
            "a run that is moments behind its tasks",
            vec![hatchet("FAILED", &["QUEUED:2"]), hatchet("RUNNING", &["RUNNING:2"])],
            &["newAttempt"],
            &["run_apart_from_tasks", "reopened"],
        ),
        Case(
            "an older attempt is the older state",
            vec![hatchet("RUNNING", &["RUNNING:2"]), hatchet("FAILED", &["FAILED:1"])],
            &["stale"],
            &["attempt_falls", "stage_step"],
        ),
        Case(
            "a snapshot that came late takes no place",
            vec![
                hatchet("RUNNING", &["RUNNING:2"]),
                hatchet("FAILED", &["FAILED:1"]),
                hatchet("COMPLETED", &["COMPLETED:2"]),
            ],
            &["stale", "advance finished"],
            &["attempt_falls", "stage_step"],
        ),
        Case(
            "a DAG's run never returns to QUEUED",
            vec![hatchet("RUNNING", &["RUNNING:1", "-"]), hatchet("QUEUED", &["RUNNING:1", "-"])],
            &["stale"],
            &["dag_queued_again", "run_apart_from_tasks"],
        ),
        Case(
            "a DAG's run in QUEUED whose tasks went on",
            vec![hatchet("RUNNING", &["RUNNING:1", "-"]), hatchet("QUEUED", &["COMPLETED:1", "RUNNING:1"])],
            &["conflict"],
            &["dag_queued_again", "run_apart_from_tasks", "mixed_moments"],
        ),
        Case(
            "one task forward, another back",
            vec![hatchet("RUNNING", &["COMPLETED:1", "RUNNING:1"]), hatchet("RUNNING", &["RUNNING:1", "COMPLETED:1"])],
            &["conflict"],
            &["stage_step", "mixed_moments"],
        ),
        Case(
            "a task that is gone",
            vec![hatchet("RUNNING", &["RUNNING:1", "QUEUED:1"]), hatchet("RUNNING", &["RUNNING:1", "-"])],
            &["stale"],
            &["stage_vanishes"],
        ),
        Case(
            "tasks that are gone",
            vec![hatchet("RUNNING", &["RUNNING:1"]), hatchet_with("RUNNING", &["-"], set("/shape", json!([])))],
            &["stale"],
            &["tasks_vanish"],
        ),
        Case(
            "a cancel moves the end of a finished run",
            vec![
                end("COMPLETED", &["COMPLETED:1"], "2026-11-22T16:03:39.153406Z"),
                end("COMPLETED", &["COMPLETED:1"], "2026-11-22T16:03:40.737912Z"),
            ],
            &["revision"],
            &[],
        ),
        Case(
            "an end that moves back",
            vec![
                end("COMPLETED", &["COMPLETED:1"], "2026-11-22T16:03:40.737912Z"),
                end("COMPLETED", &["COMPLETED:1"], "2026-11-22T16:03:39.153406Z"),
            ],
            &["stale"],
            &["end_moves_back"],
        ),
        Case(
            "another run",
            vec![hatchet("QUEUED", &[]), hatchet_with("RUNNING", &[], set("/run/metadata/id", json!(STEPS[0].1)))],
            &["conflict"],
            &["not_same_run"],
        ),
        Case(
            "another tenant",
            vec![hatchet("QUEUED", &[]), hatchet_with("RUNNING", &[], set("/run/tenantId", json!(RUN)))],
            &["conflict"],
            &["not_same_run"],
        ),
        Case(
            "another creation",
            vec![
                hatchet("QUEUED", &[]),
                hatchet_with("RUNNING", &[], set("/run/metadata/createdAt", json!("2026-11-22T16:02:05Z"))),
            ],
            &["conflict"],
            &["not_same_run"],
        ),
        Case(
            "another input",
            vec![hatchet("QUEUED", &[]), hatchet_with("RUNNING", &[], set("/run/input", json!({"day": "2026-11-22"})))],
            &["conflict"],
            &["input_changes"],
        ),
        Case(
            "an input that is left out",
            vec![hatchet("QUEUED", &[]), hatchet_with("RUNNING", &[], set("/run/input", json!({})))],
            &["advance assigned"],
            &[],
        ),
        Case("another output of an attempt", vec![output("1"), output("2")], &["conflict"], &["task_output_changes"]),
        Case(
            "a status of tomorrow",
            vec![hatchet("RUNNING", &[]), hatchet("PAUSED", &[]), hatchet("COMPLETED", &[])],
            &["advance", "advance"],
            &["status_step"],
        ),
        Case(
            "a finished run that another read calls cancelled",
            vec![hatchet("COMPLETED", &[]), hatchet("CANCELLED", &[])],
            &["revision cancelled"],
            &[],
        ),
    ]
}

/// A Formance instance; stages are `state` or `state:pass`, `failed=text` for one with an error.
fn formance(status: &str, stages: &[&str]) -> Value {
    formance_with(status, stages, |_| {})
}

fn formance_with(status: &str, stages: &[&str], change: impl Fn(&mut Value)) -> Value {
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

fn formance_cases() -> Vec<Case> {
    let done = ["succeeded", "succeeded"];
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
            "another workflow",
            vec![formance("running", &[]), formance_with("running", &[], set("/workflowID", json!(RUN)))],
            &["conflict"],
            &["not_same_run"],
        ),
    ]
}

fn onfido(status: &str) -> Value {
    onfido_with(status, |_| {})
}

fn onfido_with(status: &str, change: impl Fn(&mut Value)) -> Value {
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

fn onfido_cases() -> Vec<Case> {
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

fn meshx(status: &str) -> Value {
    meshx_with(status, |_| {})
}

fn meshx_with(status: &str, change: impl Fn(&mut Value)) -> Value {
    let mut run = json!({"identifier": "3f0c7a52-5f0f-4f0b-8d0a-0d4b0f6b8a11", "data_product_identifier": "9a1d0c1e-2b7e-4f7b-9c55-6a2f7f4c1d22",
        "name": "nightly", "run_type": "single", "config": null, "status": status, "created_by": null, "created_at": "2024-05-01T08:00:00Z",
        "updated_at": null, "started_at": null, "completed_at": null, "error_message": null});
    change(&mut run);
    run
}

fn meshx_cases() -> Vec<Case> {
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

/// Each row of the system's tables that its documents can show, by itself.
fn row_histories(system: SystemName) -> Vec<(String, Vec<Value>)> {
    let named = |of: &str, row: &Row| format!("{of}: {} to {} ({})", row.from, row.to, row.cause);
    let runs = rules(system).runs.rows.iter().map(|row| (named("runs", row), run_history(system, row)));
    let stages = rules(system).stages.rows.iter().map(|row| (named("stages", row), stage_history(system, row)));
    match system {
        SystemName::Hatchet | SystemName::Formance => runs.chain(stages).collect(),
        SystemName::Onfido | SystemName::MeshX => runs.collect(),
    }
}

fn run_history(system: SystemName, row: &Row) -> Vec<Value> {
    let document = |status: &str, attempt: u32| match system {
        SystemName::Hatchet if row.from == "EVICTED" || row.to == "EVICTED" || row.from == row.to => {
            let wire = if status == "EVICTED" { "RUNNING" } else { status };
            hatchet(wire, &[&format!("{status}:{attempt}")])
        }
        SystemName::Hatchet => hatchet(status, &[]),
        SystemName::Formance if row.from == row.to && attempt == 2 => formance(status, &["succeeded", "running:2"]),
        SystemName::Formance if row.from == row.to => formance(status, &["succeeded"]),
        SystemName::Formance => formance(status, &[]),
        SystemName::Onfido => onfido(status),
        SystemName::MeshX => meshx(status),
    };
    let first = (!row.from.is_empty()).then(|| document(row.from, 1));
    first.into_iter().chain([document(row.to, if row.new_attempt { 2 } else { 1 })]).collect()
}

fn stage_history(system: SystemName, row: &Row) -> Vec<Value> {
    if system == SystemName::Formance {
        let stages = |status: &'static str| if status.is_empty() { vec![] } else { vec![status] };
        let before = ["succeeded"].into_iter().chain(stages(row.from)).collect::<Vec<_>>();
        let after = ["succeeded"].into_iter().chain(stages(row.to)).collect::<Vec<_>>();
        return vec![formance("running", &before), formance("running", &after)];
    }
    let task = |status: &str, attempt: u32| if status.is_empty() { "-".into() } else { format!("{status}:{attempt}") };
    let before = hatchet("RUNNING", &["RUNNING:1", &task(row.from, 1)]);
    vec![before, hatchet("RUNNING", &["RUNNING:1", &task(row.to, if row.new_attempt { 2 } else { 1 })])]
}

/// The step of a stage in runs whose documents tell of none: Onfido's come with deliveries, and meshX's with its graph.
fn told_step(system: SystemName, row: &Row) -> (&'static str, &'static str, bool) {
    let rules = rules(system);
    let open = rules.runs.states.iter().find(|state| !state.is_end()).unwrap();
    let with = |status: &str| {
        let mut run = make::run(rules, "r", open.status);
        run.stages = vec![make::stage(rules, "another", rules.stages.states[0].status, 1)];
        run.stages.extend((!status.is_empty()).then(|| make::stage(rules, "one", status, 1)));
        Snapshot { run, what: What::Run, fixed: vec![], changed_at: None }
    };
    let snapshots = [with(row.from), with(row.to)];
    let judged = history(rules, &snapshots);
    assert!(judged.steps[0].verdict.is_accepted(), "{system}: {row:?}: {:?}", judged.findings);
    let (_, stages) = moves(rules, &snapshots);
    let another = |step: &&(&str, &str, bool)| step.0 == step.1;
    assert_eq!(stages.iter().filter(|step| !another(step)).count(), 1, "{system}: {row:?}");
    *stages.iter().find(|step| !another(step)).unwrap()
}

fn judged(system: SystemName, name: &str, documents: &[Value]) -> Value {
    let snapshots: Vec<Snapshot> = documents.iter().map(|document| snapshot(system, document)).collect();
    let history = history(rules(system), &snapshots);
    let steps: Vec<Value> = history
        .steps
        .iter()
        .map(|step| match step.cause {
            Some(cause) => json!({"verdict": step.verdict, "cause": cause}),
            None => json!({"verdict": step.verdict}),
        })
        .collect();
    let findings: Vec<String> =
        history.findings.iter().map(|finding| format!("{} {}", finding.pointer, finding.code)).collect();
    let last = history.last.unwrap();
    json!({"name": name, "snapshots": documents, "steps": steps, "findings": findings, "final": {"status": last.status, "attempt": last.attempt}})
}

fn cases(system: SystemName) -> Vec<Case> {
    match system {
        SystemName::Hatchet => hatchet_cases(),
        SystemName::Formance => formance_cases(),
        SystemName::Onfido => onfido_cases(),
        SystemName::MeshX => meshx_cases(),
    }
}

#[test]
fn every_case_has_its_verdict_and_its_findings() {
    let mut wrong = vec![];
    for system in SystemName::ALL {
        for Case(name, documents, verdicts, codes) in cases(system) {
            let judged = judged(system, name, &documents);
            let word = |step: &Value| match step["cause"].as_str() {
                Some(cause) => format!("{} {cause}", step["verdict"].as_str().unwrap()),
                None => step["verdict"].as_str().unwrap().to_owned(),
            };
            let steps: Vec<String> = judged["steps"].as_array().unwrap().iter().map(word).collect();
            let findings = judged["findings"].as_array().unwrap();
            let found: Vec<&str> = findings.iter().map(|f| f.as_str().unwrap().split_once(' ').unwrap().1).collect();
            if steps != verdicts || found != codes {
                wrong.push(format!("{system}: {name}: {steps:?} {found:?}, not {verdicts:?} {codes:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Walks the rules: one without a vector that breaks or bends it fails here.
#[test]
fn every_rule_has_a_sentence_evidence_and_a_vector_that_breaks_or_bends_it() {
    let codes = |system: SystemName| cases(system).into_iter().flat_map(|case| case.3).copied().collect::<Vec<_>>();
    let mut shared = std::collections::BTreeMap::<&str, usize>::new();
    let mut names = std::collections::BTreeSet::new();
    for system in SystemName::ALL {
        let (rules, found) = (rules(system), codes(system));
        for rule in rules.rules {
            assert!(found.contains(&rule.name), "{system}: no vector for {}", rule.name);
            assert!(names.insert(rule.name), "{system}: two rules are called {}", rule.name);
        }
        for rule in rules.all() {
            assert!(rule.doc.ends_with('.') && rule.doc.len() > 30, "{system}: {} says nothing", rule.name);
            *shared.entry(rule.name).or_default() += usize::from(found.contains(&rule.name));
        }
        for code in found {
            assert!(rules.all().any(|rule| rule.name == code), "{system}: {code} is the code of no rule");
        }
    }
    let without: Vec<&str> = shared.iter().filter(|(_, count)| **count == 0).map(|(name, _)| *name).collect();
    assert!(without.is_empty(), "no vector breaks or bends {without:?}");
    super::figure(&format!("{} rules, each with a vector", shared.len()));
}

#[test]
fn every_row_is_exercised_by_a_history_without_conflict() {
    for system in SystemName::ALL {
        let (mut runs, mut stages) = (Moves::new(), Moves::new());
        for (name, documents) in row_histories(system) {
            let snapshots: Vec<Snapshot> = documents.iter().map(|document| snapshot(system, document)).collect();
            let history = history(rules(system), &snapshots);
            assert!(
                history.steps.iter().all(|step| step.verdict.is_accepted()),
                "{system}: {name}: {:?}",
                history.findings
            );
            if let [only] = snapshots.as_slice() {
                let state = rules(system).runs.state(&only.run.status, only.run.phase).unwrap();
                runs.insert(("", state.status, false));
            }
            let (more_runs, more_stages) = moves(rules(system), &snapshots);
            runs.extend(more_runs);
            stages.extend(more_stages);
        }
        for row in rules(system).runs.rows {
            assert!(runs.contains(&(row.from, row.to, row.new_attempt)), "{system}: {row:?} is exercised by no run");
        }
        if matches!(system, SystemName::Onfido | SystemName::MeshX) {
            stages.extend(rules(system).stages.rows.iter().map(|row| told_step(system, row)));
        }
        for row in rules(system).stages.rows {
            assert!(
                stages.contains(&(row.from, row.to, row.new_attempt)),
                "{system}: {row:?} is exercised by no stage"
            );
        }
    }
}

#[test]
fn the_kept_histories_are_what_the_rules_say() {
    for system in SystemName::ALL {
        let cases = cases(system);
        let by_hand = cases.iter().map(|Case(name, documents, ..)| judged(system, name, documents));
        let rows = row_histories(system);
        let rows = rows.iter().map(|(name, documents)| judged(system, name, documents));
        let lines: Vec<String> = by_hand.chain(rows).map(|case| case.to_string()).collect();
        kept(&format!("tests/vectors/{system}/histories.json"), &format!("[\n{}\n]\n", lines.join(",\n")));
    }
}
