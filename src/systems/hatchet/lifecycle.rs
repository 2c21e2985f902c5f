//! What may follow what in Hatchet.
//!
//! A task's status is guarded: within a retry count it only rises (`QUEUED RUNNING EVICTED CANCELLED FAILED COMPLETED`), an
//! evicted task may become anything, and a newer retry count brings any status. A run's own status is not guarded where the
//! run is a DAG: it is counted from the tasks, again and again. Between two attempts, and between the layers of a replay, it
//! shows a terminal status for some milliseconds; so no terminal status is final, and one read of it proves nothing.
//!
//! `EVICTED` is never on the wire: an evicted task reads `RUNNING` with `isEvicted`, and its phase is [`Phase::Waiting`].
use crate::error::SystemName;
use crate::finding::{Evidence, Severity, What};
use crate::lifecycle::{Check, Found, Lifecycle, Move, Moved, Row, Rule, Rules, State, Step, Verdict, time_rises};
use crate::run::{Outcome, Phase, Run, Snapshot, Stage};
use Evidence::{Inferred, Observed, Source};

const QUEUED: &str = "QUEUED";
const RUNNING: &str = "RUNNING";
const EVICTED: &str = "EVICTED";
const CANCELLED: &str = "CANCELLED";
const FAILED: &str = "FAILED";
const COMPLETED: &str = "COMPLETED";

static STATES: [State; 6] = [
    State::open(QUEUED, Phase::Queued, Observed),
    State::open(RUNNING, Phase::Running, Observed),
    State { wire: Some(RUNNING), ..State::open(EVICTED, Phase::Waiting, Observed) },
    State::end(CANCELLED, Outcome::Cancelled, Observed),
    State::end(FAILED, Outcome::Failed, Observed),
    State::end(COMPLETED, Outcome::Succeeded, Observed),
];

/// Runs as GET run, the run list, the status call and, for a standalone run, GET task show them. The last of these computes
/// its own status from the newest events, which is where a finished run becomes cancelled.
static RUN_ROWS: [Row; 33] = [
    Row::step("", QUEUED, "created", Source),
    Row::step(QUEUED, RUNNING, "assigned", Observed),
    Row::step(QUEUED, EVICTED, "evicted", Inferred),
    Row::step(QUEUED, CANCELLED, "cancelled", Observed),
    Row::step(QUEUED, FAILED, "timeout", Observed),
    Row::step(QUEUED, COMPLETED, "finished", Observed),
    Row::step(RUNNING, EVICTED, "evicted", Observed),
    Row::step(RUNNING, CANCELLED, "cancelled", Observed),
    Row::step(RUNNING, FAILED, "failed", Observed),
    Row::step(RUNNING, COMPLETED, "finished", Observed),
    Row::again(RUNNING, QUEUED, "retry", Observed),
    Row::step(EVICTED, QUEUED, "restored", Source),
    Row::step(EVICTED, RUNNING, "restored", Observed),
    Row::step(EVICTED, CANCELLED, "cancelled", Source),
    Row::step(EVICTED, FAILED, "failed", Source),
    Row::step(EVICTED, COMPLETED, "finished", Source),
    Row::again(RUNNING, RUNNING, "retry", Observed),
    Row::again(FAILED, QUEUED, "retry", Observed),
    Row::again(FAILED, QUEUED, "replay", Source),
    Row::again(FAILED, RUNNING, "retry", Observed),
    Row::again(FAILED, RUNNING, "replay", Observed),
    Row::again(CANCELLED, QUEUED, "replay", Source),
    Row::again(CANCELLED, RUNNING, "replay", Observed),
    Row::again(COMPLETED, QUEUED, "replay", Source),
    Row::again(COMPLETED, RUNNING, "replay", Observed),
    Row::again(FAILED, FAILED, "retry", Source),
    Row::again(CANCELLED, CANCELLED, "replay", Observed),
    Row::again(COMPLETED, COMPLETED, "replay", Observed),
    Row::step(CANCELLED, FAILED, "counted", Source),
    Row::step(CANCELLED, COMPLETED, "counted", Source),
    Row::step(FAILED, CANCELLED, "cancelled", Observed),
    Row::step(FAILED, COMPLETED, "counted", Source),
    Row::step(COMPLETED, CANCELLED, "cancelled", Observed),
];

/// Tasks in one read of a run.
static TASK_ROWS: [Row; 34] = [
    Row::step("", QUEUED, "created", Observed),
    Row::step("", RUNNING, "assigned", Observed),
    Row::step("", CANCELLED, "cancelled", Observed),
    Row::step("", COMPLETED, "skipped", Observed),
    Row::step("", FAILED, "failed", Source),
    Row::step(QUEUED, RUNNING, "assigned", Observed),
    Row::step(QUEUED, EVICTED, "evicted", Inferred),
    Row::step(QUEUED, CANCELLED, "cancelled", Observed),
    Row::step(QUEUED, FAILED, "timeout", Observed),
    Row::step(QUEUED, COMPLETED, "finished", Source),
    Row::step(RUNNING, EVICTED, "evicted", Observed),
    Row::step(RUNNING, CANCELLED, "cancelled", Observed),
    Row::step(RUNNING, FAILED, "failed", Observed),
    Row::step(RUNNING, COMPLETED, "finished", Observed),
    Row::step(EVICTED, QUEUED, "restored", Source),
    Row::step(EVICTED, RUNNING, "restored", Observed),
    Row::step(EVICTED, CANCELLED, "cancelled", Source),
    Row::step(EVICTED, FAILED, "failed", Source),
    Row::step(EVICTED, COMPLETED, "finished", Source),
    Row::step(CANCELLED, FAILED, "failed", Source),
    Row::step(CANCELLED, COMPLETED, "finished", Source),
    Row::step(FAILED, COMPLETED, "finished", Source),
    Row::again(RUNNING, QUEUED, "retry", Observed),
    Row::again(RUNNING, RUNNING, "retry", Observed),
    Row::again(FAILED, QUEUED, "retry", Source),
    Row::again(FAILED, QUEUED, "replay", Observed),
    Row::again(FAILED, RUNNING, "retry", Observed),
    Row::again(FAILED, RUNNING, "replay", Observed),
    Row::again(CANCELLED, QUEUED, "replay", Observed),
    Row::again(CANCELLED, RUNNING, "replay", Observed),
    Row::again(CANCELLED, CANCELLED, "replay", Source),
    Row::again(COMPLETED, QUEUED, "replay", Observed),
    Row::again(COMPLETED, RUNNING, "replay", Observed),
    Row::again(COMPLETED, COMPLETED, "replay", Observed),
];

/// Hatchet's lifecycles.
pub static RULES: Rules = Rules {
    system: SystemName::Hatchet,
    runs: Lifecycle::new(&STATES, &RUN_ROWS),
    stages: Lifecycle::new(&STATES, &TASK_ROWS),
    run_apart: true,
    attempts_beside: false,
    ends_hold: false,
    events: Some(super::event::EVENTS),
    moves: &MOVES,
    rules: &OWN,
};

static MOVES: [Move; 2] = [
    Move {
        operation: "cancel",
        of: Moved::Run,
        cause: "cancelled",
        otherwise: "a cancel after the end leaves the status, moves the time of the end, and lets the task read CANCELLED",
        evidence: Observed,
    },
    Move {
        operation: "replay",
        of: Moved::Run,
        cause: "replay",
        otherwise: "a replay before the end is taken and dropped silently",
        evidence: Observed,
    },
];

static OWN: [Rule; 6] = [
    Rule {
        name: "dag_queued_again",
        doc: "A DAG's run never returns to QUEUED: such a read is the older one.",
        evidence: Source,
        check: Check::Step(dag_never_queued),
    },
    Rule {
        name: "tasks_vanish",
        doc: "A run read in full that had tasks has tasks in every later read.",
        evidence: Source,
        check: Check::Step(tasks_stay),
    },
    Rule {
        name: "end_moves_back",
        doc: "While the attempts and statuses of a run and its tasks stand, the run's end only moves to a later time.",
        evidence: Observed,
        check: Check::Step(end_rises),
    },
    Rule {
        name: "input_changes",
        doc: "A run's input is never another one; it may be left out of an answer.",
        evidence: Source,
        check: Check::Step(input_stays),
    },
    Rule {
        name: "task_output_changes",
        doc: "What a task made of an attempt that it completed stays.",
        evidence: Inferred,
        check: Check::Step(task_output_stays),
    },
    Rule {
        name: "run_apart_from_tasks",
        doc: "A run's status is the one that is counted from its tasks, or was so moments ago.",
        evidence: Observed,
        check: Check::Record(run_follows_tasks),
    },
];

/// A run of several tasks, or of one that is not the run itself. A run that tells of no task yet may be either.
fn is_dag(run: &Run) -> bool {
    run.stages.len() > 1 || run.stages.iter().any(|task| task.id.as_ref().is_some_and(|id| *id != run.id))
}

fn dag_never_queued(step: &Step, found: &mut Found) {
    let (before, after) = (&step.before.run, &step.after.run);
    let was_known_to_be_beyond = !matches!(before.phase, Phase::Queued | Phase::Unknown);
    if after.status == QUEUED && was_known_to_be_beyond && (is_dag(before) || is_dag(after)) {
        found.run(Verdict::Stale);
        found.say(Severity::Info, "/status", format!("a DAG's run never returns from `{}` to `QUEUED`", before.status));
    }
}

fn tasks_stay(step: &Step, found: &mut Found) {
    let begun = |snapshot: &Snapshot| snapshot.run.stages.iter().any(|task| !task.status.is_empty());
    let in_full = step.before.what == What::Run && step.same_read();
    if in_full && begun(step.before) && step.after.run.stages.is_empty() {
        found.stale("/stages", "the run had tasks before, and has none any more");
    }
}

/// A run's own fields may be moments behind its tasks, so its times tell of their order only while all else stands.
fn end_rises(step: &Step, found: &mut Found) {
    if step.same_read() && !step.stages.is_empty() && step.same_attempts() && step.same_statuses() {
        time_rises(found, || "/finishedAt".into(), step.before.run.finished_at, step.after.run.finished_at);
    }
}

fn input_stays(step: &Step, found: &mut Found) {
    if let (Some(before), Some(after)) = (&step.before.run.input, &step.after.run.input)
        && step.same_read()
        && before != after
        && ![before.as_str(), after.as_str()].contains(&"{}")
    {
        found.conflict("/input", "a run keeps its input, and here it is another one");
    }
}

fn task_output_stays(step: &Step, found: &mut Found) {
    for pair in &step.stages {
        let Some((before, after)) = pair.before.zip(pair.after) else { continue };
        let kept = before.status == COMPLETED && after.status == COMPLETED && before.attempt == after.attempt;
        if let (true, Some(was), Some(is)) = (kept, &before.output, &after.output)
            && was != is
            && ![was.as_str(), is.as_str()].contains(&"{}")
        {
            found.conflict(format!("/stages/{}/output", pair.index), "this attempt was completed with another output");
        }
    }
}

/// The status that is counted from the tasks. It is `QUEUED` as long as all of them are, and `RUNNING` until there is one for
/// every step.
pub(super) fn count(run: &Run) -> &'static str {
    let any = |status: &str| run.stages.iter().any(|task| task.status == status);
    let open = |task: &Stage| matches!(task.status.as_str(), "" | QUEUED);
    if run.stages.iter().all(open) {
        return QUEUED;
    }
    [("", RUNNING), (QUEUED, RUNNING), (RUNNING, RUNNING), (FAILED, FAILED), (CANCELLED, CANCELLED)]
        .into_iter()
        .find(|(task, _)| any(task))
        .map_or(COMPLETED, |(_, run)| run)
}

fn run_follows_tasks(after: &Snapshot, found: &mut Found) {
    let run = &after.run;
    let word = |status: &str| STATES.iter().any(|state| state.status == status);
    let known = word(&run.status) && run.stages.iter().all(|task| task.status.is_empty() || word(&task.status));
    let begun = run.stages.iter().any(|task| !task.status.is_empty());
    let counted = count(run);
    let unguarded = counted == QUEUED && is_dag(run);
    if after.what == What::Run && known && begun && counted != run.status && !unguarded {
        let reason = "the run and its tasks were read at different moments, a replay is under way, or the run is stuck";
        found.say(
            Severity::Info,
            "/status",
            format!("`{}` beside tasks that make it `{counted}`: {reason}", run.status),
        );
    }
}
