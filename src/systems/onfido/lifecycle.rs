//! What may follow what in Onfido Studio.
//!
//! Only the eight names of a run's statuses are published, and no step between them; so the steps here are our choice, and
//! none is refused. A settled status that changes is a revision, and worth a look if the run goes on again.
use crate::error::SystemName;
use crate::finding::{Evidence, Severity};
use crate::lifecycle::{Check, Found, Lifecycle, Move, Moved, Row, Rule, Rules, State, Step, Steps, Verdict, rows};
use crate::run::{Outcome, Phase, Snapshot};
use Evidence::{Documented, Inferred, Policy, Source};

const PROCESSING: &str = "processing";
const AWAITING_INPUT: &str = "awaiting_input";
const AWAITING_CLIENT_INPUT: &str = "awaiting_client_input";
const APPROVED: &str = "approved";
const DECLINED: &str = "declined";
const REVIEW: &str = "review";
const ABANDONED: &str = "abandoned";
const ERROR: &str = "error";

const ACTIVE: &[&str] = &[PROCESSING, AWAITING_INPUT, AWAITING_CLIENT_INPUT];
const DECIDED: &[&str] = &[APPROVED, DECLINED, REVIEW];
const SETTLED: &[&str] = &[APPROVED, DECLINED, REVIEW, ABANDONED, ERROR];

static RUN_STATES: [State; 8] = [
    State::open(PROCESSING, Phase::Running, Documented),
    State::open(AWAITING_INPUT, Phase::Waiting, Documented),
    State::open(AWAITING_CLIENT_INPUT, Phase::Waiting, Documented),
    State::end(APPROVED, Outcome::Succeeded, Documented),
    State::end(DECLINED, Outcome::Declined, Documented),
    State::end(REVIEW, Outcome::Review, Documented),
    State::end(ABANDONED, Outcome::Expired, Documented),
    State::end(ERROR, Outcome::Failed, Documented),
];

/// The sources are the test suites of the official clients.
static RUN_ROWS: [Row; 64] = rows(&[
    Steps::new(&[""], &[AWAITING_INPUT, APPROVED], "created", Source),
    Steps::new(&[""], &[PROCESSING, AWAITING_CLIENT_INPUT, DECLINED, REVIEW, ABANDONED, ERROR], "created", Inferred),
    Steps::new(&[AWAITING_INPUT], &[PROCESSING], "input given", Inferred),
    Steps::new(&[PROCESSING], &[AWAITING_INPUT], "input asked", Inferred),
    Steps::new(&[AWAITING_CLIENT_INPUT], &[PROCESSING, AWAITING_INPUT], "data given", Policy),
    Steps::new(&[PROCESSING, AWAITING_INPUT], &[AWAITING_CLIENT_INPUT], "data asked", Policy),
    Steps::new(&[AWAITING_INPUT], &[APPROVED], "finished", Source),
    Steps::new(&[AWAITING_INPUT], &[DECLINED, REVIEW], "finished", Policy),
    Steps::new(&[PROCESSING, AWAITING_CLIENT_INPUT], DECIDED, "finished", Policy),
    Steps::new(ACTIVE, &[ABANDONED], "timeout", Policy),
    Steps::new(ACTIVE, &[ERROR], "failed", Policy),
    Steps::new(SETTLED, SETTLED, "revised", Policy),
    Steps::new(SETTLED, ACTIVE, "reopened", Policy),
]);

/// Deliveries tell the state of a task; the task itself has no status.
static TASK_STATES: [State; 3] = [
    State::open("started", Phase::Running, Documented),
    State::end("completed", Outcome::Succeeded, Documented),
    State::end("cancelled", Outcome::Cancelled, Documented),
];

static TASK_ROWS: [Row; 6] = rows(&[
    Steps::new(&[""], &["started"], "started", Documented),
    Steps::new(&[""], &["completed"], "completed", Documented),
    Steps::new(&["started"], &["completed"], "completed", Documented),
    Steps::new(&["started"], &["cancelled"], "cancelled", Policy),
    Steps::new(&["completed", "cancelled"], &["completed", "cancelled"], "revised", Policy),
]);

/// Onfido's lifecycles.
pub static RULES: Rules = Rules {
    system: SystemName::Onfido,
    runs: Lifecycle::new(&RUN_STATES, &RUN_ROWS),
    stages: Lifecycle::new(&TASK_STATES, &TASK_ROWS),
    run_apart: true,
    attempts_beside: false,
    ends_hold: false,
    events: Some(super::event::EVENTS),
    moves: &MOVES,
    rules: &OWN,
};

static MOVES: [Move; 1] = [Move {
    operation: "tasks.complete",
    of: Moved::Stage { argument: "task", read: super::view::task },
    cause: "completed",
    otherwise: "what a second completion does is not published",
    evidence: Policy,
}];

static OWN: [Rule; 2] = [
    Rule {
        name: "updated_at_falls",
        doc: "`updated_at` only rises: a snapshot with an earlier one is the older state.",
        evidence: Inferred,
        check: Check::Step(updated_at_rises),
    },
    Rule {
        name: "error_without_status",
        doc: "A run has an `error` only if its status is `error`.",
        evidence: Documented,
        check: Check::Record(error_is_status),
    },
];

fn updated_at_rises(step: &Step, found: &mut Found) {
    if let (Some(before), Some(after)) = (step.before.changed_at, step.after.changed_at)
        && after < before
    {
        found.run(Verdict::Stale);
        found.say(Severity::Info, "/updated_at", "this record was changed before the one that was read earlier");
    }
}

fn error_is_status(after: &Snapshot, found: &mut Found) {
    if after.run.error.is_some() && after.run.status != ERROR {
        found.say(Severity::Warning, "/error", "an `error` stands beside another status than `error`");
    }
}
