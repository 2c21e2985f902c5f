//! The controls: what is wrong is refused with its place and with what would be right.

use serde_json::{Value, json};

use crate::world::{Answer, World, agent, send, send_unchecked};

fn ask(world: &World, method: &str, path: &str, body: Option<&str>) -> Answer {
    send_unchecked(&agent(), method, &format!("{}{path}", world.control), &[], body).unwrap()
}

#[test]
fn a_wrong_body_is_refused_with_its_place_and_what_would_be_right() {
    let world = World::stepped(1);
    let lags = json!({"least": 1, "median": 2, "p90": 3, "most": 4});
    let step = json!({"name": "a", "timeout": "30s"});
    let task = json!({"task": "a", "def": "b"});
    for (path, body, place, says) in [
        ("/advance", json!({"ms": -1}), "/ms", "between 0"),
        ("/advance", json!({"ms": "x"}), "/ms", "expected f64"),
        ("/advance", json!({"sec": 1}), "/sec", "expected `ms`"),
        ("/advance", json!([5]), "", "not a list"),
        ("/faults", json!({"kind": "status", "status": 99}), "/status", "between 200"),
        ("/faults", json!([{"kind": "reset"}, {"kind": "reset", "route": "x"}]), "/1/route", "as GET"),
        ("/faults", json!({"kind": "reset", "cout": 1}), "", "count"),
        ("/faults", json!({"kind": "boom"}), "", "`reset`"),
        ("/faults", json!({"kind": "latency"}), "", "missing field `ms`"),
        ("/faults", json!({"kind": "latency", "ms": 1e9 as u64}), "/ms", "between 0 and 60000"),
        ("/faults", json!({"kind": "reset", "probability": 2}), "/probability", "between 0 and 1"),
        ("/webhooks", json!({"lost": 8}), "/lost", "between 0 and 7"),
        ("/webhooks", json!({"duplicates": -1}), "/duplicates", "u32"),
        ("/hatchet", json!({"fantoms": false}), "/fantoms", "`phantoms`"),
        ("/formance", json!({"localOffsetMinutes": 5000}), "/localOffsetMinutes", "1439"),
        ("/formance", json!({"gaps": "no"}), "/gaps", "boolean"),
        ("/formance/operator", json!({"instance": "x", "do": "dance"}), "/do", "`forget`"),
        ("/formance/events", json!({"payload": {}}), "", "missing field `type`"),
        (
            "/read-store",
            json!({"lags": {"seen": lags, "event": lags, "status": lags, "retryGap": {"least": 5, "median": 2, "p90": 3, "most": 4}}}),
            "/lags/retryGap/median",
            "between 5",
        ),
        (
            "/inbound",
            json!({"name": "x", "auth": {"type": "HMAC", "secret": "k"}, "eventKey": "x"}),
            "/auth/header",
            "GENERIC",
        ),
        ("/workflows", json!({"name": "w", "steps": []}), "/steps", "at least one"),
        ("/workflows", json!({"name": "w", "steps": [{"name": "a", "timeout": "soon"}]}), "/steps/0/timeout", "as 30s"),
        ("/workflows", json!({"name": "w", "steps": [step, step]}), "/steps/1/name", "there already"),
        (
            "/workflows",
            json!([{"name": "v", "steps": [step]}, {"name": "w", "steps": [{"name": "a", "timeout": "1s", "parents": ["b"]}]}]),
            "/1/steps/0/parents/0",
            "stands before",
        ),
        (
            "/workflows",
            json!({"name": "w", "steps": [{"name": "a", "timeout": "1s", "spawns": [{"workflow": "nobody"}]}]}),
            "/steps",
            "not registered",
        ),
        (
            "/workflows",
            json!({"name": "w", "steps": [{"name": "a", "timeout": "1s", "spawns": [{"workflow": "w"}]}]}),
            "/steps",
            "without end",
        ),
        ("/onfido/workflows", json!({"name": "w", "steps": [task], "end": "done"}), "/end", "approved"),
        (
            "/onfido/workflows",
            json!({"name": "w", "steps": [task, task], "end": "approved"}),
            "/steps/1/task",
            "there already",
        ),
        (
            "/onfido/workflows",
            json!({"name": "w", "steps": [{"task": "A b", "def": "b"}], "end": "approved"}),
            "/steps/0/task",
            "a-z",
        ),
        ("/onfido/applicant", json!({}), "", "missing field `run`"),
        (
            "/meshx/products",
            json!({"name": "p", "steps": [{"status": "S", "ms": -1}], "end": "E"}),
            "/steps/0/ms",
            "between",
        ),
        ("/meshx/errors", json!("other"), "", "`detail`"),
        ("/tokens", json!({}), "", "missing field `tenant`"),
    ] {
        let answer = ask(&world, "POST", path, Some(&body.to_string()));
        assert_eq!(answer.status, 422, "{path} {body}: {}", answer.body);
        let answer = answer.json();
        assert_eq!(answer["pointer"].as_str().unwrap().trim_end_matches("/?"), place, "{path} {body}: {answer}");
        assert!(answer["error"].as_str().unwrap().contains(says), "{path} {body}: {answer}");
    }
    let broken = ask(&world, "POST", "/faults", Some("{")).json();
    assert!(broken["error"].as_str().unwrap().contains("line 1"), "{broken}");
    assert!(send(&agent(), "GET", &format!("{}/faults", world.control), &[], None).unwrap().json() == json!([]));
}

#[test]
fn every_control_of_the_index_is_there_and_in_the_readers_doc() {
    let world = World::stepped(1);
    let readme = include_str!("../../README.md");
    for control in ask(&world, "GET", "/", None).json().as_array().unwrap() {
        let (methods, path) = control["call"].as_str().unwrap().rsplit_once(' ').unwrap();
        assert!(readme.contains(path), "the doc says nothing of {path}");
        let rest = path.strip_prefix("/_control").unwrap();
        for method in methods.split(", ") {
            let status = ask(&world, method, rest, (method == "POST").then_some("7")).status;
            assert!(status != 404 && status != 405, "{method} {path}: {status}");
        }
    }
    assert!(ask(&world, "GET", "", None).json().is_array());
    let root = world.control.strip_suffix("_control").unwrap();
    let elsewhere = send_unchecked(&agent(), "GET", &format!("{root}nothing"), &[], None).unwrap();
    assert!(elsewhere.json()["error"].as_str().unwrap().contains("/hatchet"), "{}", elsewhere.body);
    let unknown = ask(&world, "GET", "/nothing", None);
    assert_eq!(unknown.status, 404);
    assert!(unknown.json()["error"].as_str().unwrap().contains("GET /_control"));
    assert_eq!(ask(&world, "DELETE", "/advance", None).status, 405);
}

#[test]
fn a_request_can_ask_for_its_own_fault() {
    let world = World::stepped(1);
    let asked = |fault: &str| {
        let headers = [("x-runward-fault".to_owned(), fault.to_owned())];
        send_unchecked(&agent(), "GET", &format!("{}/api/v1/version", world.url), &headers, None)
    };
    let fault = json!({"kind": "status", "status": 503, "body": "{}"}).to_string();
    assert_eq!(asked(&fault).unwrap().status, 503);
    assert!(asked(r#"{"kind":"reset"}"#).is_err());
    let wrong = asked(r#"{"kind":"status","status":7}"#).unwrap();
    assert_eq!((wrong.status, &wrong.json()["pointer"]), (422, &json!("/x-runward-fault/status")));
    assert_eq!(world.call("GET", "/api/v1/version", None).status, 200, "no other request is struck");
    let systems = &world.systems;
    for url in [&systems.formance.url, &systems.onfido.url, &systems.meshx.url] {
        let headers = [("x-runward-fault".to_owned(), fault.clone())];
        assert_eq!(send_unchecked(&agent(), "GET", url, &headers, None).unwrap().status, 503, "{url}");
    }
}

#[test]
fn settings_are_shown_as_they_were_set() {
    let world = World::stepped(1);
    for (path, wish) in [
        ("/hatchet", json!({"phantoms": false})),
        ("/formance", json!({"gaps": false, "runAnswerMs": 5.0})),
        ("/webhooks", json!({"duplicates": 2, "lost": 1})),
    ] {
        world.control(path, &wish);
        let shown = ask(&world, "GET", path, None).json();
        let shown = shown.get("disorder").unwrap_or(&shown);
        for (key, value) in wish.as_object().unwrap() {
            assert_eq!(&shown[key], value, "{path}");
        }
    }
    assert_eq!(world.control("/meshx/errors", &json!("title")), "title");
    assert_eq!(ask(&world, "GET", "/meshx/errors", None).json(), Value::from("title"));
}
