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
fn a_skewed_clock_moves_the_date_and_every_time_of_the_body_and_no_other_value() {
    let world = World::stepped(1);
    let id = world.trigger("charge-card", json!({}), json!({}));
    world.until(&id, "COMPLETED");
    let path = format!("/api/v1/stable/workflow-runs/{id}");
    let read = || world.call("GET", &path, None);
    let before = read();
    world.control(
        "/faults",
        &json!({"route": "GET */workflow-runs/*", "count": 1, "kind": "clock-skew", "ms": -3_600_000}),
    );
    let (skewed, after) = (read(), read());
    let date = |answer: &crate::world::Answer| {
        chrono::DateTime::parse_from_rfc2822(answer.header("date").unwrap()).unwrap().timestamp()
    };
    assert!((3_500..3_700).contains(&(date(&after) - date(&skewed))), "{:?}", skewed.header("date"));
    let times = skewed.body.replace("2026-11-22T15:", "2026-11-22T16:");
    assert_ne!(skewed.body, before.body);
    assert_eq!(times, before.body, "only the hour differs");
    assert_eq!(after.body, before.body);
}

#[test]
fn a_broken_gzip_is_one_whose_checksum_is_wrong() {
    let world = World::stepped(1);
    world.control("/faults", &json!({"count": 1, "kind": "broken-gzip"}));
    let answer = world.struck("GET", "/api/v1/version", None);
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    assert!(answer.bytes.starts_with(&[0x1f, 0x8b, 8]));
    let whole = b"{\"version\":\"v0.104.7\"}\n";
    assert!(answer.bytes.windows(whole.len()).any(|part| part == whole));
    assert_eq!(answer.bytes[answer.bytes.len() - 4..], 23_u32.to_le_bytes());
}

#[test]
fn a_compressed_claim_that_is_false_leaves_the_body_as_it_is() {
    let world = World::stepped(1);
    world.control("/faults", &json!({"count": 1, "kind": "false-gzip"}));
    let answer = world.struck("GET", "/api/v1/version", None);
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    assert_eq!(answer.body, "{\"version\":\"v0.104.7\"}\n");
}

#[test]
fn a_run_can_be_missing_for_a_while() {
    let world = World::stepped(1);
    let id = world.trigger("charge-card", json!({}), json!({}));
    world.until(&id, "COMPLETED");
    let body = "{\"message\":\"not found\"}\n";
    let fault = json!({"route": "GET */workflow-runs/*", "forMs": 500, "kind": "status", "status": 404, "body": body});
    world.control("/faults", &fault);
    let status = || world.call("GET", &format!("/api/v1/stable/workflow-runs/{id}"), None).status;
    assert_eq!([status(), status()], [404, 404]);
    world.advance(501.0);
    assert_eq!(status(), 200);
}

#[test]
fn a_late_answer_and_one_that_stops_half_way_come_as_told() {
    let world = World::stepped(1);
    world.control("/faults", &json!({"count": 1, "kind": "latency", "ms": 150}));
    let begun = std::time::Instant::now();
    assert_eq!(world.call("GET", "/api/v1/version", None).status, 200);
    assert!(begun.elapsed() >= Duration::from_millis(150), "never sooner");
    world.control("/faults", &json!({"count": 1, "kind": "stall", "bytes": 5, "ms": 100}));
    let (text, _) = raw(&world, "/api/v1/version");
    assert!(text.contains("content-length: 23") && text.ends_with("\r\n\r\n{\"ver"), "{text}");
}

#[test]
fn a_fault_without_certainty_strikes_some_and_the_same_seed_the_same_ones() {
    let struck = |seed| {
        let world = World::stepped(seed);
        world.control("/faults", &json!({"probability": 0.5, "kind": "status", "status": 503, "body": "{}"}));
        (0..40).map(|_| world.struck("GET", "/api/v1/version", None).status == 503).collect::<Vec<_>>()
    };
    let first = struck(7);
    assert!(first.contains(&true) && first.contains(&false), "{first:?}");
    assert_eq!(first, struck(7));
    assert_ne!(first, struck(8));
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
