//! The common view of Hatchet's runs.
use runward::finding::What;
use runward::run::{Outcome, Phase, Run, Snapshot};
use runward::systems::hatchet::HATCHET;
use runward::validate::{Options, parse_page, parse_run, validate_run};
use runward_fuzz::fixtures::{bodies, documents};
use serde_json::{Value as Json, json};
use std::fmt::Write;
use std::fs;

fn body(wanted: &str) -> String {
    bodies().into_iter().find(|(name, _, _)| name == wanted).unwrap_or_else(|| panic!("no recording {wanted}")).2
}

fn snapshot_of(body: &str) -> Snapshot {
    parse_run(&HATCHET, body.as_bytes(), &Options::default()).unwrap().snapshot
}

fn run(name: &str) -> Run {
    snapshot_of(&body(name)).run
}

fn rows(name: &str) -> Vec<Run> {
    parse_page(&HATCHET, body(name).as_bytes(), &Options::default()).unwrap().runs
}

fn json_of(raw: Option<&runward::describe::Raw>) -> Json {
    raw.map_or(Json::Null, |raw| serde_json::from_str(raw.as_str()).unwrap())
}

/// Compares with a file below `tests/fixtures`; `UPDATE=1 cargo test` writes it anew.
pub fn assert_golden(path: &str, got: &str) {
    let path = format!("{}/tests/fixtures/{path}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, got).unwrap();
    }
    let wanted = fs::read_to_string(&path).unwrap_or_default();
    let differs = got.lines().zip(wanted.lines()).find(|(got, wanted)| got != wanted);
    assert!(got == wanted, "{path} differs; first at {differs:?}; UPDATE=1 writes it anew");
}

#[test]
fn reports_of_the_recorded_documents_are_those_of_the_golden_file() {
    let mut all = String::new();
    for (name, _, body) in documents() {
        let report = validate_run(&HATCHET, body.as_bytes(), &Options::default()).unwrap();
        writeln!(all, "{name}: {:?}, valid {}, runs {}", report.what, report.valid, report.runs).unwrap();
        for finding in report.findings {
            writeln!(all, "  {} {:?} {}", finding.code, finding.severity, finding.pointer).unwrap();
        }
    }
    assert_golden("hatchet/reports.txt", &all);
}

#[test]
fn views_of_the_recorded_runs_are_those_of_the_golden_file() {
    let mut all = String::new();
    for (name, what, body) in documents() {
        let runs = match what {
            What::Event => continue,
            What::Page => parse_page(&HATCHET, body.as_bytes(), &Options::default()).unwrap().runs,
            _ => vec![snapshot_of(&body).run],
        };
        for run in runs.into_iter().filter(|_| name != "output-300k") {
            writeln!(all, "{name}: {}", serde_json::to_string(&run).unwrap()).unwrap();
        }
    }
    assert_golden("hatchet/views.txt", &all);
}

#[test]
fn a_running_run_has_no_end_and_no_duration() {
    let run = run("run-standalone-running");
    assert_eq!((run.phase, run.outcome), (Phase::Running, None));
    assert_eq!((run.finished_at, run.duration), (None, None));
    assert!(run.started_at.is_some());
}

#[test]
fn a_run_cancelled_in_the_queue_has_an_end_but_no_start_and_no_duration() {
    let run = run("run-cancelled-in-queue");
    assert_eq!(run.outcome, Some(Outcome::Cancelled));
    assert_eq!((run.started_at, run.duration), (None, None));
    assert!(run.finished_at.is_some());
}

#[test]
fn a_small_negative_duration_is_zero() {
    assert_eq!(run("run-metadata-mixed").duration, Some(0.0));
}

#[test]
fn a_running_dag_does_not_end_when_its_first_task_does() {
    let run = run("run-dag-running");
    assert_eq!((run.phase, run.finished_at, run.duration), (Phase::Running, None, None));
}

#[test]
fn creation_is_that_of_the_metadata() {
    let replayed = run("run-replayed");
    let wire: Json = serde_json::from_str(&body("run-replayed")).unwrap();
    let created = wire["run"]["metadata"]["createdAt"].as_str().unwrap();
    let millis = chrono::DateTime::parse_from_rfc3339(created).unwrap().timestamp_micros() as f64 / 1000.0;
    assert_eq!(replayed.created_at, Some(millis));
    assert_ne!(wire["run"]["createdAt"], wire["run"]["metadata"]["createdAt"]);
}

#[test]
fn an_envelope_is_opened_once() {
    let mut wire: Json = serde_json::from_str(&body("run-standalone-completed")).unwrap();
    let inner = wire["run"]["input"].clone();
    wire["run"]["input"]["input"] = inner.clone();
    assert_eq!(json_of(snapshot_of(&wire.to_string()).run.input.as_ref()), inner);
}

#[test]
fn the_input_of_a_dag_is_never_unwrapped_even_if_it_looks_like_an_envelope() {
    let envelope = serde_json::from_str::<Json>(&body("run-standalone-completed")).unwrap()["run"]["input"].clone();
    let mut wire: Json = serde_json::from_str(&body("run-dag-completed")).unwrap();
    wire["run"]["input"] = envelope.clone();
    assert_eq!(json_of(snapshot_of(&wire.to_string()).run.input.as_ref()), envelope);
    let report = validate_run(&HATCHET, wire.to_string().as_bytes(), &Options::default()).unwrap();
    assert!(report.findings.iter().all(|finding| finding.pointer != "/run/input"), "{:?}", report.findings);
}

#[test]
fn an_input_with_an_input_of_its_own_is_no_envelope() {
    let mut wire: Json = serde_json::from_str(&body("run-standalone-completed")).unwrap();
    let own = json!({"input": {"a": 1}, "parents": {}, "triggered_by": "me", "more": true});
    wire["run"]["input"] = own.clone();
    assert_eq!(json_of(snapshot_of(&wire.to_string()).run.input.as_ref()), own);
}

#[test]
fn a_task_of_its_own_is_not_unwrapped_again() {
    let mut wire: Json = serde_json::from_str(&body("task-of-dag")).unwrap();
    let own = json!({"input": {"a": 1}, "parents": {}, "triggered_by": "me"});
    wire["input"] = own.clone();
    assert_eq!(json_of(snapshot_of(&wire.to_string()).run.input.as_ref()), own);
}

#[test]
fn a_dags_output_is_that_of_its_tasks_by_step() {
    let output = json_of(run("run-dag-completed").output.as_ref());
    let names: Vec<&String> = output.as_object().unwrap().keys().collect();
    assert_eq!(names, ["extract", "render", "transform-sales", "transform-stock"]);
    assert_eq!(output["extract"], json!({"rows": 1200}));
    assert_eq!(json_of(rows("list-dag-row")[0].output.as_ref()), output);
}

#[test]
fn a_completed_run_does_not_show_the_error_of_an_earlier_attempt() {
    let wire: Json = serde_json::from_str(&body("run-retried-completed")).unwrap();
    assert_ne!(wire["run"]["errorMessage"], "");
    let run = run("run-retried-completed");
    assert_eq!((run.error, run.attempt), (None, 3));
}

#[test]
fn a_failed_run_says_why_in_the_workers_words() {
    let run = run("run-standalone-failed");
    assert_eq!((run.outcome, run.attempt), (Some(Outcome::Failed), 4));
    assert!(run.error.unwrap().contains("CardDeclined"));
}

#[test]
fn a_parent_is_found_where_only_the_task_tells_it() {
    assert_eq!(run("run-child-standalone").parent_id.unwrap(), "cd89bdfb-d1d0-49dc-bd1c-b484d1d93174");
}

#[test]
fn steps_without_a_task_are_stages_too_and_stand_behind_those_that_began() {
    let names = |run: &Run| run.stages.iter().map(|stage| stage.name.clone()).collect::<Vec<_>>();
    let running = run("run-dag-running");
    assert_eq!(names(&running), ["extract", "transform-stock", "transform-sales", "render", "on-failure-task"]);
    assert_eq!((running.stages[3].id.clone(), running.stages[3].status.as_str()), (None, ""));
    assert_eq!(running.stages[0].next, ["transform-stock", "transform-sales"]);
    let without_events = run("run-without-events");
    assert_eq!(names(&without_events), ["offline-import"]);
    assert_eq!(json_of(without_events.input.as_ref()), json!({"e": 1}));
}

#[test]
fn a_row_of_a_dag_has_its_tasks_as_stages() {
    let row = &rows("list-dag-row")[0];
    let names: Vec<&str> = row.stages.iter().map(|stage| stage.name.as_str()).collect();
    assert_eq!(names, ["extract", "transform-stock", "transform-sales", "render", "on-failure-task"]);
}

#[test]
fn an_unknown_status_is_kept_and_of_no_known_phase() {
    let body = body("run-standalone-running").replace(r#""status":"RUNNING""#, r#""status":"PAUSED""#);
    let parsed = parse_run(&HATCHET, body.as_bytes(), &Options::default()).unwrap();
    assert_eq!((parsed.snapshot.run.status.as_str(), parsed.snapshot.run.phase), ("PAUSED", Phase::Unknown));
    let warned: Vec<&str> = parsed.findings.iter().map(|f| f.code).filter(|code| *code == "unknown_status").collect();
    assert_eq!(warned.len(), 2);
}

#[test]
fn fixed_values_have_one_spelling() {
    let one = body("run-standalone-running");
    let other = one.replace("2026-11-22T16:08:08.64919Z", "2026-11-22T18:08:08.649190000+02:00");
    assert_ne!(one, other);
    assert_eq!(snapshot_of(&one).fixed, snapshot_of(&other).fixed);
    let pointers: Vec<&str> = snapshot_of(&one).fixed.iter().map(|fixed| fixed.pointer).collect();
    let wanted =
        ["/run/metadata/id", "/run/metadata/createdAt", "/run/tenantId", "/run/workflowId", "/run/displayName"];
    assert_eq!(pointers, wanted);
}

#[test]
fn what_never_changes_is_told_where_it_stands_in_the_text_as_given() {
    let mut read = 0;
    for (name, what, body) in documents().into_iter().filter(|(_, what, _)| matches!(what, What::Run | What::Task)) {
        let bare = serde_json::from_str::<Json>(&body).unwrap()["run"].clone();
        let forms = [body, bare.to_string()];
        for text in forms.iter().take(if what == What::Run { 2 } else { 1 }) {
            let source: Json = serde_json::from_str(text).unwrap();
            let snapshot = snapshot_of(text);
            let lost: Vec<&str> =
                snapshot.fixed.iter().map(|fixed| fixed.pointer).filter(|at| source.pointer(at).is_none()).collect();
            assert!(lost.is_empty() && snapshot.fixed.len() >= 5, "{name}: {lost:?}");
            read += 1;
        }
    }
    assert!(read > 70, "{read}");
}

#[test]
fn of_an_answer_of_the_id_alone_nothing_else_is_believed() {
    let snapshot = snapshot_of(&body("trigger-only-id"));
    assert_eq!(snapshot.what, What::Created);
    assert_eq!((snapshot.run.created_at, snapshot.run.workflow_id, snapshot.run.metadata), (None, None, None));
    assert_eq!(snapshot.fixed.len(), 1);
}

#[test]
fn a_page_is_no_run_and_a_run_no_page() {
    let options = Options::default();
    assert_eq!(parse_run(&HATCHET, body("list-mixed").as_bytes(), &options).unwrap_err().code, "other_document");
    assert_eq!(parse_page(&HATCHET, body("run-replayed").as_bytes(), &options).unwrap_err().code, "other_document");
}

#[test]
fn an_invalid_run_is_an_error_with_all_its_findings() {
    let body = body("run-replayed").replace(r#""tenantId":""#, r#""tenantId":"x"#);
    let error = parse_run(&HATCHET, body.as_bytes(), &Options::default()).unwrap_err();
    let wrong: Vec<&str> = error.findings.iter().filter(|f| f.code == "bad_uuid").map(|f| f.pointer.as_str()).collect();
    assert_eq!(wrong, ["/run/tenantId", "/tasks/0/tenantId"]);
    assert!(error.message.contains("/run/tenantId"), "{}", error.message);
}
