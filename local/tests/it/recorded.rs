//! Every recorded exchange, brought about again and compared: same status, same headers, same shape of the body.
//!
//! A recorded GET was caught at one moment. Time stands still here and is moved a little at a time until the engine
//! answers with that shape; when no moment does, the one that comes nearest is judged.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::exchange::{self, Exchange, TENANT};
use crate::shape::differences;
use crate::world::{Answer, World};

/// Differences that stand: the exchange, the place, why.
const KNOWN: &[(&str, &str, &str)] = &[];

/// The secret of the webhook that the recorded delivery went to is not recorded, so the delivery is signed again.
const SHOP_SECRET: &str = "shop-signing-key";

/// Seeds to be tried until a moment fits: some recorded moments are rare ones.
const SEEDS: [u64; 4] = [1, 2, 3, 4];

/// Seeds that are known to bring the rare moments, tried first to save time.
const LUCKY: &[(&str, u64)] = &[
    ("list-after-false-500", 2),
    ("run-dag-false-cancelled", 6),
    ("run-dag-false-completed", 6),
    ("run-dag-numbers", 2),
    ("run-false-failed", 3),
    ("run-metadata-mixed", 5),
    ("run-standalone-completed", 9),
    ("run-standalone-failed", 2),
];

/// How long a run is watched, and in which steps, in milliseconds.
const HORIZON: f64 = 3_200.0;
const STEP: f64 = 3.0;

/// Recorded ids and those that stand for them here.
type Ids = Vec<(String, String)>;

fn load(name: &str) -> Exchange {
    exchange::load("hatchet", name)
}

fn names() -> Vec<String> {
    exchange::names("hatchet")
}

/// Starts the run that a recorded answer tells of.
fn retold(world: &World, details: &Value) -> String {
    let config = &details["workflowConfig"];
    let standalone = config["Tasks"].as_array().unwrap().len() == 1 && config["onFailureJob"].is_null();
    let input = &details["run"]["input"];
    let input = if standalone { &input["input"] } else { input };
    let mut metadata = details["run"]["additionalMetadata"].clone();
    metadata.as_object_mut().unwrap().remove("traceparent");
    world.trigger(config["Name"].as_str().unwrap(), input.clone(), metadata)
}

fn told(world: &World, name: &str) -> (Exchange, String) {
    let exchange = load(name);
    let id = retold(world, &exchange.answer());
    (exchange, id)
}

/// Starts the run of a recorded row of the list and brings it to its state.
fn row(world: &World, row: &Value) -> String {
    let status = row["status"].as_str().unwrap();
    let has_run = !row["startedAt"].is_null();
    let mut input = row["input"].as_object().cloned().unwrap_or_default();
    if let Some(inner) = input.get("input").and_then(Value::as_object).cloned() {
        input = inner;
    } else if input.is_empty() {
        match (status, row["retryCount"].as_i64()) {
            ("FAILED", Some(0)) => input = json!({"behaviour": "fail-final"}).as_object().cloned().unwrap(),
            ("FAILED", _) => {
                let message = "CardDeclined: issuer answered 05 (do not honour)";
                input = json!({"behaviour": "fail", "message": message}).as_object().cloned().unwrap();
            }
            _ => {}
        }
    }
    let mut metadata = row["additionalMetadata"].clone();
    metadata.as_object_mut().unwrap().remove("traceparent");
    let id = world.trigger(row["workflowName"].as_str().unwrap(), input.into(), metadata);
    match status {
        "CANCELLED" => {
            world.until(&id, if has_run { "RUNNING" } else { "QUEUED" });
            if has_run {
                world.advance(40.0);
            }
            world.cancel(&id);
            world.until(&id, "CANCELLED");
        }
        "FAILED" if row["retryCount"] != 0 => world.advance(1_000.0),
        "QUEUED" => {
            world.until(&id, "QUEUED");
            world.advance(80.0);
        }
        status => {
            world.until(&id, status);
            world.advance(60.0);
        }
    }
    id
}

/// Starts the runs of a recorded page, oldest first.
fn rows(world: &World, name: &str) -> Ids {
    let answer = load(name).answer();
    let rows = answer["rows"].as_array().unwrap().iter().rev();
    rows.map(|recorded| (recorded["metadata"]["id"].as_str().unwrap().to_owned(), row(world, recorded))).collect()
}

/// A standalone run that has ended well: the one that most of the small exchanges are about.
fn charge(world: &World) -> Ids {
    let (exchange, id) = told(world, "run-standalone-completed");
    world.until(&id, "COMPLETED");
    world.advance(200.0);
    vec![(exchange.id_after("workflow-runs/").unwrap(), id)]
}

/// A DAG that has ended well, with the recorded and present ids of its tasks.
fn report(world: &World) -> Ids {
    let (exchange, id) = told(world, "run-dag-completed");
    world.until(&id, "COMPLETED");
    world.advance(200.0);
    let (before, now) = (exchange.answer(), world.run(&id));
    let mut ids = vec![(exchange.id_after("workflow-runs/").unwrap(), id)];
    for item in before["shape"].as_array().unwrap() {
        let same = now["shape"].as_array().unwrap().iter().find(|other| other["taskName"] == item["taskName"]).unwrap();
        let id = |item: &Value| item["taskExternalId"].as_str().unwrap().to_owned();
        ids.push((id(item), id(same)));
    }
    ids
}

/// The standalone run that spawns others, and one of those.
fn album(world: &World) -> Ids {
    let parent = load("task-parent").answer();
    let id = world.trigger("build-album", parent["input"].clone(), json!({"album": "B-9"}));
    world.until(&id, "COMPLETED");
    world.advance(1_000.0);
    let path = format!("/workflow-runs?since=2026-11-22T00:00:00Z&only_tasks=false&parent_task_external_id={id}");
    let children = world.call("GET", &world.tenant_path(&path), None).json();
    let child = children["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["displayName"].as_str().unwrap().starts_with("resize"));
    let child = child.unwrap()["metadata"]["id"].as_str().unwrap().to_owned();
    let id_of = |name: &str, part: &str| load(name).id_after(part).unwrap();
    vec![(id_of("task-parent", "/tasks/"), id), (id_of("run-child-standalone", "workflow-runs/"), child)]
}

/// Sends the recorded trigger as it stands and returns its id.
fn resent(world: &World, name: &str) -> String {
    let answer = sent(world, &load(name), &[]);
    assert_eq!(answer.status, 200, "{name}: {}", answer.body);
    answer.json()["run"]["metadata"]["id"].as_str().unwrap().to_owned()
}

/// Brings about the state in which the exchange was recorded. `None`: the exchange is unknown.
fn prepared(world: &World, name: &str) -> Option<Ids> {
    let exchange = load(name);
    let of_run = |id: String| vec![(exchange.id_after("workflow-runs/").unwrap(), id)];
    let of_task = |id: String| vec![(exchange.id_after("/tasks/").unwrap(), id)];
    let path = exchange.request.path.as_str();
    Some(match name {
        "auth-none-unknown-run"
        | "run-unknown"
        | "run-bad-id"
        | "path-unknown"
        | "version"
        | "meta"
        | "workflows-name"
        | "external-ids-none"
        | "cors-preflight-post" => vec![],
        "cancel-unknown-id"
        | "cancel-ids-and-filter"
        | "cancel-filter-no-since"
        | "list-no-since"
        | "list-limit-0"
        | "list-plus-unescaped"
        | "list-offset-beyond" => charge(world),
        "list-meta-number" => {
            world.trigger("charge-card", json!({}), json!({"n": 1}));
            world.advance(500.0);
            vec![]
        }
        "auth-none"
        | "auth-other-tenant"
        | "auth-lowercase-scheme"
        | "head-run"
        | "method-delete"
        | "cors-get"
        | "conditional"
        | "cancel-completed"
        | "replay-completed"
        | "task-attempt-99"
        | "task-events-run-standalone"
        | "task-events-task-no-limit"
            if !path.contains("84ac0840") =>
        {
            charge(world)
        }
        "task-attempt-99"
        | "task-events-task"
        | "task-standalone-failed"
        | "task-events-task-no-limit"
        | "task-events-run-standalone" => {
            let (_, id) = told(world, "run-standalone-failed");
            world.advance(1_500.0);
            if path.contains("/tasks/") { of_task(id) } else { of_run(id) }
        }
        "task-events-timeout" => {
            let id = world.trigger("slow-charge", json!({"sleepMs": 5000}), json!({}));
            world.advance(3_000.0);
            of_task(id)
        }
        "run-with-dag-task-id" | "task-of-dag" | "timings-dag" | "task-events-run-dag" | "replay-dag" => report(world),
        "run-child-standalone" | "task-parent" | "list-children" => album(world),
        "display-names" => [charge(world), report(world)].concat(),
        "run-404-right-after-trigger" => of_run(world.trigger("charge-card", json!({}), json!({}))),
        "run-phantom" => of_run(world.trigger("no-such-workflow", json!({}), json!({}))),
        "run-input-numbers" => of_run(resent(world, "trigger-duplicate-keys")),
        "status-running"
        | "cancel-running"
        | "status-right-after-cancel"
        | "run-standalone-cancelled"
        | "replay-running" => {
            let (_, id) = told(world, "run-standalone-cancelled");
            world.until(&id, "RUNNING");
            world.advance(60.0);
            if matches!(name, "status-right-after-cancel" | "run-standalone-cancelled") {
                world.cancel(&id);
            }
            let body = exchange.request.body.clone().unwrap_or_default();
            match body.split('"').find(|part| part.len() == 36) {
                Some(recorded) => vec![(recorded.to_owned(), id)],
                None => of_run(id),
            }
        }
        "run-cancelled-in-queue" => {
            let (_, id) = told(world, name);
            world.until(&id, "QUEUED");
            world.cancel(&id);
            of_run(id)
        }
        "run-dag-cancelled" => {
            let (_, id) = told(world, name);
            world.until(&id, "RUNNING");
            while world.run(&id)["tasks"].as_array().unwrap().iter().filter(|task| task["status"] == "RUNNING").count()
                < 2
            {
                world.advance(10.0);
            }
            world.advance(150.0);
            world.cancel(&id);
            of_run(id)
        }
        "run-completed-then-cancelled" => {
            let ids = charge(world);
            world.cancel(&ids[0].1);
            ids
        }
        "task-completed-then-cancelled" => {
            let ids = charge(world);
            world.cancel(&ids[0].1);
            of_task(ids[0].1.clone())
        }
        "run-replayed" | "gzip" => {
            let ids = charge(world);
            world.replay(&ids[0].1);
            ids
        }
        "run-dag-replaying" | "run-dag-false-completed" | "run-dag-false-cancelled" => {
            let (_, id) = told(world, name);
            world.until(&id, if name.ends_with("cancelled") { "FAILED" } else { "COMPLETED" });
            world.advance(500.0);
            world.replay(&id);
            of_run(id)
        }
        "task-without-events" => {
            let id = world.trigger("offline-import", json!({}), json!({}));
            world.until(&id, "QUEUED");
            of_task(id)
        }
        "task-evicted" | "list-evicted" => {
            let id = world.trigger("wait-approval", json!({"seconds": 25}), json!({"approval": "D-1"}));
            world.advance(3_500.0);
            if name == "task-evicted" { of_task(id) } else { vec![] }
        }
        "list-after-false-500-early" | "list-after-false-500" => {
            if name.ends_with("early") {
                world.control("/read-store", &json!({"blockMs": 60_000}));
            }
            resent_in_full(world, "trigger-false-500");
            vec![]
        }
        "trigger-false-500" => {
            world.control("/read-store", &json!({"blockMs": 13_000}));
            vec![]
        }
        "trigger-engine-down" => {
            let body = "{\"message\":\"Internal Server Error\"}\n";
            world.control("/faults", &json!({"route": "POST *", "kind": "status", "status": 500, "body": body}));
            vec![]
        }
        "list-idempotent-row" | "idempotent-second" => {
            resent(world, "idempotent-first");
            world.advance(500.0);
            vec![]
        }
        "list-dag-row" | "list-only-tasks" => report(world),
        "list-status-comma" => rows(world, "list-limit-3"),
        "cancel-filter-batch" => rows(world, "list-mixed"),
        "task-metrics" => [charge(world), rows(world, "list-limit-3")].concat(),
        "list-limit-3-page-2" => {
            let mut ids = rows(world, name);
            ids.extend(rows(world, "list-limit-3"));
            ids
        }
        "logs" => {
            let (_, id) = told(world, "run-standalone-failed");
            world.advance(1_500.0);
            of_task(id)
        }
        "login-429" => {
            let body = json!({"email": "nobody@example.com", "password": "wrong"});
            for _ in 0..10 {
                assert_eq!(world.call("POST", path, Some(&body)).status, 400);
            }
            vec![]
        }
        "schedule-create" => vec![],
        "schedule-get-after" => {
            let path = format!("/api/v1/tenants/{}/workflows/on-order/scheduled", world.tenant);
            let body = json!({"input": {}, "additionalMetadata": {}, "triggerAt": "2026-11-22T16:00:04Z"});
            let created = world.call("POST", &path, Some(&body)).json();
            world.advance(9_000.0);
            let id = created["metadata"]["id"].as_str().unwrap().to_owned();
            vec![(exchange.id_after("scheduled/").unwrap(), id)]
        }
        "webhook-receive" => {
            let auth = json!({"type": "HMAC", "header": "X-Shop-Signature", "secret": SHOP_SECRET});
            world.control("/inbound", &json!({"name": "shop", "auth": auth, "eventKey": "order:{{kind}}"}));
            vec![]
        }
        "task-events-worker-lost" => {
            let id = world.trigger("ship-parcel", json!({"sleepMs": 8_000}), json!({}));
            world.until(&id, "RUNNING");
            world.advance(60.0);
            assert_eq!(world.control("/lose-worker", &json!({}))["running"], 1);
            world.advance(50_000.0);
            of_task(id)
        }
        _ if name.starts_with("list-") => rows(world, name),
        _ if name.starts_with("trigger-") || name == "idempotent-first" => vec![],
        _ if name.starts_with("run-") || name.starts_with("output-") => of_run(retold(world, &exchange.answer())),
        _ => return None,
    })
}

fn resent_in_full(world: &World, name: &str) {
    world.while_stepping(|| sent(world, &load(name), &[]), 100.0);
}

/// Sends the recorded request with the ids of this world.
fn sent(world: &World, exchange: &Exchange, ids: &[(String, String)]) -> Answer {
    let here = |text: &str| {
        let text = text.replace(TENANT, &world.tenant);
        ids.iter().fold(text, |text, (recorded, ours)| text.replace(recorded, ours))
    };
    let skipped = ["content-length", "host", "user-agent"];
    let headers = exchange.request.headers.iter().filter(|(name, _)| !skipped.contains(&name.to_lowercase().as_str()));
    let headers: Vec<_> = headers.map(|(name, value)| (name.clone(), value.replace("<token>", &world.token))).collect();
    let body = exchange.request.body.as_deref().map(|body| match body.split_once("yyyy... 4508876 times y ...") {
        Some((before, after)) => format!("{before}{}{after}", "y".repeat(4_508_876)),
        None => here(body),
    });
    let headers: Vec<_> = headers
        .into_iter()
        .map(|(name, value)| match name.as_str() {
            "X-Shop-Signature" => (name, crate::receiver::hex_mac(SHOP_SECRET, body.as_deref().unwrap())),
            _ => (name, value),
        })
        .collect();
    world.send(&exchange.request.method, &here(&exchange.request.path), &headers, body.as_deref())
}

/// Where the answers differ: status, headers, body.
pub fn judged(exchange: &Exchange, answer: &Answer) -> Vec<(String, String)> {
    let recorded = &exchange.response;
    let mut found = Vec::new();
    if recorded.status != answer.status {
        found.push(("status".into(), format!("recorded {}, got {}: {}", recorded.status, answer.status, answer.body)));
    }
    let theirs: BTreeSet<String> = recorded.headers.keys().map(|name| name.to_lowercase()).collect();
    let ours: BTreeSet<String> = answer.headers.iter().map(|(name, _)| name.clone()).collect();
    for name in theirs.symmetric_difference(&ours) {
        let side = if ours.contains(name) { "not recorded" } else { "missing" };
        found.push((format!("header {name}"), side.into()));
    }
    for (name, value) in &recorded.headers {
        let name = name.to_lowercase();
        let varies = ["date", "content-length", "set-cookie"].contains(&name.as_str());
        if let (false, Some(ours)) = (varies, answer.header(&name))
            && ours != value
        {
            found.push((format!("header {name}"), format!("recorded {value}, got {ours}")));
        }
    }
    match (recorded.body.as_deref().unwrap_or_default(), answer.body.as_str()) {
        (theirs, ours) if theirs.ends_with('\n') != ours.ends_with('\n') => {
            found.push(("line feed".into(), format!("recorded {theirs:?}, got {ours:?}")));
        }
        (theirs, ours) if theirs == ours => {}
        (theirs, ours) if theirs.starts_with("404") => {
            found.push(("body".into(), format!("recorded {theirs:?}, got {ours:?}")));
        }
        (theirs, ours) => found.extend(differences(theirs, ours)),
    }
    found
}

/// The differences at the moment that fits best.
fn best(name: &str, seed: u64) -> Vec<(String, String)> {
    let exchange = load(name);
    let mut world = World::stepped(seed);
    let ids = prepared(&world, name).unwrap_or_else(|| panic!("{name} is neither brought about nor excused"));
    if name == "auth-other-tenant" {
        let other = json!({"tenant": "11111111-2222-4333-8444-555555555555"});
        world.token = world.control("/tokens", &other)["token"].as_str().unwrap().to_owned();
    }
    if exchange.request.method != "GET" {
        let waits = exchange.request.path.ends_with("/trigger") || exchange.request.path.ends_with("/replay");
        let answer = if waits {
            world.while_stepping(|| sent(&world, &exchange, &ids), 20.0)
        } else {
            sent(&world, &exchange, &ids)
        };
        return judged(&exchange, &answer);
    }
    let moves = exchange.request.path.contains("/workflow-runs") || exchange.request.path.contains("/tasks/");
    let mut nearest = judged(&exchange, &sent(&world, &exchange, &ids));
    let mut passed = 0.0;
    let horizon = match name {
        "run-schedule-timeout" => 8_000.0,
        "run-evicted" => 4_000.0,
        _ => HORIZON,
    };
    while moves && nearest.len() > known(name).len() && passed < horizon {
        world.advance(STEP);
        passed += STEP;
        let now = judged(&exchange, &sent(&world, &exchange, &ids));
        if weight(&now) < weight(&nearest) {
            nearest = now;
        }
    }
    nearest
}

/// How far an answer is off; another status outweighs everything.
pub fn weight(found: &[(String, String)]) -> usize {
    found.len() + 1_000 * usize::from(found.iter().any(|(place, _)| place == "status"))
}

fn known(name: &str) -> Vec<&'static str> {
    KNOWN.iter().filter(|(file, _, _)| *file == name).map(|(_, place, _)| *place).collect()
}

/// What is wrong with one exchange.
fn verdict(name: &str) -> Vec<String> {
    let mut nearest: Option<Vec<(String, String)>> = None;
    let lucky = LUCKY.iter().filter(|(file, _)| *file == name).map(|(_, seed)| *seed);
    for seed in lucky.chain(SEEDS) {
        let now = best(name, seed);
        let fits = now.len() <= known(name).len();
        if nearest.as_ref().is_none_or(|nearest| weight(&now) < weight(nearest)) {
            nearest = Some(now);
        }
        if fits {
            break;
        }
    }
    let nearest = nearest.unwrap_or_default();
    let listed = known(name);
    let unlisted = nearest.iter().filter(|(place, _)| !listed.contains(&place.as_str()));
    let unlisted = unlisted.map(|(place, what)| format!("{name} {place}: {what}"));
    let unused = listed.iter().filter(|place| !nearest.iter().any(|(found, _)| found == *place));
    let unused = unused.map(|place| format!("{name} {place}: listed as different, and no longer is"));
    unlisted.chain(unused).collect()
}

#[test]
fn every_recorded_exchange_is_answered_in_the_recorded_shape() {
    let chosen = std::env::var("EXCHANGE").unwrap_or_default();
    let names: Vec<String> = names().into_iter().filter(|name| name.contains(&chosen)).collect();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(name) = names.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let found = verdict(name);
                    wrong.lock().unwrap().extend(found);
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} differences of {} exchanges:\n{}", wrong.len(), names.len(), wrong.join("\n"));
}

#[test]
fn every_excuse_names_a_recorded_exchange() {
    let names = names();
    for (name, _, _) in KNOWN {
        assert!(names.iter().any(|known| known == name), "{name}");
    }
}
