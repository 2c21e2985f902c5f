//! The lists of the local engine at size: a million runs a system, and how long each kind of page takes.
//!
//! The file is filled with rows as the engine writes them (`--db FILE` keeps it for the next time), the engine started
//! on it, and each request sent several times, one after the other. One line of JSON a request: median and longest
//! time in milliseconds, and how long the answer is.

// A program for measuring: what it cannot do ends it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod fill;

use std::path::PathBuf;
use std::time::Instant;

use clap::Parser;
use runward_local::database::Place;
use runward_local::{Options, Running, start};
use serde_json::json;

#[derive(Parser)]
struct Arguments {
    /// How many runs each system has.
    #[arg(long, default_value_t = 1_000_000)]
    rows: i64,
    /// The file; one that passes when absent.
    #[arg(long)]
    db: Option<PathBuf>,
    /// How often each request is sent.
    #[arg(long, default_value_t = 7)]
    times: usize,
    /// Only requests whose name holds this.
    #[arg(long, default_value = "")]
    only: String,
    /// Passed by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let arguments = Arguments::parse();
    let folder = tempfile::tempdir().unwrap();
    let path = arguments.db.clone().unwrap_or_else(|| folder.path().join("size.sqlite"));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let options = Options { place: Place::File(path.clone()), ..Options::default() };
    if !path.exists() {
        // The first start makes the tables and the built-in workflows.
        runtime.block_on(async { start(options.clone()).await.unwrap().stop().await });
        fill::fill(&path, arguments.rows);
    }
    let running = runtime.block_on(start(options)).unwrap();
    for (name, url, headers) in requests(&running, arguments.rows) {
        if name.contains(&arguments.only) {
            measure(&name, &url, &headers, arguments.times);
        }
    }
    runtime.block_on(running.stop());
}

type Header = (&'static str, String);

/// Every kind of list, with the filters that a dashboard sets.
fn requests(running: &Running, rows: i64) -> Vec<(String, String, Vec<Header>)> {
    let since = (chrono::Utc::now() - chrono::Duration::days(3)).format("%Y-%m-%dT%H:%M:%SZ");
    let workflow = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, b"charge-card");
    let rare = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, b"flaky-sync");
    let runs = format!("/workflow-runs?since={since}&only_tasks=false");
    let deep = rows / 2;
    let hatchet = [
        ("first page", runs.clone()),
        ("offset 10,000", format!("{runs}&offset=10000")),
        ("offset in the middle", format!("{runs}&offset={deep}")),
        ("500 rows", format!("{runs}&limit=500")),
        ("status FAILED", format!("{runs}&statuses=FAILED")),
        ("status RUNNING", format!("{runs}&statuses=RUNNING")),
        ("two rare statuses", format!("{runs}&statuses=QUEUED&statuses=RUNNING")),
        ("two statuses", format!("{runs}&statuses=COMPLETED&statuses=FAILED")),
        ("four statuses", format!("{runs}&statuses=COMPLETED&statuses=FAILED&statuses=QUEUED&statuses=CANCELLED")),
        ("a workflow of most", format!("{runs}&workflow_ids={workflow}")),
        ("two workflows", format!("{runs}&workflow_ids={workflow}&workflow_ids={rare}")),
        ("a workflow and a status", format!("{runs}&workflow_ids={workflow}&statuses=FAILED")),
        ("a rare workflow and a common status", format!("{runs}&workflow_ids={rare}&statuses=COMPLETED")),
        ("metadata of one", format!("{runs}&additional_metadata=order:A-{deep}")),
        ("metadata of all", format!("{runs}&additional_metadata=env:prod")),
        ("metadata of all and a status", format!("{runs}&additional_metadata=env:prod&statuses=FAILED")),
        ("metadata of all and a rare status", format!("{runs}&additional_metadata=env:prod&statuses=QUEUED")),
        ("two of metadata", format!("{runs}&additional_metadata=env:prod&additional_metadata=order:A-{deep}")),
        (
            "two of metadata, both",
            format!(
                "{runs}&additional_metadata=env:prod&additional_metadata=order:A-{deep}&additional_metadata_operator=AND"
            ),
        ),
        ("tasks", format!("/workflow-runs?since={since}&only_tasks=true")),
        ("tasks, offset 10,000", format!("/workflow-runs?since={since}&only_tasks=true&offset=10000")),
        ("tasks, status FAILED", format!("/workflow-runs?since={since}&only_tasks=true&statuses=FAILED")),
        (
            "tasks, two statuses",
            format!("/workflow-runs?since={since}&only_tasks=true&statuses=COMPLETED&statuses=FAILED"),
        ),
        ("tasks of a workflow", format!("/workflow-runs?since={since}&only_tasks=true&workflow_ids={workflow}")),
        ("counts of statuses", format!("/task-metrics?since={since}")),
        ("counts of a workflow", format!("/task-metrics?since={since}&workflow_ids={workflow}")),
        ("histogram", "/task-point-metrics".to_owned()),
        ("events", "/events".to_owned()),
        ("event keys", "/events/keys".to_owned()),
        ("logs", "/logs".to_owned()),
        ("newest logs", "/logs?order_by_direction=DESC".to_owned()),
        ("logs of a workflow", format!("/logs?workflow_ids={rare}&order_by_direction=DESC")),
        ("counts of logs", "/log-point-metrics".to_owned()),
    ];
    let bearer = |token: &str| ("authorization", format!("Bearer {token}"));
    let mut all = Vec::new();
    for (name, path) in hatchet {
        let url = format!("{}/api/v1/stable/tenants/{}{path}", running.url, running.tenant);
        all.push((format!("hatchet, {name}"), url, vec![bearer(&running.token)]));
    }
    let cursor = |offset: i64, filters: serde_json::Value| {
        use base64::Engine as _;
        let place = json!({"offset": offset, "order": 0, "pageSize": 15, "filters": filters}).to_string();
        format!("?cursor={}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(place))
    };
    let of = "00000001-0000-4000-8000-000000000001";
    let formance = [
        ("first page", String::new()),
        ("100 rows", "?pageSize=100".into()),
        ("running", "?running=true".into()),
        ("of a workflow", format!("?workflowID={of}")),
        ("of a workflow, running", format!("?workflowID={of}&running=true")),
        ("offset 10,000", cursor(10_000, json!({"WorkflowID": "", "Running": false}))),
        ("offset in the middle", cursor(deep, json!({"WorkflowID": "", "Running": false}))),
    ];
    for (name, query) in formance {
        let url = format!("{}/v2/instances{query}", running.systems.formance.url);
        all.push((format!("formance, {name}"), url, vec![bearer(&running.systems.formance.token)]));
    }
    let applicant = fill::APPLICANT;
    let onfido = [
        ("first page", String::new()),
        ("page 500", "?page=500".into()),
        ("page in the middle", format!("?page={}", deep / 20)),
        ("oldest first", "?sort=asc".into()),
        ("status declined", "?status=declined".into()),
        ("two statuses", "?status=approved,declined".into()),
        ("applicant of one", "?applicant_id=00000005-0000-4000-8000-000000000005".into()),
        ("applicant of half", format!("?applicant_id={applicant}")),
        ("applicant and status", format!("?applicant_id={applicant}&status=declined")),
        ("tag of all", "?tags=all".into()),
        ("tag of all, page 500", "?tags=all&page=500".into()),
        ("tag of all and status", "?tags=all&status=declined".into()),
        ("tag of all and a rare status", "?tags=all&status=review".into()),
        ("two tags", "?tags=all,half".into()),
        ("a tag and an applicant", format!("?tags=all&applicant_id={applicant}")),
        ("a day", format!("?created_at_gt={}", (chrono::Utc::now() - chrono::Duration::days(1)).format("%Y-%m-%d"))),
    ];
    for (name, query) in onfido {
        let access = &running.systems.onfido;
        let token = ("authorization", format!("Token token={}", access.token));
        all.push((format!("onfido, {name}"), format!("{}/workflow_runs{query}", access.url), vec![token]));
    }
    let mesh = &running.systems.meshx;
    let of_mesh = vec![bearer(&mesh.token), ("x-org", mesh.org.clone())];
    let product = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, b"meshx/orders");
    let compute = |rest: &str| format!("{}/api/data/compute{rest}?identifier={product}", mesh.url);
    all.push(("meshx, compute".into(), compute(""), of_mesh.clone()));
    all.push(("meshx, history".into(), compute("/history"), of_mesh.clone()));
    all.push(("meshx, everything".into(), format!("{}/api/data/orchestrator_workflow/list", mesh.url), of_mesh));
    all
}

fn measure(name: &str, url: &str, headers: &[Header], times: usize) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let (mut first, mut whole, mut bytes, mut status) = (Vec::new(), Vec::new(), 0, 0);
    for _ in 0..times {
        let begun = Instant::now();
        let mut request = agent.get(url);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let mut answer = request.call().unwrap();
        status = answer.status().as_u16();
        first.push(begun.elapsed().as_secs_f64() * 1000.0);
        bytes = std::io::copy(&mut answer.body_mut().as_reader(), &mut std::io::sink()).unwrap();
        whole.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    first.sort_by(f64::total_cmp);
    whole.sort_by(f64::total_cmp);
    let round = |ms: f64| (ms * 10.0).round() / 10.0;
    println!(
        "{}",
        json!({"name": name, "status": status, "medianMs": round(whole[times / 2]), "mostMs": round(whole[times - 1]),
            "headMs": round(first[times / 2]), "bytes": bytes})
    );
}
