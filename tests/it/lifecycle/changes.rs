//! Every change of status that the engines of all four systems make, in all of their built-in scenarios and whatever is done to
//! them from outside, is a row of the tables; and every row is taken by one of them, or is listed with its reason.
//!
//! The engines' database tells the changes itself, so that none is missed between two reads.
use super::engine::flows;
use super::figure;
use super::make::rules;
use super::recorded::moves;
use super::world::World;
use reqwest::Method;
use runward::error::SystemName;
use runward::lifecycle::{Lifecycle, Row};
use runward::run::Snapshot;
use runward_local::database::Place;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Notes how a row stands whenever it is written. An attempt is the sum of what counts attempts.
const NOTES: &str = "
CREATE TABLE noted (n INTEGER PRIMARY KEY, system TEXT, part TEXT, id INTEGER, status TEXT, attempt INTEGER);
CREATE TRIGGER n1 AFTER INSERT ON hatchet_read_task BEGIN
  INSERT INTO noted VALUES (NULL, 'hatchet', 'stages', NEW.id, NEW.status, NEW.retry); END;
CREATE TRIGGER n2 AFTER UPDATE ON hatchet_read_task BEGIN
  INSERT INTO noted VALUES (NULL, 'hatchet', 'stages', NEW.id, NEW.status, NEW.retry); END;
CREATE TRIGGER n3 AFTER INSERT ON hatchet_read_run BEGIN
  INSERT INTO noted VALUES (NULL, 'hatchet', 'runs', NEW.ordinal, NEW.status, 0); END;
CREATE TRIGGER n4 AFTER UPDATE OF status ON hatchet_read_run BEGIN
  INSERT INTO noted SELECT NULL, 'hatchet', 'runs', NEW.ordinal, NEW.status, sum(retry) FROM hatchet_read_task WHERE run = NEW.ordinal; END;
CREATE TRIGGER n5 AFTER INSERT ON formance_instance BEGIN
  INSERT INTO noted VALUES (NULL, 'formance', 'runs', NEW.ordinal, 'running', 1); END;
CREATE TRIGGER n6 AFTER UPDATE OF is_terminated, terminated, error ON formance_instance WHEN NEW.is_terminated BEGIN
  INSERT INTO noted SELECT NULL, 'formance', 'runs', NEW.ordinal, CASE WHEN coalesce(NEW.error, '') = '' THEN 'succeeded' ELSE 'failed' END,
    max(1, count(DISTINCT main_run)) FROM formance_stage WHERE instance = NEW.ordinal; END;
CREATE TRIGGER n7 AFTER INSERT ON formance_stage BEGIN
  INSERT INTO noted VALUES (NULL, 'formance', 'stages', NEW.id, 'running', 1); END;
CREATE TRIGGER n8 AFTER UPDATE OF terminated, error ON formance_stage WHEN NEW.terminated IS NOT NULL BEGIN
  INSERT INTO noted VALUES (NULL, 'formance', 'stages', NEW.id, CASE WHEN NEW.error IS NULL THEN 'succeeded' ELSE 'failed' END, 1); END;
CREATE TRIGGER n9 AFTER INSERT ON onfido_run BEGIN
  INSERT INTO noted VALUES (NULL, 'onfido', 'runs', NEW.ordinal, NEW.status, 1); END;
CREATE TRIGGER n10 AFTER UPDATE OF status ON onfido_run BEGIN
  INSERT INTO noted VALUES (NULL, 'onfido', 'runs', NEW.ordinal, NEW.status, 1); END;
CREATE TRIGGER n11 AFTER INSERT ON onfido_task BEGIN
  INSERT INTO noted VALUES (NULL, 'onfido', 'stages', NEW.ordinal, 'started', 1); END;
CREATE TRIGGER n12 AFTER UPDATE OF is_over ON onfido_task WHEN NEW.is_over BEGIN
  INSERT INTO noted VALUES (NULL, 'onfido', 'stages', NEW.ordinal, 'completed', 1); END;
CREATE TRIGGER n13 AFTER INSERT ON meshx_run BEGIN
  INSERT INTO noted VALUES (NULL, 'meshx', 'runs', NEW.ordinal, NEW.status, 1); END;
CREATE TRIGGER n14 AFTER UPDATE OF status ON meshx_run BEGIN
  INSERT INTO noted VALUES (NULL, 'meshx', 'runs', NEW.ordinal, NEW.status, 1); END;
";

/// A step: of which table, from, to, and whether an attempt began.
type Taken = (SystemName, &'static str, String, String, bool);

fn noted(file: &Path) -> BTreeSet<Taken> {
    let db = Connection::open(file).unwrap();
    let mut all = db.prepare("SELECT system, part, id, status, attempt FROM noted ORDER BY n").unwrap();
    let mut last = BTreeMap::<(String, String, i64), (String, i64)>::new();
    let mut taken = BTreeSet::new();
    let mut rows = all.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let key: (String, String, i64) = (row.get(0).unwrap(), row.get(1).unwrap(), row.get(2).unwrap());
        let (status, attempt): (String, i64) = (row.get(3).unwrap(), row.get(4).unwrap());
        let (before, was) = last.get(&key).cloned().unwrap_or((String::new(), attempt));
        if before != status || attempt > was {
            let part = if key.1 == "runs" { "runs" } else { "stages" };
            taken.insert((SystemName::parse(&key.0).unwrap(), part, before, status.clone(), attempt > was));
        }
        last.insert(key, (status, attempt));
    }
    taken
}

/// Hatchet: each workflow with what its workers can be told, cancelled at any moment, replayed, put aside, stuck; seen by
/// polls that miss much.
async fn hatchet(world: &World, seen: &mut Vec<Vec<Snapshot>>) {
    let of = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let fail = r#"{"behaviour":"fail","sleepMs":150}"#;
    let until = r#"{"behaviour":"fail-until","until":2,"sleepMs":150}"#;
    let stuck = r#"{"first":{"behaviour":"raw","raw":"[1,2]"},"second":{}}"#;
    let scenarios: [(&str, &str, &str); 30] = [
        ("charge-card", "{}", "30 20000 replay 20000 cancel 5000"),
        ("charge-card", r#"{"sleepMs":900}"#, "50 2000 cancel 5000 replay 20000"),
        ("charge-card", fail, "20000 replay 20000 cancel 5000"),
        ("charge-card", fail, "100 160 160 160 160 160 160"),
        ("charge-card", until, "20000 replay 20000"),
        ("charge-card", r#"{"behaviour":"fail-final"}"#, "20000 replay 20000"),
        ("charge-card-backoff", until, "100 150 300 600 900 900 900 900 900 900 900"),
        ("nightly-report", "{}", "60000 replay 60000 cancel 5000 replay 60000"),
        ("nightly-report", "{}", "300 cancel 60000 replay 60000"),
        ("nightly-report", r#"{"stepMs":300}"#, "100 350 350 350 350 350 350"),
        ("nightly-report", r#"{"failAt":"render","failTimes":1}"#, "60000 replay 60000"),
        ("nightly-report", r#"{"failAt":"transform-stock"}"#, "100 1000 1000 60000 replay 60000"),
        ("nightly-report", r#"{"failAt":"extract"}"#, "60000 replay 60000"),
        ("two-steps", stuck, "600000 cancel 5000 replay 60000"),
        ("two-steps", r#"{"first":{"sleepMs":500},"second":{"behaviour":"fail"}}"#, "200 60000"),
        ("slow-charge", r#"{"ms":9000}"#, "60000 replay 60000"),
        ("ship-parcel", "{}", "2000 cancel 60000 replay 60000"),
        ("flaky-sync", "{}", "60000 replay 60000"),
        ("offline-import", "{}", "2000 cancel 5000 replay 400000"),
        ("expiring-import", "{}", "2000 60000 replay 60000"),
        ("offline-report", "{}", "2000 cancel 60000"),
        ("wait-approval", "{}", "50 5000 60000 replay 60000"),
        ("wait-approval", "{}", "queued 5000"),
        ("wait-approval", r#"{"behaviour":"fail"}"#, "5000 60000"),
        ("wait-approval", "{}", "5000 cancel 60000 replay 60000"),
        ("build-album", r#"{"a":1}"#, "60000 replay 60000"),
        ("resize-image", r#"{"width":7}"#, "60000"),
        ("send-invoice", r#"{"invoiceId":"1"}"#, "60000"),
        ("on-order", "{}", "60000"),
        ("nightly-report", r#"{"stepMs":30}"#, "20 40 40 40 40 40 40 40 40 40 40"),
    ];
    for (workflow, input, deeds) in scenarios {
        let id = world.trigger(workflow, of(input)).await;
        let mut history = vec![];
        for deed in deeds.split(' ') {
            match deed {
                "cancel" => assert!(world.order("cancel", &id).await),
                "replay" => world.replay(&id).await,
                // as soon as the read store knows of its task
                "queued" => {
                    while world
                        .read(HATCHET, &id)
                        .await
                        .is_none_or(|read| read.run.stages.iter().all(|task| task.status != "QUEUED"))
                    {
                        world.advance(1.0).await;
                    }
                }
                ms => world.advance(ms.parse().unwrap()).await,
            }
            history.extend(world.read(SystemName::Hatchet, &id).await);
        }
        seen.push(history);
        seen.push(task_reads(world, &id).await);
    }
}

/// What GET run and then GET task say of a standalone run: the latter counts a cancel that came after the end.
async fn task_reads(world: &World, id: &str) -> Vec<Snapshot> {
    let path = format!("/api/v1/stable/tasks/{id}");
    let Some(task) = world.call(SystemName::Hatchet, Method::GET, &path, None).await else { return vec![] };
    let task = runward::systems::documents(SystemName::Hatchet).unwrap().snapshot(&task);
    world.read(SystemName::Hatchet, id).await.into_iter().chain(task.ok()).collect()
}

/// Formance: every flow with its events, what an operator does, and an abort.
async fn formance(world: &World) {
    for stages in flows() {
        let id = world.flow(stages.clone()).await;
        for _ in 0..6 {
            world.advance(5_000.0).await;
            world.event(&id, "go").await;
            world.abort(&id).await;
        }
        world.operator(&id, "reset").await;
        world.advance(2_000.0).await;
        world.operator(&id, "cancel-stage").await;
        world.advance(30_000.0).await;
        world.operator(&id, "reset").await;
        for _ in 0..6 {
            world.advance(5_000.0).await;
            world.event(&id, "go").await;
        }
    }
}

const ENDS: [&str; 5] = ["approved", "declined", "review", "abandoned", "error"];
const OPEN: [&str; 3] = ["processing", "awaiting_input", "awaiting_client_input"];

/// Onfido: every workflow to each end, the client's task done, and each end revised; seen by polls that miss much.
async fn onfido(world: &World) -> BTreeSet<Taken> {
    let mut polled = BTreeSet::new();
    let workflows = ["identity-check", "instant-approval", "declined-document", "manual-review", "data-from-client"];
    let others = ["applicant-gives-up", "broken-task", "applicant-never-comes", "applicant-then-client"];
    let revised = |end: &str| OPEN.into_iter().chain(ENDS).filter(|to| *to != end).collect::<Vec<_>>();
    let start = json!({"task": "start", "def": "start"});
    let by =
        |doer: &str, ms: Value| json!({"task": format!("{doer}_{ms}"), "def": "profile_data", "by": doer, "ms": ms});
    let mut more = vec![json!({"name": "applicant-then-client", "end": "approved",
        "steps": [start, by("applicant", json!(2000)), by("client", Value::Null), by("applicant", json!(9000))]})];
    for end in ENDS {
        let of = |to: &str| json!({"name": format!("{end}-{to}"), "steps": [start], "end": end, "revised": {"ms": 1000, "end": to}});
        more.extend(revised(end).into_iter().map(of));
    }
    world.control("/onfido/workflows", &json!(more)).await;
    let revisions = ENDS.iter().flat_map(|end| revised(end).into_iter().map(move |to| format!("{end}-{to}")));
    let runs =
        workflows.iter().flat_map(|workflow| ENDS.map(|end| ((*workflow).to_owned(), json!({ "outcome": end }))));
    let plain = others.map(str::to_owned).into_iter().chain(revisions).map(|workflow| (workflow, json!({})));
    for (workflow, custom) in runs.chain(plain) {
        let id = world.check(&workflow, custom).await;
        let mut before = String::new();
        let soon = if workflow == "identity-check" { 120_000.0 } else { 3_000.0 };
        for ms in [0.0, soon, 0.0, 120_000.0, 120_000.0] {
            world.advance(ms).await;
            let status = world.read(SystemName::Onfido, &id).await.unwrap().run.status;
            polled.insert((SystemName::Onfido, "runs", std::mem::replace(&mut before, status.clone()), status, false));
            for task in ["receive_data_77c", "client_null"] {
                world.complete(&id, task).await;
            }
        }
    }
    polled
}

/// meshX: every product to its end, cancelled on the way, and every word written over every other by hand.
async fn meshx(world: &World) -> BTreeSet<Taken> {
    let mut graph = BTreeSet::new();
    let begins = ["PENDING", "SUBMITTED"];
    let of = |word: &str| json!({"name": word, "steps": [{"status": word, "ms": 500}], "end": "DONE"});
    world.control("/meshx/products", &json!(begins.map(of))).await;
    for word in begins {
        world.product(word).await;
    }
    let id = world.product("orders").await;
    for row in rules(SystemName::MeshX).runs.rows.iter().filter(|row| !row.from.is_empty()) {
        assert!(world.put(&id, row.from).await && world.put(&id, row.to).await);
    }
    for product in ["orders", "orders-failing", "orders-quality", "orders-waiting", "orders-stuck"] {
        for deed in ["", "early", "late", "put"] {
            let (id, mut before) = (world.product(product).await, String::new());
            for second in 0..12 {
                let task = task_of(world, &id).await;
                if task != before {
                    graph.insert((
                        SystemName::MeshX,
                        "stages",
                        std::mem::replace(&mut before, task.clone()),
                        task,
                        false,
                    ));
                }
                match (deed, second) {
                    ("early", 0) | ("late", 4) => assert!(world.delete(&id).await),
                    ("put", 9) => assert!(world.put(&id, "FAILED").await && world.put(&id, "RUNNING").await),
                    _ => {}
                }
                world.advance(1_000.0).await;
            }
        }
    }
    graph
}

/// How the only task of a run's graph stands.
async fn task_of(world: &World, id: &str) -> String {
    let path = format!("/api/data/orchestrator_workflow/graph?identifier={id}");
    let graph = world.call(SystemName::MeshX, Method::GET, &path, None).await.unwrap();
    let graph: Value = serde_json::from_str(&graph).unwrap();
    graph["response"].as_object().unwrap().values().next().unwrap()["status"].as_str().unwrap().to_owned()
}

fn table(system: SystemName, part: &str) -> &'static Lifecycle {
    if part == "runs" { &rules(system).runs } else { &rules(system).stages }
}

/// Words that an engine shows and no table has, which must be borne.
const STRANGE: [(SystemName, &str); 1] = [(SystemName::MeshX, "QUALITY_CHECK")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_engines_do_is_in_the_tables_and_what_is_in_the_tables_is_done_or_accounted_for() {
    let folder = std::env::temp_dir().join(format!("runward-changes-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("engine.db");
    let world = World::start(11, Place::File(file.clone())).await;
    Connection::open(&file).unwrap().execute_batch(NOTES).unwrap();
    let mut histories = vec![];
    hatchet(&world, &mut histories).await;
    formance(&world).await;
    let polled = onfido(&world).await;
    let graph = meshx(&world).await;
    world.stop().await;
    let mut taken = noted(&file);
    std::fs::remove_dir_all(&folder).unwrap();
    taken.extend(graph);
    assert_known(&taken);
    let changes = taken.len();
    taken.extend(polled);
    for seen in histories {
        let (runs, stages) = moves(rules(SystemName::Hatchet), &seen);
        let of = |part: &'static str| {
            move |(from, to, again): (&str, &str, bool)| {
                (SystemName::Hatchet, part, from.to_owned(), to.to_owned(), again)
            }
        };
        taken.extend(runs.into_iter().map(of("runs")).chain(stages.into_iter().map(of("stages"))));
    }
    assert_accounted_for(&taken);
    figure(&format!("{changes} changes of the engines' own, all of them rows"));
}

/// Every change is a row. A step to a new attempt of which no row tells may be one within it.
fn assert_known(taken: &BTreeSet<Taken>) {
    let mut wrong = vec![];
    for (system, part, from, to, again) in taken {
        let table = table(*system, part);
        let strange = |word: &String| STRANGE.iter().any(|known| known == &(*system, word.as_str()));
        if strange(from) || strange(to) {
            assert_eq!(table.code(if strange(from) { from } else { to }), 0);
            continue;
        }
        let row = |row: &Row| row.from == from && row.to == to && (row.new_attempt == *again || *again);
        if !table.rows.iter().any(row) {
            wrong.push(format!("{system} {part}: {from:?} to {to} (again: {again}) is no row"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (system, word) in STRANGE {
        assert!(taken.iter().any(|step| step.0 == system && step.3 == word), "{word} is strange no more");
    }
}

/// Rows that no scenario takes: of which table, from, to, a new attempt, and why.
type Never = (SystemName, &'static str, &'static [&'static str], &'static [&'static str], bool, &'static str);

const HATCHET: SystemName = SystemName::Hatchet;
const ONFIDO: SystemName = SystemName::Onfido;
const MESHX: SystemName = SystemName::MeshX;

const OF_ONE_WORKER: &str = "the engine's worker takes a restored task at once, so it is not queued first";
const LATE_NEWS: &str =
    "a worker's news that comes after a cancel or failure of the same attempt: the engine's workers stop at once";
const NEVER_CANCELLED: &str = "the engine cancels no task of Onfido, and nobody knows when the real one does";
const NEVER_MISSED: &str =
    "a delivery tells of every begin before the end; only one that is lost lets it begin at its end";
const OF_LUIGI: &str = "the engine's graph has one task, whose words are PENDING, RUNNING, DONE, FAILED and DISABLED";
const NO_RETRY: &str =
    "the only task of the engine's graph ends once, unless somebody writes another status over the run's";

const LUIGIS: &[&str] = &["BATCH_RUNNING", "SUSPENDED", "UNKNOWN"];
const LUIGIS_ENDS: &[&str] = &["DONE", "FAILED", "DISABLED"];

const NEVER: &[Never] = &[
    (HATCHET, "runs", &["EVICTED"], &["QUEUED"], false, OF_ONE_WORKER),
    (HATCHET, "stages", &["EVICTED"], &["QUEUED"], false, OF_ONE_WORKER),
    (HATCHET, "runs", &["CANCELLED"], &["FAILED", "COMPLETED"], false, LATE_NEWS),
    (HATCHET, "stages", &["CANCELLED"], &["FAILED", "COMPLETED"], false, LATE_NEWS),
    (HATCHET, "runs", &["FAILED"], &["COMPLETED"], false, LATE_NEWS),
    (HATCHET, "stages", &["FAILED"], &["COMPLETED"], false, LATE_NEWS),
    (ONFIDO, "stages", &["started", "completed"], &["cancelled"], false, NEVER_CANCELLED),
    (ONFIDO, "stages", &["cancelled"], &["completed"], false, NEVER_CANCELLED),
    (ONFIDO, "stages", &[""], &["completed"], false, NEVER_MISSED),
    (MESHX, "stages", &["", "PENDING", "RUNNING", "DONE", "FAILED", "DISABLED"], LUIGIS, false, OF_LUIGI),
    (MESHX, "stages", LUIGIS, &["PENDING", "RUNNING", "DONE", "FAILED", "DISABLED"], false, OF_LUIGI),
    (MESHX, "stages", &["BATCH_RUNNING"], &["SUSPENDED", "UNKNOWN"], false, OF_LUIGI),
    (MESHX, "stages", &["SUSPENDED"], &["BATCH_RUNNING", "UNKNOWN"], false, OF_LUIGI),
    (MESHX, "stages", &["UNKNOWN"], &["BATCH_RUNNING", "SUSPENDED"], false, OF_LUIGI),
    (MESHX, "stages", LUIGIS_ENDS, &["PENDING"], false, NO_RETRY),
    (MESHX, "stages", &["DISABLED"], &["RUNNING"], false, NO_RETRY),
    (MESHX, "stages", LUIGIS_ENDS, LUIGIS_ENDS, false, NO_RETRY),
    (MESHX, "stages", &["PENDING"], &["FAILED"], false, NO_RETRY),
];

fn assert_accounted_for(taken: &BTreeSet<Taken>) {
    let mut used = vec![0; NEVER.len()];
    let mut missing = vec![];
    for system in SystemName::ALL {
        for part in ["runs", "stages"] {
            for row in table(system, part).rows {
                let step = (system, part, row.from.to_owned(), row.to.to_owned(), row.new_attempt);
                let entry = NEVER.iter().position(|never| {
                    (never.0, never.1, never.4) == (system, part, row.new_attempt)
                        && never.2.contains(&row.from)
                        && never.3.contains(&row.to)
                });
                match (taken.contains(&step), entry) {
                    (true, None) => {}
                    (true, Some(entry)) => missing.push(format!("{row:?} is taken: {:?} says otherwise", NEVER[entry])),
                    (false, Some(entry)) => used[entry] += 1,
                    (false, None) => missing.push(format!("{system} {part}: no scenario takes {row:?}")),
                }
            }
        }
    }
    for (never, _) in NEVER.iter().zip(&used).filter(|(_, used)| **used == 0) {
        missing.push(format!("no row is meant by {never:?}"));
    }
    assert!(missing.is_empty(), "{} rows:\n{}", missing.len(), missing.join("\n"));
    figure(&format!("{} rows that no scenario takes, each with its reason", used.iter().sum::<usize>()));
}
