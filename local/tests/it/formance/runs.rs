//! How instances move, beyond what single exchanges show.

use serde_json::{Value, json};

use super::{Flows, is_over, rows, send};
use crate::exchange::folder;
use crate::world::World;

fn started(world: &World, stages: Value) -> String {
    let workflow = world.workflow(&json!({"name": "w", "stages": stages}));
    world.start_run(&workflow, json!({"orderId": "7"}))
}

/// What a poll shows: ended or not, and each stage open, closed, or closed with an error.
fn picture(instance: &Value) -> String {
    let stages = instance["status"].as_array().into_iter().flatten();
    let stages = stages.map(|stage| match (&stage["terminatedAt"], stage.get("error")) {
        (Value::Null, _) => "open".to_owned(),
        (_, None) => "closed".to_owned(),
        (_, Some(error)) => format!("closed {error}"),
    });
    format!("{} {}", is_over(instance), stages.collect::<Vec<_>>().join(","))
}

#[test]
fn the_recorded_lifecycles_pass_through_the_same_pictures() {
    let text = std::fs::read_to_string(folder("formance").join("lifecycles.json")).unwrap();
    let recorded: Value = serde_json::from_str(&text).unwrap();
    let mut compared = 0;
    for scenario in recorded["scenarios"].as_array().unwrap() {
        let has_actions = !scenario["actions"].as_array().unwrap().is_empty();
        if has_actions || scenario["scenario"] == "retried-for-ever" {
            continue;
        }
        let world = World::stepped(3);
        let id = started(&world, scenario["stages"].clone());
        let mut pictures = vec![picture(&world.instance(&id))];
        for _ in 0..3_000 {
            let instance = world.instance(&id);
            let now = picture(&instance);
            if pictures.last() != Some(&now) {
                pictures.push(now);
            }
            if is_over(&instance) {
                break;
            }
            world.advance(5.0);
        }
        for seen in scenario["seen"].as_array().unwrap() {
            let stages = seen["stages"].as_array().into_iter().flatten().map(|stage| {
                match (stage["open"].as_bool().unwrap(), stage.get("error")) {
                    (true, _) => "open".to_owned(),
                    (false, None) => "closed".to_owned(),
                    (false, Some(error)) => format!("closed {error}"),
                }
            });
            let wanted = format!("{} {}", seen["terminated"], stages.collect::<Vec<_>>().join(","));
            assert!(pictures.contains(&wanted), "{}: {wanted} is not among {pictures:#?}", scenario["scenario"]);
        }
        compared += 1;
    }
    assert!(compared >= 8, "{compared}");
}

#[test]
fn a_second_signal_dies_with_its_stage() {
    let world = World::stepped(1);
    let id = started(&world, json!([{"wait_event": {"event": "go"}}, {"wait_event": {"event": "go"}}]));
    world.until_instance(&id, "waiting", |instance| rows(instance) == 1);
    world.advance(300.0);
    assert_eq!(world.event(&id, "go").status, 204);
    assert_eq!(world.event(&id, "go").status, 204);
    world.advance(5_000.0);
    let instance = world.instance(&id);
    assert_eq!(picture(&instance), "false closed,open");
    assert_eq!(world.event(&id, "go").status, 204);
    world.until_instance(&id, "over", is_over);
}

#[test]
fn an_awaited_signal_can_be_stuck_behind_others() {
    let world = World::stepped(1);
    let id = started(&world, json!([{"wait_event": {"event": "go"}}]));
    world.until_instance(&id, "waiting", |instance| rows(instance) == 1);
    world.advance(300.0);
    for name in ["x1", "x2", "go", "x3"] {
        assert_eq!(world.event(&id, name).status, 204);
    }
    world.advance(5_000.0);
    assert!(!is_over(&world.instance(&id)));
    for name in ["x4", "x5"] {
        assert_eq!(world.event(&id, name).status, 204);
        world.advance(1_000.0);
    }
    assert!(is_over(&world.instance(&id)));
}

#[test]
fn an_event_is_refused_with_the_words_of_its_window() {
    let world = World::stepped(1);
    let id = started(&world, json!([{"wait_event": {"event": "go"}}, {"delay": {"duration": "1h"}}]));
    let refusal = |name: &str| world.event(&id, name).json()["errorMessage"].as_str().unwrap().to_owned();
    assert_eq!(refusal("go"), "retrieving workflow: sql: no rows in result set");
    world.until_instance(&id, "begun", |instance| rows(instance) == 1);
    assert_eq!(refusal("go"), format!("sending signal to server: workflow not found for ID: {id}-0"));
    world.advance(300.0);
    assert_eq!(world.event(&id, "go").status, 204);
    world.advance(31.0);
    assert_eq!(refusal("go"), "sending signal to server: workflow execution already completed");
    world.until_instance(&id, "in stage 1", |instance| rows(instance) == 2);
    assert_eq!(refusal("go"), format!("sending signal to server: workflow not found for ID: {id}-1"));
    world.advance(300.0);
    assert_eq!(world.event(&id, "go").status, 204, "a delay takes signals and drops them");
}

#[test]
fn an_abort_does_nothing_unless_it_is_told_to() {
    let world = World::stepped(1);
    let id = started(&world, json!([{"wait_event": {"event": "go"}}, {"noop": {}}]));
    world.advance(1_000.0);
    let abort = || world.flows("PUT", &format!("/v2/instances/{id}/abort"), None).status;
    assert_eq!(abort(), 204);
    world.advance(70_000.0);
    assert!(!is_over(&world.instance(&id)));
    world.manners(json!({"hollowAborts": false}));
    assert_eq!(abort(), 204);
    world.advance(1_000.0);
    assert_eq!(world.instance(&id)["error"], "canceled");
}

#[test]
fn retries_double_and_show_only_in_the_stage_history() {
    let world = World::stepped(1);
    let id = started(&world, json!([send("broke:shop")]));
    world.advance(10_000.0);
    let activity =
        || world.flows("GET", &format!("/v2/instances/{id}/stages/0/history"), None).json()["data"][0].clone();
    assert_eq!(activity()["attempt"], 5);
    assert_eq!(activity()["lastFailure"], "account broke:shop has insufficient funds");
    assert!(world.instance(&id)["status"][0].get("error").is_none());
    world.advance(3_600_000.0);
    let attempts = activity()["attempt"].as_i64().unwrap();
    assert!((40..45).contains(&attempts), "{attempts}: a retry every hundred seconds");
}

#[test]
fn a_row_that_ends_moves_under_the_pages() {
    let world = World::stepped(1);
    let workflow = world.workflow(&json!({"name": "w", "stages": [{"wait_event": {"event": "go"}}]}));
    let ids: Vec<String> = (0..4).map(|_| world.start_run(&workflow, json!({}))).collect();
    world.advance(1_000.0);
    let page = |query: &str| {
        let answer = world.flows("GET", &format!("/v2/instances?{query}"), None).json()["cursor"].clone();
        let rows = answer["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned());
        (rows.collect::<Vec<_>>(), answer["next"].as_str().unwrap_or_default().to_owned())
    };
    let (first, next) = page("pageSize=2");
    assert_eq!(first, ids[..2]);
    world.event(&ids[0], "go");
    world.advance(1_000.0);
    let (second, _) = page(&format!("cursor={next}"));
    assert_eq!(second, [ids[3].clone(), ids[0].clone()], "one row twice, one not at all");
}

#[test]
fn the_stack_answers_below_api_with_headers_for_browsers_and_the_service_alone_without() {
    let world = World::stepped(1);
    let allowed = |answer: crate::world::Answer| answer.header("access-control-allow-headers").map(str::to_owned);
    let stack = world.flows("GET", "/api/orchestration/v2/instances", None);
    assert_eq!(stack.status, 200);
    assert_eq!(allowed(stack).as_deref(), Some("content-type"));
    assert_eq!(allowed(world.flows("GET", "/v2/instances", None)), None);
    assert_eq!(world.flows("GET", "/api/nothing/here", None).body, "Not Found");
    assert_eq!(world.flows("OPTIONS", "/api/orchestration/v2/instances", None).status, 405);
}

#[test]
fn a_trigger_starts_only_what_its_filter_lets_pass() {
    let world = World::stepped(1);
    let workflow = world.workflow(&json!({"name": "w", "stages": [{"noop": {}}]}));
    let wish = json!({"event": "PAID", "workflowID": workflow, "filter": "event.amount > 10"});
    assert_eq!(world.flows("POST", "/v2/triggers", Some(&wish)).status, 201);
    let event =
        |amount: i64| world.control("/formance/events", &json!({"type": "PAID", "payload": {"amount": amount}}));
    assert_eq!(event(5)["started"], json!([]));
    let started = event(50)["started"].clone();
    let id = started[0].as_str().unwrap();
    assert!(id.len() > 37 && id.contains('_'), "{id}");
    world.until_instance(id, "over", is_over);
}

#[test]
fn a_configuration_that_cannot_be_resolved_is_refused_at_creation() {
    let world = World::stepped(1);
    for (stages, message) in [
        (json!([{"noop": {}, "delay": {}}]), "exactly one key"),
        (json!([{}]), "exactly one key"),
        (json!([{"send": {"source": {"account": {"id": "a"}}}}]), "a source and a destination"),
        (json!([{"delay": {"until": "tomorrow"}}]), "'Until'"),
    ] {
        let answer = world.flows("POST", "/v2/workflows", Some(&json!({"name": "w", "stages": stages})));
        assert_eq!(answer.status, 500, "{}", answer.body);
        assert!(answer.body.contains(message), "{}", answer.body);
    }
}
