//! The recorded service's traps: each is there at the start, and each can be mended alone.

use std::io::{Read, Write};

use serde_json::{Value, json};

use super::{Flows, is_over, rows, send};
use crate::world::{World, agent, send_unchecked};

/// A call whose answer may have the shape of a mended service.
fn call(world: &World, method: &str, path: &str, body: Option<&str>) -> (u16, String) {
    let access = &world.systems.formance;
    let mut headers = vec![("authorization".to_owned(), format!("Bearer {}", access.token))];
    headers.extend(body.map(|_| ("content-type".to_owned(), "application/json".to_owned())));
    let answer = send_unchecked(&agent(), method, &format!("{}{path}", access.url), &headers, body).unwrap();
    (answer.status, answer.body)
}

fn get(world: &World, path: &str) -> Value {
    serde_json::from_str(&call(world, "GET", path, None).1).unwrap()
}

fn started(world: &World, stages: Value) -> String {
    let workflow = world.workflow(&json!({"name": "w", "stages": stages}));
    let (status, body) = call(world, "POST", &format!("/v2/workflows/{workflow}/instances"), Some("{}"));
    assert_eq!(status, 201, "{body}");
    serde_json::from_str::<Value>(&body).unwrap()["data"]["id"].as_str().unwrap().to_owned()
}

fn two_waits(world: &World) -> String {
    let id = started(world, json!([{"wait_event": {"event": "go"}}, {"wait_event": {"event": "on"}}]));
    world.until_instance(&id, "waiting", |instance| rows(instance) == 1);
    world.advance(300.0);
    id
}

fn hollow_aborts(world: &World) -> bool {
    let id = two_waits(world);
    call(world, "PUT", &format!("/v2/instances/{id}/abort"), None);
    world.advance(1_000.0);
    !is_over(&world.instance(&id))
}

fn hollow_waits(world: &World) -> bool {
    let workflow = world.workflow(&json!({"name": "w", "stages": [send("invalid:shop")]}));
    let path = format!("/v2/workflows/{workflow}/instances?wait=true");
    let (_, body) = world.while_stepping(|| call(world, "POST", &path, Some("{}")), 20.0);
    let run = serde_json::from_str::<Value>(&body).unwrap()["data"].clone();
    assert_eq!(is_over(&run), run.get("error").is_some(), "{run}");
    !is_over(&run)
}

fn unknown_is500(world: &World) -> bool {
    let unknown = "00000000-0000-4000-8000-000000000000";
    let paths = [format!("/v2/instances/{unknown}"), format!("/v2/workflows/{unknown}")];
    let statuses = paths.map(|path| call(world, "GET", &path, None).0);
    assert!(statuses == [500, 500] || statuses == [404, 404], "{statuses:?}");
    statuses == [500, 500]
}

fn dying_signals(world: &World) -> bool {
    let id = two_waits(world);
    let signal = |name: &str| {
        call(world, "POST", &format!("/v2/instances/{id}/events"), Some(&format!("{{\"name\":{name:?}}}"))).0
    };
    // The second one is for the next stage.
    assert_eq!([signal("go"), signal("on")], [204, 204]);
    world.advance(5_000.0);
    !is_over(&world.instance(&id))
}

fn crowded_signals(world: &World) -> bool {
    let id = two_waits(world);
    let signal = |name: &str| {
        call(world, "POST", &format!("/v2/instances/{id}/events"), Some(&format!("{{\"name\":{name:?}}}"))).0
    };
    assert_eq!([signal("a"), signal("b"), signal("go")], [204, 204, 204]);
    world.advance(5_000.0);
    rows(&world.instance(&id)) == 1
}

fn gaps(world: &World) -> bool {
    let id = started(world, json!([{"noop": {}}, {"noop": {}}]));
    let mut is_seen = false;
    while !is_over(&world.instance(&id)) {
        let instance = world.instance(&id);
        let stages = instance["status"].as_array().cloned().unwrap_or_default();
        is_seen |= stages.len() == 1 && stages.iter().all(|stage| stage["terminatedAt"].is_string());
        world.advance(4.0);
    }
    is_seen
}

fn mixed_dates(world: &World) -> bool {
    let (_, body) = call(world, "POST", "/v2/workflows", Some(r#"{"name":"w","stages":[]}"#));
    let made: Value = serde_json::from_str(&body).unwrap();
    let read = get(world, &format!("/v2/workflows/{}", made["data"]["id"].as_str().unwrap()));
    made["data"]["createdAt"] != read["data"]["createdAt"]
}

fn empty_errors(world: &World) -> bool {
    let id = started(world, json!([send("empty:shop"), {"noop": {}}]));
    world.until_instance(&id, "over", is_over);
    let instance = world.instance(&id);
    let stage = instance["status"][0]["error"].as_str().unwrap();
    assert_eq!(stage.is_empty(), instance.get("error").is_none(), "{instance}");
    stage.is_empty()
}

fn reshaped_stages(world: &World) -> bool {
    let stage = r#"[{"update":{"ledger":"shop","account":{"metadata":{"b":"1","a":"9007199254740993"},"id":"x"}}},{"send":{"z":9007199254740993,"amount":{"asset":"EUR/2","amount":"1"},"source":{"account":{"id":"a"}},"destination":{"account":{"id":"b"}}}}]"#;
    let (status, body) = call(world, "POST", "/v2/workflows", Some(&format!(r#"{{"name":"w","stages":{stage}}}"#)));
    assert_eq!(status, 201, "{body}");
    assert_eq!(
        body.contains(stage),
        body.contains("9007199254740993}") || body.contains("9007199254740993,"),
        "{body}"
    );
    !body.contains(stage)
}

fn line_feeds(world: &World) -> bool {
    let bodies = ["/v2/instances", "/_info", "/v2/triggers/x"].map(|path| call(world, "GET", path, None).1);
    let ends = bodies.map(|body| body.ends_with('\n'));
    assert!(ends == [true; 3] || ends == [false; 3], "{ends:?}");
    ends[0]
}

fn empty_refusals(world: &World) -> bool {
    let url = format!("{}/v2/instances", world.systems.formance.url);
    let bare = send_unchecked(&agent(), "GET", &url, &[], None).unwrap();
    let method = call(world, "DELETE", "/v2/instances", None);
    assert_eq!((bare.status, method.0), (401, 405));
    assert_eq!(bare.body.is_empty(), method.1.is_empty());
    bare.body.is_empty()
}

fn clamped_pages(world: &World) -> bool {
    get(world, "/v2/instances?pageSize=5000")["cursor"]["pageSize"] == 100
}

/// Variables sent in chunks decide where the money goes.
fn unread_chunks(world: &World) -> bool {
    let workflow = world.workflow(&json!({"name": "w", "stages": [{"wait_event": {"event": "${name}"}}]}));
    let access = &world.systems.formance;
    let address = access.url.strip_prefix("http://").unwrap().split('/').next().unwrap();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(
        stream,
        "POST /formance/v2/workflows/{workflow}/instances HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
         Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nd\r\n{{\"name\":\"go\"}}\r\n0\r\n\r\n",
        access.token
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let id = answer.split("\"id\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    world.advance(3_000.0);
    // Without its variable the event has no name, and the stage is refused.
    is_over(&world.instance(&id))
}

fn trigger(world: &World, name: &str) {
    let workflow = world.workflow(&json!({"name": "w", "stages": []}));
    let wish = json!({"event": "PAID", "workflowID": workflow, "name": name}).to_string();
    assert_eq!(call(world, "POST", "/v2/triggers", Some(&wish)).0, 201);
}

fn broken_names(world: &World) -> bool {
    trigger(world, "one");
    trigger(world, "two");
    let (status, body) = call(world, "GET", "/v2/triggers?name=two", None);
    if status == 200 {
        let found: Value = serde_json::from_str(&body).unwrap();
        assert!(found["cursor"]["data"].as_array().unwrap().iter().all(|one| one["name"] == "two"), "{body}");
    }
    status == 500
}

fn hidden_cursors(world: &World) -> bool {
    (0..16).for_each(|_| trigger(world, "many"));
    get(world, "/triggers")["data"].as_array().unwrap().len() == 15
}

fn moving_rows(world: &World) -> bool {
    let ids = [two_waits(world), two_waits(world)];
    world.operate(&ids[0], "cancel-stage");
    world.until_instance(&ids[0], "over", is_over);
    let all = get(world, "/v2/instances?pageSize=100")["cursor"]["data"].clone();
    all.as_array().unwrap().last().unwrap()["id"] == ids[0].as_str()
}

fn undead_workflows(world: &World) -> bool {
    let workflow = world.workflow(&json!({"name": "w", "stages": []}));
    call(world, "DELETE", &format!("/v2/workflows/{workflow}"), None);
    let run = call(world, "POST", &format!("/v2/workflows/{workflow}/instances"), Some("{}")).0;
    let read = call(world, "GET", &format!("/v2/workflows/{workflow}"), None).0;
    assert_eq!(run == 201, read == 200);
    read == 200
}

#[test]
fn each_trap_is_there_until_it_is_mended() {
    type Probe = fn(&World) -> bool;
    let probes: [(&str, Probe); 17] = [
        ("hollowAborts", hollow_aborts),
        ("hollowWaits", hollow_waits),
        ("unknownIs500", unknown_is500),
        ("dyingSignals", dying_signals),
        ("crowdedSignals", crowded_signals),
        ("gaps", gaps),
        ("mixedDates", mixed_dates),
        ("emptyErrors", empty_errors),
        ("reshapedStages", reshaped_stages),
        ("lineFeeds", line_feeds),
        ("emptyRefusals", empty_refusals),
        ("clampedPages", clamped_pages),
        ("unreadChunks", unread_chunks),
        ("brokenNames", broken_names),
        ("hiddenCursors", hidden_cursors),
        ("movingRows", moving_rows),
        ("undeadWorkflows", undead_workflows),
    ];
    let world = World::stepped(1);
    let manners = get_control(&world);
    let traps = manners.as_object().unwrap().iter().filter(|(_, value)| **value == true).count();
    assert_eq!(traps, probes.len() + 1, "every trap has its probe; `auth` is none: {manners}");
    for (trap, is_there) in probes {
        assert!(is_there(&world), "{trap} is not there at the start");
        world.manners(json!({trap: false}));
        assert!(!is_there(&world), "{trap} is there although it is mended");
        world.manners(json!({}));
    }
}

fn get_control(world: &World) -> Value {
    crate::world::send(&agent(), "GET", &format!("{}/formance", world.control), &[], None).unwrap().json()
}
