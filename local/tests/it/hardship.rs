//! What goes wrong around the engine: files that cannot be written, disks that are full, requests that make no sense.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::durable::Process;
use crate::world::{World, agent, send_unchecked};

/// What an engine says that does not start.
fn refusal(database: &Path) -> String {
    let arguments = ["--db", database.to_str().unwrap(), "--print-json"];
    let output = Command::new(env!("CARGO_BIN_EXE_runward-local")).args(arguments).output().unwrap();
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_second_engine_on_the_same_file_is_refused_until_the_first_has_ended() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("engine.sqlite");
    let first = Process::on(&database);
    let said = refusal(&database);
    assert!(said.contains("in use by another engine") && said.contains("--db"), "{said}");
    assert!(first.trigger("charge-card", json!({})).is_some(), "the first goes on");
    first.kill_now();
    drop(first);
    let third = Process::on(&database);
    assert!(third.trigger("charge-card", json!({})).is_some());
}

#[test]
fn a_file_that_is_none_of_ours_or_cannot_be_written_is_refused_with_its_name_and_the_mend() {
    let folder = tempfile::tempdir().unwrap();
    let garbage = folder.path().join("garbage.sqlite");
    std::fs::write(&garbage, "this is no database, and long enough to look like one".repeat(100)).unwrap();
    for database in [garbage.as_path(), &folder.path().join("nowhere/engine.sqlite"), Path::new("/proc/engine.sqlite")]
    {
        let said = refusal(database);
        assert!(said.contains(database.to_str().unwrap()) && said.contains("--memory"), "{said}");
    }
}

/// Lets no file of the process grow beyond this, or ends that.
fn limit(process: u32, bytes: &str) {
    let limit = format!("--fsize={bytes}:");
    let done = Command::new("prlimit").args(["--pid", &process.to_string(), &limit]).status().unwrap();
    assert!(done.success());
}

#[test]
fn a_full_disk_is_a_refusal_and_when_it_is_emptied_time_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("engine.sqlite");
    // A write beyond the limit fails as one to a full disk does, when its signal is ignored.
    let script = "trap '' XFSZ; exec \"$0\" \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_runward-local"), "--db", database.to_str().unwrap()]);
    command.args(["--print-json", "--speed", "20"]).stdout(Stdio::piped()).stderr(Stdio::null());
    let engine = Process::of(command);
    let before = engine.trigger("charge-card", json!({"sleepMs": 2_000})).unwrap();
    limit(engine.id(), "1000000");
    let big = json!({"text": "x".repeat(200_000)});
    assert!((0..40).any(|_| engine.trigger("charge-card", big.clone()).is_none()), "the disk is full");
    assert_ne!(engine.status(&before), "", "reads go on");
    std::thread::sleep(Duration::from_millis(700));
    limit(engine.id(), "unlimited");
    let begun = Instant::now();
    let after = loop {
        match engine.trigger("charge-card", json!({})) {
            Some(id) => break id,
            None => assert!(begun.elapsed() < Duration::from_secs(20), "it takes runs again"),
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    for id in [&before, &after] {
        assert_eq!(engine.until_finished(id), "\"COMPLETED\"");
    }
}

#[test]
fn a_job_that_cannot_be_done_does_not_stop_the_time_of_its_system() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("engine.sqlite");
    let options = || runward_local::Options {
        place: runward_local::database::Place::File(path.clone()),
        pace: runward_local::clock::Pace::Stepped,
        ..Default::default()
    };
    drop(World::start(options()));
    let connection = rusqlite::Connection::open(&path).unwrap();
    for system in ["formance", "onfido", "meshx"] {
        let sql = "INSERT INTO queue (system, due, job) VALUES (?, 0, ?)";
        for job in ["nonsense", r#"{"Start": {"run": 77}}"#, r#"{"Enter": {"run": 77}}"#, r#"{"Child": {"stage": 77}}"#]
        {
            connection.execute(sql, [system, job]).unwrap();
        }
    }
    drop(connection);
    let world = World::start(options());
    let access = world.systems.meshx.clone();
    let headers = [
        ("authorization".to_owned(), format!("Bearer {}", access.token)),
        ("x-org".to_owned(), access.org.clone()),
        ("content-type".to_owned(), "application/json".to_owned()),
    ];
    let call = |method: &str, path: &str, body: Option<&str>| {
        let path = format!("/api/data/{path}");
        world.send_to(&access.url, method, &path, &headers, body).json()
    };
    let product = call("GET", "data_product/list", None)["entities"][0]["identifier"].clone();
    let wish = json!({"run_type": "single", "data_product_identifier": product, "created_by": null, "name": "n"});
    let run = call("POST", "orchestrator_workflow", Some(&wish.to_string()))["identifier"].as_str().unwrap().to_owned();
    world.advance(60_000.0);
    assert_eq!(call("GET", &format!("orchestrator_workflow?identifier={run}"), None)["status"], "COMPLETED");
}

/// A base address, the headers that open it, and paths below it.
type Door = (String, Vec<(String, String)>, Vec<String>);

/// Where each system takes a body, and where it takes an id.
fn doors(world: &World) -> Vec<Door> {
    let systems = &world.systems;
    let header = |name: &str, value: String| (name.to_owned(), value);
    let json = || header("content-type", "application/json".into());
    let bearer = |token: &str| header("authorization", format!("Bearer {token}"));
    let texts = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>();
    let hatchet = vec![
        world.tenant_path("/workflow-runs/trigger"),
        world.tenant_path("/tasks/cancel"),
        world.tenant_path("/tasks/replay"),
        format!("/api/v1/tenants/{}/workflows/on-order/scheduled", world.tenant),
        format!("/api/v1/tenants/{}/workflows/on-order/crons", world.tenant),
        "/api/v1/stable/workflow-runs/ID".into(),
        "/api/v1/stable/tasks/ID/logs?attempt=-9223372036854775808".into(),
        "/api/v1/stable/tasks/ID".into(),
        world.tenant_path("/task-point-metrics?createdAfter=0001-01-01T00:00:00Z"),
        world.tenant_path("/log-point-metrics?since=0001-01-01T00:00:00Z&until=9999-01-01T00:00:00Z"),
        world.tenant_path("/task-metrics?since=1970-01-01T00:00:00Z&until=9999-01-01T00:00:00Z"),
        world.tenant_path("/logs?attempt=-9223372036854775808"),
    ];
    let last = "eyJvZmZzZXQiOjE4NDQ2NzQ0MDczNzA5NTUxNjE1LCJvcmRlciI6MCwicGFnZVNpemUiOjE4NDQ2NzQ0MDczNzA5NTUxNjE1LCJmaWx0ZXJzIjp7fX0";
    let cursor = format!("/v2/instances?cursor={last}");
    let mut formance =
        texts(&["/v2/workflows", "/v2/workflows/ID/instances", "/v2/instances/ID/events", "/v2/triggers"]);
    formance.extend([cursor, "/v2/instances/ID".into()]);
    let mesh = vec![bearer(&systems.meshx.token), header("x-org", systems.meshx.org.clone()), json()];
    let studio = vec![header("authorization", format!("Token token={}", systems.onfido.token)), json()];
    vec![
        (world.url.clone(), vec![bearer(&world.token), json()], hatchet),
        (systems.formance.url.clone(), vec![bearer(&systems.formance.token), json()], formance),
        (
            systems.onfido.url.clone(),
            studio,
            texts(&[
                "/workflow_runs",
                "/webhooks",
                "/webhooks/resend",
                "/workflow_runs/ID",
                "/workflow_runs/ID/tasks/ID",
            ]),
        ),
        (
            systems.meshx.url.clone(),
            mesh,
            texts(&[
                "/api/data/orchestrator_workflow",
                "/api/data/orchestrator_workflow?identifier=ID",
                "/api/data/compute?identifier=ID",
                "/api/iam/login",
            ]),
        ),
        (
            world.control.clone(),
            vec![json()],
            texts(&[
                "/advance",
                "/faults",
                "/read-store",
                "/workflows",
                "/hatchet",
                "/inbound",
                "/tokens",
                "/webhooks",
                "/formance",
                "/formance/operator",
                "/formance/events",
                "/onfido/workflows",
                "/onfido/applicant",
                "/meshx/products",
                "/meshx/errors",
                "/nothing",
            ]),
        ),
    ]
}

#[test]
fn no_request_makes_the_engine_fall_silent() {
    let world = World::start(runward_local::Options { speed: 50.0, ..Default::default() });
    let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    let bodies = [
        "",
        "{",
        "null",
        "[]",
        "{}",
        "\"x\"",
        "7",
        "{\"name\":{}}",
        "{\"a\":1e400}",
        "{\"a\":\"\\u0000\"}",
        deep.as_str(),
        r#"{"ms":1e300}"#,
        r#"{"workflowName":"charge-card","input":{"log":9223372036854775807},"return_only_id":true}"#,
        r#"{"name":"w","stages":[{"delay":{"duration":"99999999999h"}}]}"#,
        r#"{"localOffsetMinutes":2147483647}"#,
    ];
    let ids = ["x", "%00", "%ff", "..%2f..", "-1", "00000000-0000-4000-8000-000000000000"];
    for (base, headers, paths) in doors(&world) {
        for path in &paths {
            let is_control = base == world.control;
            let sound = |method: &str, path: &str, body: Option<&str>| {
                let answer = send_unchecked(&agent(), method, &format!("{base}{path}"), &headers, body);
                let answer = answer.unwrap_or_else(|error| panic!("{method} {base}{path} {body:?}: {error}"));
                let status = answer.status;
                assert!(!is_control || status < 500, "{method} {path}: {status} {}", answer.body);
                // Whatever is refused is refused in JSON, or with nothing, or as a path that there is none of.
                let is_json = serde_json::from_str::<Value>(&answer.body).is_ok();
                assert!(
                    is_json || answer.body.is_empty() || answer.body.contains("404 page not found"),
                    "{method} {base}{path}: {status} {}",
                    answer.body
                );
            };
            for id in ids.iter().take(if path.contains("ID") { ids.len() } else { 1 }) {
                sound("GET", &path.replace("ID", id), None);
                sound("PATCH", &path.replace("ID", id), None);
            }
            let path = path.replace("ID", "00000000-0000-4000-8000-000000000000");
            // A trigger of nothing is a phantom that is waited for.
            let is_phantom = |body: &str| path.ends_with("trigger") && !body.contains("return_only_id");
            for body in bodies.iter().filter(|body| !is_phantom(body)) {
                sound("POST", &path, Some(body));
                sound("PUT", &path, Some(body));
            }
        }
    }
    let ready = world.trigger("charge-card", json!({}), json!({}));
    world.until_real(&ready, "COMPLETED");
}
