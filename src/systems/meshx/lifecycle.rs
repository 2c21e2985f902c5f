//! What may follow what in meshX.
//!
//! Nothing is published: a status is any text, and a PUT writes any text at any time. The words here are those that
//! neighbouring calls and the engines behind them use; the steps are our choice, none is refused, and a settled status that
//! changes is a revision. Words are the same whatever their case.
use crate::error::SystemName;
use crate::finding::Evidence;
use crate::lifecycle::{Lifecycle, Move, Moved, Row, Rules, State, Steps, rows};
use crate::run::{Outcome, Phase};
use Evidence::{Inferred, Policy};

const PENDING: &[&str] = &["PENDING", "SCHEDULED", "STARTING_UP", "SUBMITTED"];
const RUNNING: &[&str] = &["RUNNING"];
const SUCCEEDED: &[&str] = &["COMPLETED", "DONE", "SUCCESS"];
const FAILED: &[&str] = &["FAILED"];
const CANCELLED: &[&str] = &["CANCELLED", "CANCELED"];
const ENDS: &[&str] = &["COMPLETED", "DONE", "SUCCESS", "FAILED", "CANCELLED", "CANCELED"];

static STATES: [State; 11] = [
    State::open("PENDING", Phase::Queued, Policy),
    State::open("SCHEDULED", Phase::Queued, Policy),
    State::open("STARTING_UP", Phase::Queued, Policy),
    State::open("SUBMITTED", Phase::Queued, Policy),
    State::open("RUNNING", Phase::Running, Policy),
    State::end("COMPLETED", Outcome::Succeeded, Policy),
    State::end("DONE", Outcome::Succeeded, Policy),
    State::end("SUCCESS", Outcome::Succeeded, Policy),
    State::end("FAILED", Outcome::Failed, Policy),
    State::end("CANCELLED", Outcome::Cancelled, Policy),
    State::end("CANCELED", Outcome::Cancelled, Policy),
];

static RUN_ROWS: [Row; 115] = rows(&[
    Steps::new(&[""], PENDING, "created", Policy),
    Steps::new(&[""], RUNNING, "created", Policy),
    Steps::new(PENDING, PENDING, "prepared", Policy),
    Steps::new(PENDING, RUNNING, "started", Policy),
    Steps::new(RUNNING, PENDING, "retry", Policy),
    Steps::new(PENDING, SUCCEEDED, "finished", Policy),
    Steps::new(RUNNING, SUCCEEDED, "finished", Policy),
    Steps::new(PENDING, FAILED, "failed", Policy),
    Steps::new(RUNNING, FAILED, "failed", Policy),
    Steps::new(PENDING, CANCELLED, "cancelled", Policy),
    Steps::new(RUNNING, CANCELLED, "cancelled", Policy),
    Steps::new(ENDS, ENDS, "replaced", Policy),
    Steps::new(ENDS, PENDING, "replaced", Policy),
    Steps::new(ENDS, RUNNING, "replaced", Policy),
]);

/// The words of Luigi, whose tasks a run's graph may hold.
static TASK_STATES: [State; 8] = [
    State::open("PENDING", Phase::Queued, Inferred),
    State::open("RUNNING", Phase::Running, Inferred),
    State::open("BATCH_RUNNING", Phase::Running, Inferred),
    State::open("SUSPENDED", Phase::Waiting, Inferred),
    State::open("UNKNOWN", Phase::Unknown, Inferred),
    State::end("DONE", Outcome::Succeeded, Inferred),
    State::end("FAILED", Outcome::Failed, Inferred),
    State::end("DISABLED", Outcome::Cancelled, Inferred),
];

const TASK_OPEN: &[&str] = &["PENDING", "RUNNING", "BATCH_RUNNING", "SUSPENDED", "UNKNOWN"];
const TASK_ENDS: &[&str] = &["DONE", "FAILED", "DISABLED"];

static TASK_ROWS: [Row; 61] = rows(&[
    Steps::new(&[""], TASK_OPEN, "created", Policy),
    Steps::new(TASK_OPEN, TASK_OPEN, "worked", Policy),
    Steps::new(TASK_OPEN, TASK_ENDS, "finished", Policy),
    Steps::new(TASK_ENDS, TASK_ENDS, "revised", Policy),
    Steps::new(TASK_ENDS, TASK_OPEN, "retry", Policy),
]);

static MOVES: [Move; 1] = [Move {
    operation: "cancel",
    of: Moved::Run,
    cause: "cancelled",
    otherwise: "what a cancel after the end does is not published",
    evidence: Policy,
}];

/// meshX's lifecycles.
pub static RULES: Rules = Rules {
    system: SystemName::MeshX,
    runs: Lifecycle::new(&STATES, &RUN_ROWS).in_any_case(),
    stages: Lifecycle::new(&TASK_STATES, &TASK_ROWS).in_any_case(),
    run_apart: true,
    attempts_beside: false,
    ends_hold: false,
    events: None,
    moves: &MOVES,
    rules: &[],
};
