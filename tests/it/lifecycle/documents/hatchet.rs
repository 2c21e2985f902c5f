//! Hatchet's.
use super::{Case, RUN, set};
use serde_json::{Value, json};

const STEPS: [(&str, &str); 2] =
    [("extract", "e1d90643-efcc-414b-a914-18c31aaca06e"), ("render", "7c5b7db6-1b99-4653-926c-52b856b8e337")];

/// A Hatchet run; tasks are `status:attempt`, `EVICTED` for one that was put aside, `-` for one that does not exist yet.
pub fn hatchet(status: &str, tasks: &[&str]) -> Value {
    hatchet_with(status, tasks, |_| {})
}

pub fn hatchet_with(status: &str, tasks: &[&str], change: impl Fn(&mut Value)) -> Value {
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
pub fn hatchet_created() -> Value {
    let nil = "00000000-0000-0000-0000-000000000000";
    let meta = json!({"createdAt": "2026-11-22T16:02:04.069Z", "id": RUN, "updatedAt": "2026-11-22T16:02:04.069Z"});
    let run = json!({"displayName": "", "input": {}, "metadata": meta, "output": {}, "status": "", "tenantId": nil, "workflowId": nil});
    json!({"run": run, "shape": null, "taskEvents": null, "tasks": null})
}

pub fn hatchet_cases() -> Vec<Case> {
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
