//! What was acknowledged is there after a restart, however the engine ended.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::world::{Answer, agent, send};

/// The engine as a program of its own.
struct Process {
    child: Child,
    ready: Value,
}

impl Process {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_runward-local"))
            .args(arguments)
            .arg("--print-json")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let ready = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        Self { child, ready }
    }

    fn on(database: &Path) -> Self {
        Self::start(&["--db", database.to_str().unwrap(), "--speed", "20"])
    }

    fn text(&self, key: &str) -> &str {
        self.ready[key].as_str().unwrap()
    }

    fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer, ureq::Error> {
        let headers = [
            ("authorization".to_owned(), format!("Bearer {}", self.text("token"))),
            ("content-type".to_owned(), "application/json".to_owned()),
        ];
        let url = format!("{}/api/v1/stable{path}", self.text("url"));
        send(&agent(), method, &url, &headers, body.map(Value::to_string).as_deref())
    }

    fn trigger(&self, workflow: &str, input: Value) -> Option<String> {
        let path = format!("/tenants/{}/workflow-runs/trigger", self.text("tenant"));
        let body = json!({"workflowName": workflow, "input": input, "return_only_id": true});
        let answer = self.call("POST", &path, Some(&body)).ok().filter(|answer| answer.status == 200)?;
        Some(answer.json()["run"]["metadata"]["id"].as_str().unwrap().to_owned())
    }

    fn status(&self, id: &str) -> String {
        self.call("GET", &format!("/workflow-runs/{id}/status"), None).unwrap().body.trim().to_owned()
    }

    fn until_finished(&self, id: &str) -> String {
        let begun = Instant::now();
        loop {
            let status = self.status(id);
            if matches!(status.as_str(), "\"COMPLETED\"" | "\"FAILED\"" | "\"CANCELLED\"") {
                return status;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "{id} stays {status}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends it as a service manager does and returns whether it ended well.
    fn terminate(mut self) -> bool {
        let done = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(done.success());
        self.child.wait().unwrap().success()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn a_killed_engine_loses_no_acknowledged_run_and_goes_on_with_those_in_flight() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("engine.sqlite");
    let mut acknowledged = Vec::new();
    for round in 0..5 {
        let process = Process::on(&database);
        std::thread::scope(|scope| {
            let load = scope.spawn(|| {
                let input = |n: i32| json!({"orderId": format!("{round}-{n}"), "sleepMs": 4_000});
                (0..200).map_while(|n| process.trigger("charge-card", input(n))).collect::<Vec<_>>()
            });
            std::thread::sleep(Duration::from_millis(150));
            let killed = Command::new("kill").args(["-9", &process.child.id().to_string()]).status().unwrap();
            assert!(killed.success());
            acknowledged.extend(load.join().unwrap());
        });
    }
    assert!(acknowledged.len() > 20, "only {} runs were acknowledged", acknowledged.len());
    let process = Process::on(&database);
    for id in &acknowledged {
        assert_eq!(process.until_finished(id), "\"COMPLETED\"", "{id}");
    }
}

/// Creates a run in each of the other systems; the addresses at which they can be read.
fn created_elsewhere(ready: &Value, workflow: &str, product: &str, flow: &str) -> Option<Vec<String>> {
    let systems = &ready["systems"];
    let post = |system: &str, path: &str, body: Value| {
        let url = format!("{}{path}", systems[system]["url"].as_str().unwrap());
        let answer = send(&agent(), "POST", &url, &credentials(systems, system), Some(&body.to_string())).ok()?;
        (answer.status < 300).then(|| answer.json())
    };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let studio = post("onfido", "/workflow_runs", json!({"applicant_id": workflow, "workflow_id": workflow}))?;
    let body = json!({"run_type": "single", "data_product_identifier": product, "created_by": null, "name": "n"});
    let mesh = post("meshx", "/api/data/orchestrator_workflow", body)?;
    let instance = post("formance", &format!("/v2/workflows/{flow}/instances"), json!({"a": "b"}))?;
    Some(vec![
        format!("/workflow_runs/{}", text(&studio["id"])),
        format!("/api/data/orchestrator_workflow?identifier={}", text(&mesh["identifier"])),
        format!("/v2/instances/{}", text(&instance["data"]["id"])),
    ])
}

fn credentials(systems: &Value, system: &str) -> Vec<(String, String)> {
    let token = systems[system]["token"].as_str().unwrap();
    let scheme = if system == "onfido" { "Token token=" } else { "Bearer " };
    vec![
        ("authorization".into(), format!("{scheme}{token}")),
        ("x-org".into(), systems["meshx"]["org"].as_str().unwrap().into()),
        ("content-type".into(), "application/json".into()),
    ]
}

fn read_elsewhere(ready: &Value, system: &str, path: &str) -> Answer {
    let systems = &ready["systems"];
    let url = format!("{}{path}", systems[system]["url"].as_str().unwrap());
    send(&agent(), "GET", &url, &credentials(systems, system), None).unwrap()
}

#[test]
fn a_killed_engine_loses_no_acknowledged_run_of_the_other_systems_and_ends_them_all() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("engine.sqlite");
    let process = Process::on(&database);
    let list = |path: &str| {
        let url = format!("{}{path}", process.text("control"));
        send(&agent(), "GET", &url, &[], None).unwrap().json()
    };
    let id_of = |all: &Value, name: &str| {
        all.as_array().unwrap().iter().find(|one| one["name"] == name).unwrap()["id"].as_str().unwrap().to_owned()
    };
    let workflow = id_of(&list("/onfido/workflows"), "identity-check");
    let product = id_of(&list("/meshx/products"), "orders");
    let systems = &process.ready["systems"];
    let url = format!("{}/v2/workflows", systems["formance"]["url"].as_str().unwrap());
    let stages = json!({"name": "w", "stages": [{"noop": {}}, {"delay": {"duration": "3s"}}, {"noop": {}}]});
    let answer = send(&agent(), "POST", &url, &credentials(systems, "formance"), Some(&stages.to_string())).unwrap();
    let flow = answer.json()["data"]["id"].as_str().unwrap().to_owned();
    process.kill();
    let mut acknowledged = Vec::new();
    for _ in 0..5 {
        let process = Process::on(&database);
        std::thread::scope(|scope| {
            let load = scope.spawn(|| {
                let created = || created_elsewhere(&process.ready, &workflow, &product, &flow);
                (0..200).map_while(|_| created()).collect::<Vec<_>>()
            });
            std::thread::sleep(Duration::from_millis(300));
            let killed = Command::new("kill").args(["-9", &process.child.id().to_string()]).status().unwrap();
            assert!(killed.success());
            acknowledged.extend(load.join().unwrap());
        });
    }
    assert!(acknowledged.len() > 10, "only {} runs of each were acknowledged", acknowledged.len());
    let process = Process::on(&database);
    let begun = Instant::now();
    let ended = |paths: &[String]| {
        let read = |system, path: &String| {
            let answer = read_elsewhere(&process.ready, system, path);
            assert_eq!(answer.status, 200, "{path}: {}", answer.body);
            answer.json()
        };
        read("onfido", &paths[0])["status"] == "approved"
            && read("meshx", &paths[1])["status"] == "COMPLETED"
            && read("formance", &paths[2])["data"]["terminated"] == true
    };
    for paths in &acknowledged {
        while !ended(paths) {
            assert!(begun.elapsed() < Duration::from_secs(60), "{paths:?} do not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn a_restart_keeps_address_tenant_and_token_and_a_cancelled_run_stays_cancelled() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("engine.sqlite");
    let first = Process::on(&database);
    let id = first.trigger("charge-card", json!({"sleepMs": 3_600_000})).unwrap();
    let path = format!("/tenants/{}/tasks/cancel", first.text("tenant"));
    assert_eq!(first.call("POST", &path, Some(&json!({"externalIds": [id]}))).unwrap().status, 200);
    assert_eq!(first.until_finished(&id), "\"CANCELLED\"");
    let ready = first.ready.clone();
    assert!(first.terminate(), "SIGTERM ends the engine well");
    let second = Process::on(&database);
    assert_eq!(second.ready, ready);
    assert_eq!(second.status(&id), "\"CANCELLED\"");
    second.kill();
}

#[test]
fn a_taken_port_means_another_and_both_work() {
    let first = Process::start(&["--memory"]);
    let port = first.text("url").split(':').nth(2).unwrap().split('/').next().unwrap().to_owned();
    let second = Process::start(&["--memory", "--port", &port]);
    assert_ne!(first.text("url"), second.text("url"));
    assert!(second.trigger("charge-card", json!({})).is_some());
    assert!(first.trigger("charge-card", json!({})).is_some());
}

#[test]
fn a_database_of_a_newer_program_is_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("engine.sqlite");
    let connection = rusqlite::Connection::open(&database).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let arguments = ["--db", database.to_str().unwrap()];
    let output = Command::new(env!("CARGO_BIN_EXE_runward-local")).args(arguments).output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("schema 99") && said.contains("use a newer program"), "{said}");
}
