//! Histories that the local engine produces under random faults, cancels and replays: none of them conflicts, and one damage
//! in such a history leaves a finding at its index.
use super::damage::Damaged;
use super::make::rules;
use reqwest::{Client, Method};
use runward::error::SystemName;
use runward::lifecycle::{Verdict, history};
use runward::run::Snapshot;
use runward::system::Documents;
use runward::systems::hatchet::Hatchet;
use runward_local::clock::Pace;
use runward_local::{Options, Running, start};
use serde_json::{Value, json};
use std::sync::Arc;

/// 2026-11-22T16:00:00Z in microseconds.
const START: i64 = 1_795_363_200_000_000;

/// What is asked for, so that every way through the table is met: success, retries, failure, DAGs, a stuck one, none at all.
const WORKFLOWS: [(&str, &str); 10] = [
    ("charge-card", r#"{"orderId":"A-1"}"#),
    ("charge-card", r#"{"behaviour":"fail-until","until":2}"#),
    ("charge-card", r#"{"behaviour":"fail"}"#),
    ("charge-card", r#"{"behaviour":"fail-final"}"#),
    ("charge-card-backoff", r#"{"behaviour":"fail-until","until":1}"#),
    ("nightly-report", "{}"),
    ("nightly-report", r#"{"failAt":"render","failTimes":9}"#),
    ("flaky-sync", "{}"),
    ("ship-parcel", "{}"),
    ("wait-approval", "{}"),
];

/// A small generator: the same seed draws the same.
struct Draws(u64);

impl Draws {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

struct World {
    engine: Running,
    client: Client,
}

impl World {
    async fn start(seed: u64) -> World {
        let options = Options { seed, pace: Pace::Stepped, start_at: Some(START), ..Options::default() };
        let world = World { engine: start(options).await.unwrap(), client: Client::new() };
        let faults = json!([
            {"route": "GET */workflow-runs/*", "probability": 0.05, "kind": "status", "status": 500, "body": "{}"},
            {"route": "GET */workflow-runs/*", "probability": 0.03, "kind": "status", "status": 404, "body": "{}"},
            {"route": "GET */workflow-runs/*", "probability": 0.03, "kind": "reset"},
            {"route": "GET */workflow-runs/*", "probability": 0.03, "kind": "truncate", "bytes": 90},
        ]);
        assert!(world.control("/faults", &faults).await, "the engine takes the faults");
        world
    }

    async fn control(&self, path: &str, body: &Value) -> bool {
        let request = self.client.post(format!("{}{path}", self.engine.control)).body(body.to_string());
        request.header("content-type", "application/json").send().await.unwrap().status().is_success()
    }

    /// The body of a 200, or nothing.
    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Option<String> {
        let mut request = self.client.request(method, format!("{}{path}", self.engine.url));
        request = request.bearer_auth(&self.engine.token);
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = request.send().await.ok()?;
        if answer.status() == 200 { answer.text().await.ok() } else { None }
    }

    async fn order(&self, rest: &'static str, body: Value) -> Option<String> {
        self.call(Method::POST, &format!("/api/v1/stable/tenants/{}{rest}", self.engine.tenant), Some(body)).await
    }

    async fn trigger(&self, (workflow, input): (&str, &str)) -> String {
        let input: Value = serde_json::from_str(input).unwrap();
        let body = json!({"workflowName": workflow, "input": input, "return_only_id": true});
        let answer: Value = serde_json::from_str(&self.order("/workflow-runs/trigger", body).await.unwrap()).unwrap();
        answer["run"]["metadata"]["id"].as_str().unwrap().to_owned()
    }

    async fn read(&self, id: &str) -> Option<Snapshot> {
        let body = self.call(Method::GET, &format!("/api/v1/stable/workflow-runs/{id}"), None).await?;
        Hatchet.snapshot(&body).ok()
    }
}

/// The histories of a world's runs, as polls saw them.
async fn histories(seed: u64) -> Vec<Vec<Snapshot>> {
    let (world, mut draws) = (Arc::new(World::start(seed).await), Draws(seed));
    let (mut runs, mut orders) = (vec![], vec![]);
    for workflow in WORKFLOWS {
        runs.push((world.trigger(workflow).await, vec![]));
    }
    for _ in 0..150 {
        let ms = [1, 3, 6, 12, 25, 60, 700][draws.below(7) as usize];
        assert!(world.control("/advance", &json!({"ms": ms})).await);
        for (id, seen) in &mut runs {
            let order = match draws.below(160) {
                0 => Some("/tasks/cancel"),
                1 | 2 => Some("/tasks/replay"),
                _ => None,
            };
            if let Some(path) = order {
                // a replay is answered only after some of the engine's time, which moves with the next step
                let (world, ids) = (Arc::clone(&world), json!({"externalIds": [id]}));
                orders.push(tokio::spawn(async move { world.order(path, ids).await }));
            }
            let read = world.read(id).await;
            seen.extend(read.filter(|read| seen.last() != Some(read)));
        }
    }
    assert!(world.control("/advance", &json!({"ms": 10_000})).await);
    for order in orders {
        assert!(order.await.unwrap().is_some(), "the engine takes every cancel and replay");
    }
    runs.into_iter().map(|(_, seen)| seen).collect()
}

#[test]
fn histories_of_the_local_engine_never_conflict_and_tell_one_damage() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (mut snapshots, mut attempts, mut damaged) = (0, 0, Damaged::default());
    for seed in 1..=4 {
        for (run, seen) in runtime.block_on(histories(seed)).into_iter().enumerate() {
            let judged = history(rules(SystemName::Hatchet), &seen);
            for (index, step) in judged.steps.iter().enumerate() {
                let place = format!("seed {seed}, run {run}, step {index}");
                assert_ne!(step.verdict, Verdict::Conflict, "{place}: {:#?}", step.findings);
                attempts += usize::from(step.verdict == Verdict::NewAttempt);
            }
            snapshots += seen.len();
            damaged.try_all(SystemName::Hatchet, &format!("seed {seed}, run {run}"), &seen, 3);
        }
    }
    println!("{snapshots} snapshots, {attempts} new attempts");
    assert!(snapshots > 200 && attempts > 20, "{snapshots} snapshots and {attempts} new attempts prove little");
    damaged.assert_found();
}
