//! An engine, a client that is none of ours, and the few things that tests do with both.

use std::time::Duration;

use runward_local::clock::Pace;
use runward_local::{Options, Running, Systems, start};
use serde_json::{Value, json};

use crate::wire::{self, Seen};

/// 2026-11-22T16:00:00Z, the day of the recordings, whose requests name it.
const START: i64 = 1_795_363_200_000_000;

/// A running engine.
pub struct World {
    runtime: tokio::runtime::Runtime,
    running: Option<Running>,
    pub url: String,
    pub tenant: String,
    pub token: String,
    pub control: String,
    pub systems: Systems,
    agent: ureq::Agent,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
    pub bytes: Vec<u8>,
    /// The row of the table of shapes that it fits.
    pub row: Option<usize>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A client that neither follows, retries nor judges.
pub fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .max_redirects(0)
        .timeout_global(Some(Duration::from_secs(60)))
        .user_agent("")
        .build()
        .into()
}

/// Sends a request whose body goes out as it stands, and checks the shape of the answer.
pub fn send(
    agent: &ureq::Agent,
    method: &str,
    url: &str,
    headers: &[(String, String)],
    body: Option<&str>,
) -> Result<Answer, ureq::Error> {
    let mut answer = send_unchecked(agent, method, url, headers, body)?;
    let path = url.split('?').next().unwrap().splitn(4, '/').nth(3).unwrap();
    // The engine's own controls are in no table.
    if !path.starts_with("_control") {
        let (status, content_type) = (answer.status, answer.header("content-type"));
        let seen = Seen { method, path: &format!("/{path}"), status, content_type, body: &answer.bytes };
        answer.row = Some(wire::checked(&seen));
    }
    Ok(answer)
}

/// The same for an answer that a fault has damaged or made.
pub fn send_unchecked(
    agent: &ureq::Agent,
    method: &str,
    url: &str,
    headers: &[(String, String)],
    body: Option<&str>,
) -> Result<Answer, ureq::Error> {
    let mut request = ureq::http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let mut response = match body {
        Some(body) => agent.run(request.body(body.to_owned())?)?,
        None => agent.run(request.body(())?)?,
    };
    let headers = response.headers().iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()));
    let headers = headers.collect();
    let bytes = response.body_mut().with_config().limit(64 << 20).read_to_vec()?;
    let body = String::from_utf8_lossy(&bytes).into_owned();
    Ok(Answer { status: response.status().as_u16(), headers, body, bytes, row: None })
}

impl World {
    /// Time stands still until it is moved.
    pub fn stepped(seed: u64) -> Self {
        Self::start(Options { seed, pace: Pace::Stepped, start_at: Some(START), ..Options::default() })
    }

    pub fn start(options: Options) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let running = runtime.block_on(start(options)).unwrap();
        let Running { url, tenant, token, control, .. } = &running;
        let systems = running.systems.clone();
        let (url, tenant, token, control) = (url.clone(), tenant.clone(), token.clone(), control.clone());
        Self { runtime, running: Some(running), url, tenant, token, control, systems, agent: agent() }
    }

    /// Sends a request with the token.
    pub fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        self.send(method, path, &self.credentials(), body.map(Value::to_string).as_deref())
    }

    /// The same where a fault strikes: the answer may have any shape.
    pub fn struck(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let (url, body) = (format!("{}{path}", self.url), body.map(Value::to_string));
        send_unchecked(&self.agent, method, &url, &self.credentials(), body.as_deref()).unwrap()
    }

    fn credentials(&self) -> [(String, String); 2] {
        let token = format!("Bearer {}", self.token);
        [("authorization".to_owned(), token), ("content-type".to_owned(), "application/json".to_owned())]
    }

    /// Sends a request exactly as given.
    pub fn send(&self, method: &str, path: &str, headers: &[(String, String)], body: Option<&str>) -> Answer {
        self.send_to(&self.url, method, path, headers, body)
    }

    /// Sends a request to any of the systems exactly as given.
    pub fn send_to(
        &self,
        base: &str,
        method: &str,
        path: &str,
        headers: &[(String, String)],
        body: Option<&str>,
    ) -> Answer {
        send(&self.agent, method, &format!("{base}{path}"), headers, body).unwrap()
    }

    pub fn tenant_path(&self, rest: &str) -> String {
        format!("/api/v1/stable/tenants/{}{rest}", self.tenant)
    }

    pub fn control(&self, path: &str, body: &Value) -> Value {
        let headers = [("content-type".to_owned(), "application/json".to_owned())];
        let url = format!("{}{path}", self.control);
        let answer = send(&self.agent, "POST", &url, &headers, Some(&body.to_string())).unwrap();
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()
    }

    pub fn advance(&self, ms: f64) {
        self.control("/advance", &json!({"ms": ms}));
    }

    /// Triggers with `return_only_id` and returns the id.
    pub fn trigger(&self, workflow: &str, input: Value, metadata: Value) -> String {
        let body = json!({
            "workflowName": workflow, "input": input, "additionalMetadata": metadata, "return_only_id": true,
        });
        let answer = self.call("POST", &self.tenant_path("/workflow-runs/trigger"), Some(&body));
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["run"]["metadata"]["id"].as_str().unwrap().to_owned()
    }

    pub fn cancel(&self, id: &str) {
        self.call("POST", &self.tenant_path("/tasks/cancel"), Some(&json!({"externalIds": [id]})));
    }

    /// Replays; in stepped time the clock is moved meanwhile, because the call takes 200 ms of it.
    pub fn replay(&self, id: &str) -> Answer {
        let body = json!({"externalIds": [id]});
        self.while_stepping(|| self.call("POST", &self.tenant_path("/tasks/replay"), Some(&body)), 10.0)
    }

    /// Moves the clock again and again until the call is answered.
    pub fn while_stepping<T: Send>(&self, call: impl FnOnce() -> T + Send, ms: f64) -> T {
        std::thread::scope(|scope| {
            let call = scope.spawn(call);
            while !call.is_finished() {
                std::thread::sleep(Duration::from_millis(1));
                self.advance(ms);
            }
            call.join().unwrap()
        })
    }

    pub fn status(&self, id: &str) -> String {
        let answer = self.call("GET", &format!("/api/v1/stable/workflow-runs/{id}/status"), None);
        if answer.status == 200 { answer.json().as_str().unwrap().to_owned() } else { answer.status.to_string() }
    }

    pub fn run(&self, id: &str) -> Value {
        self.call("GET", &format!("/api/v1/stable/workflow-runs/{id}"), None).json()
    }

    /// Waits, where time flows, until the run has that status.
    pub fn until_real(&self, id: &str, status: &str) {
        let begun = std::time::Instant::now();
        while self.status(id) != status {
            assert!(begun.elapsed() < Duration::from_secs(30), "{id} never became {status}, it is {}", self.status(id));
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Steps until the run has that status.
    pub fn until(&self, id: &str, status: &str) {
        for _ in 0..20_000 {
            if self.status(id) == status {
                return;
            }
            self.advance(2.0);
        }
        panic!("{id} never became {status}, it is {}", self.status(id));
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop());
        }
    }
}
