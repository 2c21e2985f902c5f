//! The scenario language: what the README shows is what the engine takes.

use serde_json::{Value, json};

use crate::world::{World, agent, send};

const README: &str = include_str!("../../README.md");

/// The example of the README that is posted to this control.
fn example(control: &str) -> Value {
    let (_, rest) = README.split_once(&format!("```json {control}\n")).unwrap();
    serde_json::from_str(rest.split_once("```").unwrap().0).unwrap()
}

fn id_of(world: &World, path: &str, name: &str) -> String {
    let all = send(&agent(), "GET", &format!("{}{path}", world.control), &[], None).unwrap().json();
    let found = all.as_array().unwrap().iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("no {name}"));
    found["id"].as_str().unwrap().to_owned()
}

#[test]
fn the_example_of_hatchet_ends_well_or_alerts_somebody() {
    for seed in 1..4 {
        let world = World::stepped(seed);
        world.control("/workflows", &example("workflows"));
        let id = world.trigger("import-orders", json!({}), json!({}));
        world.advance(20_000.0);
        let run = world.run(&id);
        let steps = run["shape"].as_array().unwrap().len();
        assert_eq!(steps, 3, "{run}");
        let status = world.status(&id);
        assert!(["COMPLETED", "FAILED"].contains(&status.as_str()), "{status}");
        assert!(run["tasks"][0]["retryCount"].as_i64().unwrap() <= 5);
    }
}

#[test]
fn the_example_of_onfido_ends_as_it_says() {
    let world = World::stepped(1);
    world.control("/onfido/workflows", &example("onfido/workflows"));
    let workflow = id_of(&world, "/onfido/workflows", "quick-check");
    let access = world.systems.onfido.clone();
    let headers = [
        ("authorization".to_owned(), format!("Token token={}", access.token)),
        ("content-type".to_owned(), "application/json".to_owned()),
    ];
    let body = json!({"applicant_id": workflow, "workflow_id": workflow}).to_string();
    let made = world.send_to(&access.url, "POST", "/workflow_runs", &headers, Some(&body)).json();
    assert_eq!(made["status"], "awaiting_input");
    world.advance(2_000.0);
    let path = format!("/workflow_runs/{}", made["id"].as_str().unwrap());
    let run = world.send_to(&access.url, "GET", &path, &headers, None).json();
    assert_eq!((&run["status"], &run["output"]["decision"]), (&json!("approved"), &json!("clear")));
}

#[test]
fn the_example_of_meshx_fails_as_it_says() {
    let world = World::stepped(1);
    world.control("/meshx/products", &example("meshx/products"));
    let product = id_of(&world, "/meshx/products", "customers");
    let access = world.systems.meshx.clone();
    let headers = [
        ("authorization".to_owned(), format!("Bearer {}", access.token)),
        ("x-org".to_owned(), access.org.clone()),
        ("content-type".to_owned(), "application/json".to_owned()),
    ];
    let runs = "/api/data/orchestrator_workflow";
    let body = json!({"run_type": "single", "data_product_identifier": product, "created_by": null, "name": "n"});
    let made = world.send_to(&access.url, "POST", runs, &headers, Some(&body.to_string())).json();
    world.advance(5_000.0);
    let path = format!("{runs}?identifier={}", made["identifier"].as_str().unwrap());
    let run = world.send_to(&access.url, "GET", &path, &headers, None).json();
    assert_eq!((&run["status"], &run["error_message"]), (&json!("FAILED"), &json!("table customers is locked")));
}

#[test]
fn every_built_in_scenario_that_the_table_names_is_there() {
    let (_, table) = README.split_once("| shows | Hatchet").unwrap();
    let table = table.split_once("A cell is empty").unwrap().0;
    let world = World::stepped(1);
    let hatchet = world.call("GET", &format!("/api/v1/tenants/{}/workflows", world.tenant), None).body;
    for row in table.lines().skip(2).filter(|row| row.starts_with('|')) {
        let cells: Vec<&str> = row.split('|').collect();
        for (cell, path) in [(2, ""), (4, "/onfido/workflows"), (5, "/meshx/products")] {
            for name in cells[cell].split('`').skip(1).step_by(2).filter(|name| !name.contains([' ', '"', '/'])) {
                match path {
                    "" => assert!(hatchet.contains(&format!("\"{name}\"")), "no workflow {name}"),
                    path => drop(id_of(&world, path, name)),
                }
            }
        }
    }
}

#[test]
fn each_defect_of_hatchet_is_there_until_it_is_mended() {
    let world = World::stepped(1);
    let mended = json!({
        "phantoms": false, "rounding": false, "echoingCancel": false, "lateCancel": false, "bareRefusals": false,
    });
    let shown = |world: &World| {
        let unknown = json!({"workflowName": "nobody", "input": {}, "return_only_id": true});
        let phantom = world.struck("POST", &world.tenant_path("/workflow-runs/trigger"), Some(&unknown)).status;
        let id = world.trigger("charge-card", json!({"big": 9_007_199_254_740_993_i64}), json!({}));
        world.until(&id, "COMPLETED");
        world.advance(500.0);
        let ends = || world.run(&id)["run"]["finishedAt"].clone();
        let before = ends();
        let ids = json!({"externalIds": [id, "00000000-0000-4000-8000-000000000000"]});
        let echoed = world.call("POST", &world.tenant_path("/tasks/cancel"), Some(&ids)).json();
        world.advance(500.0);
        let bare = world.struck("GET", "/api/v1/stable/nope", None).status;
        let rounded = world.run(&id)["run"]["input"]["input"]["big"] != 9_007_199_254_740_993_i64;
        (phantom, rounded, echoed["ids"].as_array().unwrap().len(), ends() != before, bare)
    };
    assert_eq!(shown(&world), (200, true, 2, true, 403));
    world.control("/hatchet", &mended);
    assert_eq!(shown(&world), (404, false, 1, false, 404));
}

#[test]
fn a_run_reads_as_over_only_when_it_is_once_that_is_mended() {
    let falsely_over = |manners: Value| {
        let world = World::stepped(1);
        world.control("/hatchet", &manners);
        let failing = json!({"behaviour": "fail-until", "until": 2});
        let retried = world.trigger("charge-card", failing, json!({}));
        let mut seen = Vec::new();
        while world.status(&retried) != "COMPLETED" {
            seen.push(world.status(&retried));
            world.advance(2.0);
        }
        let report = world.trigger("nightly-report", json!({}), json!({}));
        world.until(&report, "COMPLETED");
        world.advance(1_000.0);
        assert_eq!(world.replay(&report).status, 200);
        // The answer comes after the replay has begun.
        let tasks = |run: &Value| {
            run["tasks"].as_array().unwrap().iter().map(|task| task["retryCount"].clone()).collect::<Vec<_>>()
        };
        let mut over_between = false;
        for _ in 0..4_000 {
            let run = world.run(&report);
            let all = tasks(&run);
            let is_mixed = all.iter().any(|retry| retry != &all[0]);
            over_between |= is_mixed && world.status(&report) == "COMPLETED";
            if !is_mixed && all[0] == 1 && world.status(&report) == "COMPLETED" {
                break;
            }
            world.advance(2.0);
        }
        assert_eq!(world.status(&report), "COMPLETED");
        [seen.contains(&"FAILED".to_owned()), over_between]
    };
    assert_eq!(falsely_over(json!({})), [true, true]);
    assert_eq!(falsely_over(json!({"falseTerminals": false})), [false, false]);
}

#[test]
fn a_trigger_that_is_not_seen_in_time_is_answered_with_its_id_once_that_is_mended() {
    for (manners, status) in [(json!({}), 500), (json!({"falseErrors": false}), 200)] {
        let world = World::stepped(1);
        world.control("/hatchet", &manners);
        world.control("/read-store", &json!({"blockMs": 60_000}));
        let body = json!({"workflowName": "charge-card", "input": {}});
        let path = world.tenant_path("/workflow-runs/trigger");
        let answer = world.while_stepping(|| world.call("POST", &path, Some(&body)), 500.0);
        assert_eq!(answer.status, status);
        if status == 200 {
            let id = answer.json()["run"]["metadata"]["id"].as_str().unwrap().to_owned();
            world.advance(120_000.0);
            assert_eq!(world.status(&id), "COMPLETED");
        }
    }
}
