//! What a watcher may expect next.
use super::judge::Rules;
use crate::finding::{Evidence, Finding, Level, Severity};
use crate::run::{Millis, Phase, Run, Stage};
use serde::Serialize;

/// What may come next.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Expectation {
    /// The words that a later read may show, in the order of the table; empty for a status we do not know.
    pub next: Vec<&'static str>,
    /// May the run still change? Of an open run always, of an ended one where ends are not final.
    pub may_change: bool,
    /// Why the run may be stuck.
    pub hints: Vec<Finding>,
}

/// No stage is called slow before it has been open for so long, whatever the others took: a minute.
const SHORT: Millis = 60_000.0;

/// How many times longer than the longest ended stage an open one may take before it is called slow.
const FACTOR: f64 = 10.0;

/// What a watcher of this run may expect. `now` is in milliseconds since 1970; without it nothing is said about slowness.
pub fn expectation(rules: &'static Rules, run: &Run, now: Option<Millis>) -> Expectation {
    let ended = run.phase == Phase::Finished;
    let slow = now.filter(|_| !ended).map_or(vec![], |now| slow(run, now));
    let hints = if ended { vec![] } else { all_ended(run).into_iter().chain(slow).collect() };
    Expectation { next: rules.runs.allowed_next(&run.status), may_change: !ended || !rules.ends_hold, hints }
}

fn begun(run: &Run) -> impl Iterator<Item = (usize, &Stage)> {
    run.stages.iter().enumerate().filter(|(_, stage)| !stage.status.is_empty())
}

fn all_ended(run: &Run) -> Option<Finding> {
    let ended = begun(run).all(|(_, stage)| stage.phase == Phase::Finished) && begun(run).next().is_some();
    let message = "every stage that began has ended, and the run has not: it is between two stages, or stuck";
    ended.then(|| hint("all_stages_ended", "/stages".into(), message, Evidence::Observed))
}

fn slow(run: &Run, now: Millis) -> Vec<Finding> {
    let took = |stage: &Stage| Some(stage.finished_at? - stage.started_at?);
    let longest = begun(run).filter_map(|(_, stage)| took(stage)).fold(0.0, f64::max);
    let limit = SHORT.max(longest * FACTOR);
    let open = begun(run).filter(|(_, stage)| stage.phase != Phase::Finished);
    let late = open.filter(|(_, stage)| stage.started_at.is_some_and(|began| now - began > limit));
    late.map(|(index, _)| {
        let message = "this stage is open far longer than any other of this run took: look at its own log or history";
        hint("slow_stage", format!("/stages/{index}"), message, Evidence::Policy)
    })
    .collect()
}

fn hint(code: &'static str, pointer: String, message: &str, evidence: Evidence) -> Finding {
    Finding {
        code,
        severity: Severity::Info,
        pointer,
        message: message.into(),
        level: Level::Lifecycle,
        evidence,
        line: None,
        column: None,
    }
}
