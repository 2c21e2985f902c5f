//! Many watches of one client keep to one rate and share the reads of a list, and believe nothing that a row says.
use crate::support::{Got, Native, Reply, Server, client, ends, recorded};
use runward::client::{Call, Client, WatchOptions};
use runward::policy::{self, Limits, Pace};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::{JoinHandle, LocalSet};

const SPEED: f64 = 10.0;

/// Runs as a server has them: in one store for reads and in another, which may lag, for the list.
#[derive(Clone, Default)]
struct Store {
    runs: Arc<Mutex<BTreeMap<String, &'static str>>>,
    listed: Arc<Mutex<BTreeMap<String, &'static str>>>,
    broken: Arc<Mutex<bool>>,
}

fn id(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

impl Store {
    fn of(count: usize) -> Store {
        let store = Store::default();
        for number in 0..count {
            store.set(number, "RUNNING");
            store.list(number, "RUNNING");
        }
        store
    }

    fn set(&self, number: usize, status: &'static str) {
        self.runs.lock().unwrap().insert(id(number), status);
    }

    fn list(&self, number: usize, status: &'static str) {
        self.listed.lock().unwrap().insert(id(number), status);
    }

    fn answer(&self, got: &Got) -> Reply {
        let path = got.line().split(' ').nth(1).unwrap().to_owned();
        if path.contains("/workflow-runs?") {
            if *self.broken.lock().unwrap() {
                return Reply::json(500, "null");
            }
            let wanted = |status: &str| path.contains(&format!("statuses={status}"));
            let listed = self.listed.lock().unwrap();
            let rows: Vec<Value> =
                listed.iter().filter(|(_, status)| wanted(status)).map(|(id, status)| row(id, status)).collect();
            return Reply::json(
                200,
                json!({ "pagination": { "current_page": 1, "next_page": 2, "num_pages": 1 }, "rows": rows })
                    .to_string(),
            );
        }
        let id = path.rsplit('/').next().unwrap();
        let status = self.runs.lock().unwrap().get(id).copied();
        status.map_or_else(|| Reply::json(404, recorded("run-unknown")), |status| Reply::json(200, run(id, status)))
    }

    async fn serve(&self) -> Server {
        let store = self.clone();
        Server::new(move |got| store.answer(got)).await
    }
}

fn row(id: &str, status: &str) -> Value {
    let page: Value = serde_json::from_str(&recorded("list-mixed")).unwrap();
    let mut row = page["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["status"] == "RUNNING" && row["taskId"] != 0)
        .unwrap()
        .clone();
    row["metadata"]["id"] = json!(id);
    row["taskExternalId"] = json!(id);
    row["workflowRunExternalId"] = json!(id);
    row["status"] = json!(status);
    let run: Value = serde_json::from_str(&recorded("run-standalone-running")).unwrap();
    for name in ["createdAt", "taskInsertedAt"] {
        row[name] = run["run"]["createdAt"].clone();
    }
    row["metadata"]["createdAt"] = run["run"]["createdAt"].clone();
    row
}

fn run(id: &str, status: &str) -> String {
    let name = if status == "RUNNING" { "run-standalone-running" } else { "run-standalone-completed" };
    let body = recorded(name);
    let run: Value = serde_json::from_str(&body).unwrap();
    body.replace(run["run"]["metadata"]["id"].as_str().unwrap(), id)
}

fn limits() -> Limits {
    Limits { timeout: 600_000.0, deadline: 6_000_000.0, retries: 0 }
}

fn reads(server: &Server, number: usize) -> usize {
    server.count(&format!("GET /api/v1/stable/workflow-runs/{} ", id(number)))
}

fn lists(server: &Server) -> usize {
    server.count("GET /api/v1/stable/tenants/")
}

fn watch(client: &Rc<Client<Native>>, number: usize) -> JoinHandle<String> {
    let client = Rc::clone(client);
    tokio::task::spawn_local(async move {
        let ended = client.wait(&id(number), WatchOptions::default(), Call::default()).await;
        ended.map_or_else(|error| error.code.to_owned(), |read| read.snapshot.run.status)
    })
}

/// Milliseconds of the client's clock.
async fn pass(millis: f64) {
    tokio::time::sleep(Duration::from_secs_f64(millis / 1_000.0 / SPEED)).await;
}

#[tokio::test]
async fn a_thousand_watches_cost_no_more_requests_than_the_rate() {
    let store = Store::of(1_000);
    let server = store.serve().await;
    let client = client(&server.url, 2.0, limits());
    LocalSet::new()
        .run_until(async {
            let begun = std::time::Instant::now();
            let watches: Vec<_> = (0..1_000).map(|number| watch(&client, number)).collect();
            tokio::time::sleep(Duration::from_secs(3)).await;
            let seconds = begun.elapsed().as_secs_f64() * 2.0;
            let sent = client.host().sent() as f64;
            assert!(sent <= Pace::BURST + Pace::RATE * seconds, "{sent} requests in {seconds} s");
            watches.iter().for_each(JoinHandle::abort);
        })
        .await;
}

#[tokio::test]
async fn no_watch_waits_for_ever_for_its_turn() {
    let server = Store::of(200).serve().await;
    let client = client(&server.url, SPEED, limits());
    LocalSet::new()
        .run_until(async {
            let watches: Vec<_> = (0..200).map(|number| watch(&client, number)).collect();
            ends(async {
                let read = || {
                    let got = server.got();
                    let lines: std::collections::BTreeSet<&str> = got.iter().map(Got::line).collect();
                    (0..200).all(|number| lines.iter().any(|line| line.contains(&id(number))))
                };
                while !read() {
                    pass(2_000.0).await;
                }
            })
            .await;
            watches.iter().for_each(JoinHandle::abort);
        })
        .await;
}

#[tokio::test]
async fn a_few_watches_read_for_themselves() {
    let server = Store::of(policy::FEW).serve().await;
    let client = client(&server.url, SPEED, limits());
    LocalSet::new()
        .run_until(async {
            let watches: Vec<_> = (0..policy::FEW).map(|number| watch(&client, number)).collect();
            ends(async {
                while reads(&server, 0) < 6 {
                    pass(100.0).await;
                }
            })
            .await;
            assert_eq!(lists(&server), 0);
            watches.iter().for_each(JoinHandle::abort);
        })
        .await;
}

#[tokio::test]
async fn many_watches_read_one_list_and_the_runs_that_moved() {
    let store = Store::of(30);
    let server = store.serve().await;
    let client = client(&server.url, SPEED, limits());
    LocalSet::new()
        .run_until(async {
            let watches: Vec<_> = (0..30).map(|number| watch(&client, number)).collect();
            ends(async {
                while lists(&server) < 5 {
                    pass(500.0).await;
                }
            })
            .await;
            let before = client.host().sent();
            pass(20_000.0).await;
            let quiet = client.host().sent() - before;
            assert!(quiet <= 60, "{quiet} requests for 30 runs that lie still");
            // It leaves the list of what is at no end, and is read until its end is sure.
            store.set(7, "COMPLETED");
            store.list(7, "COMPLETED");
            let read = reads(&server, 7);
            assert_eq!(watches.into_iter().nth(7).unwrap().await.unwrap(), "COMPLETED");
            assert!(reads(&server, 7) >= read + 2, "an end is believed on two reads of the run itself");
        })
        .await;
}

#[tokio::test]
async fn a_row_that_tells_of_an_end_that_the_run_does_not_show_ends_no_watch() {
    let store = Store::of(12);
    let server = store.serve().await;
    let client = client(&server.url, SPEED, limits());
    LocalSet::new()
        .run_until(async {
            let watches: Vec<_> = (0..12).map(|number| watch(&client, number)).collect();
            pass(5_000.0).await;
            store.list(3, "COMPLETED");
            pass(10_000.0).await;
            assert!(!watches[3].is_finished());
            watches.iter().for_each(JoinHandle::abort);
        })
        .await;
}

#[tokio::test]
async fn an_end_that_the_list_never_shows_is_found_all_the_same() {
    let store = Store::of(12);
    let server = store.serve().await;
    let client = client(&server.url, SPEED, limits());
    LocalSet::new()
        .run_until(async {
            let mut watches: Vec<_> = (0..12).map(|number| watch(&client, number)).collect();
            pass(5_000.0).await;
            store.set(3, "COMPLETED");
            assert_eq!((&mut watches[3]).await.unwrap(), "COMPLETED");
            watches.iter().for_each(JoinHandle::abort);
        })
        .await;
}

#[tokio::test]
async fn where_the_list_fails_each_run_is_read() {
    let store = Store::of(12);
    *store.broken.lock().unwrap() = true;
    let server = store.serve().await;
    let client = client(&server.url, SPEED, limits());
    LocalSet::new()
        .run_until(async {
            let mut watches: Vec<_> = (0..12).map(|number| watch(&client, number)).collect();
            pass(5_000.0).await;
            store.set(3, "COMPLETED");
            assert_eq!((&mut watches[3]).await.unwrap(), "COMPLETED");
            assert!(lists(&server) <= 2, "{}", lists(&server));
            watches.iter().for_each(JoinHandle::abort);
        })
        .await;
}

#[tokio::test]
async fn whoever_reads_the_list_for_all_may_go() {
    let store = Store::of(30);
    let server = store.serve().await;
    let client = client(&server.url, SPEED, limits());
    LocalSet::new()
        .run_until(async {
            let mut watches: Vec<_> = (0..30).map(|number| watch(&client, number)).collect();
            pass(3_000.0).await;
            for round in 0..10 {
                watches.pop().unwrap().abort();
                pass(if round % 2 == 0 { 130.0 } else { 470.0 }).await;
            }
            store.set(3, "COMPLETED");
            store.list(3, "COMPLETED");
            assert_eq!((&mut watches[3]).await.unwrap(), "COMPLETED");
            watches.iter().for_each(JoinHandle::abort);
        })
        .await;
}

#[tokio::test]
async fn a_list_that_tells_of_other_runs_alone_is_given_up() {
    let store = Store::of(12);
    store.listed.lock().unwrap().clear();
    (100..200).for_each(|number| store.list(number, "RUNNING"));
    let server = store.serve().await;
    let client = client(&server.url, SPEED, limits());
    LocalSet::new()
        .run_until(async {
            let watches: Vec<_> = (0..12).map(|number| watch(&client, number)).collect();
            pass(15_000.0).await;
            assert!(lists(&server) <= 1, "{}", lists(&server));
            watches.iter().for_each(JoinHandle::abort);
        })
        .await;
}
