//! Plans carried out against a server: answers, streams, and nothing of a token in either.
use crate::support::{Native, Reply, SECRET, Server, client, ends, recorded};
use runward::client::{Call, Client, WatchOptions};
use runward::error::SystemName;
use runward::gateway::{Act, Answer, Config, Incoming, Plan, Served, Stream, Trigger, serve};
use runward::policy::Limits;
use runward::system::{Create, Filter};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::rc::Rc;

const HATCHET: SystemName = SystemName::Hatchet;
const ID: &str = "a16ccbaf-84c7-4547-bdd9-6f0922c76346";

fn limits() -> Limits {
    Limits { timeout: 60_000.0, deadline: 600_000.0, retries: 0 }
}

async fn served(plan: Plan, server: &Server) -> Served<Native> {
    let clients: BTreeMap<SystemName, Rc<Client<Native>>> = [(HATCHET, client(&server.url, 20.0, limits()))].into();
    ends(serve(plan, "/api", &Call::default(), &clients)).await
}

async fn answer(plan: Plan, replies: Vec<Reply>) -> Answer {
    let server = Server::replies(replies).await;
    let Served::Answer(answer) = served(plan, &server).await else { panic!("a stream") };
    assert!(!answer.body.contains(SECRET));
    answer
}

fn body(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap()
}

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer.headers.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
}

fn create() -> Plan {
    Plan::Create(HATCHET, Create { workflow: "charge-card".into(), ..Create::default() })
}

#[tokio::test]
async fn a_created_run_is_answered_with_its_place() {
    let answer = answer(create(), vec![Reply::json(200, recorded("trigger-only-id"))]).await;
    assert_eq!((answer.status, header(&answer, "location")), (202, Some(format!("/api/hatchet/runs/{ID}").as_str())));
    assert_eq!(body(&answer)["id"], json!(ID));
    assert_eq!(header(&answer, "cache-control"), Some("no-store"));
}

#[tokio::test]
async fn a_run_comes_with_what_the_system_sent() {
    let answer =
        answer(Plan::Get(HATCHET, ID.into()), vec![Reply::json(200, recorded("run-standalone-completed"))]).await;
    let wire: Value = serde_json::from_str(&recorded("run-standalone-completed")).unwrap();
    assert_eq!((answer.status, &body(&answer)["wire"], &body(&answer)["phase"]), (200, &wire, &json!("finished")));
}

#[tokio::test]
async fn a_page_of_runs_tells_where_the_next_begins() {
    let filter = Filter { page_size: Some(3), ..Filter::default() };
    let answer = answer(Plan::List(HATCHET, filter, None), vec![Reply::json(200, recorded("list-limit-3"))]).await;
    let page = body(&answer);
    let wire: Value = serde_json::from_str(&recorded("list-limit-3")).unwrap();
    assert_eq!(page["runs"].as_array().unwrap().len(), 3);
    assert_eq!(page["runs"][1]["wire"], wire["rows"][1]);
    assert_eq!(page["runs"][1]["id"], wire["rows"][1]["metadata"]["id"]);
    assert!(page["next"].as_str().unwrap().starts_with("3~"));
}

#[tokio::test]
async fn the_systems_are_told_with_what_they_can_do() {
    let systems = body(&answer(Plan::Systems(vec![]), vec![Reply::Reset]).await);
    assert_eq!(systems["systems"][0]["name"], json!("hatchet"));
    assert_eq!(systems["systems"][0]["capabilities"]["replay"], json!(true));
}

#[tokio::test]
async fn failures_are_problems_with_a_fitting_status() {
    let cases = [
        (Reply::json(404, recorded("run-unknown")), 404, "not_found"),
        (Reply::json(400, recorded("run-bad-id")), 400, "bad_request"),
        (Reply::json(403, recorded("auth-none")), 502, "gateway_credentials_refused"),
        (Reply::json(500, "null"), 502, "server_error"),
        (Reply::with(429, "a/b", "retry-after: 7\r\n", ""), 429, "rate_limited"),
        (Reply::with(200, "text/html", "", "<p>"), 502, "not_json"),
        (Reply::Reset, 502, "before_headers"),
    ];
    for (reply, status, code) in cases {
        let answer = answer(Plan::Get(HATCHET, ID.into()), vec![reply]).await;
        let problem = body(&answer);
        assert_eq!((answer.status, &problem["code"], &problem["status"]), (status, &json!(code), &json!(status)));
        assert_eq!(header(&answer, "content-type"), Some("application/problem+json"));
        assert_eq!(header(&answer, "retry-after"), (status == 429).then_some("7"));
    }
    let lost = answer(create(), vec![Reply::json(500, "null")]).await;
    assert_eq!((lost.status, &body(&lost)["kind"]), (502, &json!("UnknownOutcome")));
}

#[tokio::test]
async fn a_cancel_tells_its_effect() {
    let echo = Reply::json(200, json!({ "ids": [ID] }).to_string());
    let answer = answer(Plan::Cancel(HATCHET, ID.into(), Act::default()), vec![echo]).await;
    assert_eq!(body(&answer), json!({ "accepted": true, "effect": "unknown" }));
}

#[tokio::test]
async fn a_cancel_of_a_run_whose_end_was_confirmed_here_is_a_conflict_unless_it_is_forced() {
    let server = Server::new(|got| match got.head.starts_with("POST") {
        true => Reply::json(200, json!({ "ids": [ID] }).to_string()),
        false => Reply::json(200, recorded("run-standalone-completed")),
    })
    .await;
    let client = client(&server.url, 20.0, limits());
    let clients: BTreeMap<SystemName, Rc<Client<Native>>> = [(HATCHET, Rc::clone(&client))].into();
    let cancel = async |force: bool| {
        let plan = Plan::Cancel(HATCHET, ID.into(), Act { confirm: false, force });
        let Served::Answer(answer) = ends(serve(plan, "/api", &Call::default(), &clients)).await else {
            panic!("a stream")
        };
        (answer.status, server.count("POST"), body(&answer))
    };
    ends(serve(Plan::Get(HATCHET, ID.into()), "/api", &Call::default(), &clients)).await;
    let (status, sent, _) = cancel(false).await;
    assert_eq!((status, sent), (200, 1), "one read speaks against nothing");
    ends(client.wait(ID, WatchOptions::default(), Call::default())).await.unwrap();
    let (status, sent, problem) = cancel(false).await;
    assert_eq!(
        (status, sent, &problem["kind"], &problem["code"]),
        (409, 1, &json!("Transition"), &json!("already_finished"))
    );
    let (status, sent, effect) = cancel(true).await;
    assert_eq!((status, sent, &effect["accepted"]), (200, 2, &json!(true)));
}

/// The events until the end, as name and data.
async fn events(mut stream: Stream<Native>, most: usize) -> Vec<(String, Value)> {
    let mut text = String::new();
    for _ in 0..most {
        let Some(piece) = ends(stream.next()).await else { break };
        text.push_str(&piece);
    }
    assert!(text.starts_with("retry: 2000\n\n"));
    let mut all = vec![];
    for block in text.split("\n\n").filter(|block| block.starts_with("id: ")) {
        let mut lines = block.lines();
        assert_eq!(lines.next(), Some(format!("id: {}", all.len() + 1).as_str()));
        let name = lines.next().unwrap().strip_prefix("event: ").unwrap().to_owned();
        let data: Vec<&str> = lines.map(|line| line.strip_prefix("data: ").unwrap()).collect();
        all.push((name, serde_json::from_str(&data.join("\n")).unwrap()));
    }
    all
}

#[tokio::test]
async fn a_run_streams_its_changes_until_its_confirmed_end() {
    // As a server might that prints its JSON over several lines.
    let pretty: Value = serde_json::from_str(&recorded("run-standalone-completed")).unwrap();
    let pretty = serde_json::to_string_pretty(&pretty).unwrap().replace('\n', "\r\n");
    let server = Server::replies([Reply::json(200, pretty)]).await;
    let Served::Stream(head, stream) = served(Plan::Watch(HATCHET, ID.into()), &server).await else {
        panic!("no stream")
    };
    assert_eq!((head.status, header(&head, "content-type")), (200, Some("text/event-stream")));
    let events = events(stream, 9).await;
    let names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["change", "change", "end"]);
    assert_eq!((&events[0].1["provisional"], &events[1].1["provisional"]), (&json!(true), &json!(false)));
    assert_eq!(events[1].1["after"]["wire"]["run"]["status"], json!("COMPLETED"));
}

#[tokio::test]
async fn a_list_streams_its_page_only_when_it_moved() {
    let page = |name: &str| Reply::json(200, recorded(name));
    let (one, other) = ("list-meta-one", "list-limit-3");
    let server = Server::replies([page(one), page(one), page(one), page(other), Reply::json(403, "null")]).await;
    let Served::Stream(_, stream) = served(Plan::Moves(HATCHET, Filter::default()), &server).await else {
        panic!("no stream")
    };
    let events = events(stream, 9).await;
    let names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["page", "page", "error"]);
    assert_eq!(events[1].1["runs"].as_array().unwrap().len(), 3);
    assert_eq!(events[2].1["code"], json!("gateway_credentials_refused"));
}

/// Follows a list that moves with every fourth read, by so many streams of one gateway, until each was told the fifth page; how
/// often the list was read.
async fn followed(streams: usize) -> usize {
    let mut reads = 0;
    let server = Server::new(move |_| {
        reads += 1;
        let version = format!("\"displayName\":\"version {} ", (reads / 4).min(4));
        Reply::json(200, recorded("list-meta-one").replacen("\"displayName\":\"", &version, 1))
    })
    .await;
    // Not so fast that a busy machine makes a read seem lost.
    let clients: BTreeMap<SystemName, Rc<Client<Native>>> = [(HATCHET, client(&server.url, 4.0, limits()))].into();
    let mut all = vec![];
    for _ in 0..streams {
        let plan = Plan::Moves(HATCHET, Filter::default());
        let Served::Stream(_, mut stream) = serve(plan, "/api", &Call::default(), &clients).await else {
            panic!("no stream")
        };
        all.push(async move { while !stream.next().await.unwrap().contains("version 4 ") {} });
    }
    ends(together(all)).await;
    server.count("GET")
}

/// Works side by side on one thread.
async fn together(work: Vec<impl Future<Output = ()>>) {
    let mut work: Vec<_> = work.into_iter().map(Box::pin).collect();
    std::future::poll_fn(move |context| {
        work.retain_mut(|one| one.as_mut().poll(context).is_pending());
        if work.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}

#[tokio::test]
async fn a_hundred_streams_of_one_list_cost_one_poll() {
    let (alone, together) = (followed(1).await, followed(100).await);
    assert_eq!(alone, 16);
    assert!(together <= alone + 4, "{together} reads, and {alone} for one stream alone");
}

#[tokio::test]
async fn lists_of_other_filters_are_other_feeds() {
    let server = Server::new(|got| {
        Reply::json(
            200,
            recorded(if got.line().contains("statuses=FAILED ") { "list-limit-3" } else { "list-meta-one" }),
        )
    })
    .await;
    let client = client(&server.url, 20.0, limits());
    let failed = Filter { statuses: vec!["FAILED".into()], ..Filter::default() };
    let (mut all, mut some) = (client.feed(Filter::default()), client.feed(failed));
    let (all, some) = (ends(all.step()).await.unwrap().unwrap(), ends(some.step()).await.unwrap().unwrap());
    assert_ne!(all, some);
}

#[tokio::test]
async fn a_follower_that_leaves_in_the_middle_of_a_read_holds_up_nobody() {
    let mut reads = 0;
    let server = Server::new(move |_| {
        reads += 1;
        if reads == 1 { Reply::Stall(vec![]) } else { Reply::json(200, recorded("list-meta-one")) }
    })
    .await;
    let client = client(&server.url, 20.0, limits());
    let (mut stalled, mut follower) = (client.feed(Filter::default()), client.feed(Filter::default()));
    let mut reading = Box::pin(stalled.step());
    tokio::select! {
        _ = &mut reading => panic!("it stalls"),
        () = tokio::time::sleep(std::time::Duration::from_millis(20)) => {}
    }
    // The platform may never drop what the visitor left behind.
    std::mem::forget(reading);
    let page = ends(async {
        loop {
            if let Some(page) = follower.step().await.unwrap() {
                return page;
            }
        }
    });
    assert!(page.await.contains("\"runs\":[{"));
    assert_eq!(server.count("GET"), 2);
}

#[tokio::test]
async fn a_quiet_stream_shows_that_it_lives() {
    let server = Server::replies([Reply::json(200, recorded("run-standalone-running"))]).await;
    let plan = Plan::Watch(HATCHET, "e5574042-b3c9-4ab0-8077-72af780bb00c".into());
    let Served::Stream(_, mut stream) = served(plan, &server).await else { panic!("no stream") };
    ends(stream.next()).await;
    assert!(ends(stream.next()).await.unwrap().contains("event: change"));
    assert_eq!(ends(stream.next()).await.as_deref(), Some(":\n\n"));
}

#[tokio::test]
async fn a_trigger_takes_a_post_and_starts_its_own_workflow() {
    let server = Server::replies([Reply::json(200, recorded("trigger-only-id"))]).await;
    let client = client(&server.url, 1.0, limits());
    let trigger = Trigger::new(Config::default(), Some("charge-card".into()), "/runs/".into()).unwrap();
    let request = |method: &str, origin: &str| Incoming {
        method: method.into(),
        url: "https://shop.example/order".into(),
        headers: vec![("origin".into(), origin.into())],
    };
    assert_eq!(trigger.admit(&request("GET", "https://shop.example")).unwrap_err().status, 405);
    assert_eq!(trigger.admit(&request("POST", "https://evil.example")).unwrap_err().status, 403);
    assert!(trigger.admit(&request("POST", "https://shop.example")).is_ok());
    let form = Some("application/x-www-form-urlencoded");
    let answer = ends(trigger.run(&client, form, b"order=A-1")).await;
    assert_eq!((answer.status, header(&answer, "location")), (202, Some(format!("/runs/{ID}").as_str())));
    let sent: Value = serde_json::from_str(&server.got()[0].body).unwrap();
    assert_eq!((&sent["workflowName"], &sent["input"]), (&json!("charge-card"), &json!({ "order": "A-1" })));
    let wrong = ends(trigger.run(&client, Some("application/json"), b"[1]")).await;
    assert_eq!((wrong.status, &body(&wrong)["findings"][0]["code"]), (400, &json!("not_an_object")));
    assert_eq!(server.got().len(), 1);
}
