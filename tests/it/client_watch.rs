//! A watch believes no end on one read, bears what passes, and ends.
use crate::support::{Native, Reply, Server, client, ends, recorded};
use runward::client::{Call, Change, Client, Effected, WatchOptions};
use runward::error::Kind;
use runward::lifecycle::Verdict;
use runward::policy::Limits;
use serde_json::{Value, json};
use std::rc::Rc;

const ID: &str = "84ac0840-0c2e-4606-9510-eb5c809a1671";

fn limits() -> Limits {
    Limits { timeout: 60_000.0, deadline: 600_000.0, retries: 0 }
}

/// A real run's body, brought into this state.
fn body(status: &str, retries: i64) -> String {
    let mut run: Value = serde_json::from_str(&recorded("run-standalone-failed")).unwrap();
    let ended = ["COMPLETED", "FAILED", "CANCELLED"].contains(&status);
    run["run"]["status"] = json!(status);
    if !ended {
        run["run"]["finishedAt"] = json!("0001-01-01T00:00:00Z");
        run["run"]["duration"] = json!(-9_223_372_036_854_i64);
    }
    if status != "FAILED" {
        run["run"]["errorMessage"] = json!("");
    }
    let task = &mut run["tasks"][0];
    task["status"] = json!(status);
    task["retryCount"] = json!(retries);
    task["attempt"] = json!(retries + 1);
    if !ended {
        let task = task.as_object_mut().unwrap();
        task.remove("finishedAt");
        task.remove("duration");
    }
    run.to_string()
}

async fn server(states: &[(&str, i64)]) -> Server {
    Server::replies(states.iter().map(|(status, retries)| Reply::json(200, body(status, *retries)))).await
}

async fn all(client: &Rc<Client<Native>>, options: WatchOptions) -> Vec<Change> {
    let mut watch = client.watch(ID, options, Call::default());
    let mut all = vec![];
    while let Some(change) = ends(watch.next()).await.unwrap() {
        all.push(change);
    }
    all
}

fn told(changes: &[Change]) -> Vec<(String, bool, bool)> {
    let told =
        |change: &Change| (change.after.snapshot.run.status.clone(), change.provisional, change.confirmed_at.is_some());
    changes.iter().map(told).collect()
}

#[tokio::test]
async fn an_end_is_believed_when_a_second_read_says_the_same() {
    let server = server(&[("QUEUED", 0), ("RUNNING", 0), ("RUNNING", 0), ("COMPLETED", 0)]).await;
    let changes = all(&client(&server.url, 20.0, limits()), WatchOptions::default()).await;
    let expected =
        [("QUEUED", false, false), ("RUNNING", false, false), ("COMPLETED", true, false), ("COMPLETED", false, true)];
    assert_eq!(
        told(&changes),
        expected.map(|(status, provisional, confirmed)| (status.to_owned(), provisional, confirmed))
    );
    assert!(changes[0].before.is_none() && changes[3].next_read_at.is_none());
    assert_eq!(changes[1].before.as_ref().unwrap().snapshot.run.status, "QUEUED");
    assert_eq!(changes[3].verdict, Verdict::Same);
    let apart = changes[3].confirmed_at.unwrap() - (changes[2].next_read_at.unwrap() - 510.0);
    assert!(apart >= 500.0, "{apart}");
    let json: Value = serde_json::from_str(&changes[1].json().unwrap()).unwrap();
    assert_eq!((&json["verdict"], &json["provisional"]), (&json!("advance"), &json!(false)));
    assert_eq!(json["before"]["wire"]["run"]["status"], json!("QUEUED"));
    assert_eq!(json["after"]["wire"]["run"]["status"], json!("RUNNING"));
}

#[tokio::test]
async fn a_false_failure_between_two_attempts_is_never_confirmed() {
    let states =
        [("RUNNING", 0), ("FAILED", 0), ("QUEUED", 1), ("RUNNING", 1), ("FAILED", 1), ("RUNNING", 2), ("COMPLETED", 2)];
    let server = server(&states).await;
    let changes = all(&client(&server.url, 50.0, limits()), WatchOptions::default()).await;
    let confirmed: Vec<_> = changes.iter().filter(|change| change.confirmed_at.is_some()).collect();
    assert_eq!(told(&changes).iter().filter(|(status, provisional, _)| status == "FAILED" && *provisional).count(), 2);
    assert_eq!(confirmed.len(), 1);
    assert_eq!(confirmed[0].after.snapshot.run.status, "COMPLETED");
    let doubted = changes[1].next_read_at.unwrap() - changes[2].next_read_at.unwrap();
    assert!(doubted < 0.0);
    assert!(changes.iter().any(|change| change.verdict == Verdict::NewAttempt));
}

#[tokio::test]
async fn wait_gives_the_confirmed_run() {
    let server = server(&[("RUNNING", 0), ("FAILED", 3)]).await;
    let run =
        ends(client(&server.url, 20.0, limits()).wait(ID, WatchOptions::default(), Call::default())).await.unwrap();
    assert_eq!(run.snapshot.run.status, "FAILED");
    assert_eq!(server.got().len(), 3);
}

#[tokio::test]
async fn a_watch_bears_an_outage_and_a_404_at_the_start() {
    let replies = [
        Reply::json(404, recorded("run-unknown")),
        Reply::json(500, "null"),
        Reply::json(200, body("RUNNING", 0)),
        Reply::Reset,
        Reply::json(503, "null"),
        Reply::json(200, body("COMPLETED", 0)),
    ];
    let server = Server::replies(replies).await;
    let changes = all(&client(&server.url, 20.0, limits()), WatchOptions::default()).await;
    assert_eq!(told(&changes).last().unwrap(), &("COMPLETED".to_owned(), false, true));
}

#[tokio::test]
async fn a_watch_ends_with_what_does_not_pass() {
    let server = Server::replies([Reply::json(200, body("RUNNING", 0)), Reply::json(403, "null")]).await;
    let mut watch = client(&server.url, 20.0, limits()).watch(ID, WatchOptions::default(), Call::default());
    assert!(ends(watch.next()).await.unwrap().is_some());
    assert_eq!(ends(watch.next()).await.unwrap_err().kind, Kind::Auth);
    assert!(ends(watch.next()).await.unwrap().is_none());
}

#[tokio::test]
async fn a_watch_with_a_deadline_ends_at_it() {
    let server = server(&[("RUNNING", 0)]).await;
    let options = WatchOptions { deadline: Some(5_000.0), ..WatchOptions::default() };
    let error = ends(client(&server.url, 20.0, limits()).wait(ID, options, Call::default())).await.unwrap_err();
    assert_eq!((error.kind, error.code), (Kind::Timeout, "deadline"));
}

#[tokio::test]
async fn a_run_that_never_ends_though_all_its_tasks_have_is_called_stuck() {
    let stuck = recorded("run-dag-stuck");
    let id = serde_json::from_str::<Value>(&stuck).unwrap()["run"]["metadata"]["id"].as_str().unwrap().to_owned();
    let server = Server::replies([Reply::json(200, stuck)]).await;
    let mut watch = client(&server.url, 200.0, limits()).watch(&id, WatchOptions::default(), Call::default());
    assert!(ends(watch.next()).await.unwrap().unwrap().findings.is_empty());
    let change = ends(watch.next()).await.unwrap().unwrap();
    assert_eq!((change.verdict, change.findings[0].code), (Verdict::Same, "stuck"));
}

#[tokio::test]
async fn a_confirmed_cancel_tells_what_became_of_the_run() {
    let ids = |id: &str| Reply::json(200, json!({ "ids": [id] }).to_string());
    for (after, effect) in [("CANCELLED", Effected::Effective), ("COMPLETED", Effected::Ineffective)] {
        let server =
            Server::replies([ids(ID), Reply::json(200, body("RUNNING", 0)), Reply::json(200, body(after, 0))]).await;
        let done = ends(client(&server.url, 20.0, limits()).cancel(ID, true, &Call::default())).await.unwrap();
        assert_eq!((done.accepted, done.effect), (true, effect));
        assert_eq!(done.run.unwrap().snapshot.run.status, after);
    }
    let server = Server::replies([ids(ID)]).await;
    let done = ends(client(&server.url, 20.0, limits()).cancel(ID, false, &Call::default())).await.unwrap();
    assert_eq!((done.accepted, done.effect, done.run), (true, Effected::Unknown, None));
    assert_eq!(server.got().len(), 1);
    let unknown = Server::replies([ids(ID), Reply::json(404, recorded("run-unknown"))]).await;
    let done = ends(client(&unknown.url, 50.0, limits()).cancel(ID, true, &Call::default())).await.unwrap();
    assert_eq!((done.accepted, done.effect), (true, Effected::Ineffective), "Hatchet echoes any id");
}

#[tokio::test]
async fn a_confirmed_replay_tells_whether_a_new_attempt_began() {
    let ids = |ids: Value| Reply::json(200, json!({ "ids": ids }).to_string());
    let failed = || Reply::json(200, body("FAILED", 3));
    let server = Server::replies([failed(), ids(json!([ID])), failed(), Reply::json(200, body("QUEUED", 4))]).await;
    let done = ends(client(&server.url, 20.0, limits()).replay(ID, true, &Call::default())).await.unwrap();
    assert_eq!((done.accepted, done.effect), (true, Effected::Effective));
    let server = Server::replies([Reply::json(200, body("RUNNING", 0)), ids(json!([ID]))]).await;
    let done = ends(client(&server.url, 20.0, limits()).replay(ID, true, &Call::default())).await.unwrap();
    assert_eq!((done.accepted, done.effect), (true, Effected::Ineffective), "a running run is not replayed");
    let server = Server::replies([failed(), ids(json!([]))]).await;
    let done = ends(client(&server.url, 20.0, limits()).replay(ID, true, &Call::default())).await.unwrap();
    assert_eq!((done.accepted, done.effect), (false, Effected::Ineffective));
}
