//! Illegal moves: refused before anything is sent, as far as the caller or a confirmed end tells.
use crate::recordings::Recorded;
use crate::support::{Got, Native, Reply, SECRET, Server, client_of, ends, recorded};
use runward::client::{Call, Client, Options, WatchOptions};
use runward::describe::Raw;
use runward::error::{Error, Kind, SystemName};
use runward::lifecycle::{Known, apply_event, check_move};
use runward::policy::Limits;
use runward::run::{Phase, Run};
use runward::system::{Documents, System};
use runward::systems::{formance::FORMANCE, hatchet::HATCHET, meshx::MESHX, onfido::ONFIDO, rules, system};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::rc::Rc;

const FORCE: fn() -> Call = || Call { force: true, ..Call::default() };

/// A server that takes everything, and a client of it.
async fn speaking(system: &'static System) -> (Server, Rc<Client<Native>>) {
    let server = Server::new(|got: &Got| match got.head.starts_with("DELETE") {
        true => Reply::json(200, text("meshx/run-cancelled.json")),
        false => Reply::json(200, r#"{"ids":[]}"#),
    })
    .await;
    let client = of(system, &server);
    (server, client)
}

fn of(system: &'static System, server: &Server) -> Rc<Client<Native>> {
    let limits = Limits { timeout: 60_000.0, deadline: 600_000.0, retries: 0 };
    let options =
        Options { base_url: Some(server.url.clone()), tenant: Some("t".into()), limits, ..Options::default() };
    client_of(system, SECRET, 20.0, options)
}

fn text(path: &str) -> String {
    String::from_utf8(crate::fixture(path)).unwrap()
}

fn run(system: &Documents, json: &str) -> Run {
    system.snapshot(json).unwrap().run
}

fn instance(name: &str) -> Run {
    run(&FORMANCE, Recorded::get("formance", name).response().text().unwrap())
}

fn raw(value: Value) -> Raw {
    serde_json::from_str(&value.to_string()).unwrap()
}

/// A refusal with its reason and the way around it.
fn refused(error: &Error, code: &str, system: SystemName) {
    assert_eq!((error.kind, error.code, error.system), (Kind::Transition, code, Some(system)), "{}", error.message);
    assert!(error.message.contains(" was not sent: ") && error.message.contains("`force: true`"), "{}", error.message);
}

#[test]
fn a_move_is_legal_where_a_row_of_its_cause_leads_on() {
    let mut all = BTreeMap::new();
    for system in SystemName::ALL {
        for asked in rules(system).moves {
            all.insert(format!("{system} {}", asked.operation), asked.from(rules(system)));
        }
    }
    let open = ["PENDING", "SCHEDULED", "STARTING_UP", "SUBMITTED", "RUNNING"];
    let wanted: [(&str, &[&str]); 7] = [
        ("formance cancel", &["running"]),
        ("formance instances.abort", &["running"]),
        ("formance instances.sendEvent", &["running"]),
        ("hatchet cancel", &["QUEUED", "RUNNING", "EVICTED"]),
        ("hatchet replay", &["CANCELLED", "FAILED", "COMPLETED"]),
        ("meshx cancel", &open),
        ("onfido tasks.complete", &["started"]),
    ];
    let wanted = wanted.map(|(name, from)| (name.to_owned(), from.to_vec()));
    assert_eq!(all.into_iter().collect::<Vec<_>>(), wanted);
}

#[test]
fn every_move_is_something_that_the_client_can_do_and_says_why_not() {
    for name in SystemName::ALL {
        let can = |operation: &str| system(name).unwrap().capabilities().contains(&(operation, true));
        for asked in rules(name).moves {
            assert!(can(asked.operation), "{name} {}", asked.operation);
            assert!(asked.otherwise.len() > 30, "{name} {}", asked.operation);
        }
        for operation in ["cancel", "replay"].into_iter().filter(|operation| can(operation)) {
            assert!(rules(name).move_of(operation).is_some(), "{name} {operation} is asked for in any state");
        }
    }
}

/// For every state of every table: refused outside of `from`, and never in an unknown one.
#[test]
fn what_is_refused_is_what_the_table_rules_out_and_never_a_word_of_tomorrow() {
    for name in SystemName::ALL {
        let rules = rules(name);
        for asked in rules.moves.iter().filter(|asked| ["cancel", "replay"].contains(&asked.operation)) {
            let from = asked.from(rules);
            for state in rules.runs.states {
                let known = Known { status: state.word().into(), phase: state.phase, ..Known::nothing("r") };
                let legal = check_move(rules, asked, &known).is_ok();
                assert_eq!(legal, from.contains(&state.status), "{name} {} in {}", asked.operation, state.status);
            }
            for phase in [Phase::Queued, Phase::Running, Phase::Waiting, Phase::Finished, Phase::Unknown] {
                let known = Known { status: "no such word".into(), phase, ..Known::nothing("r") };
                assert!(check_move(rules, asked, &known).is_ok(), "{name} {}", asked.operation);
            }
            assert!(check_move(rules, asked, &Known::nothing("r")).is_ok());
        }
    }
}

#[tokio::test]
async fn a_finished_run_that_is_handed_in_is_not_cancelled() {
    let finished = run(&HATCHET, &recorded("run-standalone-completed"));
    let aborted = instance("instance-succeeded");
    let ended = run(&MESHX, &text("meshx/run-completed.json"));
    for (system, run) in [(&HATCHET as &'static System, finished), (&FORMANCE, aborted), (&MESHX, ended)] {
        let (server, client) = speaking(system).await;
        let error = ends(client.cancel(&run, false, &Call::default())).await.unwrap_err();
        refused(&error, "already_finished", system.name());
        assert!(error.message.contains(&run.id) && error.message.contains(&run.status), "{}", error.message);
        assert_eq!(server.got().len(), 0, "{}", system.name());
        ends(client.cancel(&run, false, &FORCE())).await.unwrap();
        ends(client.cancel(&run.id, false, &Call::default())).await.unwrap();
        let open = Run { status: "RUNNING".into(), phase: Phase::Running, outcome: None, ..run };
        ends(client.cancel(&open, false, &Call::default())).await.unwrap();
        assert_eq!(server.got().len(), 3, "{}", system.name());
    }
}

#[tokio::test]
async fn an_open_run_that_is_handed_in_is_not_replayed() {
    let (server, client) = speaking(&HATCHET).await;
    let running = run(&HATCHET, &recorded("run-standalone-running"));
    let error = ends(client.replay(&running, false, &Call::default())).await.unwrap_err();
    refused(&error, "illegal_move", SystemName::Hatchet);
    assert_eq!(server.got().len(), 0);
    ends(client.replay(&running, false, &FORCE())).await.unwrap();
    ends(client.replay(&running.id, false, &Call::default())).await.unwrap();
    ends(client.replay(&run(&HATCHET, &recorded("run-standalone-completed")), false, &Call::default())).await.unwrap();
    assert_eq!(server.got().len(), 3);
}

/// The answer to an operation with a run, and perhaps a task, as it was read.
async fn operate(client: &Client<Native>, name: &str, arguments: Value, call: &Call) -> Result<(), Error> {
    ends(client.operate(name, &raw(arguments), call)).await.map(drop)
}

#[tokio::test]
async fn an_event_is_not_sent_to_a_run_that_waits_for_none() {
    let (server, client) = speaking(&FORMANCE).await;
    let send = async |run: &Run, call: &Call| {
        operate(&client, "instances.sendEvent", json!({ "id": run, "name": "paid" }), call).await
    };
    let ended = instance("instance-succeeded");
    refused(&send(&ended, &Call::default()).await.unwrap_err(), "already_finished", SystemName::Formance);
    let waiting = instance("instance-waiting");
    let stages = |change: fn(&mut Run)| {
        let mut run = waiting.clone();
        change(&mut run);
        run
    };
    let delayed = stages(|run| run.stages[0].name = "delay".into());
    let between = stages(|run| (run.stages[0].status, run.stages[0].phase) = ("succeeded".into(), Phase::Finished));
    for run in [&delayed, &between] {
        let error = send(run, &Call::default()).await.unwrap_err();
        refused(&error, "illegal_move", SystemName::Formance);
        assert!(error.message.contains("no wait_event of it is open"), "{}", error.message);
    }
    assert_eq!(server.got().len(), 0);
    send(&ended, &FORCE()).await.unwrap();
    let unnamed = stages(|run| run.stages[0].name = "0".into());
    let untold = stages(|run| run.stages.clear());
    for run in [&waiting, &unnamed, &untold] {
        send(run, &Call::default()).await.unwrap();
    }
    let sent = server.got();
    assert_eq!(sent.len(), 4);
    assert!(sent.iter().all(|got| got.line().contains(&waiting.id) || got.line().contains(&ended.id)));
    assert_eq!(sent[3].body, r#"{"name":"paid"}"#);
}

#[tokio::test]
async fn a_terminated_run_is_not_aborted() {
    let (server, client) = speaking(&FORMANCE).await;
    let abort = async |run: &Run, call: &Call| operate(&client, "instances.abort", json!({ "id": run }), call).await;
    let ended = instance("instance-succeeded");
    refused(&abort(&ended, &Call::default()).await.unwrap_err(), "already_finished", SystemName::Formance);
    assert_eq!(server.got().len(), 0);
    abort(&ended, &FORCE()).await.unwrap();
    abort(&instance("instance-waiting"), &Call::default()).await.unwrap();
    assert_eq!(server.count("PUT /v2/instances/"), 2);
}

#[tokio::test]
async fn a_finished_task_is_not_completed() {
    let (server, client) = speaking(&ONFIDO).await;
    let complete = async |run: Value, task: Value, call: &Call| {
        operate(&client, "tasks.complete", json!({ "id": run, "task": task, "data": {} }), call).await
    };
    let done: Value = serde_json::from_str(&text("onfido/task-list-output.json")).unwrap();
    let open: Value = serde_json::from_str(&text("onfido/task-null-output.json")).unwrap();
    let listed: Value = serde_json::from_str::<Value>(&text("onfido/tasks.json")).unwrap()[0].clone();
    let ended = json!(run(&ONFIDO, &text("onfido/run-approved.json")));
    let processing = run(&ONFIDO, &text("onfido/run-processing.json"));
    for (run, task) in [(json!("r"), &done), (json!(processing), &done), (ended.clone(), &json!("t"))] {
        refused(
            &complete(run, task.clone(), &Call::default()).await.unwrap_err(),
            "already_finished",
            SystemName::Onfido,
        );
    }
    assert_eq!(server.got().len(), 0);
    for (run, task) in [(json!("r"), &open), (json!(processing), &listed), (json!("r"), &json!("t"))] {
        complete(run, task.clone(), &Call::default()).await.unwrap();
    }
    complete(ended, done.clone(), &FORCE()).await.unwrap();
    let path = format!("POST /v3.6/workflow_runs/r/tasks/{}/complete", open["id"].as_str().unwrap());
    assert_eq!((server.got().len(), server.count(&path)), (4, 1));
}

#[tokio::test]
async fn a_task_that_a_delivery_told_to_be_completed_is_not_completed() {
    let (server, client) = speaking(&ONFIDO).await;
    let event = text("onfido/webhooks/webhook_workflow_task_completed_output_list.body.json");
    let told: Value = serde_json::from_str(&event).unwrap();
    let (run_id, task) = (&told["payload"]["resource"]["workflow_run_id"], &told["payload"]["object"]["id"]);
    let blank = run(&ONFIDO, &text("onfido/run-processing.json"));
    let before = Run { id: run_id.as_str().unwrap().into(), ..blank };
    let after = apply_event(rules(SystemName::Onfido), &before, &event).unwrap().run;
    let complete = async |run: &Run| {
        operate(&client, "tasks.complete", json!({ "id": run, "task": task, "data": {} }), &Call::default()).await
    };
    refused(&complete(&after).await.unwrap_err(), "already_finished", SystemName::Onfido);
    assert_eq!(server.got().len(), 0);
    complete(&before).await.unwrap();
}

/// A Hatchet server whose run stands as the last letter says, which the test moves.
async fn moving() -> (Server, Rc<Client<Native>>, String, std::sync::Arc<std::sync::Mutex<&'static str>>) {
    let shown = std::sync::Arc::new(std::sync::Mutex::new("run-standalone-completed"));
    let body = std::sync::Arc::clone(&shown);
    let id = run(&HATCHET, &recorded("run-standalone-completed")).id;
    let own = id.clone();
    let server = Server::new(move |got: &Got| {
        if got.head.starts_with("POST") {
            return Reply::json(200, json!({ "ids": [own] }).to_string());
        }
        let other = run(&HATCHET, &recorded(*body.lock().unwrap())).id;
        Reply::json(200, recorded(*body.lock().unwrap()).replace(&other, &own))
    })
    .await;
    let client = of(&HATCHET, &server);
    (server, client, id, shown)
}

#[tokio::test]
async fn one_read_of_an_end_speaks_against_nothing_and_a_confirmed_one_does() {
    let (server, client, id, _) = moving().await;
    ends(client.get(&id, &Call::default())).await.unwrap();
    ends(client.cancel(&id, false, &Call::default())).await.unwrap();
    let mut watch = client.watch(&id, WatchOptions::default(), Call::default());
    assert!(ends(watch.next()).await.unwrap().unwrap().provisional);
    ends(client.cancel(&id, false, &Call::default())).await.unwrap();
    assert!(ends(watch.next()).await.unwrap().unwrap().confirmed_at.is_some());
    let error = ends(client.cancel(&id, false, &Call::default())).await.unwrap_err();
    refused(&error, "already_finished", SystemName::Hatchet);
    assert!(error.message.contains("two reads of this client agreed"), "{}", error.message);
    let spelled = id.to_ascii_uppercase();
    assert_eq!(ends(client.cancel(&spelled, true, &Call::default())).await.unwrap_err().kind, Kind::Transition);
    assert_eq!(server.count("POST"), 2);
    ends(client.cancel(&id, false, &FORCE())).await.unwrap();
    assert_eq!(server.count("POST"), 3);
}

#[tokio::test]
async fn a_replay_by_this_client_and_a_read_that_goes_on_let_a_confirmed_end_be_forgotten() {
    let (server, client, id, shown) = moving().await;
    let confirmed = async || {
        *shown.lock().unwrap() = "run-standalone-completed";
        ends(client.wait(&id, WatchOptions::default(), Call::default())).await.unwrap();
        ends(client.cancel(&id, false, &Call::default())).await.unwrap_err()
    };
    refused(&confirmed().await, "already_finished", SystemName::Hatchet);
    ends(client.replay(&id, false, &Call::default())).await.unwrap();
    ends(client.cancel(&id, false, &Call::default())).await.unwrap();
    refused(&confirmed().await, "already_finished", SystemName::Hatchet);
    *shown.lock().unwrap() = "run-standalone-running";
    let again = ends(client.get(&id, &Call::default())).await.unwrap().snapshot.run;
    ends(client.cancel(&id, false, &Call::default())).await.unwrap();
    refused(&confirmed().await, "already_finished", SystemName::Hatchet);
    refused(
        &ends(client.cancel(&again, false, &Call::default())).await.unwrap_err(),
        "already_finished",
        SystemName::Hatchet,
    );
    let later = Run { attempt: again.attempt + 1, ..again };
    ends(client.cancel(&later, false, &Call::default())).await.unwrap();
    assert_eq!(server.count("POST"), 4);
}

#[tokio::test]
async fn a_confirmed_end_speaks_against_the_moves_of_its_stages_too() {
    let answer = Recorded::get("formance", "instance-succeeded").response();
    let server = Server::replies([Reply::json(200, answer.text().unwrap())]).await;
    let client = of(&FORMANCE, &server);
    let id = instance("instance-succeeded").id;
    let event = json!({ "id": id, "name": "paid" });
    ends(client.wait(&id, WatchOptions::default(), Call::default())).await.unwrap();
    let read = server.got().len();
    let error = operate(&client, "instances.sendEvent", event.clone(), &Call::default()).await.unwrap_err();
    refused(&error, "already_finished", SystemName::Formance);
    assert_eq!(server.got().len(), read);
    operate(&client, "instances.sendEvent", event, &FORCE()).await.unwrap();
    assert_eq!(server.got().len(), read + 1);
}

#[tokio::test]
async fn what_is_handed_in_must_be_a_run_of_this_system() {
    let (server, client) = speaking(&FORMANCE).await;
    let other = run(&HATCHET, &recorded("run-standalone-running"));
    let error = ends(client.cancel(&other, false, &Call::default())).await.unwrap_err();
    assert_eq!((error.kind, error.code), (Kind::Argument, "wrong_system"));
    for (id, code) in [(json!({}), "invalid_run"), (json!([]), "wrong_argument"), (json!(null), "missing_argument")] {
        let error = operate(&client, "instances.abort", json!({ "id": id }), &Call::default()).await.unwrap_err();
        assert_eq!((error.kind, error.code), (Kind::Argument, code), "{}", error.message);
    }
    let error = operate(&client, "instances.history", json!({ "id": other }), &Call::default()).await.unwrap_err();
    assert_eq!(error.code, "wrong_argument", "no move, no run");
    assert_eq!(server.got().len(), 0);
}
