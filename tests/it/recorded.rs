//! What a real Hatchet server sent is valid, and comes back unchanged from decoding and encoding.
use runward::finding::{Level, Report, Severity, What};
use runward::systems::hatchet::{HATCHET, model};
use runward::validate::{Options, validate_run};
use runward_fuzz::fixtures::{bodies, canonical, documents, recode};
use serde_json::Value as Json;
use std::collections::BTreeMap;

fn report(body: &str, level: Level) -> Report {
    validate_run(&HATCHET, body.as_bytes(), &Options { level, ..Options::default() }).unwrap()
}

fn codes(report: &Report, severity: Severity) -> Vec<(&str, &str)> {
    let found = report.findings.iter().filter(|finding| finding.severity == severity);
    found.map(|finding| (finding.code, finding.pointer.as_str())).collect()
}

#[test]
fn every_recorded_document_is_recognised_and_valid_on_the_wire() {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for (name, what, body) in documents() {
        let report = report(&body, Level::Wire);
        assert_eq!(report.what, what, "{name}");
        assert!(report.valid, "{name}: {:?}", report.findings);
        assert_eq!(codes(&report, Severity::Warning), [], "{name}");
        *counts.entry(format!("{what:?}")).or_default() += 1;
    }
    let expected = [("Created", 7), ("Event", 4), ("Page", 17), ("Run", 34), ("Task", 5)];
    assert_eq!(counts, expected.map(|(name, count)| (name.to_owned(), count)).into());
}

#[test]
fn every_recorded_document_comes_back_as_the_same_value() {
    for (name, what, body) in documents() {
        let again = match what {
            What::Run => recode::<model::V1WorkflowRunDetails>(&body),
            What::Created => recode::<model::V1WorkflowRunCreated>(&body),
            What::Page => recode::<model::V1TaskSummaryList>(&body),
            What::Event => recode::<model::V1TaskEventList>(&body),
            _ => recode::<model::V1TaskSummary>(&body),
        };
        assert_eq!(canonical(&again.unwrap()), canonical(&body), "{name}");
    }
}

#[test]
fn an_answer_of_the_id_alone_is_valid_with_one_word_about_it() {
    for (name, what, body) in documents() {
        if what == What::Created {
            let report = report(&body, Level::Wire);
            assert_eq!(codes(&report, Severity::Info), [("only_id", "")], "{name}");
            assert_eq!((report.findings.len(), report.runs), (1, 1), "{name}");
        }
    }
}

#[test]
fn by_the_contract_each_recorded_run_lacks_the_phantom_id_and_nothing_else() {
    for (name, what, body) in documents() {
        let report = report(&body, Level::Schema);
        match what {
            What::Run => assert_eq!(codes(&report, Severity::Error), [("phantom_required", "/run/id")], "{name}"),
            What::Page => assert_eq!(codes(&report, Severity::Error).len(), report.runs as usize, "{name}"),
            What::Task => assert_eq!(codes(&report, Severity::Error), [("phantom_required", "/id")], "{name}"),
            _ => {}
        }
    }
}

#[test]
fn a_bare_run_is_read_like_one_in_its_envelope() {
    for (name, what, body) in documents() {
        if what != What::Run {
            continue;
        }
        let run = serde_json::from_str::<Json>(&body).unwrap()["run"].to_string();
        let on_wire = report(&run, Level::Wire);
        assert!(on_wire.valid && on_wire.what == What::Run && on_wire.runs == 1, "{name}: {on_wire:?}");
        assert_eq!(codes(&report(&run, Level::Schema), Severity::Error), [("phantom_required", "/id")], "{name}");
        assert_eq!(canonical(&recode::<model::V1WorkflowRun>(&run).unwrap()), canonical(&run), "{name}");
    }
}

#[test]
fn the_rest_of_the_recorded_models_comes_back_as_the_same_value() {
    let body = |wanted: &str| bodies().into_iter().find(|(name, _, _)| name == wanted).unwrap().2;
    let same = |again: Result<String, String>, name: &str| {
        assert_eq!(canonical(&again.unwrap()), canonical(&body(name)), "{name}")
    };
    same(recode::<model::WorkflowList>(&body("workflows-name")), "workflows-name");
    same(recode::<model::V1TaskTimingList>(&body("timings-dag")), "timings-dag");
    same(recode::<model::V1CancelledTasks>(&body("cancel-filter-batch")), "cancel-filter-batch");
    same(recode::<model::V1ReplayedTasks>(&body("replay-dag")), "replay-dag");
    same(recode::<model::APIErrors>(&body("trigger-priority-7")), "trigger-priority-7");
    same(recode::<model::ErrorMessage>(&body("run-unknown")), "run-unknown");
    same(recode::<model::ServerVersion>(&body("version")), "version");
    same(recode::<model::V1LogLineList>(&body("logs")), "logs");
    for metric in serde_json::from_str::<Vec<Json>>(&body("task-metrics")).unwrap() {
        let again = recode::<model::V1TaskRunMetric>(&metric.to_string()).unwrap();
        assert_eq!(canonical(&again), canonical(&metric.to_string()));
    }
}
