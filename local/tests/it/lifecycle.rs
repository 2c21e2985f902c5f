//! Histories as a poller sees them: in order, with the false terminal states, the same for the same seed.

use serde_json::{Value, json};

use crate::exchange::folder;
use crate::world::World;

/// The statuses seen by a poll of the status call, each once until it changes.
fn history(world: &World, id: &str, ms: f64) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    let mut passed = 0.0;
    while passed < ms {
        let status = world.status(id);
        if seen.last() != Some(&status) {
            seen.push(status);
        }
        world.advance(2.5);
        passed += 2.5;
    }
    seen
}

/// The recorded statuses of a scenario, without the 404 and QUEUED that a poll may miss.
fn recorded(scenario: &str) -> Vec<String> {
    let text = std::fs::read_to_string(folder("hatchet").join("lifecycles.json")).unwrap();
    let lifecycles: Value = serde_json::from_str(&text).unwrap();
    let scenarios = lifecycles["scenarios"].as_array().unwrap();
    let found = scenarios.iter().find(|found| found["scenario"] == scenario).unwrap();
    found["status"].as_array().unwrap().iter().filter_map(|seen| seen["status"].as_str().map(str::to_owned)).collect()
}

/// Without QUEUED, which lasts a moment and may be missed, and without the repeats that leaves.
fn without_queued(history: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = history.into_iter().filter(|status| status != "QUEUED" && status != "404").collect();
    kept.dedup();
    kept
}

#[test]
fn every_automatic_retry_shows_a_false_failed_as_recorded() {
    for seed in 1..4 {
        let world = World::stepped(seed);
        let id = world.trigger("charge-card", json!({"behaviour": "fail", "sleepMs": 150}), json!({}));
        let seen = history(&world, &id, 1_500.0);
        assert_eq!(seen[0], "404", "{seen:?}");
        assert_eq!(without_queued(seen), without_queued(recorded("fine-retry-exhausted")), "seed {seed}");
    }
}

#[test]
fn a_replayed_dag_shows_false_terminal_states_between_its_layers() {
    let world = World::stepped(1);
    let id = world.trigger("nightly-report", json!({"stepMs": 60}), json!({}));
    world.until(&id, "COMPLETED");
    world.advance(500.0);
    world.replay(&id);
    let seen = without_queued(history(&world, &id, 1_000.0));
    let expected = recorded("fine-dag-replay-completed");
    assert!(seen.len() >= 3 && seen.iter().filter(|status| *status == "COMPLETED").count() >= 2, "{seen:?}");
    assert_eq!(seen.last(), expected.last());
}

#[test]
fn a_retry_after_a_time_out_shows_no_false_failed() {
    let world = World::stepped(1);
    world.control(
        "/workflows",
        &json!({"name": "late", "steps": [{"name": "late", "retries": 2, "timeout": "1s", "workMs": [5000, 5000]}]}),
    );
    let id = world.trigger("late", json!({}), json!({}));
    let seen = without_queued(history(&world, &id, 5_500.0));
    assert_eq!(seen, ["RUNNING", "FAILED"]);
    assert_eq!(world.run(&id)["run"]["errorMessage"], "");
    assert_eq!(world.run(&id)["tasks"][0]["retryCount"], 2);
}

#[test]
fn a_first_run_of_a_dag_shows_no_false_terminal_state() {
    let world = World::stepped(2);
    let id = world.trigger("nightly-report", json!({"stepMs": 100}), json!({}));
    assert_eq!(without_queued(history(&world, &id, 1_500.0)), ["RUNNING", "COMPLETED"]);
}

#[test]
fn a_stuck_dag_runs_for_ever_until_it_is_cancelled() {
    let world = World::stepped(1);
    let input = json!({"first": {"behaviour": "raw", "raw": "[1,2]"}, "second": {}});
    let id = world.trigger("two-steps", input, json!({}));
    world.advance(3_600_000.0);
    assert_eq!(world.status(&id), "RUNNING");
    world.cancel(&id);
    world.advance(300.0);
    assert_eq!(world.status(&id), "CANCELLED");
    world.replay(&id);
    world.advance(1_000.0);
    assert_eq!(world.status(&id), "CANCELLED");
}

#[test]
fn a_cancel_of_a_finished_run_moves_its_end_once_and_not_its_status() {
    let world = World::stepped(1);
    let id = world.trigger("charge-card", json!({}), json!({}));
    world.until(&id, "COMPLETED");
    world.advance(500.0);
    let finished = |world: &World| world.run(&id)["run"]["finishedAt"].clone();
    let first = finished(&world);
    world.cancel(&id);
    world.advance(500.0);
    let second = finished(&world);
    assert_ne!(first, second);
    assert_eq!(world.status(&id), "COMPLETED");
    let task = world.call("GET", &format!("/api/v1/stable/tasks/{id}"), None).json();
    assert_eq!(task["status"], "CANCELLED");
    world.cancel(&id);
    world.advance(500.0);
    assert_eq!(finished(&world), second);
}

#[test]
fn the_same_seed_and_requests_give_the_same_bytes() {
    let told = |seed| {
        let world = World::stepped(seed);
        let first = world.trigger("flaky-sync", json!({}), json!({"n": "1"}));
        world.advance(700.0);
        let second = world.trigger("nightly-report", json!({"day": "2026-11-21"}), json!({}));
        world.advance(5_000.0);
        let body = |id: &str| world.call("GET", &format!("/api/v1/stable/workflow-runs/{id}"), None).body;
        format!("{}{}", body(&first), body(&second))
    };
    assert_eq!(told(7), told(7));
    assert_ne!(told(7), told(8));
}
