//! `kill -9` again and again while all systems are written to: nothing that was acknowledged is lost, and what pollers
//! saw before, between and after is a legal history.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use runward::error::SystemName;
use runward::lifecycle::{Verdict, history};
use runward::run::Snapshot;
use runward::systems::{documents, rules};
use serde_json::{Value, json};

use crate::durable::Process;
use crate::world::{Answer, agent, send};

const KILLS: u64 = 20;
const WRITERS: usize = 2;

/// As many runs as one writer creates before it waits for the end.
const EACH: usize = 40;

const SYSTEMS: [SystemName; 4] = [SystemName::Hatchet, SystemName::Formance, SystemName::Onfido, SystemName::MeshX];

/// What is created of, by ids that outlive every kill.
struct Plan {
    flow: String,
    check: String,
    product: String,
}

/// An acknowledged run and what was seen of it.
struct Kept {
    system: SystemName,
    id: String,
    is_cancelled: bool,
    seen: Vec<Snapshot>,
}

/// One system of one process, over one connection.
struct Line<'a> {
    process: &'a Process,
    system: SystemName,
    agent: ureq::Agent,
}

impl<'a> Line<'a> {
    fn new(process: &'a Process, system: SystemName) -> Self {
        Self { process, system, agent: agent() }
    }

    /// `None` when the engine was killed on the way.
    fn call(&self, method: &str, path: &str, body: Option<Value>) -> Option<Answer> {
        let systems = &self.process.ready["systems"];
        let (url, token) = match self.system {
            SystemName::Hatchet => (self.process.text("url"), self.process.text("token")),
            other => {
                let system = &systems[other.to_string()];
                (system["url"].as_str().unwrap(), system["token"].as_str().unwrap())
            }
        };
        let scheme = if self.system == SystemName::Onfido { "Token token=" } else { "Bearer " };
        let headers = [
            ("authorization".into(), format!("{scheme}{token}")),
            ("x-org".into(), systems["meshx"]["org"].as_str().unwrap().into()),
            ("content-type".into(), "application/json".into()),
        ];
        send(&self.agent, method, &format!("{url}{path}"), &headers, body.map(|body| body.to_string()).as_deref()).ok()
    }

    fn create(&self, plan: &Plan, number: usize) -> Option<String> {
        let tenant = self.process.text("tenant");
        let (path, body, place) = match self.system {
            SystemName::Hatchet => {
                let workflow = ["charge-card", "nightly-report"][number % 2];
                let body = json!({"workflowName": workflow, "input": {"sleepMs": 3_000}, "return_only_id": true});
                (format!("/api/v1/stable/tenants/{tenant}/workflow-runs/trigger"), body, "/run/metadata/id")
            }
            SystemName::Formance => {
                (format!("/v2/workflows/{}/instances", plan.flow), json!({"order": number.to_string()}), "/data/id")
            }
            SystemName::Onfido => {
                ("/workflow_runs".into(), json!({"applicant_id": plan.check, "workflow_id": plan.check}), "/id")
            }
            SystemName::MeshX => {
                let product = &plan.product;
                let body =
                    json!({"run_type": "single", "data_product_identifier": product, "created_by": null, "name": "n"});
                ("/api/data/orchestrator_workflow".into(), body, "/identifier")
            }
        };
        let answer = self.call("POST", &path, Some(body))?;
        assert!(matches!(answer.status, 200 | 201), "{}: {}", self.system, answer.body);
        Some(answer.json().pointer(place).unwrap().as_str().unwrap().to_owned())
    }

    /// Cancels where a cancel has an effect; whether it was acknowledged.
    fn cancel(&self, id: &str) -> bool {
        let answer = match self.system {
            SystemName::Hatchet => {
                let path = format!("/api/v1/stable/tenants/{}/tasks/cancel", self.process.text("tenant"));
                self.call("POST", &path, Some(json!({"externalIds": [id]})))
            }
            SystemName::MeshX => self.call("DELETE", &format!("/api/data/orchestrator_workflow?identifier={id}"), None),
            SystemName::Formance | SystemName::Onfido => return false,
        };
        answer.is_some_and(|answer| answer.status == 200)
    }

    fn read(&self, id: &str) -> Option<Answer> {
        let path = match self.system {
            SystemName::Hatchet => format!("/api/v1/stable/workflow-runs/{id}"),
            SystemName::Formance => format!("/v2/instances/{id}"),
            SystemName::Onfido => format!("/workflow_runs/{id}"),
            SystemName::MeshX => format!("/api/data/orchestrator_workflow?identifier={id}"),
        };
        self.call("GET", &path, None)
    }
}

impl Kept {
    /// Adds what the answer shows, if it shows anything new.
    fn see(&mut self, answer: &Answer) {
        let snapshot = documents(self.system).unwrap().snapshot(&answer.body).unwrap();
        if self.seen.last() != Some(&snapshot) {
            self.seen.push(snapshot);
        }
    }

    fn is_over(&self) -> bool {
        self.seen.last().is_some_and(|seen| seen.run.outcome.is_some())
    }
}

fn plan(process: &Process) -> Plan {
    let listed = |path: &str, name: &str| {
        let all = send(&agent(), "GET", &format!("{}{path}", process.text("control")), &[], None).unwrap().json();
        let found = all.as_array().unwrap().iter().find(|one| one["name"] == name).unwrap();
        found["id"].as_str().unwrap().to_owned()
    };
    let stages = json!({"name": "w", "stages": [{"noop": {}}, {"delay": {"duration": "3s"}}, {"noop": {}}]});
    let flow = Line::new(process, SystemName::Formance).call("POST", "/v2/workflows", Some(stages)).unwrap().json();
    Plan {
        flow: flow["data"]["id"].as_str().unwrap().to_owned(),
        check: listed("/onfido/workflows", "identity-check"),
        product: listed("/meshx/products", "orders"),
    }
}

/// Creates runs and cancels some of them until the engine is gone; keeps what was acknowledged.
fn write(process: &Process, plan: &Plan, system: SystemName, kept: &Mutex<Vec<Kept>>) {
    let line = Line::new(process, system);
    for number in 0..EACH {
        let Some(id) = line.create(plan, number) else { return };
        let run = Kept { system, id: id.clone(), is_cancelled: false, seen: Vec::new() };
        kept.lock().unwrap().push(run);
        if number % 5 == 4 && line.cancel(&id) {
            let mut kept = kept.lock().unwrap();
            kept.iter_mut().filter(|run| run.id == id).for_each(|run| run.is_cancelled = true);
        }
    }
}

/// Reads the latest runs until the engine is gone. Hatchet's are 404 before its read store knows them.
fn watch(process: &Process, system: SystemName, kept: &Mutex<Vec<Kept>>) {
    let line = Line::new(process, system);
    loop {
        let latest: Vec<(usize, String)> = {
            let kept = kept.lock().unwrap();
            let open = kept.iter().enumerate().rev().filter(|(_, run)| !run.is_over());
            open.map(|(at, run)| (at, run.id.clone())).take(8).collect()
        };
        if latest.is_empty() && line.read("00000000-0000-4000-8000-000000000000").is_none() {
            return;
        }
        for (at, id) in latest {
            let Some(answer) = line.read(&id) else { return };
            if answer.status == 200 {
                kept.lock().unwrap()[at].see(&answer);
            }
        }
    }
}

/// One life of the engine: written to and read from by many until it is killed.
fn live(process: &Process, plan: &Plan, kept: &[Mutex<Vec<Kept>>], for_so_long: Duration) {
    std::thread::scope(|scope| {
        for (system, kept) in SYSTEMS.into_iter().zip(kept) {
            for _ in 0..WRITERS {
                scope.spawn(move || write(process, plan, system, kept));
            }
            scope.spawn(move || watch(process, system, kept));
        }
        std::thread::sleep(for_so_long);
        process.kill_now();
    });
}

/// Reads every run until it has ended; one that is not there was lost.
fn ended(process: &Process, system: SystemName, runs: &mut [Kept]) {
    let (line, begun) = (Line::new(process, system), Instant::now());
    for run in runs {
        while !run.is_over() {
            let answer = line.read(&run.id).unwrap();
            assert_eq!(answer.status, 200, "{system} {} is lost: {}", run.id, answer.body);
            run.see(&answer);
            assert!(begun.elapsed() < Duration::from_secs(60), "{system} {} does not end: {}", run.id, answer.body);
        }
        let status = run.seen.last().unwrap().run.status.clone();
        assert!(!run.is_cancelled || status == "CANCELLED", "{system} {} was cancelled, and is {status}", run.id);
        let judged = history(rules(system), &run.seen);
        for (index, step) in judged.steps.iter().enumerate() {
            assert_ne!(step.verdict, Verdict::Conflict, "{system} {} step {index}: {:#?}", run.id, step.findings);
        }
    }
}

#[test]
fn twenty_kills_under_load_lose_nothing_acknowledged_and_every_history_is_legal() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("engine.sqlite");
    let kept: [Mutex<Vec<Kept>>; 4] = Default::default();
    let mut plan_of_all = None;
    for kill in 0..KILLS {
        let process = Process::on(&database);
        let plan = plan_of_all.get_or_insert_with(|| plan(&process));
        // Not always at the same place of the load.
        live(&process, plan, &kept, Duration::from_millis(200 + kill * 37 % 250));
    }
    let process = Process::on(&database);
    std::thread::scope(|scope| {
        for (system, kept) in SYSTEMS.into_iter().zip(&kept) {
            let process = &process;
            scope.spawn(move || ended(process, system, &mut kept.lock().unwrap()));
        }
    });
    for (system, kept) in SYSTEMS.into_iter().zip(kept) {
        let kept = kept.into_inner().unwrap();
        let steps: usize = kept.iter().map(|run| run.seen.len()).sum();
        println!("{system}: {} runs acknowledged, {steps} snapshots", kept.len());
        assert!(kept.len() > 40, "only {} runs of {system} were acknowledged", kept.len());
    }
}
