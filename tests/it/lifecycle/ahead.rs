//! What a watcher may expect.
use super::make::{self, rules};
use runward::error::SystemName;
use runward::lifecycle::{Expectation, expectation};
use runward::run::Run;

const MINUTE: f64 = 60_000.0;

/// A Hatchet run; a task is its status, its begin and its end in minutes.
fn run(status: &str, tasks: &[(&str, f64, Option<f64>)]) -> Run {
    let rules = rules(SystemName::Hatchet);
    let mut run = make::run(rules, "r", status);
    for (index, (status, began, ended)) in tasks.iter().enumerate() {
        let mut stage = make::stage(rules, &index.to_string(), status, 1);
        stage.started_at = Some(began * MINUTE);
        stage.finished_at = ended.map(|ended| ended * MINUTE);
        run.stages.push(stage);
    }
    run
}

fn ahead(run: &Run, minutes: f64) -> Expectation {
    expectation(rules(run.system), run, Some(minutes * MINUTE))
}

fn hints(expectation: &Expectation) -> Vec<(&str, &str)> {
    expectation.hints.iter().map(|hint| (hint.code, hint.pointer.as_str())).collect()
}

#[test]
fn a_run_whose_tasks_have_all_ended_may_be_stuck() {
    let found = ahead(&run("RUNNING", &[("COMPLETED", 0.0, Some(1.0))]), 2.0);
    assert_eq!(hints(&found), [("all_stages_ended", "/stages")]);
    assert_eq!((found.next, found.may_change), (vec!["QUEUED", "CANCELLED", "FAILED", "COMPLETED"], true));
}

#[test]
fn a_run_that_has_ended_is_not_stuck_and_may_be_opened_again() {
    let found = ahead(&run("COMPLETED", &[("COMPLETED", 0.0, Some(1.0))]), 1000.0);
    assert_eq!((hints(&found), found.may_change), (vec![], true));
}

#[test]
fn an_end_of_formance_holds() {
    let run = make::run(rules(SystemName::Formance), "r", "succeeded");
    assert!(!ahead(&run, 0.0).may_change);
}

#[test]
fn a_stage_open_ten_times_longer_than_any_other_took_is_slow() {
    let tasks = [("COMPLETED", 0.0, Some(2.0)), ("RUNNING", 2.0, None)];
    assert_eq!(hints(&ahead(&run("RUNNING", &tasks), 22.0)), []);
    assert_eq!(hints(&ahead(&run("RUNNING", &tasks), 23.0)), [("slow_stage", "/stages/1")]);
}

#[test]
fn no_stage_is_slow_within_a_minute_or_without_a_clock() {
    let run = run("RUNNING", &[("COMPLETED", 0.0, Some(0.001)), ("RUNNING", 0.001, None)]);
    assert_eq!(hints(&ahead(&run, 0.9)), []);
    assert_eq!(hints(&ahead(&run, 1.1)), [("slow_stage", "/stages/1")]);
    assert_eq!(expectation(rules(SystemName::Hatchet), &run, None).hints, []);
}

#[test]
fn a_run_without_stages_and_with_a_word_of_tomorrow_says_nothing_wrong() {
    let found = ahead(&run("PAUSED", &[]), 1000.0);
    assert_eq!((found.next.len(), found.may_change, hints(&found)), (0, true, vec![]));
}
