//! Events and expectations with the answers that they must have; kept in `tests/vectors`, so that every runtime gives the same
//! answers. `UPDATE=1 cargo test` writes the files anew.
use super::make::{self, rules};
use super::vectors::kept;
use crate::fixture;
use runward::error::SystemName;
use runward::finding::Evidence;
use runward::lifecycle::{Judgement, Row, apply_event, expectation};
use runward::run::{Phase, Run, Stage};
use serde_json::{Value, json};

/// A run and what arrives about it.
struct Told {
    name: String,
    run: Run,
    events: Vec<String>,
}

fn exchange(path: &str) -> Value {
    serde_json::from_slice(&fixture(path)).unwrap()
}

/// Events of a recorded list, oldest first.
fn rows(path: &str) -> Vec<String> {
    let list: Value = serde_json::from_str(exchange(path)["response"]["body"].as_str().unwrap()).unwrap();
    list["rows"].as_array().unwrap().iter().rev().map(Value::to_string).collect()
}

fn of_hatchet(name: &'static str, id: &str, steps: &[&str], list: &str) -> Told {
    let rules = rules(SystemName::Hatchet);
    let mut run = make::run(rules, id, "QUEUED");
    run.stages = steps.iter().map(|name| Stage { id: None, ..make::stage(rules, name, "", 1) }).collect();
    Told { name: name.into(), run, events: rows(&format!("hatchet/recorded/{list}.json")) }
}

fn of_formance(name: &'static str, scenario: &str) -> Told {
    let file = exchange("formance/recorded/broker-messages.json");
    let all = file["messages"].as_array().unwrap().iter().filter(|message| message["scenario"] == scenario);
    let events: Vec<String> = all.map(|message| message["payload"].as_str().unwrap().to_owned()).collect();
    let first: Value = serde_json::from_str(&events[0]).unwrap();
    let id = first["payload"]["instanceID"].as_str().unwrap();
    Told { name: name.into(), run: make::run(rules(SystemName::Formance), id, "running"), events }
}

fn of_onfido(name: &'static str, id: &str, files: &[&str]) -> Told {
    let text = |file: &&str| String::from_utf8(fixture(&format!("onfido/webhooks/{file}.body.json"))).unwrap();
    let run = make::run(rules(SystemName::Onfido), id, "processing");
    Told { name: name.into(), run, events: files.iter().map(text).collect() }
}

/// Deliveries that show one step of a task of Onfido.
fn of_row(row: &Row) -> Told {
    let delivery = |(second, status): (usize, &&str)| {
        let (action, time) = if *status == "started" { ("started", "started") } else { ("completed", "completed") };
        let mut object =
            json!({"id": "profile_1eb92", "task_def_id": "profile_data", "status": status, "workflow_run_id": "r"});
        object[format!("{time}_at_iso8601")] = json!(format!("2024-07-10T11:48:0{second}Z"));
        json!({"payload": {"resource_type": "workflow_task", "action": format!("workflow_task.{action}"), "object": object}})
    };
    let steps = [row.from, row.to];
    let events = steps.iter().filter(|status| !status.is_empty()).enumerate().map(delivery);
    let run = make::run(rules(SystemName::Onfido), "r", "processing");
    let from = if row.from.is_empty() { "new" } else { row.from };
    Told {
        name: format!("stages: {from} to {} ({})", row.to, row.cause),
        run,
        events: events.map(|it| it.to_string()).collect(),
    }
}

fn told(system: SystemName) -> Vec<Told> {
    let nothing = |id: &str| make::run(rules(system), id, "");
    let refused = Told { name: "what is no event".into(), run: nothing("r"), events: vec![r#"{"payload":{}}"#.into()] };
    match system {
        SystemName::Hatchet => {
            let task = "84ac0840-0c2e-4606-9510-eb5c809a1671";
            let dag = "e79d3fb7-4771-4022-b620-fa95d4ebd926";
            let steps = ["extract", "transform-stock", "transform-sales", "render", "on-failure-task"];
            vec![
                of_hatchet("a task that failed four times", task, &[], "task-events-task"),
                of_hatchet("a run of five tasks", dag, &steps, "task-events-run-dag"),
                of_hatchet("a task that the run does not tell of", dag, &["extract"], "task-events-run-dag"),
                refused,
            ]
        }
        SystemName::Formance => vec![
            of_formance("a run that waits and goes on", "wait-then-send"),
            of_formance("a run that fails in its second stage", "fails-in-stage-1"),
            refused,
        ],
        SystemName::Onfido => {
            let ended = "d19692d6-730a-4730-9005-82185a5ec595";
            let working = "bc77c6e5-753a-4580-96a6-aaed3e5a8d19";
            let rules = rules(system);
            vec![
                of_onfido("a run that ends", ended, &["webhook_workflow_run_completed"]),
                of_onfido("a task that begins", working, &["webhook_workflow_task_started"]),
                of_onfido("a delivery of another run", working, &["webhook_workflow_run_completed"]),
                refused,
            ]
            .into_iter()
            .chain(rules.stages.rows.iter().map(of_row))
            .collect()
        }
        SystemName::MeshX => {
            vec![Told { name: "a system without events".into(), run: nothing("r"), events: vec!["{}".into()] }]
        }
    }
}

/// In order, backwards, and each twice.
fn orders(count: usize) -> [(&'static str, Vec<usize>); 3] {
    let twice = (0..count).flat_map(|index| [index; 2]).collect();
    [("in order", (0..count).collect()), ("backwards", (0..count).rev().collect()), ("each twice", twice)]
}

/// The verdicts of the events in this order, and the run that they make; or what refuses one of them.
fn merged(told: &Told, order: &[usize]) -> Result<(Vec<String>, Run), String> {
    let (mut steps, mut run) = (vec![], told.run.clone());
    for index in order {
        let applied = apply_event(rules(told.run.system), &run, &told.events[*index]);
        let applied = applied.map_err(|error| format!("{:?}Error {}", error.kind, error.code))?;
        steps.push(word(&applied.judgement));
        run = applied.run;
    }
    Ok((steps, run))
}

fn word(judgement: &Judgement) -> String {
    let verdict = json!(judgement.verdict).as_str().unwrap().to_owned();
    judgement.cause.map_or(verdict.clone(), |cause| format!("{verdict} {cause}"))
}

fn vector(told: &Told) -> Value {
    let Told { name, run, events } = told;
    let mut kept = json!({"name": name, "run": run, "events": events});
    for (order, places) in orders(events.len()) {
        match merged(told, &places) {
            Ok((steps, after)) => {
                kept["orders"][order] = json!({"order": places, "steps": steps});
                kept["after"] = json!(after);
            }
            Err(refused) => kept["refused"] = json!(refused),
        }
    }
    kept
}

#[test]
fn the_kept_events_make_the_kept_runs_in_every_order() {
    for system in SystemName::ALL {
        let all = told(system);
        for told in &all {
            let ends: Vec<_> =
                orders(told.events.len()).map(|(_, order)| merged(told, &order).map(|(_, run)| run)).into();
            assert!(ends.windows(2).all(|two| two[0] == two[1]), "{system}: {}: {ends:#?}", told.name);
        }
        let shown = |row: &Row| {
            let of = all.iter().filter_map(|told| merged(told, &orders(told.events.len())[0].1).ok());
            let mut last = of.filter_map(|(steps, run)| Some((steps, run.stages.first()?.status.clone())));
            last.any(|(steps, status)| status == row.to && !steps.iter().any(|step| step == "conflict"))
        };
        if system == SystemName::Onfido {
            assert!(rules(system).stages.rows.iter().all(shown), "a step of a task is in no vector");
        }
        let lines: Vec<String> = all.iter().map(|told| vector(told).to_string()).collect();
        kept(&format!("tests/vectors/{system}/events.json"), &format!("[\n{}\n]\n", lines.join(",\n")));
    }
}

const MINUTE: f64 = 60_000.0;

/// A run whose stages are statuses with their begin and end in minutes.
fn staged(system: SystemName, status: &str, stages: &[(&str, f64, Option<f64>)]) -> Run {
    let rules = rules(system);
    let mut run = make::run(rules, "r", status);
    for (index, (status, began, ended)) in stages.iter().enumerate() {
        let mut stage = make::stage(rules, &index.to_string(), status, 1);
        (stage.started_at, stage.finished_at) = (Some(began * MINUTE), ended.map(|ended| ended * MINUTE));
        run.stages.push(stage);
    }
    run
}

/// Words of a run that goes on and of one that ended; of a stage that goes on and of one that ended.
fn words(system: SystemName) -> [&'static str; 4] {
    match system {
        SystemName::Hatchet => ["RUNNING", "COMPLETED", "RUNNING", "COMPLETED"],
        SystemName::Formance => ["running", "succeeded", "running", "succeeded"],
        SystemName::Onfido => ["processing", "approved", "started", "completed"],
        SystemName::MeshX => ["RUNNING", "COMPLETED", "RUNNING", "DONE"],
    }
}

/// Runs, the minute at which they are looked at, and the hints that they give.
type Ahead = (&'static str, Run, Option<f64>, &'static [&'static str]);

fn ahead(system: SystemName) -> Vec<Ahead> {
    let [open, ended, going, done] = words(system);
    let of = |status, stages: &[(&str, f64, Option<f64>)]| staged(system, status, stages);
    let (first, second) = ((done, 0.0, Some(2.0)), (going, 2.0, None));
    vec![
        ("a run that goes on", of(open, &[first, second]), Some(3.0), &[]),
        ("a run whose stages have all ended", of(open, &[first]), Some(3.0), &["all_stages_ended"]),
        ("a stage that is open ten times longer", of(open, &[first, second]), Some(30.0), &["slow_stage"]),
        ("a stage that is open for long, without a clock", of(open, &[first, second]), None, &[]),
        ("a run that has ended", of(ended, &[first]), Some(1000.0), &[]),
        ("a word of tomorrow", of("awaiting the moon", &[]), Some(1000.0), &[]),
    ]
}

#[test]
fn a_stuck_run_of_every_system_is_hinted_at() {
    for system in SystemName::ALL {
        for (name, run, minute, hints) in ahead(system) {
            let found = expectation(rules(system), &run, minute.map(|minute| minute * MINUTE));
            let codes: Vec<&str> = found.hints.iter().map(|hint| hint.code).collect();
            assert_eq!(codes, hints, "{system}: {name}");
            let known = [Evidence::Observed, Evidence::Policy];
            assert!(
                found.hints.iter().all(|hint| known.contains(&hint.evidence) && hint.pointer.starts_with("/stages"))
            );
            let open = run.phase != Phase::Finished;
            assert_eq!(found.may_change, open || system != SystemName::Formance, "{system}: {name}");
            assert_eq!(found.next, rules(system).runs.allowed_next(&run.status), "{system}: {name}");
        }
    }
}

#[test]
fn the_kept_expectations_are_what_the_tables_say() {
    for system in SystemName::ALL {
        let vector = |(name, run, minute, _): Ahead| {
            let now = minute.map(|minute| minute * MINUTE);
            let found = expectation(rules(system), &run, now);
            json!({"name": name, "run": run, "now": now, "expectation": found}).to_string()
        };
        let lines: Vec<String> = ahead(system).into_iter().map(vector).collect();
        kept(&format!("tests/vectors/{system}/expectations.json"), &format!("[\n{}\n]\n", lines.join(",\n")));
    }
}
