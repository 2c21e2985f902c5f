//! Faults on demand, as a client on a socket meets them.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;

use crate::world::World;

/// What comes over the wire until the other side ends, and how it ends.
fn raw(world: &World, path: &str) -> (String, std::io::Result<usize>) {
    let address = world.url.strip_prefix("http://").unwrap().split('/').next().unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(stream, "GET /hatchet{path} HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
    let (mut text, mut buffer) = (String::new(), [0; 4096]);
    loop {
        match stream.read(&mut buffer) {
            Ok(read) if read > 0 => text.push_str(&String::from_utf8_lossy(&buffer[..read])),
            end => return (text, end),
        }
    }
}

#[test]
fn a_fault_strikes_its_route_as_often_as_it_was_told_to() {
    let world = World::stepped(1);
    let fault = json!({"route": "GET */version", "count": 2, "kind": "status", "status": 503, "body": "{}"});
    world.control("/faults", &fault);
    let status = |path: &str| world.struck("GET", path, None).status;
    assert_eq!(status("/api/v1/meta"), 200);
    assert_eq!([status("/api/v1/version"), status("/api/v1/version"), status("/api/v1/version")], [503, 503, 200]);
}

#[test]
fn an_error_after_the_work_is_an_error_that_is_none() {
    let world = World::stepped(1);
    let fault = json!({"route": "POST */trigger", "count": 1, "kind": "status", "status": 500, "after": true});
    world.control("/faults", &fault);
    let body = json!({"workflowName": "charge-card", "additionalMetadata": {"key": "x"}, "return_only_id": true});
    assert_eq!(world.struck("POST", &world.tenant_path("/workflow-runs/trigger"), Some(&body)).status, 500);
    world.advance(1_000.0);
    let path = "/workflow-runs?since=2026-11-22T00:00:00Z&only_tasks=false&additional_metadata=key:x";
    let page = world.call("GET", &world.tenant_path(path), None).json();
    assert_eq!(page["rows"].as_array().unwrap().len(), 1);
}

#[test]
fn a_reset_connection_ends_without_an_answer() {
    let world = World::stepped(1);
    world.control("/faults", &json!({"count": 1, "kind": "reset"}));
    let (text, end) = raw(&world, "/api/v1/version");
    assert_eq!(text, "");
    assert_eq!(end.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
}

#[test]
fn a_truncated_body_is_shorter_than_announced() {
    let world = World::stepped(1);
    world.control("/faults", &json!({"count": 1, "kind": "truncate", "bytes": 5}));
    let (text, _) = raw(&world, "/api/v1/version");
    assert!(text.contains("content-length: 23"), "{text}");
    assert!(text.ends_with("\r\n\r\n{\"ver"), "{text}");
}

#[test]
fn a_false_claim_changes_the_header_and_not_the_body() {
    let world = World::stepped(1);
    world.control("/faults", &json!({"count": 1, "kind": "content-type", "content_type": "text/html"}));
    let answer = world.struck("GET", "/api/v1/version", None);
    assert_eq!(answer.header("content-type"), Some("text/html"));
    assert_eq!(answer.body, "{\"version\":\"v0.104.7\"}\n");
}

#[test]
fn an_unreadable_fault_is_refused_with_its_reason() {
    let world = World::stepped(1);
    let headers = [("content-type".to_owned(), "application/json".to_owned())];
    let url = format!("{}/faults", world.control);
    let body = r#"[{"kind":"earthquake"}]"#;
    let answer = crate::world::send(&crate::world::agent(), "POST", &url, &headers, Some(body)).unwrap();
    assert_eq!(answer.status, 422);
    assert!(answer.body.contains("earthquake"), "{}", answer.body);
}
