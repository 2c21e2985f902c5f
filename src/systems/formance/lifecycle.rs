//! What may follow what in Formance Flows.
//!
//! Flows has no word for how a run stands: `terminated`, `error` and the stages tell it. The words here are ours: a run is
//! `running` until it is terminated, then `succeeded` or, with an `error`, `failed`; a stage is `running` until it has a
//! `terminatedAt`, then `failed` if it has the key `error`, even `""`, and else `succeeded`.
//!
//! An end is final, unless an operator resets the run inside Temporal: then it stays terminated, and a new pass over the
//! stages appears beside the old one. A pass is an attempt, of the run and of its stages; a stage's id is its number.
use crate::error::SystemName;
use crate::finding::{Evidence, Severity};
use crate::lifecycle::{Check, Found, Lifecycle, Move, Moved, Row, Rule, Rules, State, Step, Verdict};
use crate::run::{Outcome, Phase, Run, Snapshot, Stage};
use Evidence::{Inferred, Observed, Source};

const RUNNING: &str = "running";
const SUCCEEDED: &str = "succeeded";
const FAILED: &str = "failed";

static STATES: [State; 3] = [
    State::open(RUNNING, Phase::Running, Observed),
    State::end(SUCCEEDED, Outcome::Succeeded, Observed),
    State::end(FAILED, Outcome::Failed, Observed),
];

static RUN_ROWS: [Row; 7] = [
    Row::step("", RUNNING, "created", Source),
    Row::step(RUNNING, SUCCEEDED, "finished", Observed),
    Row::step(RUNNING, FAILED, "failed", Observed),
    Row::again(SUCCEEDED, SUCCEEDED, "reset", Observed),
    Row::again(SUCCEEDED, FAILED, "reset", Inferred),
    Row::again(FAILED, SUCCEEDED, "reset", Inferred),
    Row::again(FAILED, FAILED, "reset", Inferred),
];

static STAGE_ROWS: [Row; 3] = [
    Row::step("", RUNNING, "started", Observed),
    Row::step(RUNNING, SUCCEEDED, "finished", Observed),
    Row::step(RUNNING, FAILED, "failed", Observed),
];

/// Formance's lifecycles.
pub static RULES: Rules = Rules {
    system: SystemName::Formance,
    runs: Lifecycle::new(&STATES, &RUN_ROWS),
    stages: Lifecycle::new(&STATES, &STAGE_ROWS),
    run_apart: false,
    attempts_beside: true,
    ends_hold: true,
    events: Some(super::event::EVENTS),
    moves: &MOVES,
    rules: &OWN,
};

const ABORT: Move = Move {
    operation: "instances.abort",
    of: Moved::Run,
    cause: "failed",
    otherwise: "an abort after the end is taken and does nothing, or fails with 500 once the run is forgotten",
    evidence: Observed,
};

static MOVES: [Move; 3] = [
    Move { operation: "cancel", ..ABORT },
    ABORT,
    Move {
        operation: "instances.sendEvent",
        of: Moved::Open("wait_event"),
        cause: "finished",
        otherwise: "an event that no stage waits for is dropped silently, or fails with 500",
        evidence: Observed,
    },
];

static OWN: [Rule; 8] = [
    Rule {
        name: "end_without_time",
        doc: "A run is terminated if, and only if, it has a `terminatedAt`.",
        evidence: Source,
        check: Check::Record(end_has_time),
    },
    Rule {
        name: "error_before_end",
        doc: "A run with an `error` is terminated.",
        evidence: Source,
        check: Check::Record(error_is_end),
    },
    Rule {
        name: "stage_out_of_line",
        doc: "The stages of the first pass are numbered from 0 without a gap.",
        evidence: Source,
        check: Check::Record(stages_in_line),
    },
    Rule {
        name: "stage_left_open",
        doc: "In the first pass only the last stage may be open, none of a terminated run, and a failed stage is the last.",
        evidence: Source,
        check: Check::Record(last_stage_open),
    },
    Rule {
        name: "failed_stage_in_success",
        doc: "A run that reads as succeeded may have a failed stage: its error was empty, and later stages never ran.",
        evidence: Observed,
        check: Check::Record(failed_stage_in_success),
    },
    Rule {
        name: "error_of_no_stage",
        doc: "The error of a run is normally the one of its last stage.",
        evidence: Source,
        check: Check::Record(error_is_stages),
    },
    Rule {
        name: "closed_stage_changes",
        doc: "The times and the error of a stage stay once they are there.",
        evidence: Source,
        check: Check::Step(closed_stage_stays),
    },
    Rule {
        name: "end_changes",
        doc: "The end of a run stays, unless an operator's reset begins a new pass over its stages.",
        evidence: Source,
        check: Check::Step(end_stays),
    },
];

/// The stages of the first pass that have begun, unless there was another pass.
fn only_pass(run: &Run) -> impl Iterator<Item = (usize, &Stage)> {
    let only = run.attempt == 1 && run.stages.iter().all(|stage| stage.attempt == 1);
    run.stages.iter().enumerate().filter(move |(_, stage)| only && !stage.status.is_empty())
}

fn end_has_time(after: &Snapshot, found: &mut Found) {
    match (after.run.phase == Phase::Finished, after.run.finished_at) {
        (true, None) => found.conflict("/finishedAt", "a terminated run has a `terminatedAt`, and this one has none"),
        (false, Some(_)) => found.conflict("/finishedAt", "only a terminated run has a `terminatedAt`"),
        _ => {}
    }
}

fn error_is_end(after: &Snapshot, found: &mut Found) {
    let run = &after.run;
    if run.phase != Phase::Finished && run.error.as_ref().is_some_and(|error| !error.is_empty()) {
        found.conflict("/error", "a run with an error is terminated, and this one is not");
    }
}

fn stages_in_line(after: &Snapshot, found: &mut Found) {
    for (place, (index, stage)) in only_pass(&after.run).enumerate() {
        let number = stage.id.as_ref().and_then(|id| id.parse::<usize>().ok());
        if number.is_some_and(|number| number != place) {
            found.conflict(
                format!("/stages/{index}"),
                format!("stage {place} is missing: stages count from 0 without a gap"),
            );
            return;
        }
    }
}

fn last_stage_open(after: &Snapshot, found: &mut Found) {
    let ended = after.run.phase == Phase::Finished;
    let count = only_pass(&after.run).count();
    for (place, (index, stage)) in only_pass(&after.run).enumerate() {
        let last = place + 1 == count;
        if stage.status == RUNNING && (ended || !last) {
            found.conflict(
                format!("/stages/{index}/status"),
                "only the last stage of a run that is not terminated is open",
            );
        }
        if stage.status == FAILED && !last {
            found.conflict(format!("/stages/{index}/status"), "no stage comes after a failed one");
        }
    }
}

fn failed_stage_in_success(after: &Snapshot, found: &mut Found) {
    let last = |stage: &Stage| stage.attempt == after.run.attempt;
    let failed = after.run.stages.iter().position(|stage| stage.status == FAILED && last(stage));
    if let (SUCCEEDED, Some(index)) = (after.run.status.as_str(), failed) {
        let message = "the run reads as succeeded, but this stage failed with an empty error: count the run as failed";
        found.say(Severity::Warning, format!("/stages/{index}/error"), message);
    }
}

fn error_is_stages(after: &Snapshot, found: &mut Found) {
    let stage = only_pass(&after.run).last().and_then(|(_, stage)| stage.error.as_ref());
    if let (Some(of_run), Some(of_stage)) = (&after.run.error, stage)
        && of_run != of_stage
    {
        found.say(Severity::Warning, "/error", "the error of a run is normally the one of its last stage");
    }
}

fn closed_stage_stays(step: &Step, found: &mut Found) {
    for pair in &step.stages {
        let Some((before, after)) = pair.before.zip(pair.after) else { continue };
        let changed = |was: Option<f64>, is: Option<f64>| was.zip(is).is_some_and(|(was, is)| was != is);
        let at = |field: &str| format!("/stages/{}/{field}", pair.index);
        let error = (&before.error, &after.error);
        if before.attempt != after.attempt {
            continue;
        } else if changed(before.started_at, after.started_at) {
            found.conflict(at("startedAt"), "a stage begins once, and here it began at another time");
        } else if changed(before.finished_at, after.finished_at) {
            found.conflict(at("finishedAt"), "a stage ends once, and here it ended at another time");
        } else if matches!(error, (Some(was), Some(is)) if was != is) {
            found.conflict(at("error"), "a stage keeps its error, and here it is another one");
        }
    }
}

fn end_stays(step: &Step, found: &mut Found) {
    let (before, after) = (&step.before.run, &step.after.run);
    let ended = before.phase == Phase::Finished && after.phase == Phase::Finished;
    let first_pass = before.attempt == 1 && after.attempt == 1;
    if ended && !step.stages.is_empty() && first_pass {
        if before.finished_at != after.finished_at {
            found.conflict("/finishedAt", "a terminated run keeps its `terminatedAt`, but for a reset");
        }
        if before.error != after.error {
            found.conflict("/error", "a terminated run keeps its error, but for a reset");
        }
    } else if ended && before.finished_at < after.finished_at {
        found.part(Verdict::Revision);
    }
}
