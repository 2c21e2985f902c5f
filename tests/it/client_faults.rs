//! Every fault that a network or server can show ends in a typed error, and where there is a chance, in success.
use crate::support::{Native, Reply, SECRET, Server, client, ends, recorded};
use runward::client::{Call, Client, race};
use runward::error::{Error, Kind};
use runward::policy::Limits;
use runward::system::Create;
use std::time::Duration;

const ID: &str = "a16ccbaf-84c7-4547-bdd9-6f0922c76346";

fn quick() -> Limits {
    Limits { timeout: 1_500.0, deadline: 6_000.0, retries: 1 }
}

/// Name, what the server does, the kind and code of the error.
fn must_fail() -> Vec<(&'static str, Reply, Kind, &'static str)> {
    let html = |status| Reply::with(status, "text/html", "", "<!doctype html><h1>s3cret-token</h1>");
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
    vec![
        ("reset", Reply::Reset, Kind::Network, "before_headers"),
        ("close", Reply::Send(vec![]), Kind::Network, "before_headers"),
        ("no HTTP", Reply::Send(b"SSH-2.0-OpenSSH_9\r\n\r\n".to_vec()), Kind::Network, "before_headers"),
        (
            "truncated length",
            Reply::Send(format!("{head}content-length: 100\r\n\r\n{{\"run\"").into_bytes()),
            Kind::Network,
            "in_body",
        ),
        (
            "truncated chunk",
            Reply::Send(format!("{head}transfer-encoding: chunked\r\n\r\n20\r\n{{\"run\"").into_bytes()),
            Kind::Network,
            "in_body",
        ),
        ("stalled headers", Reply::Stall(b"HTTP/1.1 200 OK\r\n".to_vec()), Kind::Timeout, "timeout"),
        (
            "stalled body",
            Reply::Stall(format!("{head}content-length: 9\r\n\r\n{{").into_bytes()),
            Kind::Timeout,
            "timeout",
        ),
        ("HTML 200", html(200), Kind::Decode, "not_json"),
        ("HTML 404", html(404), Kind::NotFound, "not_found"),
        ("HTML 502", html(502), Kind::Http, "server_error"),
        ("bad JSON", Reply::json(200, "{\"run\":"), Kind::Decode, "not_json"),
        (
            "JSON that ends early where no length was told",
            Reply::Send(format!("{head}connection: close\r\n\r\n{{\"run\":").into_bytes()),
            Kind::Network,
            "in_body",
        ),
        ("two JSON", Reply::json(200, "{}{}"), Kind::Decode, "not_json"),
        ("empty", Reply::json(200, ""), Kind::Decode, "not_json"),
        ("null", Reply::json(200, "null"), Kind::Decode, "invalid_document"),
        ("no run", Reply::json(200, "{\"run\":{}}"), Kind::Decode, "invalid_document"),
        (
            "no UTF-8",
            Reply::Send(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n\"\xff\"".to_vec()),
            Kind::Decode,
            "invalid_utf8",
        ),
        ("401", Reply::json(401, "null"), Kind::Auth, "unauthorized"),
        ("403", Reply::json(403, "{\"message\":\"bad token s3cret-token\"}"), Kind::Auth, "forbidden"),
        ("429 for a day", Reply::with(429, "a/b", "retry-after: 100000\r\n", "null"), Kind::RateLimit, "rate_limited"),
        ("501", Reply::json(501, "null"), Kind::Unsupported, "not_implemented"),
        ("304", Reply::json(304, ""), Kind::Http, "unexpected_status"),
        (
            "cross-origin 307",
            Reply::with(307, "a/b", "location: http://localhost:1/s3cret-token\r\n", ""),
            Kind::Http,
            "cross_origin_redirect",
        ),
        ("redirect to nowhere", Reply::with(302, "a/b", "", ""), Kind::Http, "redirect_refused"),
        ("redirect in a circle", Reply::with(302, "a/b", "location: /x\r\n", ""), Kind::Http, "too_many_redirects"),
        ("2 MiB", Reply::json(200, format!("[{}1]", "1,".repeat(1024 * 1024))), Kind::Decode, "too_large"),
        ("deep", Reply::json(200, "[".repeat(100_000) + &"]".repeat(100_000)), Kind::Decode, "too_deep"),
    ]
}

fn keeps_the_secret(error: &Error, name: &str) {
    let shown = format!("{error} {error:?} {}", serde_json::to_string(error).unwrap());
    assert!(!shown.contains(SECRET), "{name}: {shown}");
}

#[tokio::test]
async fn every_fault_of_a_read_is_a_typed_error_before_the_deadline() {
    for (name, reply, kind, code) in must_fail() {
        let server = Server::replies([reply]).await;
        let error = ends(client(&server.url, 1.0, quick()).get(ID, &Call::default())).await.unwrap_err();
        assert_eq!((error.kind, error.code), (kind, code), "{name}: {error:?}");
        assert_eq!(error.system.map(|system| system.as_str()), Some("hatchet"), "{name}");
        keeps_the_secret(&error, name);
    }
}

#[tokio::test]
async fn no_fault_sends_a_create_twice() {
    let create = Create { workflow: "charge-card".into(), ..Create::default() };
    for (name, reply, kind, code) in must_fail() {
        let server = Server::replies([reply]).await;
        let error = ends(client(&server.url, 1.0, quick()).create(&create, &Call::default())).await.unwrap_err();
        // A redirect that keeps the method may be followed, because who answers so has done nothing.
        let posts = server.count("POST /api/v1/stable/tenants/");
        assert_eq!(posts, 1, "{name}: {:?}", server.got());
        let refused = matches!(kind, Kind::Auth | Kind::NotFound | Kind::RateLimit | Kind::Unsupported)
            || (kind == Kind::Http && code != "server_error");
        let expected = if refused { kind } else { Kind::UnknownOutcome };
        assert_eq!(error.kind, expected, "{name}: {error:?}");
        keeps_the_secret(&error, name);
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_has_created_nothing() {
    let url = nowhere().await;
    let create = Create { workflow: "charge-card".into(), ..Create::default() };
    let error = ends(client(&url, 1.0, quick()).create(&create, &Call::default())).await.unwrap_err();
    assert_eq!((error.kind, error.code, error.retryable), (Kind::Network, "not_sent", true));
}

#[tokio::test]
async fn a_read_recovers_from_what_passes() {
    let good = || Reply::json(200, recorded("run-standalone-completed"));
    let soon = "date: Sun, 22 Nov 2026 16:12:16 GMT\r\nretry-after: Sun, 22 Nov 2026 16:12:17 GMT\r\n";
    let passing = [
        ("500", Reply::json(500, "null")),
        ("503 with seconds", Reply::with(503, "a/b", "retry-after: 1\r\n", "")),
        ("429 with seconds", Reply::with(429, "a/b", "retry-after: 1\r\n", "")),
        ("429 with a date", Reply::with(429, "a/b", soon, "")),
        ("reset", Reply::Reset),
        ("broken body", Reply::Send(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{".to_vec())),
        ("stall", Reply::Stall(vec![])),
    ];
    for (name, reply) in passing {
        let server = Server::replies([reply, good()]).await;
        let client = client(&server.url, 10.0, Limits::default());
        let read = ends(client.get(ID, &Call::default())).await;
        let read = read.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!((read.snapshot.run.id.as_str(), read.snapshot.run.status.as_str()), (ID, "COMPLETED"), "{name}");
        assert_eq!(read.wire, recorded("run-standalone-completed").trim(), "{name}");
        assert_eq!(server.got().len(), 2, "{name}");
    }
}

#[tokio::test]
async fn a_read_is_tried_no_more_often_than_asked() {
    for (retries, sent) in [(0, 1), (2, 3)] {
        let server = Server::replies([Reply::json(500, "null")]).await;
        let call = Call { retries: Some(retries), ..Call::default() };
        ends(client(&server.url, 10.0, Limits::default()).get(ID, &call)).await.unwrap_err();
        assert_eq!(server.got().len(), sent);
    }
}

#[tokio::test]
async fn a_redirect_on_the_same_origin_is_followed_with_the_credentials() {
    let moved = Reply::with(307, "a/b", "location: /elsewhere?x=1\r\n", "");
    let server = Server::replies([moved, Reply::json(200, recorded("run-standalone-completed"))]).await;
    ends(client(&server.url, 1.0, quick()).get(ID, &Call::default())).await.unwrap();
    let got = server.got();
    assert_eq!(got[1].line(), "GET /elsewhere?x=1 HTTP/1.1");
    assert!(got[1].head.contains("authorization: Bearer s3cret-token"));
}

#[tokio::test]
async fn no_credential_goes_to_another_origin() {
    let other = Server::replies([Reply::json(200, recorded("run-standalone-completed"))]).await;
    let there = Reply::with(307, "a/b", &format!("location: {}/x\r\n", other.url), "");
    let server = Server::replies([there]).await;
    ends(client(&server.url, 1.0, quick()).get(ID, &Call::default())).await.unwrap_err();
    assert!(other.got().is_empty());
}

#[tokio::test]
async fn what_is_dropped_leaves_no_connection_behind() {
    for stalled in [vec![], b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{".to_vec()] {
        let server = Server::replies([Reply::Stall(stalled)]).await;
        let client = client(&server.url, 1.0, Limits::default());
        let asked = async {
            while server.got().is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        let gone = ends(race(client.get(ID, &Call::default()), asked)).await;
        assert!(gone.is_none());
        assert_eq!(server.got().len(), 1);
        ends(async {
            while server.open() > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
    }
}

#[tokio::test]
async fn a_thousand_reads_of_a_dead_server_are_no_storm() {
    let limits = Limits { timeout: 200_000.0, deadline: 400_000.0, retries: 3 };
    let server = Server::replies([Reply::json(500, "null")]).await;
    let failing = client(&server.url, 20.0, limits);
    a_thousand_reads(&failing).await;
    let sent = server.got().len();
    assert!((1_000..=1_200).contains(&sent), "{sent}");
    assert_eq!(failing.host().sent(), sent);
    let client = client(&nowhere().await, 20.0, limits);
    a_thousand_reads(&client).await;
    assert!((1_000..=1_200).contains(&client.host().sent()), "refused: {}", client.host().sent());
}

async fn a_thousand_reads(client: &std::rc::Rc<Client<Native>>) {
    let tasks = tokio::task::LocalSet::new();
    for _ in 0..1_000 {
        let client = std::rc::Rc::clone(client);
        tasks.spawn_local(async move { client.get(ID, &Call::default()).await.unwrap_err() });
    }
    ends(tasks).await;
}

/// Where nobody listens.
async fn nowhere() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[tokio::test]
async fn wrong_arguments_are_refused_before_anything_is_sent() {
    let server = Server::replies([Reply::json(200, "null")]).await;
    let client = client(&server.url, 1.0, quick());
    for id in ["", ".", "..", "a\nb"] {
        assert_eq!(client.get(id, &Call::default()).await.unwrap_err().code, "invalid_id", "{id:?}");
    }
    for timeout in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let call = Call { timeout: Some(timeout), ..Call::default() };
        assert_eq!(client.get(ID, &call).await.unwrap_err().code, "invalid_time", "{timeout}");
    }
    let call = Call { traceparent: Some("00-a\r\nx: y".into()), ..Call::default() };
    assert_eq!(client.get(ID, &call).await.unwrap_err().code, "invalid_traceparent");
    // Hatchet keeps EVICTED to itself, and lists everything when asked for it.
    for status in ["DONE", "running", "EVICTED", "FAILED,CANCELLED"] {
        let filter = runward::system::Filter { statuses: vec![status.into()], ..Default::default() };
        assert_eq!(client.list(&filter, None, &Call::default()).await.unwrap_err().code, "unknown_status", "{status}");
    }
    assert!(server.got().is_empty());
}
