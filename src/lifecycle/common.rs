//! The rules that all systems share, and those that several of them take up.
use super::judge::{Check, Found, Pair, Rule, Step};
use super::table::{Lifecycle, Verdict};
use crate::finding::{Evidence, Severity};
use crate::run::Millis;
use std::cmp::Ordering;

/// The rules that hold for every system, in the order in which they are tried.
pub(super) static SHARED: [Rule; 7] = [SAME_RUN, ATTEMPT_RISES, STATUS_STEP, STAGES_GROW, STAGE_STEP, MIXED, REOPENED];

/// The run that is compared.
pub(super) static SAME_RUN: Rule = Rule {
    name: "not_same_run",
    doc: "The id and all values that never change in a run's life are the same in every snapshot.",
    evidence: Evidence::Documented,
    check: Check::Step(same_run),
};

static ATTEMPT_RISES: Rule = Rule {
    name: "attempt_falls",
    doc: "The attempt of a run never falls: a lower one is the older state.",
    evidence: Evidence::Source,
    check: Check::Step(attempt_rises),
};

static STATUS_STEP: Rule = Rule {
    name: "status_step",
    doc: "The step from one status to the other is in the table; an unknown status is never refused.",
    evidence: Evidence::Policy,
    check: Check::Step(status_step),
};

static STAGES_GROW: Rule = Rule {
    name: "stage_vanishes",
    doc: "A stage that has begun is in every later snapshot that tells of stages.",
    evidence: Evidence::Source,
    check: Check::Step(stages_grow),
};

static STAGE_STEP: Rule = Rule {
    name: "stage_step",
    doc: "A stage's attempt never falls; within an attempt its status follows the table and its times only rise.",
    evidence: Evidence::Source,
    check: Check::Step(stage_step),
};

/// Tried last, on what the other rules found: what the verdict says when parts disagree.
pub(super) static MIXED: Rule = Rule {
    name: "mixed_moments",
    doc: "What one read returns of a run's stages is of one moment.",
    evidence: Evidence::Inferred,
    check: Check::Record(|_, _| {}),
};

/// Tried last, on the verdict: what is said of an accepted step out of an end.
pub(super) static REOPENED: Rule = Rule {
    name: "reopened",
    doc: "A terminal status that was read once may be left again.",
    evidence: Evidence::Observed,
    check: Check::Record(|_, _| {}),
};

fn same_run(step: &Step, found: &mut Found) {
    if step.before.run.id != step.after.run.id {
        return found.conflict("/id", "these are snapshots of two runs: compare snapshots of one run only");
    }
    for fixed in &step.before.fixed {
        let now = step.after.fixed.iter().find(|other| other.pointer == fixed.pointer);
        if now.is_some_and(|now| now.value != fixed.value) {
            found.conflict(fixed.pointer, "this value never changes in a run's life, and here it did");
        }
    }
}

fn attempt_rises(step: &Step, found: &mut Found) {
    let (before, after) = (step.before.run.attempt, step.after.run.attempt);
    match after.cmp(&before) {
        Ordering::Less => found.stale("/attempt", format!("attempt {after} was read after attempt {before}")),
        Ordering::Equal => {}
        Ordering::Greater => found.run(Verdict::NewAttempt),
    }
}

fn status_step(step: &Step, found: &mut Found) {
    let (before, after) = (&step.before.run, &step.after.run);
    let table = &step.rules.runs;
    let (from, to) = (table.place(&before.status, before.phase), table.place(&after.status, after.phase));
    if to == 0 && before.status != after.status {
        found.say(Severity::Info, "/status", format!("`{}` is no status we know; it is taken as it is", after.status));
    }
    if before.attempt != after.attempt || before.status == after.status && from == to {
        return;
    }
    let guarded = !step.rules.run_apart && !step.stages.is_empty();
    let verdict = if guarded { within_attempt_of_run(table, (from, to), after.attempt) } else { table.check(from, to) };
    if matches!(verdict, Verdict::Stale | Verdict::Conflict) {
        let severity = if verdict == Verdict::Stale { Severity::Info } else { Severity::Error };
        found.say(severity, "/status", format!("`{}` never comes after `{}`", after.status, before.status));
    }
    found.run(verdict);
}

/// A later attempt leaves the run at the end of the one before, until it comes to its own.
fn within_attempt_of_run(table: &Lifecycle, (from, to): (u8, u8), attempt: u32) -> Verdict {
    match table.check_within_attempt(from, to) {
        Verdict::Conflict if attempt > 1 && table.check(from, to) == Verdict::NewAttempt => Verdict::Revision,
        verdict => verdict,
    }
}

fn stages_grow(step: &Step, found: &mut Found) {
    for Pair { index, before, after } in &step.stages {
        let had = before.is_some_and(|stage| !stage.status.is_empty());
        let has = after.is_some_and(|stage| !stage.status.is_empty());
        match (had, has) {
            (true, false) => found.stale(format!("/stages/{index}"), "a stage that had begun is not there any more"),
            (false, true) => found.part(Verdict::Advance),
            _ => {}
        }
    }
}

fn stage_step(step: &Step, found: &mut Found) {
    for pair in &step.stages {
        let (Some(before), Some(after)) = (pair.before, pair.after) else { continue };
        if before.status.is_empty() || after.status.is_empty() {
            continue;
        }
        match after.attempt.cmp(&before.attempt) {
            Ordering::Less => found.stale(format!("/stages/{}/attempt", pair.index), "an older attempt of this stage"),
            Ordering::Greater => found.part(Verdict::NewAttempt),
            Ordering::Equal => within_attempt(step, pair.index, (before, after), found),
        }
    }
}

fn within_attempt(
    step: &Step,
    index: usize,
    (before, after): (&crate::run::Stage, &crate::run::Stage),
    found: &mut Found,
) {
    let table = &step.rules.stages;
    let (from, to) = (table.place(&before.status, before.phase), table.place(&after.status, after.phase));
    let never = || format!("`{}` never comes after `{}` within an attempt", after.status, before.status);
    if before.status != after.status || from != to {
        match table.check_within_attempt(from, to) {
            Verdict::Stale => found.stale(format!("/stages/{index}/status"), never()),
            Verdict::Conflict => found.conflict(format!("/stages/{index}/status"), never()),
            verdict => found.part(verdict),
        }
    }
    if step.same_read() {
        time_rises(found, || format!("/stages/{index}/startedAt"), before.started_at, after.started_at);
        time_rises(found, || format!("/stages/{index}/finishedAt"), before.finished_at, after.finished_at);
    }
}

/// A time that only rises: the later read is the older state if it falls or is gone.
pub(crate) fn time_rises(
    found: &mut Found,
    pointer: impl Fn() -> String,
    before: Option<Millis>,
    after: Option<Millis>,
) {
    match (before, after) {
        (Some(_), None) => found.stale(pointer(), "this time was there before, and is not any more"),
        (Some(before), Some(after)) if after < before => found.stale(pointer(), "this time was later before"),
        (Some(before), Some(after)) if after > before => found.part(Verdict::Revision),
        _ => {}
    }
}
