//! The client over the three systems: creates, lists, cancels, files, operations.
use crate::recordings::Recorded;
use crate::support::{Got, Native, Reply, SECRET, Server, client_of, ends};
use runward::client::{Call, Client, Effected, Options};
use runward::describe::Raw;
use runward::error::Kind;
use runward::policy::Limits;
use runward::system::{Answer, Create, File, Filter, System};
use runward::systems::{formance::FORMANCE, hatchet::HATCHET, meshx::MESHX, onfido::ONFIDO};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::rc::Rc;

const RUN: &str = "1184ab18-bb5f-44f9-8ec7-39f706e8b7d9";

fn speaking(system: &'static System, url: &str, speed: f64) -> Rc<Client<Native>> {
    let limits = Limits { timeout: 60_000.0, deadline: 600_000.0, retries: 1 };
    let options = Options { base_url: Some(url.into()), tenant: Some("acme".into()), limits, ..Options::default() };
    client_of(system, SECRET, speed, options)
}

fn formance(name: &str) -> Reply {
    let response = Recorded::get("formance", name).response();
    Reply::json(response.status, String::from_utf8(response.body).unwrap())
}

fn text(path: &str) -> String {
    String::from_utf8(crate::fixture(path)).unwrap()
}

fn raw(value: Value) -> Raw {
    serde_json::from_str(&value.to_string()).unwrap()
}

fn ids(page: &runward::client::Page) -> Vec<&str> {
    page.runs.iter().map(|(run, _)| run.id.as_str()).collect()
}

#[tokio::test]
async fn formance_creates_once_and_says_how_to_look_when_the_answer_is_lost() {
    let create = Create { workflow: "w".into(), key: Some("k".into()), ..Create::default() };
    for lost in [Reply::Reset, Reply::json(500, "{}"), Reply::json(201, "<html>")] {
        let server = Server::replies([lost]).await;
        let error = ends(speaking(&FORMANCE, &server.url, 1.0).create(&create, &Call::default())).await.unwrap_err();
        assert_eq!((error.kind, error.retryable), (Kind::UnknownOutcome, false));
        assert!(error.message.contains("compare when they were created"), "{}", error.message);
        assert_eq!(server.got().len(), 1, "a key that cannot be looked up sends nothing twice");
    }
    let server = Server::replies([formance("run-unknown-workflow")]).await;
    let error = ends(speaking(&FORMANCE, &server.url, 1.0).create(&create, &Call::default())).await.unwrap_err();
    assert_eq!(error.kind, Kind::NotFound, "this 500 is a no");
    let server = Server::replies([formance("run-with-vars")]).await;
    let input = Some(raw(json!({ "orderId": "10058" })));
    let create = Create { workflow: "w".into(), input, ..Create::default() };
    let run = ends(speaking(&FORMANCE, &server.url, 1.0).create(&create, &Call::default())).await.unwrap();
    assert_eq!(
        (run.snapshot.run.id.as_str(), run.snapshot.run.status.as_str()),
        ("e2dd9421-43cd-4361-bb4c-1b158bf9fa38", "running")
    );
    assert!(server.got()[0].head.contains("content-length: 19"), "{}", server.got()[0].head);
}

#[tokio::test]
async fn an_unknown_run_of_formance_is_not_found_and_asked_for_once() {
    let server = Server::replies([formance("instance-unknown")]).await;
    let error = ends(speaking(&FORMANCE, &server.url, 1.0).get(RUN, &Call::default())).await.unwrap_err();
    assert_eq!((error.kind, error.status), (Kind::NotFound, Some(500)));
    assert_eq!(server.got().len(), 1);
}

#[tokio::test]
async fn an_abort_of_formance_is_taken_and_shows_no_effect() {
    let server = Server::new(|got: &Got| {
        if got.head.starts_with("PUT") { formance("abort-running") } else { formance("instance-after-abort") }
    })
    .await;
    let client = speaking(&FORMANCE, &server.url, 10.0);
    let effect = ends(client.cancel(RUN, false, &Call::default())).await.unwrap();
    assert_eq!((effect.accepted, effect.effect), (true, Effected::Unknown));
    let effect = ends(client.cancel(RUN, true, &Call::default())).await.unwrap();
    assert_eq!((effect.accepted, effect.effect), (true, Effected::Ineffective));
    assert_eq!(effect.run.unwrap().snapshot.run.status, "running");
    let slow = speaking(&FORMANCE, &server.url, 2.0);
    let hasty = Call { deadline: Some(2_000.0), ..Call::default() };
    assert_eq!(ends(slow.cancel(RUN, true, &hasty)).await.unwrap().effect, Effected::Unknown, "too early to tell");
}

#[tokio::test]
async fn an_abort_of_a_mended_formance_ends_the_run() {
    let server = Server::new(|got: &Got| {
        if got.head.starts_with("PUT") {
            formance("abort-running")
        } else {
            formance("instance-stage-cancelled-in-temporal")
        }
    })
    .await;
    let effect = ends(speaking(&FORMANCE, &server.url, 4.0).cancel(RUN, true, &Call::default())).await.unwrap();
    assert_eq!((effect.accepted, effect.effect), (true, Effected::Effective));
}

#[tokio::test]
async fn what_a_system_cannot_do_is_refused_before_anything_is_sent() {
    let server = Server::replies([Reply::json(200, "{}")]).await;
    for (system, can, name) in [
        (&ONFIDO as &'static System, "replay", "cancel"),
        (&FORMANCE, "cancel", "replay"),
        (&MESHX, "cancel", "replay"),
    ] {
        let client = speaking(system, &server.url, 1.0);
        let (cancel, replay) =
            (client.cancel("x", false, &Call::default()).await, client.replay("x", false, &Call::default()).await);
        let refused = if name == "cancel" { cancel } else { replay }.unwrap_err();
        assert_eq!((refused.kind, refused.code), (Kind::Unsupported, "unsupported_operation"), "{name} {can}");
        let error = client.operate("nonsense", &Raw::empty_object(), &Call::default()).await.err().unwrap();
        assert_eq!(error.kind, Kind::Unsupported);
        assert_eq!(error.system, Some(system.name()));
    }
    let error = speaking(&HATCHET, &server.url, 1.0).operate("get", &Raw::empty_object(), &Call::default()).await;
    assert_eq!(error.err().unwrap().code, "not_an_operation");
    assert!(!server.got().iter().any(|got| got.line().contains("nonsense") || got.line().contains("v3.6")));
}

#[tokio::test]
async fn every_operation_of_a_table_is_a_capability_and_the_other_way_round() {
    let common =
        ["create", "get", "list", "watch", "wait", "cancel", "replay", "findByKey", "cancelMany", "replayMany"];
    for system in [&HATCHET as &'static System, &FORMANCE, &ONFIDO, &MESHX] {
        let operations: Vec<&str> = system.api().operations().iter().map(|operation| operation.name).collect();
        let named: Vec<&str> = system.capabilities().into_iter().map(|(name, _)| name).collect();
        assert_eq!(named, [&common[..], &operations[..]].concat(), "{}", system.name());
        let types = text("../../src/wasm/types/client.ts");
        for name in operations {
            let method = name.rsplit('.').next().unwrap();
            let typed = ["(", ": TakeFile<"].iter().any(|begin| types.contains(&format!("  {method}{begin}")));
            assert!(typed, "{name} has no type");
        }
        let can = |name: &str| system.capabilities().into_iter().any(|(known, can)| known == name && can);
        let scope = runward::system::Scope { tenant: Some("t".into()), ..Default::default() };
        assert_eq!(can("cancel"), system.api().cancel(&scope, "x").is_ok(), "{}", system.name());
        assert_eq!(can("replay"), system.api().replay(&scope, "x").is_ok(), "{}", system.name());
        assert_eq!(can("findByKey"), system.api().by_key(&Filter::default(), "x").is_some(), "{}", system.name());
    }
}

#[tokio::test]
async fn formance_lists_what_fits_and_no_run_twice() {
    let page: Value = serde_json::from_slice(&Recorded::get("formance", "instances-page-1").response().body).unwrap();
    let mut double = page.clone();
    let rows = double["cursor"]["data"].as_array_mut().unwrap();
    rows.push(rows[0].clone());
    let server = Server::replies([Reply::json(200, double.to_string())]).await;
    let client = speaking(&FORMANCE, &server.url, 1.0);
    let all = ends(client.list(&Filter::default(), None, &Call::default())).await.unwrap();
    assert_eq!(all.runs.len(), 2);
    assert!(all.next.is_some());
    let none = Filter { statuses: vec!["failed".into()], ..Filter::default() };
    assert!(ends(client.list(&none, None, &Call::default())).await.unwrap().runs.is_empty());
    let first = all.runs[0].0.created_at.unwrap();
    let later = Filter { since: Some(first + 1.0), ..Filter::default() };
    assert!(!ids(&ends(client.list(&later, None, &Call::default())).await.unwrap()).contains(&ids(&all)[0]));
    let odd = Filter { statuses: vec!["done".into()], ..Filter::default() };
    assert_eq!(client.list(&odd, None, &Call::default()).await.unwrap_err().code, "unknown_status");
}

#[tokio::test]
async fn onfido_pages_by_links_of_its_own_origin_alone() {
    let server = Server::new(|got: &Got| {
        let link = match got.line() {
            line if line.contains("page=5") => String::new(),
            line if line.contains("page=2") => {
                "link: <https://elsewhere.example/v3.6/workflow_runs?page=9>; rel=\"next\"\r\n".into()
            }
            _ => {
                let host = got.head.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
                format!("link: <http://{host}/v3.6/workflow_runs?page=5>; rel=\"next\"\r\n")
            }
        };
        Reply::with(200, "application/json", &link, text("onfido/page.json"))
    })
    .await;
    let client = speaking(&ONFIDO, &server.url, 1.0);
    let next =
        async |cursor: Option<&str>| client.list(&Filter::default(), cursor, &Call::default()).await.unwrap().next;
    assert_eq!(ends(next(None)).await.as_deref(), Some("5"));
    assert_eq!(ends(next(Some("2"))).await.as_deref(), Some("3"), "a link to elsewhere is none");
    assert_eq!(ends(next(Some("5"))).await.as_deref(), Some("6"));
    assert!(server.got()[0].head.contains("authorization: Token token=s3cret-token"), "{}", server.got()[0].head);
}

#[tokio::test]
async fn onfido_finds_a_lost_create_by_its_tag() {
    let mut looks = 0;
    let server = Server::new(move |got: &Got| {
        if got.head.starts_with("POST") {
            return Reply::Reset;
        }
        if got.line().contains("tags=F-1") {
            looks += 1;
            let row: Value = serde_json::from_str(&text("onfido/run-created.json")).unwrap();
            let mut row = row;
            row["tags"] = json!(["F-1"]);
            row["created_at"] = json!("2026-11-22T16:12:16Z");
            return Reply::json(200, if looks < 3 { "[]".into() } else { json!([row]).to_string() });
        }
        Reply::json(200, text("onfido/run-created.json"))
    })
    .await;
    let mut create = Create { workflow: "w".into(), key: Some("F-1".into()), ..Create::default() };
    create.more.insert("applicantId".into(), raw(json!("a")));
    let run = ends(speaking(&ONFIDO, &server.url, 50.0).create(&create, &Call::default())).await.unwrap();
    let expected: Value = serde_json::from_str(&text("onfido/run-created.json")).unwrap();
    assert_eq!(expected["id"], run.snapshot.run.id);
    assert_eq!(server.count("POST"), 1);
}

#[tokio::test]
async fn a_file_is_fetched_from_elsewhere_without_credentials_and_byte_by_byte() {
    let pdf: Vec<u8> = [b"%PDF-1.7\n".as_slice(), &(0..=255).collect::<Vec<u8>>()].concat();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\ncontent-length: {}\r\n\r\n", pdf.len());
    let store = Server::replies([Reply::Send([head.as_bytes(), &pdf].concat())]).await;
    let there =
        format!("location: {}/bucket/file?signature=s3cret-signature\r\n", store.url.replace("127.0.0.1", "localhost"));
    let server = Server::replies([Reply::with(302, "a/b", &there, "")]).await;
    let client = speaking(&ONFIDO, &server.url, 1.0);
    let file = ends(client.operate("evidence", &raw(json!({ "id": "r" })), &Call::default())).await.unwrap();
    assert!(file == Answer::File(File { kind: "application/pdf".into(), body: pdf }));
    let got = store.got();
    assert_eq!(got[0].line(), "GET /bucket/file?signature=s3cret-signature HTTP/1.1");
    assert!(!got[0].head.contains(SECRET) && !got[0].head.to_lowercase().contains("authorization"), "{}", got[0].head);
}

#[tokio::test]
async fn what_is_no_file_is_an_error_that_keeps_its_address_to_itself() {
    let there = "location: http://localhost:1/bucket?signature=s3cret-signature\r\n";
    for (reply, kind, code) in [
        (Reply::with(200, "text/html", "", "<h1>log in</h1>"), Kind::Decode, "not_a_file"),
        (Reply::with(200, "application/pdf", "", ""), Kind::Decode, "not_a_file"),
        (Reply::with(302, "a/b", there, ""), Kind::Network, "not_sent"),
        (Reply::with(302, "a/b", "location: ftp://localhost/x\r\n", ""), Kind::Http, "cross_origin_redirect"),
        (Reply::json(404, text("onfido/error-not-found.json")), Kind::NotFound, "not_found"),
    ] {
        let server = Server::replies([reply]).await;
        let client = speaking(&ONFIDO, &server.url, 20.0);
        let error =
            ends(client.operate("evidenceFolder", &raw(json!({ "id": "r" })), &Call::default())).await.err().unwrap();
        assert_eq!((error.kind, error.code), (kind, code));
        assert!(!format!("{error:?}").contains("signature"), "{error:?}");
    }
}

#[tokio::test]
async fn a_lost_answer_to_what_must_not_be_done_twice_is_an_unknown_outcome() {
    for (name, arguments, kind) in [
        ("instances.sendEvent", json!({ "id": "x", "name": "paid" }), Kind::UnknownOutcome),
        ("instances.abort", json!({ "id": "x" }), Kind::Network),
        ("instances.history", json!({ "id": "x" }), Kind::Network),
    ] {
        let server = Server::replies([Reply::Reset]).await;
        let error = ends(speaking(&FORMANCE, &server.url, 50.0).operate(name, &raw(arguments), &Call::default())).await;
        assert_eq!(error.err().unwrap().kind, kind, "{name}");
        assert_eq!(server.got().len(), if name == "instances.history" { 2 } else { 1 }, "{name}");
    }
    let server = Server::replies([formance("event-in-the-gap")]).await;
    let event = raw(json!({ "id": "x", "name": "paid" }));
    let error =
        ends(speaking(&FORMANCE, &server.url, 1.0).operate("instances.sendEvent", &event, &Call::default())).await;
    let error = error.err().unwrap();
    assert_eq!(
        (error.kind, error.code, error.retryable),
        (Kind::Http, "not_ready", true),
        "nothing was taken, so it may be tried again"
    );
}

fn many(count: u32) -> Value {
    let mut row: Value = serde_json::from_str(&text("meshx/run-completed.json")).unwrap();
    let rows: Vec<Value> = (0..count)
        .map(|n| {
            // In no order, and several at the same instant.
            row["identifier"] = json!(format!("00000000-0000-4000-8000-{:012}", n * 7919 % 10_007));
            row["created_at"] = json!(format!("2026-09-{:02}T00:00:00Z", 1 + n * 31 % 28));
            row["status"] = json!(if n % 3 == 0 { "FAILED" } else { "COMPLETED" });
            row.clone()
        })
        .collect();
    json!({ "orchestrator_workflows": rows })
}

#[tokio::test]
async fn meshx_is_filtered_and_paged_here_and_no_page_skips_or_repeats() {
    let mut reads = 0;
    let server = Server::new(move |_| {
        reads += 1;
        let mut all = many(23);
        // Between two pages a newer run comes.
        let rows = all["orchestrator_workflows"].as_array_mut().unwrap();
        let mut new = rows[0].clone();
        new["identifier"] = json!(format!("ffffffff-0000-4000-8000-{reads:012}"));
        new["created_at"] = json!("2026-10-01T00:00:00Z");
        rows.extend((reads > 1).then_some(new));
        Reply::json(200, all.to_string())
    })
    .await;
    let client = speaking(&MESHX, &server.url, 1.0);
    let filter = Filter { page_size: Some(5), statuses: vec!["completed".into()], ..Filter::default() };
    let (mut seen, mut cursor, mut pages) = (vec![], None, 0);
    loop {
        let page = ends(client.list(&filter, cursor.as_deref(), &Call::default())).await.unwrap();
        assert!(page.runs.iter().all(|(run, _)| run.status == "COMPLETED"));
        seen.extend(page.runs.into_iter().map(|(run, _)| (run.created_at.unwrap(), run.id)));
        pages += 1;
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!((seen.len(), pages), (15, 3));
    assert_eq!(seen.iter().map(|(_, id)| id).collect::<BTreeSet<_>>().len(), 15);
    assert!(seen.is_sorted_by(|a, b| a.0 > b.0 || (a.0 == b.0 && a.1 < b.1)), "newest first: {seen:?}");
    assert_eq!(server.got()[0].line(), "GET /api/data/orchestrator_workflow/list HTTP/1.1");
    assert_eq!(client.list(&filter, Some("x"), &Call::default()).await.unwrap_err().code, "invalid_cursor");
}

#[tokio::test]
async fn meshx_cancels_tell_the_run_and_later_reads_the_effect() {
    let server = Server::new(|got: &Got| {
        let cancelled = got.head.starts_with("DELETE") || got.line().contains("a9d2");
        Reply::json(200, text(if cancelled { "meshx/run-cancelled.json" } else { "meshx/run-completed.json" }))
    })
    .await;
    let client = speaking(&MESHX, &server.url, 20.0);
    let id = "a9d2e7a0-cbf1-4dcd-bdb7-9cd1f24693ad";
    let effect = ends(client.cancel(id, false, &Call::default())).await.unwrap();
    assert_eq!((effect.accepted, effect.effect), (true, Effected::Unknown));
    assert_eq!(effect.run.unwrap().snapshot.run.status, "CANCELLED");
    let effect = ends(client.cancel(id, true, &Call::default())).await.unwrap();
    assert_eq!(effect.effect, Effected::Effective);
    let other = ends(client.cancel("90ee677b-6e82-4ed7-9e05-3f71829b698e", true, &Call::default())).await.unwrap();
    assert_eq!(other.effect, Effected::Ineffective, "a later read says otherwise");
    assert!(server.got()[0].line().starts_with("DELETE /api/data/orchestrator_workflow?identifier=a9d2"));
}

#[tokio::test]
async fn meshx_without_an_organisation_sends_nothing() {
    let server = Server::replies([Reply::json(200, "{}")]).await;
    let client = client_of(&MESHX, SECRET, 1.0, Options { base_url: Some(server.url.clone()), ..Options::default() });
    assert_eq!(client.get("x", &Call::default()).await.unwrap_err().code, "missing_org");
    assert_eq!(
        client.operate("graph", &raw(json!({ "id": "x" })), &Call::default()).await.err().unwrap().code,
        "missing_org"
    );
    assert!(server.got().is_empty());
}

#[tokio::test]
async fn a_run_of_each_system_is_watched_to_its_confirmed_end() {
    for (system, name, status) in [
        (&FORMANCE as &'static System, None, "succeeded"),
        (&ONFIDO, Some("onfido/run-approved.json"), "approved"),
        (&MESHX, Some("meshx/run-completed.json"), "COMPLETED"),
    ] {
        let server =
            Server::replies([name.map_or_else(|| formance("instance-succeeded"), |name| Reply::json(200, text(name)))])
                .await;
        let client = speaking(system, &server.url, 20.0);
        let run = ends(client.wait("d5b39162-c198-4cc4-89c6-de1db050fcb1", Default::default(), Call::default()))
            .await
            .unwrap();
        assert_eq!(run.snapshot.run.status, status);
        assert_eq!(server.got().len(), 2, "no end is believed on one read");
    }
}
