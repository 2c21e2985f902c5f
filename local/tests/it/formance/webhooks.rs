//! Webhooks: a receiver on loopback that keeps what it gets.

use serde_json::json;

use super::{Flows, is_over};
use crate::receiver::Receiver;
use crate::world::World;

const SECRET: &str = "V0bivxRWveaoz08afqjU6Ko/jwO0Cb+3";

#[test]
fn a_run_tells_of_its_course_in_signed_webhooks_that_are_sent_again_until_they_are_taken() {
    let world = World::start(runward_local::Options { speed: 20.0, ..Default::default() });
    let receiver = Receiver::start(1);
    let wish = json!({
        "endpoint": receiver.url, "secret": SECRET,
        "eventTypes": ["orchestration.STARTED_WORKFLOW", "orchestration.succeeded_workflow_stage", "orchestration.succeeded_workflow"],
    });
    assert_eq!(world.flows("POST", "/api/webhooks/configs", Some(&wish)).status, 200);
    let workflow = world.workflow(&json!({"name": "w", "stages": [{"noop": {}}]}));
    let id = world.start_run(&workflow, json!({}));
    let letters = receiver.wait_for(4);
    assert!(is_over(&world.instance(&id)));
    let mut kinds: Vec<String> = Vec::new();
    for letter in &letters {
        let signed = format!(
            "{}.{}.{}",
            letter.headers["formance-webhook-id"], letter.headers["formance-webhook-timestamp"], letter.body
        );
        assert_eq!(
            letter.headers["formance-webhook-signature"],
            format!("v1,{}", crate::receiver::base64_mac(SECRET, &signed))
        );
        crate::wire::delivered("formance", &letter.body);
        let body: serde_json::Value = serde_json::from_str(&letter.body).unwrap();
        assert_eq!(body["payload"]["instanceID"], id);
        kinds.push(body["type"].as_str().unwrap().to_owned());
    }
    kinds.sort();
    kinds.dedup();
    let wanted = [
        "orchestration.started_workflow",
        "orchestration.succeeded_workflow",
        "orchestration.succeeded_workflow_stage",
    ];
    assert_eq!(kinds, wanted);
    // The first was refused, and came again with the same id.
    let first = &letters[0].headers["formance-webhook-id"];
    assert_eq!(letters.iter().filter(|letter| letter.headers["formance-webhook-id"] == *first).count(), 2);
}

#[test]
fn webhooks_come_twice_and_out_of_order_on_demand() {
    let world = World::start(runward_local::Options { speed: 20.0, ..Default::default() });
    let receiver = Receiver::start(0);
    world.control("/webhooks", &json!({"duplicates": 1, "shuffleMs": 400}));
    let wish = json!({"endpoint": receiver.url, "secret": SECRET, "eventTypes": ["orchestration.started_workflow"]});
    assert_eq!(world.flows("POST", "/api/webhooks/configs", Some(&wish)).status, 200);
    let workflow = world.workflow(&json!({"name": "w", "stages": [{"wait_event": {"event": "go"}}]}));
    let ids: Vec<String> = (0..8).map(|_| world.start_run(&workflow, json!({}))).collect();
    let letters = receiver.wait_for(16);
    let of = |letter: &crate::receiver::Letter| {
        let body: serde_json::Value = serde_json::from_str(&letter.body).unwrap();
        body["payload"]["instanceID"].as_str().unwrap().to_owned()
    };
    let mut order = Vec::new();
    for letter in &letters {
        if !order.contains(&of(letter)) {
            order.push(of(letter));
        }
    }
    assert!(ids.iter().all(|id| letters.iter().filter(|letter| of(letter) == *id).count() == 2));
    assert_ne!(order, ids);
}
