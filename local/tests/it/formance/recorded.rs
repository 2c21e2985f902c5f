//! Every recorded exchange of a real Flows server, brought about again and compared: same status, same headers, same
//! shape of the body.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};

use super::{Flows, is_over, rows, send};
use crate::exchange::{Exchange, load, names};
use crate::recorded::{judged, weight};
use crate::world::{Answer, World};

/// Differences that stand: the exchange, the place, why.
const KNOWN: &[(&str, &str, &str)] = &[];

/// Recorded ids and those that stand for them here.
type Ids = Vec<(String, String)>;

fn told(name: &str) -> Exchange {
    load("formance", name)
}

/// The configuration of the recorded workflow of that id.
fn config(id: &str) -> Value {
    for name in names("formance") {
        let body = told(&name).answer();
        let data = &body["data"];
        let found = [data, &data["workflow"], &body["cursor"]["data"][0]["workflow"]];
        if let Some(workflow) = found.into_iter().find(|workflow| workflow["id"] == id && !workflow["config"].is_null())
        {
            return workflow["config"].clone();
        }
    }
    panic!("no recorded exchange tells of workflow {id}")
}

/// The configuration of the recorded instance of that id; those that no recorded body tells of stand here.
fn config_of_instance(id: &str) -> Value {
    let amounts = |amount: &str| {
        let account = |id: &str| json!({"account": {"id": id, "ledger": "shop"}});
        let amount = json!({"amount": amount, "asset": "EUR/2"});
        json!({"send": {"source": account("mint"), "destination": account("vault"), "amount": amount}})
    };
    let stages = match id.get(..8).unwrap() {
        "2f3f1c22" => json!([amounts("1234567890123456789012345"), amounts("9007199254740993")]),
        "f5a44d8d" => json!([send("slow:shop")]),
        "c60d7909" => json!([send("later:1795364677")]),
        "2d1846e9" => json!([{"noop": {}}]),
        "3d9237c0" => json!([{"wait_event": {"event": "approve"}}, {"noop": {}}]),
        "f276a52a" => json!([
            {"send": {
                "source": {"wallet": {"name": "alice"}},
                "destination": {"account": {"id": "merchants:acme", "ledger": "shop"}},
                "amount": {"amount": "100", "asset": "EUR/2"},
            }},
            {"update": {"account": {"id": "users:1", "metadata": {"kyc": "ok"}}}},
            {"delay": {"duration": "1s"}},
        ]),
        _ => {
            let found = names("formance").into_iter().map(|name| told(&name).answer());
            let mut found = found.filter(|body| body["data"]["id"] == id && !body["data"]["workflow"].is_null());
            return found.next().unwrap_or_else(|| panic!("nothing tells of instance {id}"))["data"]["workflow"]["config"]
                .clone();
        }
    };
    json!({"name": "retold", "stages": stages})
}

/// The id of a kind in the recorded path.
fn id_after(exchange: &Exchange, part: &str) -> Option<String> {
    let rest = exchange.request.path.split_once(part)?.1;
    let id: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_').collect();
    (id.len() >= 36 && !id.starts_with("00000000")).then_some(id)
}

/// Creates the workflow that the recorded request names, if it names one.
fn workflow(world: &World, exchange: &Exchange) -> Ids {
    let body: Value = serde_json::from_str(exchange.request.body.as_deref().unwrap_or_default()).unwrap_or_default();
    let in_body = body["workflowID"].as_str().filter(|id| !id.starts_with("00000000")).map(str::to_owned);
    let in_path = id_after(exchange, "workflows/").or_else(|| id_after(exchange, "workflowID="));
    let in_cursor = exchange.request.path.split_once("cursor=").and_then(|(_, cursor)| BASE64.decode(cursor).ok());
    let in_cursor =
        in_cursor.map(|place| serde_json::from_slice::<Value>(&place).unwrap()["filters"]["WorkflowID"].clone());
    let in_cursor = in_cursor.and_then(|id| id.as_str().map(str::to_owned));
    let id = in_body.or(in_path).or(in_cursor);
    id.into_iter().map(|id| (id.clone(), world.workflow(&config(&id)))).collect()
}

/// Starts the instance that the recorded request names.
fn instance(world: &World, exchange: &Exchange) -> Ids {
    let id = id_after(exchange, "instances/").unwrap();
    let workflow = world.workflow(&config_of_instance(&id));
    vec![(id, world.start_run(&workflow, json!({"orderId": "10058"})))]
}

fn waits(world: &World, ids: &Ids) {
    world.until_instance(&ids[0].1, "waiting", |instance| rows(instance) == 1);
    world.advance(250.0);
}

/// A trigger as it was created in another exchange.
fn trigger(world: &World, name: &str) -> Ids {
    let exchange = told(name);
    let mut ids = workflow(world, &exchange);
    let answer = sent(world, &exchange, &ids);
    let id = |answer: &Value| answer["data"]["id"].as_str().unwrap().to_owned();
    ids.push((id(&exchange.answer()), id(&answer.json())));
    ids
}

/// The state in which the exchange was recorded.
fn prepared(world: &World, name: &str, exchange: &Exchange) -> Ids {
    let path = exchange.request.path.as_str();
    match name {
        "instances-page-1" | "instances-page-2" | "instances-page-3" | "instances-page-size-101" | "instances-v1" => {
            let ids = workflow(world, exchange);
            for _ in 0..5 {
                let id = world.start_run(&ids[0].1, json!({}));
                world.until_instance(&id, "over", is_over);
            }
            ids
        }
        "instances-running" => {
            let ids = workflow(world, exchange);
            for _ in exchange.answer()["cursor"]["data"].as_array().unwrap() {
                world.start_run(&ids[0].1, json!({}));
            }
            ids
        }
        "instances-of-deleted-workflow" | "workflow-get-deleted" | "run-deleted-workflow" | "workflow-delete-again" => {
            let ids = workflow(world, exchange);
            world.start_run(&ids[0].1, json!({}));
            assert_eq!(world.flows("DELETE", &format!("/v2/workflows/{}", ids[0].1), None).status, 204);
            ids
        }
        "instance-of-deleted-workflow" => {
            let ids = instance(world, exchange);
            waits(world, &ids);
            let workflow = world.instance(&ids[0].1)["workflowID"].as_str().unwrap().to_owned();
            assert_eq!(world.flows("DELETE", &format!("/v2/workflows/{workflow}"), None).status, 204);
            ids
        }
        "run-wait-true" | "run-wait-true-failed" => {
            world.manners(json!({"auth": false, "runAnswerMs": if name == "run-wait-true" { 300 } else { 2000 }}));
            workflow(world, exchange)
        }
        "abort-after-retention" => {
            let ids = instance(world, exchange);
            world.until_instance(&ids[0].1, "over", is_over);
            world.operate(&ids[0].1, "forget");
            ids
        }
        "instance-after-abort" => {
            let ids = instance(world, exchange);
            waits(world, &ids);
            assert_eq!(world.flows("PUT", &format!("/v2/instances/{}/abort", ids[0].1), None).status, 204);
            world.advance(5_000.0);
            ids
        }
        "instance-cancelled-in-temporal" | "history-cancelled-in-temporal" => {
            let ids = instance(world, exchange);
            waits(world, &ids);
            world.operate(&ids[0].1, "cancel-main");
            ids
        }
        "instance-stage-cancelled-in-temporal" => {
            let ids = instance(world, exchange);
            waits(world, &ids);
            world.operate(&ids[0].1, "cancel-stage");
            ids
        }
        "instance-during-reset" => {
            let ids = instance(world, exchange);
            world.until_instance(&ids[0].1, "over", is_over);
            world.operate(&ids[0].1, "reset");
            ids
        }
        "instance-started-by-trigger" | "trigger-occurrences" => {
            let mut ids = trigger(world, "trigger-create");
            let event = json!({
                "type": "ORDER_PLACED", "app": "shop", "version": "v1", "date": "2026-11-22T10:00:00Z",
                "payload": {"amount": 42, "order": "7"},
            });
            let started = world.control("/formance/events", &event);
            let id = started["started"][0].as_str().unwrap().to_owned();
            world.until_instance(&id, "over", is_over);
            ids.extend(id_after(exchange, "instances/").map(|recorded| (recorded, id)));
            ids
        }
        "trigger-test-match" => trigger(world, "trigger-create-full"),
        "trigger-test-no-filter" => trigger(world, "trigger-create"),
        "event-in-the-gap" => {
            let ids = instance(world, exchange);
            waits(world, &ids);
            assert_eq!(world.event(&ids[0].1, "approve").status, 204);
            world.until_instance(&ids[0].1, "in stage 1", |instance| rows(instance) == 2);
            ids
        }
        _ if path.contains("00000000-0000") => vec![],
        _ if id_after(exchange, "instances/").is_some() => {
            let ids = instance(world, exchange);
            let id = &ids[0].1;
            if name.starts_with("abort") || name.starts_with("event") || name == "instance-waiting" {
                waits(world, &ids);
            }
            let is_about_the_end = ["instance-succeeded", "stage-history-out", "history-succeeded", "event-after"]
                .iter()
                .any(|start| name.starts_with(start));
            if is_about_the_end || name == "stage-history-send" {
                waits(world, &ids);
                assert_eq!(world.event(id, "order-paid").status, 204);
                world.until_instance(id, "over", is_over);
            }
            if name == "stage-history-refused-at-start" {
                world.until_instance(id, "over", is_over);
            }
            ids
        }
        _ => workflow(world, exchange),
    }
}

/// Sends the recorded request with the ids of this world.
fn sent(world: &World, exchange: &Exchange, ids: &Ids) -> Answer {
    let here = |text: &str| ids.iter().fold(text.to_owned(), |text, (recorded, ours)| text.replace(recorded, ours));
    let path = match exchange.request.path.split_once("cursor=") {
        Some((before, cursor)) => {
            let place = BASE64.decode(cursor).map(|place| here(&String::from_utf8(place).unwrap()));
            format!("{before}cursor={}", place.map_or(cursor.to_owned(), |place| BASE64.encode(place)))
        }
        None => here(&exchange.request.path),
    };
    let skipped = ["content-length", "user-agent", "connection"];
    let headers = exchange.request.headers.iter().filter(|(name, _)| !skipped.contains(&name.to_lowercase().as_str()));
    let mut headers: Vec<_> = headers.map(|(name, value)| (name.clone(), value.clone())).collect();
    if let Some((_, value)) = headers.iter_mut().find(|(name, _)| name == "Authorization") {
        *value = format!("Bearer {}", reading_token(world));
    }
    let body = exchange.request.body.as_deref().filter(|body| !body.is_empty()).map(here);
    world.send_to(&world.systems.formance.url, &exchange.request.method, &path, &headers, body.as_deref())
}

/// A token that may read.
fn reading_token(world: &World) -> String {
    let access = &world.systems.formance;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", &access.client_id),
        ("client_secret", &access.client_secret),
        ("scope", "orchestration:read openid"),
    ];
    let form = form.map(|(name, value)| format!("{name}={value}")).join("&");
    let headers = [("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
    let answer = world.send_to(&access.url, "POST", "/api/auth/oauth/token", &headers, Some(&form));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["access_token"].as_str().unwrap().to_owned()
}

/// The differences at the moment that fits best.
fn best(name: &str) -> Vec<(String, String)> {
    let exchange = told(name);
    let world = World::stepped(1);
    world.manners(json!({
        "auth": name.starts_with("auth-"), "checkScopes": name == "auth-scope-missing",
        "localOffsetMinutes": if name.ends_with("local-time-zone") { 60 } else { 0 },
    }));
    let ids = prepared(&world, name, &exchange);
    // Error texts name ids too.
    let mut expected = exchange.clone();
    let body = expected.response.body.take().unwrap_or_default();
    expected.response.body = Some(ids.iter().fold(body, |body, (recorded, ours)| body.replace(recorded, ours)));
    if exchange.request.method != "GET" {
        let answer = match name.starts_with("run-wait") {
            true => world.while_stepping(|| sent(&world, &exchange, &ids), 5.0),
            false => sent(&world, &exchange, &ids),
        };
        return judged(&expected, &answer);
    }
    let mut nearest = judged(&expected, &sent(&world, &exchange, &ids));
    let moves = exchange.request.path.contains("instances/") || name == "workflow-get-deleted";
    for step in 0..600 {
        if !moves || nearest.is_empty() {
            break;
        }
        world.advance(if step < 400 { 4.0 } else { 100.0 });
        let now = judged(&expected, &sent(&world, &exchange, &ids));
        if weight(&now) < weight(&nearest) {
            nearest = now;
        }
    }
    nearest
}

/// What is wrong with one exchange.
fn verdict(name: &str) -> Vec<String> {
    let known: Vec<_> = KNOWN.iter().filter(|(file, _, _)| *file == name).map(|(_, place, _)| *place).collect();
    let found = best(name);
    let unlisted = found.iter().filter(|(place, _)| !known.contains(&place.as_str()));
    let unlisted = unlisted.map(|(place, what)| format!("{name} {place}: {what}"));
    let unused = known.iter().filter(|place| !found.iter().any(|(other, _)| other == *place));
    let unused = unused.map(|place| format!("{name} {place}: listed as different, and no longer is"));
    unlisted.chain(unused).collect()
}

#[test]
fn every_recorded_exchange_of_formance_is_answered_in_the_recorded_shape() {
    let chosen = std::env::var("EXCHANGE").unwrap_or_default();
    let names: Vec<String> = names("formance").into_iter().filter(|name| name.contains(&chosen)).collect();
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
