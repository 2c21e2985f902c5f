//! Events as the systems write them.
use super::make::{self, rules};
use crate::fixture;
use runward::error::{Kind, SystemName};
use runward::lifecycle::{Verdict, apply_event};
use runward::run::{Run, Stage};
use serde_json::Value;

fn body(path: &str) -> Value {
    let exchange: Value = serde_json::from_slice(&fixture(path)).unwrap();
    serde_json::from_str(exchange["response"]["body"].as_str().unwrap()).unwrap()
}

/// Events of a recorded list, oldest first.
fn task_events(path: &str) -> Vec<String> {
    body(path)["rows"].as_array().unwrap().iter().rev().map(Value::to_string).collect()
}

fn apply_all<'a>(system: SystemName, start: &Run, events: impl Iterator<Item = &'a String>) -> Run {
    events.fold(start.clone(), |run, event| apply_event(rules(system), &run, event).unwrap().run)
}

/// The run after the events in their order, backwards, from the middle, and each three times.
fn converged(system: SystemName, start: &Run, events: &[String]) -> Run {
    let end = apply_all(system, start, events.iter());
    let (late, early) = events.split_at(events.len() / 2);
    assert_eq!(apply_all(system, start, events.iter().rev()), end, "backwards");
    assert_eq!(apply_all(system, start, early.iter().chain(late)), end, "from the middle");
    assert_eq!(apply_all(system, start, events.iter().flat_map(|event| [event; 3])), end, "each three times");
    assert_eq!(apply_all(system, &end, events.iter()), end, "all again");
    end
}

fn hatchet(id: &str, steps: &[&str]) -> Run {
    let rules = rules(SystemName::Hatchet);
    let mut run = make::run(rules, id, "QUEUED");
    run.stages = steps.iter().map(|name| Stage { id: None, ..make::stage(rules, name, "", 1) }).collect();
    run
}

#[test]
fn events_of_a_task_that_failed_four_times_make_its_run() {
    let events = task_events("hatchet/recorded/task-events-task.json");
    let run = converged(SystemName::Hatchet, &hatchet("84ac0840-0c2e-4606-9510-eb5c809a1671", &[]), &events);
    assert_eq!((run.status.as_str(), run.attempt, run.stages.len()), ("FAILED", 4, 1));
    assert!(run.stages[0].error.as_ref().unwrap().contains("CardDeclined"));
    assert_eq!(run.finished_at, make::millis("2026-11-22T16:11:05.248017Z"));
    assert_eq!(run.started_at, make::millis("2026-11-22T16:11:05.221Z"));
}

#[test]
fn events_of_a_task_whose_worker_was_lost_make_its_run() {
    let events = task_events("hatchet/recorded/task-events-worker-lost.json");
    let id = serde_json::from_str::<Value>(&events[0]).unwrap()["taskId"].as_str().unwrap().to_owned();
    let run = converged(SystemName::Hatchet, &hatchet(&id, &[]), &events);
    assert_eq!((run.status.as_str(), run.attempt), ("COMPLETED", 2));
}

#[test]
fn events_of_a_dag_make_its_run_with_exact_outputs() {
    let events = task_events("hatchet/recorded/task-events-run-dag.json");
    let steps = ["extract", "transform-stock", "transform-sales", "render", "on-failure-task"];
    let run = converged(SystemName::Hatchet, &hatchet("e79d3fb7-4771-4022-b620-fa95d4ebd926", &steps), &events);
    assert_eq!(run.status, "COMPLETED");
    let names: Vec<&str> = run.stages.iter().map(|stage| stage.name.as_str()).collect();
    assert_eq!(names[0], "extract");
    assert_eq!(names[3..], ["render", "on-failure-task"]);
    assert!(run.stages[..4].iter().all(|stage| stage.output.is_some()), "{run:#?}");
}

#[test]
fn an_event_of_a_step_that_the_run_does_not_tell_of_is_refused() {
    let events = task_events("hatchet/recorded/task-events-run-dag.json");
    let run = hatchet("e79d3fb7-4771-4022-b620-fa95d4ebd926", &["extract"]);
    let late = events.last().unwrap();
    let error = apply_event(rules(SystemName::Hatchet), &run, late).unwrap_err();
    assert_eq!((error.kind, error.code), (Kind::Argument, "unknown_stage"));
}

#[test]
fn messages_of_formance_make_their_run() {
    let file: Value = serde_json::from_slice(&fixture("formance/recorded/broker-messages.json")).unwrap();
    let all = file["messages"].as_array().unwrap();
    for (scenario, status, stages) in [("wait-then-send", "succeeded", 2), ("fails-in-stage-1", "failed", 2)] {
        let of = all.iter().filter(|message| message["scenario"] == scenario);
        let events: Vec<String> = of.map(|message| message["payload"].as_str().unwrap().to_owned()).collect();
        let id =
            serde_json::from_str::<Value>(&events[0]).unwrap()["payload"]["instanceID"].as_str().unwrap().to_owned();
        let run = converged(SystemName::Formance, &make::run(rules(SystemName::Formance), &id, "running"), &events);
        assert_eq!((run.status.as_str(), run.stages.len()), (status, stages), "{scenario}");
        assert_eq!(run.error.is_some(), status == "failed");
        assert!(run.stages.iter().all(|stage| stage.started_at.is_some() && stage.finished_at.is_some()));
    }
}

#[test]
fn a_delivery_with_the_lower_case_type_says_the_same() {
    let rules = rules(SystemName::Formance);
    let event = |kind: &str| {
        let payload = r#"{"id":"w","instanceID":"r","number":0,"error":""}"#;
        format!(
            r#"{{"date":"2026-11-22T16:21:13.967735612Z","app":"orchestration","version":"v2","type":"{kind}","payload":{payload}}}"#
        )
    };
    let run = make::run(rules, "r", "running");
    let [upper, lower] = ["FAILED_WORKFLOW_STAGE", "orchestration.failed_workflow_stage"]
        .map(|kind| apply_event(rules, &run, &event(kind)).unwrap().run);
    assert_eq!(upper, lower);
    assert_eq!((upper.stages[0].status.as_str(), upper.stages[0].error.as_deref()), ("failed", Some("")));
}

fn onfido(name: &str) -> String {
    String::from_utf8(fixture(&format!("onfido/webhooks/{name}.body.json"))).unwrap()
}

#[test]
fn deliveries_of_onfido_make_their_run() {
    let rules = rules(SystemName::Onfido);
    let run = make::run(rules, "d19692d6-730a-4730-9005-82185a5ec595", "processing");
    let applied = apply_event(rules, &run, &onfido("webhook_workflow_run_completed")).unwrap();
    assert_eq!((applied.judgement.verdict, applied.judgement.cause), (Verdict::Advance, Some("finished")));
    assert_eq!(
        (applied.run.status.as_str(), applied.run.finished_at),
        ("approved", make::millis("2024-07-10T11:48:04Z"))
    );
    let again = apply_event(rules, &applied.run, &onfido("webhook_workflow_run_completed")).unwrap();
    assert_eq!((again.judgement.verdict, again.run), (Verdict::Same, applied.run));
}

#[test]
fn deliveries_of_onfidos_tasks_make_stages() {
    let rules = rules(SystemName::Onfido);
    let run = make::run(rules, "bc77c6e5-753a-4580-96a6-aaed3e5a8d19", "processing");
    let run = apply_event(rules, &run, &onfido("webhook_workflow_task_started")).unwrap().run;
    assert_eq!((run.stages[0].id.as_deref(), run.stages[0].status.as_str()), (Some("profile_1eb92"), "started"));
    assert_eq!(run.stages[0].name, "profile_data");
}

#[test]
fn an_event_of_another_run_is_refused() {
    let rules = rules(SystemName::Onfido);
    let run = make::run(rules, "another", "processing");
    let error = apply_event(rules, &run, &onfido("webhook_workflow_run_completed")).unwrap_err();
    assert_eq!((error.kind, error.code, error.system), (Kind::Argument, "not_same_run", Some(SystemName::Onfido)));
}

#[test]
fn what_is_no_event_is_refused_with_its_place() {
    for system in [SystemName::Hatchet, SystemName::Formance, SystemName::Onfido] {
        let run = make::run(rules(system), "r", "");
        for text in ["", "{", "[]", "null", "{\"payload\":{}}"] {
            let error = apply_event(rules(system), &run, text).unwrap_err();
            assert_eq!((error.kind, error.code), (Kind::Decode, "bad_event"), "{system}: {text}");
            let place = if text.len() > 4 { "/" } else { "line 1, column" };
            assert!(error.message.contains(place), "{}", error.message);
        }
    }
    let error =
        apply_event(rules(SystemName::MeshX), &make::run(rules(SystemName::MeshX), "r", "RUNNING"), "{}").unwrap_err();
    assert_eq!((error.kind, error.code), (Kind::Unsupported, "no_events"));
}
