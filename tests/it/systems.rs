//! Formance, Onfido and meshX: what their servers sent, or would send, is valid, comes back unchanged, and looks the same in
//! the common view.
use crate::views::assert_golden;
use runward::describe::Value;
use runward::error::SystemName;
use runward::finding::{Finding, Level, Report, Severity, What};
use runward::lifecycle::{Verdict, judge};
use runward::read::{Limits, Padded, Place, Walker};
use runward::run::{Outcome, Phase, Run, Snapshot};
use runward::system::Documents;
use runward::systems::{self, formance, meshx, onfido};
use runward::validate::{Options, parse_page, parse_run, redacted, validate_run};
use runward_fuzz::fixtures::{
    Body, canonical, document, is_meant_to_be_wrong, name_of, of_formance, of_meshx, of_onfido,
};
use serde_json::{Value as Json, json};
use std::fmt::Write;

type Bodies = (&'static Documents, Vec<Body>);

fn all() -> [Bodies; 3] {
    [(&formance::FORMANCE, of_formance()), (&onfido::ONFIDO, of_onfido()), (&meshx::MESHX, of_meshx())]
}

fn report(system: &Documents, text: &str, level: Level) -> Report {
    validate_run(system, text.as_bytes(), &Options { level, ..Options::default() }).unwrap()
}

/// What is found in a text that is read as just this.
fn findings(value: &Value, text: &str, level: Level) -> Vec<Finding> {
    let (mut walker, input) = (Walker::new(value, level), Padded::new(text.as_bytes()));
    walker.walk(&input, 0, Limits { depth: 127, findings: 1000 });
    walker.findings(&Place { input: &input, start: 0, prefix: "", positions: false }, None)
}

fn errors(findings: &[Finding]) -> Vec<(&str, &str)> {
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| (finding.code, finding.pointer.as_str())).collect()
}

#[test]
fn every_body_is_valid_on_the_wire_but_those_that_are_made_to_be_wrong() {
    for (system, bodies) in all() {
        assert!(bodies.len() >= 24, "{} has {} bodies", system.name(), bodies.len());
        for body in bodies {
            let found = findings(&body.value, &body.text, Level::Wire);
            assert_eq!(errors(&found).is_empty(), !is_meant_to_be_wrong(&body.name), "{}: {found:#?}", body.name);
            if let Some(document) = document(system, body.value) {
                let report = report(system, &body.text, Level::Wire);
                assert_eq!(errors(&report.findings), errors(&found), "{}", body.name);
                let empty = body.text.contains(r#""data":[]"#) || body.text.trim() == "[]";
                assert!(report.what == document.what || empty, "{} is {:?}", body.name, report.what);
            }
        }
    }
}

#[test]
fn every_body_comes_back_as_the_same_value() {
    for (_, bodies) in all() {
        for body in bodies.iter().filter(|body| !is_meant_to_be_wrong(&body.name)) {
            assert_eq!(canonical(&(body.again)(&body.text).unwrap()), canonical(&body.text), "{}", body.name);
        }
    }
}

#[test]
fn reports_of_every_body_are_those_of_the_golden_files() {
    for (system, bodies) in all() {
        let mut all = String::new();
        for body in bodies {
            match document(system, body.value) {
                Some(_) => {
                    let report = report(system, &body.text, Level::Wire);
                    writeln!(all, "{}: {:?}, valid {}, runs {}", body.name, report.what, report.valid, report.runs)
                }
                None => writeln!(all, "{}: {}", body.name, name_of(body.value)),
            }
            .unwrap();
            for level in [Level::Wire, Level::Schema] {
                for finding in findings(&body.value, &body.text, level) {
                    let Finding { code, severity, pointer, evidence, .. } = finding;
                    writeln!(all, "  {level:?} {code} {severity:?} {evidence:?} {pointer}").unwrap();
                }
            }
        }
        assert_golden(&format!("{}/reports.txt", system.name()), &all);
    }
}

#[test]
fn views_of_every_run_are_those_of_the_golden_files() {
    for (system, bodies) in all() {
        let mut all = String::new();
        for body in bodies.iter().filter(|body| !is_meant_to_be_wrong(&body.name)) {
            let Some(document) = document(system, body.value) else { continue };
            let bytes = body.text.as_bytes();
            let runs = match document.what {
                What::Page => parse_page(system, bytes, &Options::default()).unwrap().runs,
                What::Run => vec![snapshot(system, &body.text).run],
                What::Event if !document.place.is_empty() => vec![snapshot(system, &body.text).run],
                _ => continue,
            };
            for run in runs {
                writeln!(all, "{}: {}", body.name, serde_json::to_string_pretty(&run).unwrap()).unwrap();
            }
        }
        assert_golden(&format!("{}/views.txt", system.name()), &all);
    }
}

fn snapshot(system: &Documents, text: &str) -> Snapshot {
    let parsed = parse_run(system, text.as_bytes(), &Options::default());
    parsed.unwrap_or_else(|error| panic!("{error:?} in {text}")).snapshot
}

fn find(bodies: Vec<Body>, name: &str) -> String {
    bodies.into_iter().find(|body| body.name == name).unwrap_or_else(|| panic!("no body {name}")).text
}

fn of(name: &str) -> Run {
    snapshot(&formance::FORMANCE, &find(of_formance(), name)).run
}

fn onfido_run(name: &str) -> Run {
    snapshot(&onfido::ONFIDO, &find(of_onfido(), name)).run
}

fn meshx_run(name: &str) -> Run {
    snapshot(&meshx::MESHX, &find(of_meshx(), name)).run
}

#[test]
fn by_the_contract_formance_errs_where_servers_do_and_nowhere_else() {
    for body in of_formance() {
        let found = findings(&body.value, &body.text, Level::Schema);
        let json: Json = serde_json::from_str(&body.text).unwrap();
        let mut expected: Vec<(&str, String)> = vec![];
        let config = ["/data/config", "/data/workflow/config"].into_iter().find(|at| json.pointer(at).is_some());
        let stages = config.map(|at| format!("{at}/stages"));
        expected.extend(stages.filter(|at| json.pointer(at) == Some(&Json::Null)).map(|at| ("null_not_allowed", at)));
        for (index, item) in json["data"].as_array().into_iter().flatten().enumerate() {
            let lacks_id = item.pointer("/input/AddAccountMetadata").is_some();
            let at = format!("/data/{index}/input/AddAccountMetadata/id");
            expected.extend(lacks_id.then_some(("phantom_required", at)));
        }
        for member in ["filter", "variables"] {
            let is_null = json["data"].get(member) == Some(&Json::Null);
            expected.extend(is_null.then(|| ("null_not_allowed", format!("/data/{member}"))));
        }
        let expected: Vec<(&str, &str)> = expected.iter().map(|(code, at)| (*code, at.as_str())).collect();
        assert_eq!(errors(&found), expected, "{}", body.name);
    }
}

#[test]
fn by_the_contract_every_signed_body_of_onfido_is_wrong() {
    let of = |name: &str| report(&onfido::ONFIDO, &find(of_onfido(), name), Level::Schema);
    let run = of("webhook_workflow_run_completed.body");
    let phantoms = [("phantom_required", "/payload/resource_id"), ("phantom_required", "/payload/event")];
    let nulls =
        [("null_not_allowed", "/payload/resource/link/language"), ("null_not_allowed", "/payload/resource/error")];
    assert_eq!(errors(&run.findings), [phantoms, nulls].concat());
    for name in ["webhook_workflow_task_started.body", "webhook_workflow_task_completed_output_list.body"] {
        assert_eq!(errors(&of(name).findings), phantoms, "{name}");
    }
}

#[test]
fn by_the_contract_a_fresh_run_of_onfido_has_nulls_that_are_not_allowed() {
    let of = |name: &str| report(&onfido::ONFIDO, &find(of_onfido(), name), Level::Schema).findings;
    let null = |pointer| ("null_not_allowed", pointer);
    assert_eq!(errors(&of("run-created")), [null("/output"), null("/error")]);
    assert_eq!(errors(&of("run-approved")), [null("/error")]);
    assert_eq!(errors(&of("run-error")), [null("/output"), null("/link/language")]);
    let language = ("unknown_value", "/link/language");
    assert_eq!(errors(&of("run-review-empty")), [null("/output"), null("/error"), language]);
    assert_eq!(errors(&of("run-naive-fraction")), [null("/error"), ("bad_datetime", "/created_at")]);
}

#[test]
fn by_the_contract_meshx_needs_every_key_and_offsets_but_no_known_word() {
    let of = |name: &str| report(&meshx::MESHX, &find(of_meshx(), name), Level::Schema).findings;
    assert_eq!(errors(&of("run-new-word-naive-date")), [("bad_datetime", "/created_at")]);
    let missing = ["config", "created_by", "updated_at", "started_at", "completed_at", "error_message"];
    let missing: Vec<(&str, String)> = missing.map(|name| ("missing_field", format!("/{name}"))).into();
    let missing: Vec<(&str, &str)> = missing.iter().map(|(code, at)| (*code, at.as_str())).collect();
    assert_eq!(errors(&of("run-nullable-keys-absent")), missing);
}

#[test]
fn a_run_without_its_envelope_is_read_like_one_in_it() {
    let wrapped = find(of_formance(), "instance-succeeded");
    let bare = serde_json::from_str::<Json>(&wrapped).unwrap()["data"].to_string();
    assert_eq!(report(&formance::FORMANCE, &bare, Level::Wire).what, What::Run);
    assert_eq!(snapshot(&formance::FORMANCE, &bare), snapshot(&formance::FORMANCE, &wrapped));
}

#[test]
fn every_system_says_whose_document_it_is_that_it_was_given() {
    let hatchet = String::from_utf8(crate::fixture("hatchet/recorded/run-dag-completed.json")).unwrap();
    let hatchet: Json = serde_json::from_str(&hatchet).unwrap();
    let samples = [
        (SystemName::Hatchet, hatchet["response"]["body"].as_str().unwrap().to_owned()),
        (SystemName::Formance, find(of_formance(), "instance-succeeded")),
        (SystemName::Formance, find(of_formance(), "instances-page-1")),
        (SystemName::Onfido, find(of_onfido(), "run-approved")),
        (SystemName::Onfido, find(of_onfido(), "webhook_workflow_run_completed.body")),
        (SystemName::MeshX, find(of_meshx(), "run-failed")),
        (SystemName::MeshX, find(of_meshx(), "list")),
    ];
    for (whose, sample) in samples {
        for system in systems::ALL.iter().filter(|system| system.name() != whose) {
            let report = report(system, &sample, Level::Wire);
            let [finding] = report.findings.as_slice() else { panic!("{} of {whose}: {report:#?}", system.name()) };
            assert_eq!((finding.code, report.valid), ("other_system", false), "{} of {whose}", system.name());
            assert!(finding.message.ends_with(&format!("one of {whose}")), "{}", finding.message);
        }
    }
}

#[test]
fn a_page_tells_where_its_rows_stand() {
    let rows = |system: &Documents, text: String, pointer: &str| {
        let page = parse_page(system, text.as_bytes(), &Options::default()).unwrap();
        let whole: Json = serde_json::from_str(&text).unwrap();
        let wires = page.wires.iter().map(|wire| serde_json::from_str(&text[wire.clone()]).unwrap());
        assert_eq!(&Json::Array(wires.collect()), whole.pointer(pointer).unwrap());
        page.runs.len()
    };
    assert!(rows(&formance::FORMANCE, find(of_formance(), "instances-page-1"), "/cursor/data") > 0);
    assert!(rows(&formance::FORMANCE, find(of_formance(), "instances-v1"), "/data") > 0);
    assert_eq!(rows(&onfido::ONFIDO, find(of_onfido(), "page"), ""), 3);
    assert_eq!(rows(&onfido::ONFIDO, "[]".into(), ""), 0);
    assert_eq!(rows(&meshx::MESHX, find(of_meshx(), "list"), "/orchestrator_workflows"), 3);
}

#[test]
fn a_page_may_be_an_array_of_runs_or_a_run_on_each_line() {
    for (system, run) in [
        (&formance::FORMANCE as &Documents, find(of_formance(), "instance-gap")),
        (&onfido::ONFIDO, find(of_onfido(), "run-approved")),
        (&meshx::MESHX, find(of_meshx(), "run-completed")),
    ] {
        let run = run.trim().replace(['\n', '\r'], "");
        for page in [format!("[{run}, {run}]"), format!("{run}\n{run}\n")] {
            let page = parse_page(system, page.as_bytes(), &Options::default()).unwrap();
            let one = parse_run(system, run.as_bytes(), &Options::default()).unwrap().snapshot.run;
            assert_eq!(page.runs.len(), 2, "{}", system.name());
            assert!(page.runs.iter().all(|run| run.id == one.id), "{}", system.name());
        }
    }
}

#[test]
fn a_delivery_that_tells_of_a_run_holds_one() {
    let body = find(of_onfido(), "webhook_workflow_run_completed.body");
    let report = report(&onfido::ONFIDO, &body, Level::Wire);
    assert_eq!((report.what, report.runs, report.findings), (What::Event, 1, vec![]));
    let run = onfido_run("webhook_workflow_run_completed.body");
    assert_eq!((run.status.as_str(), run.outcome), ("approved", Some(Outcome::Succeeded)));
    let task = find(of_onfido(), "webhook_workflow_task_started.body");
    assert!(parse_run(&onfido::ONFIDO, task.as_bytes(), &Options::default()).is_err());
}

#[test]
fn a_formance_run_waits_if_its_open_stage_does() {
    assert_eq!((of("instance-waiting").phase, of("instance-retrying").phase), (Phase::Waiting, Phase::Running));
    let just_started = of("instance-just-started");
    assert_eq!((just_started.phase, just_started.status.as_str()), (Phase::Running, "running"));
    assert!(just_started.stages.iter().all(|stage| stage.status.is_empty() && stage.phase == Phase::Queued));
    assert_eq!(of("instance-gap").phase, Phase::Running);
}

#[test]
fn a_formance_run_with_a_failed_stage_has_failed_even_where_the_run_does_not_say_so() {
    let (failed, hidden, empty) = (of("instance-failed"), of("run-wait-true-failed"), of("instance-empty-error"));
    assert_eq!((failed.status.as_str(), failed.outcome), ("failed", Some(Outcome::Failed)));
    assert_eq!((hidden.error, hidden.outcome), (failed.error, failed.outcome));
    assert_eq!((empty.status.as_str(), empty.outcome, empty.error), ("succeeded", Some(Outcome::Failed), None));
}

#[test]
fn a_formance_run_is_created_at_one_instant_however_it_is_printed() {
    let created = snapshot(&formance::FORMANCE, &find(of_formance(), "run-local-time-zone"));
    let read = snapshot(&formance::FORMANCE, &find(of_formance(), "instance-local-time-zone"));
    assert_eq!(created.run.id, read.run.id);
    assert_eq!(created.run.created_at, read.run.created_at);
    assert_eq!(created.fixed, read.fixed);
}

#[test]
fn the_passes_of_a_reset_are_attempts_and_stages_stand_in_order() {
    let run = of("instance-during-reset");
    let stages = run.stages.iter().map(|stage| (stage.id.as_deref().unwrap(), stage.attempt));
    assert_eq!(stages.collect::<Vec<_>>(), [("0", 1), ("0", 2), ("1", 1), ("1", 2)]);
    assert_eq!((run.attempt, run.phase), (2, Phase::Finished));
}

#[test]
fn onfido_statuses_have_their_phases_and_outcomes() {
    let expected = [
        ("run-processing", Phase::Running, None),
        ("run-created", Phase::Waiting, None),
        ("run-awaiting-client-input", Phase::Waiting, None),
        ("run-approved", Phase::Finished, Some(Outcome::Succeeded)),
        ("run-declined", Phase::Finished, Some(Outcome::Declined)),
        ("run-review-empty", Phase::Finished, Some(Outcome::Review)),
        ("run-abandoned", Phase::Finished, Some(Outcome::Expired)),
        ("run-error", Phase::Finished, Some(Outcome::Failed)),
        ("run-new-status", Phase::Unknown, None),
        ("run-only-required", Phase::Unknown, None),
    ];
    for (name, phase, outcome) in expected {
        let run = onfido_run(name);
        assert_eq!((run.phase, run.outcome), (phase, outcome), "{name}");
    }
    assert_eq!(onfido_run("run-escapes").status, "approved");
    assert_eq!(onfido_run("run-error").error.unwrap(), "A task of this run could not be executed");
}

#[test]
fn no_view_of_onfido_shows_a_secret() {
    for body in of_onfido() {
        let Ok(parsed) = parse_run(&onfido::ONFIDO, body.text.as_bytes(), &Options::default()) else { continue };
        let shown = format!("{:?}{}", parsed, serde_json::to_string(&parsed.snapshot.run).unwrap());
        for secret in ["eyJhbGciOiJFUzUxMiJ9", "onfido.app/l/", "sdk_token"] {
            assert!(!shown.contains(secret), "{} shows {secret}", body.name);
        }
    }
}

#[test]
fn a_document_for_others_has_no_secret_and_is_the_same_otherwise() {
    for name in ["run-created", "page", "event-timeline-file", "webhook_workflow_run_completed.body"] {
        let body = find(of_onfido(), name);
        let shown = redacted(&onfido::ONFIDO, &body).unwrap();
        for secret in ["eyJhbGciOiJFUzUxMiJ9", "onfido.app/l/", "dummy-signature"] {
            assert!(!shown.contains(secret), "{name} shows {secret}");
        }
        let mut whole: Json = serde_json::from_str(&body).unwrap();
        blank(&mut whole);
        assert_eq!(serde_json::from_str::<Json>(&shown).unwrap(), whole, "{name}");
        assert!(report(&onfido::ONFIDO, &shown, Level::Wire).valid, "{name}");
    }
    let (big, instance) = (find(of_onfido(), "run-big-number"), find(of_formance(), "instance-succeeded"));
    assert!(redacted(&onfido::ONFIDO, &big).unwrap().contains("1.50e+2"));
    assert_eq!(canonical(&redacted(&formance::FORMANCE, &instance).unwrap()), canonical(&instance));
}

/// Blanks the members that hold secrets, by name.
fn blank(json: &mut Json) {
    match json {
        Json::Object(members) => {
            for (name, value) in members.iter_mut() {
                let is_secret = matches!(name.as_str(), "sdk_token" | "url" | "timeline_file_download_url");
                if is_secret && value.is_string() {
                    *value = json!(runward::describe::REDACTED);
                }
                blank(value);
            }
        }
        Json::Array(items) => items.iter_mut().for_each(blank),
        _ => {}
    }
}

#[test]
fn no_model_prints_its_secrets() {
    let run: onfido::model::WorkflowRun = serde_json::from_str(&find(of_onfido(), "run-created")).unwrap();
    let hooks: onfido::model::WebhooksList = serde_json::from_str(&find(of_onfido(), "webhooks-list")).unwrap();
    let token: meshx::model::Token = serde_json::from_str(&find(of_meshx(), "token")).unwrap();
    let printed = format!("{run:?}{hooks:?}{token:?}");
    for secret in ["eyJhbGciOiJFUzUxMiJ9", "onfido.app/l/", "dummy"] {
        assert!(!printed.contains(secret), "{secret} is printed");
    }
}

#[test]
fn meshx_words_mean_the_same_in_any_case_and_others_nothing() {
    let expected = [
        ("run-created", Phase::Queued, None),
        ("run-scheduled-nulls", Phase::Queued, None),
        ("run-running", Phase::Running, None),
        ("run-completed", Phase::Finished, Some(Outcome::Succeeded)),
        ("run-lower-case-word", Phase::Finished, Some(Outcome::Succeeded)),
        ("run-failed", Phase::Finished, Some(Outcome::Failed)),
        ("run-cancelled", Phase::Finished, Some(Outcome::Cancelled)),
        ("run-canceled-one-l", Phase::Finished, Some(Outcome::Cancelled)),
        ("run-new-word-naive-date", Phase::Unknown, None),
        ("run-new-word-completed", Phase::Finished, None),
        ("run-new-word-failed", Phase::Finished, Some(Outcome::Failed)),
    ];
    for (name, phase, outcome) in expected {
        let run = meshx_run(name);
        assert_eq!((run.phase, run.outcome), (phase, outcome), "{name}");
        let report = report(&meshx::MESHX, &find(of_meshx(), name), Level::Wire);
        let is_new = report.findings.iter().any(|finding| finding.code == "unknown_status");
        assert_eq!(is_new, name.contains("new-word"), "{name}");
    }
}

#[test]
fn a_date_without_an_offset_is_utc_and_says_so() {
    let report = report(&meshx::MESHX, &find(of_meshx(), "run-new-word-naive-date"), Level::Wire);
    let naive = report.findings.iter().find(|finding| finding.code == "naive_time").unwrap();
    assert_eq!((naive.severity, naive.pointer.as_str()), (Severity::Info, "/created_at"));
    let run = meshx_run("run-new-word-naive-date");
    assert_eq!(run.created_at.unwrap().floor(), 1_790_316_712_003.0);
    assert_eq!(run.started_at.unwrap() - run.created_at.unwrap().floor(), 997.0);
}

#[test]
fn payloads_keep_every_digit() {
    assert!(onfido_run("run-big-number").output.unwrap().as_str().contains("9007199254740993"));
    assert!(meshx_run("run-big-number").input.unwrap().as_str().contains("12345678901234567890"));
    let metadata: Json = serde_json::from_str(onfido_run("run-created").metadata.unwrap().as_str()).unwrap();
    assert_eq!(metadata["customer_user_id"], json!("cust-20817"));
}

#[test]
fn what_one_read_says_after_another_is_a_step_of_the_lifecycle() {
    let verdict = |system: &Documents, before: &str, after: &str| {
        let bodies = || match system.name() {
            SystemName::Formance => of_formance(),
            SystemName::Onfido => of_onfido(),
            _ => of_meshx(),
        };
        let (before, after) = (snapshot(system, &find(bodies(), before)), snapshot(system, &find(bodies(), after)));
        judge(systems::rules(system.name()), &before, &after).verdict
    };
    let expected: [(&Documents, &str, &str, Verdict); 10] = [
        (&formance::FORMANCE, "run-with-vars", "instance-waiting", Verdict::Advance),
        (&formance::FORMANCE, "instance-waiting", "instance-succeeded", Verdict::Advance),
        (&formance::FORMANCE, "instance-succeeded", "instance-waiting", Verdict::Stale),
        (&formance::FORMANCE, "run-wait-true-failed", "instance-failed", Verdict::Same),
        (&formance::FORMANCE, "run-local-time-zone", "instance-local-time-zone", Verdict::Advance),
        (&formance::FORMANCE, "instance-failed", "instance-succeeded", Verdict::Conflict),
        (&onfido::ONFIDO, "run-created", "run-approved", Verdict::Advance),
        (&onfido::ONFIDO, "run-approved", "run-created", Verdict::Stale),
        (&meshx::MESHX, "run-created", "run-completed", Verdict::Advance),
        (&meshx::MESHX, "run-completed", "run-failed", Verdict::Conflict),
    ];
    for (system, before, after, wanted) in expected {
        assert_eq!(verdict(system, before, after), wanted, "{before} to {after}");
    }
}
