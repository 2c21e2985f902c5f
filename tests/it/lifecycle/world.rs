//! An engine of all four systems whose clock is moved by hand, and the few requests that histories are made by.
use reqwest::{Client, Method};
use runward::error::SystemName;
use runward::run::Snapshot;
use runward_local::clock::Pace;
use runward_local::database::Place;
use runward_local::{Options, Running, start};
use serde_json::{Value, json};

/// 2026-11-22T16:00:00Z in microseconds.
const START: i64 = 1_795_363_200_000_000;

const MESHX_RUNS: &str = "/api/data/orchestrator_workflow";

/// A small generator: the same seed draws the same.
pub struct Draws(pub u64);

impl Draws {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

pub struct World {
    engine: Running,
    client: Client,
}

impl World {
    pub async fn start(seed: u64, place: Place) -> World {
        let options = Options { seed, place, pace: Pace::Stepped, start_at: Some(START), ..Options::default() };
        World { engine: start(options).await.unwrap(), client: Client::builder().no_proxy().build().unwrap() }
    }

    /// Reads fail now and then: with a 500, a 404, a reset, a body that breaks off.
    pub async fn faults(&self) {
        let of = |route: &str| {
            json!([
                {"route": route, "probability": 0.05, "kind": "status", "status": 500, "body": "{}"},
                {"route": route, "probability": 0.03, "kind": "status", "status": 404, "body": "{}"},
                {"route": route, "probability": 0.03, "kind": "reset"},
                {"route": route, "probability": 0.03, "kind": "truncate", "bytes": 90},
            ])
        };
        for route in
            ["GET */workflow-runs/*", "GET */v2/instances/*", "GET */workflow_runs/*", "GET */orchestrator_workflow"]
        {
            self.control("/faults", &of(route)).await;
        }
    }

    pub async fn control(&self, path: &str, body: &Value) -> Value {
        let request = self.client.post(format!("{}{path}", self.engine.control)).body(body.to_string());
        let answer = request.header("content-type", "application/json").send().await.unwrap();
        assert!(answer.status().is_success(), "{path} {body}: {}", answer.text().await.unwrap());
        serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default()
    }

    pub async fn advance(&self, ms: f64) {
        self.control("/advance", &json!({ "ms": ms })).await;
    }

    /// Where a system is, and the headers that open it.
    fn access(&self, system: SystemName) -> (&str, Vec<(&'static str, String)>) {
        let (engine, others) = (&self.engine, &self.engine.systems);
        let bearer = |token: &str| ("authorization", format!("Bearer {token}"));
        match system {
            SystemName::Hatchet => (&engine.url, vec![bearer(&engine.token)]),
            SystemName::Formance => (&others.formance.url, vec![bearer(&others.formance.token)]),
            SystemName::Onfido => {
                (&others.onfido.url, vec![("authorization", format!("Token token={}", others.onfido.token))])
            }
            SystemName::MeshX => {
                (&others.meshx.url, vec![bearer(&others.meshx.token), ("x-org", others.meshx.org.clone())])
            }
        }
    }

    /// The body of a 2xx, or nothing.
    pub async fn call(&self, system: SystemName, method: Method, path: &str, body: Option<Value>) -> Option<String> {
        let (base, headers) = self.access(system);
        let mut request = self.client.request(method, format!("{base}{path}"));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = request.send().await.ok()?;
        if answer.status().is_success() { answer.text().await.ok() } else { None }
    }

    async fn told(&self, system: SystemName, method: Method, path: &str, body: Option<Value>) -> Value {
        let text = self.call(system, method, path, body).await;
        serde_json::from_str(&text.unwrap_or_else(|| panic!("{system} does not take {path}"))).unwrap_or_default()
    }

    /// Starts a run of one of Hatchet's built-in workflows.
    pub async fn trigger(&self, workflow: &str, input: Value) -> String {
        let body = json!({"workflowName": workflow, "input": input, "return_only_id": true});
        let path = format!("/api/v1/stable/tenants/{}/workflow-runs/trigger", self.engine.tenant);
        text(&self.told(SystemName::Hatchet, Method::POST, &path, Some(body)).await["run"]["metadata"]["id"])
    }

    /// Cancels or replays; whether it was taken. A replay is answered only after some of the engine's time.
    pub async fn order(&self, what: &str, id: &str) -> bool {
        let path = format!("/api/v1/stable/tenants/{}/tasks/{what}", self.engine.tenant);
        self.call(SystemName::Hatchet, Method::POST, &path, Some(json!({"externalIds": [id]}))).await.is_some()
    }

    /// Replays, and moves the clock until that is answered.
    pub async fn replay(&self, id: &str) {
        let order = self.order("replay", id);
        tokio::pin!(order);
        loop {
            tokio::select! {
                taken = &mut order => return assert!(taken),
                () = tokio::time::sleep(std::time::Duration::from_millis(1)) => self.advance(10.0).await,
            }
        }
    }

    /// Starts a run of a workflow of Formance with these stages.
    pub async fn flow(&self, stages: Value) -> String {
        let made = self.told(
            SystemName::Formance,
            Method::POST,
            "/v2/workflows",
            Some(json!({"name": "w", "stages": stages})),
        );
        let path = format!("/v2/workflows/{}/instances", text(&made.await["data"]["id"]));
        text(&self.told(SystemName::Formance, Method::POST, &path, Some(json!({"orderId": "7"}))).await["data"]["id"])
    }

    /// Sends an event; whether it was taken.
    pub async fn event(&self, id: &str, name: &str) -> bool {
        let path = format!("/v2/instances/{id}/events");
        self.call(SystemName::Formance, Method::POST, &path, Some(json!({ "name": name }))).await.is_some()
    }

    pub async fn abort(&self, id: &str) -> bool {
        self.call(SystemName::Formance, Method::PUT, &format!("/v2/instances/{id}/abort"), None).await.is_some()
    }

    pub async fn operator(&self, id: &str, deed: &str) {
        self.control("/formance/operator", &json!({"instance": id, "do": deed})).await;
    }

    /// Starts a run of one of Onfido's workflows; `custom` is its `custom_data`.
    pub async fn check(&self, workflow: &str, custom: Value) -> String {
        let url = format!("{}/onfido/workflows", self.engine.control);
        let all: Vec<Value> =
            serde_json::from_str(&self.client.get(url).send().await.unwrap().text().await.unwrap()).unwrap();
        let of = all.iter().find(|known| known["name"] == workflow).unwrap_or_else(|| panic!("no {workflow}"));
        let body = json!({"applicant_id": "d16cee46-82f5-4d66-95e2-13f3b544b5a3", "workflow_id": of["id"], "custom_data": custom});
        text(&self.told(SystemName::Onfido, Method::POST, "/workflow_runs", Some(body)).await["id"])
    }

    pub async fn complete(&self, id: &str, task: &str) -> bool {
        let path = format!("/workflow_runs/{id}/tasks/{task}/complete");
        self.call(SystemName::Onfido, Method::POST, &path, Some(json!({"data": {"a": 1}}))).await.is_some()
    }

    /// Starts a run of one of meshX's data products.
    pub async fn product(&self, name: &str) -> String {
        let all = self.told(SystemName::MeshX, Method::GET, "/api/data/data_product/list", None).await;
        let of = all["entities"].as_array().unwrap().iter().find(|known| known["name"] == name);
        let product = &of.unwrap_or_else(|| panic!("no {name}"))["identifier"];
        let body =
            json!({"run_type": "single", "data_product_identifier": product, "created_by": null, "name": "nightly"});
        text(&self.told(SystemName::MeshX, Method::POST, MESHX_RUNS, Some(body)).await["identifier"])
    }

    pub async fn delete(&self, id: &str) -> bool {
        let path = format!("{MESHX_RUNS}?identifier={id}");
        self.call(SystemName::MeshX, Method::DELETE, &path, None).await.is_some()
    }

    /// Writes a status over whatever there is.
    pub async fn put(&self, id: &str, status: &str) -> bool {
        let path = format!("{MESHX_RUNS}?identifier={id}");
        let body =
            json!({"status": status, "config": null, "error_message": null, "updated_at": null, "completed_at": null});
        self.call(SystemName::MeshX, Method::PUT, &path, Some(body)).await.is_some()
    }

    /// The document of a run, where the read succeeds.
    pub async fn document(&self, system: SystemName, id: &str) -> Option<String> {
        let path = match system {
            SystemName::Hatchet => format!("/api/v1/stable/workflow-runs/{id}"),
            SystemName::Formance => format!("/v2/instances/{id}"),
            SystemName::Onfido => format!("/workflow_runs/{id}"),
            SystemName::MeshX => format!("{MESHX_RUNS}?identifier={id}"),
        };
        self.call(system, Method::GET, &path, None).await
    }

    pub async fn read(&self, system: SystemName, id: &str) -> Option<Snapshot> {
        let body = self.document(system, id).await?;
        runward::systems::documents(system).unwrap().snapshot(&body).ok()
    }

    pub async fn stop(self) {
        self.engine.stop().await;
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
