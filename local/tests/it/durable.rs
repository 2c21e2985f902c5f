//! What was acknowledged is there after a restart, however the engine ended.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::world::{Answer, agent, send};

/// The engine as a program of its own.
pub struct Process {
    child: Child,
    pub ready: Value,
}

impl Process {
    fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_runward-local"));
        command.args(arguments).arg("--print-json").stdout(Stdio::piped()).stderr(Stdio::piped());
        Self::of(command)
    }

    /// The engine that a command starts.
    pub fn of(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let ready = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        Self { child, ready }
    }

    pub fn on(database: &Path) -> Self {
        Self::start(&["--db", database.to_str().unwrap(), "--speed", "20"])
    }

    pub fn text(&self, key: &str) -> &str {
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

    /// Its number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn trigger(&self, workflow: &str, input: Value) -> Option<String> {
        let path = format!("/tenants/{}/workflow-runs/trigger", self.text("tenant"));
        let body = json!({"workflowName": workflow, "input": input, "return_only_id": true});
        let answer = self.call("POST", &path, Some(&body)).ok().filter(|answer| answer.status == 200)?;
        Some(answer.json()["run"]["metadata"]["id"].as_str().unwrap().to_owned())
    }

    pub fn status(&self, id: &str) -> String {
        self.call("GET", &format!("/workflow-runs/{id}/status"), None).unwrap().body.trim().to_owned()
    }

    pub fn until_finished(&self, id: &str) -> String {
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

    /// Ends it as `kill -9` does; whoever talks to it at that moment is cut off.
    pub fn kill_now(&self) {
        let killed = Command::new("kill").args(["-9", &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
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
