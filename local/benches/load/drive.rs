//! Requests by a timetable. A latency is counted from the moment at which its request was due: a server that stalls is
//! charged for all the requests that it kept from being sent, too.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::Arguments;
use crate::targets::{Target, targets};

type Http = Client<HttpConnector, Body>;

/// Runs of each system before the first read.
const BEFORE: usize = 200;

/// Of so many reads one is a list.
const LIST_EVERY: u64 = 20;

/// What a request is one of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Create,
    Read,
    List,
}

/// What came of the requests.
#[derive(Default)]
struct Told {
    /// Microseconds from when they were due.
    latencies: BTreeMap<Kind, Vec<u64>>,
    /// The worst of each second of the timetable.
    worst: BTreeMap<u64, u64>,
    failures: BTreeMap<String, u64>,
    /// Reads of runs that were not known yet.
    not_yet: u64,
    ids: Vec<Vec<String>>,
}

async fn send(http: &Http, request: Request<Body>) -> Result<(u16, Vec<u8>), String> {
    let response = http.request(request).await.map_err(|error| format!("{error:?}"))?;
    let status = response.status().as_u16();
    let body = axum::body::to_bytes(Body::new(response.into_body()), 64 << 20).await.map_err(|e| e.to_string())?;
    Ok((status, body.to_vec()))
}

async fn told(http: &Http, url: &str, token: Option<&str>, body: Option<Value>) -> Value {
    let mut request = Request::builder().uri(url).method(if body.is_some() { "POST" } else { "GET" });
    request = request.header("content-type", "application/json");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    let answer = send(http, request.body(body).unwrap()).await.unwrap();
    serde_json::from_slice(&answer.1).unwrap()
}

/// Adds the ids of what runs are created of.
async fn prepared(http: &Http, mut ready: Value) -> Value {
    let Some(control) = ready["control"].as_str().map(str::to_owned) else { return ready };
    let id =
        |all: Value, name: &str| all.as_array().unwrap().iter().find(|one| one["name"] == name).unwrap()["id"].clone();
    // As the real one, it takes its time over each create, whatever the load; that is no work.
    told(http, &format!("{control}/formance"), None, Some(json!({"runAnswerMs": 0}))).await;
    let checks = told(http, &format!("{control}/onfido/workflows"), None, None).await;
    let products = told(http, &format!("{control}/meshx/products"), None, None).await;
    let system = ready["systems"]["formance"].clone();
    let stages = json!({"name": "w", "stages": [{"noop": {}}, {"delay": {"duration": "2s"}}, {"noop": {}}]});
    let url = format!("{}/v2/workflows", system["url"].as_str().unwrap());
    let flow = told(http, &url, system["token"].as_str(), Some(stages)).await;
    ready["check"] = id(checks, "identity-check");
    ready["product"] = id(products, "orders");
    ready["flow"] = flow["data"]["id"].clone();
    ready
}

pub async fn drive(arguments: &Arguments) {
    let http: Http = Client::builder(TokioExecutor::new()).build(HttpConnector::new());
    let ready = serde_json::from_str(&std::env::var("LOAD_TARGET").unwrap()).unwrap();
    let targets = Arc::new(targets(&prepared(&http, ready).await, arguments.system.as_deref()));
    let mut kept = Told::default();
    for target in targets.iter() {
        let mut ids = Vec::new();
        for _ in 0..BEFORE {
            let (_, body) = send(&http, target.create()).await.unwrap();
            ids.push(target.id(&body).unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&body))));
        }
        kept.ids.push(ids);
    }
    println!("begun");
    let kept = Arc::new(Mutex::new(kept));
    by_timetable(arguments, &http, &targets, &kept).await;
    report(&kept.lock().unwrap(), arguments);
}

/// Sends each request when it is due, and waits for all of them at the end.
async fn by_timetable(arguments: &Arguments, http: &Http, targets: &Arc<Vec<Target>>, kept: &Arc<Mutex<Told>>) {
    let (begun, rate) = (Instant::now(), arguments.reads + arguments.creates);
    let mut sent = tokio::task::JoinSet::new();
    for number in 0..rate * arguments.seconds {
        let due = begun + Duration::from_nanos(number * 1_000_000_000 / rate);
        tokio::time::sleep_until(due).await;
        // Creates lie evenly between the reads.
        let creates = |number: u64| number * arguments.creates / rate;
        let is_create = creates(number + 1) > creates(number);
        let (http, targets, kept) = (http.clone(), Arc::clone(targets), Arc::clone(kept));
        sent.spawn(async move { one(&http, &targets, &kept, number, is_create, (number / rate, due)).await });
        while sent.try_join_next().is_some() {}
    }
    while sent.join_next().await.is_some() {}
}

/// One request of a system that its number names.
async fn one(http: &Http, targets: &[Target], kept: &Mutex<Told>, number: u64, is_create: bool, due: (u64, Instant)) {
    let (second, due) = due;
    // A cheap hash, so that which system, which run and what kind hang together in no way.
    let draw = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 17;
    let at = usize::try_from(draw).unwrap() % targets.len();
    let target = &targets[at];
    let (kind, request) = if is_create {
        (Kind::Create, target.create())
    } else {
        match (draw / 64).is_multiple_of(LIST_EVERY).then(|| target.list()).flatten() {
            Some(request) => (Kind::List, request),
            None => {
                let kept = kept.lock().unwrap();
                let ids = &kept.ids[at];
                (Kind::Read, target.read(&ids[usize::try_from(draw / 8).unwrap() % ids.len()]))
            }
        }
    };
    let answer = send(http, request).await;
    let latency = u64::try_from(due.elapsed().as_micros()).unwrap();
    let mut kept = kept.lock().unwrap();
    kept.latencies.entry(kind).or_default().push(latency);
    let worst = kept.worst.entry(second).or_default();
    *worst = latency.max(*worst);
    match answer {
        Ok((200 | 201, body)) if kind == Kind::Create => match target.id(&body) {
            Some(id) => kept.ids[at].push(id),
            None => *kept.failures.entry("a create without an id".into()).or_default() += 1,
        },
        Ok((200, _)) => {}
        Ok((404, _)) if target.is_late && kind == Kind::Read => kept.not_yet += 1,
        Ok((status, _)) => *kept.failures.entry(format!("{} {status}", target.name)).or_default() += 1,
        Err(error) => *kept.failures.entry(error).or_default() += 1,
    }
}

fn report(told: &Told, arguments: &Arguments) {
    let figure = |name: &str, value: f64, goal: Option<f64>, unit: &str| {
        println!("{}", json!({"name": name, "value": value, "goal": goal, "unit": unit}));
    };
    let mut all: Vec<u64> = told.latencies.values().flatten().copied().collect();
    let kinds = [(Kind::Create, "creates"), (Kind::Read, "reads of a run"), (Kind::List, "reads of a list")];
    for (kind, name) in kinds {
        let mut latencies = told.latencies.get(&kind).cloned().unwrap_or_default();
        figure(&format!("{name}, a second"), latencies.len() as f64 / arguments.seconds as f64, None, "");
        quantiles(name, &mut latencies, None, &figure);
    }
    quantiles("all requests", &mut all, Some(50.0), &figure);
    let worst: Vec<String> = told.worst.values().map(|worst| (worst / 1_000).to_string()).collect();
    eprintln!("the worst of each second, in ms: {}", worst.join(" "));
    figure("reads of runs not known yet", told.not_yet as f64, None, "");
    figure("failures", told.failures.values().sum::<u64>() as f64, Some(0.0), "");
    for (what, count) in &told.failures {
        eprintln!("{count} × {what}");
    }
}

/// Prints a figure: its name, its value, its goal and its unit.
type Figure<'a> = &'a dyn Fn(&str, f64, Option<f64>, &str);

fn quantiles(name: &str, latencies: &mut [u64], goal: Option<f64>, figure: Figure) {
    latencies.sort_unstable();
    let Some(last) = latencies.len().checked_sub(1) else { return };
    let at = |share: f64| latencies[(last as f64 * share) as usize] as f64 / 1_000.0;
    figure(&format!("{name}, p50"), at(0.5), None, "ms");
    figure(&format!("{name}, p99"), at(0.99), goal, "ms");
    figure(&format!("{name}, max"), at(1.0), None, "ms");
}
