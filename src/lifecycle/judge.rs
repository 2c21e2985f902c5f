//! The check of a step: what a snapshot and a later-read one are to each other.
use super::common;
use super::event::Events;
use super::moves::Move;
use super::table::{Lifecycle, Verdict};
use crate::error::SystemName;
use crate::finding::{Evidence, Finding, Level, Severity, What};
use crate::order::sort_by;
use crate::run::{Phase, Snapshot, Stage};
use serde::{Serialize, Serializer};
use std::cmp::Ordering;
use std::collections::HashMap;

/// Whether a step can be.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Judgement {
    /// What the snapshots are to each other.
    pub verdict: Verdict,
    /// What makes such a step happen, where one row explains it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<&'static str>,
    /// The rules that were broken or bent.
    pub findings: Vec<Finding>,
}

/// Everything a system says of its lifecycles. As plain data, `rules` are those that all systems share and then its own.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rules {
    /// Whose they are.
    pub system: SystemName,
    /// The states and steps of runs.
    pub runs: Lifecycle,
    /// The states and steps of stages.
    pub stages: Lifecycle,
    /// May a run and its stages in one body be of different moments, and the run's status lack a guard? Then only the stages
    /// tell which of two snapshots is the older.
    pub run_apart: bool,
    /// Does a new attempt of a stage stand beside the one before, and not in its place?
    pub attempts_beside: bool,
    /// Is an end that was confirmed the end, but for an operator's hand?
    pub ends_hold: bool,
    /// The system's events.
    #[serde(skip)]
    pub events: Option<Events>,
    /// What may be asked of runs and stages.
    #[serde(skip)]
    pub moves: &'static [Move],
    /// What is compared beyond the tables, besides the rules that all systems share.
    #[serde(serialize_with = "with_shared")]
    pub rules: &'static [Rule],
}

fn with_shared<S: Serializer>(own: &&'static [Rule], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(common::SHARED.iter().chain(*own))
}

impl Rules {
    /// All rules: those that every system shares, then the system's own.
    pub fn all(&self) -> impl Iterator<Item = &'static Rule> {
        common::SHARED.iter().chain(self.rules)
    }
}

/// A named rule about records.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Rule {
    /// The code of its findings.
    pub name: &'static str,
    /// What it holds.
    pub doc: &'static str,
    /// Why we believe it.
    pub evidence: Evidence,
    /// What it looks at.
    #[serde(skip)]
    pub check: Check,
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// One record: what holds between its fields.
    Record(fn(&Snapshot, &mut Found)),
    /// A record and a later-read one.
    Step(fn(&Step, &mut Found)),
}

/// A snapshot and a later-read one of the same run, their stages laid side by side.
#[derive(Debug)]
pub struct Step<'a> {
    /// The system's tables.
    pub rules: &'static Rules,
    /// The newest accepted snapshot.
    pub before: &'a Snapshot,
    /// The later-read one.
    pub after: &'a Snapshot,
    /// The stages of both; empty if one of the snapshots tells of no stage at all.
    pub stages: Vec<Pair<'a>>,
}

/// A stage in both snapshots, or in one.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    /// Its place in the later-read run, or in the earlier if it is only there.
    pub index: usize,
    /// As it was.
    pub before: Option<&'a Stage>,
    /// As it is.
    pub after: Option<&'a Stage>,
}

impl<'a> Step<'a> {
    /// Lays two snapshots side by side.
    pub fn new(rules: &'static Rules, before: &'a Snapshot, after: &'a Snapshot) -> Step<'a> {
        Step { rules, before, after, stages: pairs(&before.run.stages, &after.run.stages, rules.attempts_beside) }
    }

    /// Were both read from the same kind of document, as the places of their fixed values tell? If not, their times may
    /// differ, and one may tell of parts that the other leaves out.
    pub fn same_read(&self) -> bool {
        let places = |snapshot: &'a Snapshot| snapshot.fixed.iter().map(|fixed| fixed.pointer);
        self.before.what == self.after.what && places(self.before).eq(places(self.after))
    }

    /// Do the attempts of the run and of all its stages stand where they stood?
    pub fn same_attempts(&self) -> bool {
        let stands = |pair: &Pair| pair.before.zip(pair.after).is_none_or(|(b, a)| b.attempt == a.attempt);
        self.before.run.attempt == self.after.run.attempt && self.stages.iter().all(stands)
    }

    /// Do the statuses of the run and of all its stages stand?
    pub fn same_statuses(&self) -> bool {
        let stands = |pair: &Pair| pair.before.zip(pair.after).is_some_and(|(b, a)| b.status == a.status);
        self.before.run.status == self.after.run.status && self.stages.iter().all(stands)
    }

    /// Was the run at an end before?
    pub fn was_settled(&self) -> bool {
        self.before.run.phase == Phase::Finished
    }
}

/// Stages by id, or by name where they have no id yet; of several alike, those of the same attempt belong together.
fn pairs<'a>(before: &'a [Stage], after: &'a [Stage], beside: bool) -> Vec<Pair<'a>> {
    if before.is_empty() || after.is_empty() {
        return vec![];
    }
    let mut left: HashMap<&str, Vec<usize>> = HashMap::with_capacity(before.len() * 2);
    for (index, stage) in before.iter().enumerate() {
        left.entry(key(stage)).or_default().push(index);
    }
    let mut pairs = Vec::with_capacity(after.len());
    for (index, stage) in after.iter().enumerate() {
        let mut taken = |key| take(&mut left, key, stage, before, beside);
        let found = taken(key(stage)).or_else(|| taken(&stage.name));
        pairs.push(Pair { index, before: found.and_then(|at| before.get(at)), after: Some(stage) });
    }
    let mut gone: Vec<usize> = left.into_values().flatten().collect();
    sort_by(&mut gone, usize::cmp);
    pairs.extend(gone.into_iter().map(|index| Pair { index, before: before.get(index), after: None }));
    pairs
}

fn key(stage: &Stage) -> &str {
    stage.id.as_deref().unwrap_or(&stage.name)
}

/// Takes the stage of that key: of several, the one of the same attempt; and never one that has another id.
fn take(
    left: &mut HashMap<&str, Vec<usize>>,
    key: &str,
    stage: &Stage,
    before: &[Stage],
    beside: bool,
) -> Option<usize> {
    let alike = left.get_mut(key)?;
    let may_be = |at: &&Stage| at.id.is_none() || stage.id.is_none() || at.id == stage.id;
    let known = |at: usize| before.get(at).filter(may_be);
    let same = alike.iter().position(|&at| known(at).is_some_and(|known| known.attempt == stage.attempt));
    let place = same.or_else(|| (!beside && alike.len() == 1 && known(*alike.first()?).is_some()).then_some(0))?;
    Some(alike.remove(place))
}

/// What the rules found, and what the parts of the record say of the direction of time.
#[derive(Debug)]
pub struct Found {
    rule: &'static Rule,
    findings: Vec<Finding>,
    run: Verdict,
    parts: u8,
}

impl Found {
    fn new() -> Found {
        Found { rule: &common::MIXED, findings: vec![], run: Verdict::Same, parts: 0 }
    }

    fn check(&mut self, rules: &'static Rules, step: Option<&Step>, after: &Snapshot) {
        for rule in rules.all() {
            self.rule = rule;
            match (rule.check, step) {
                (Check::Record(check), _) => check(after, self),
                (Check::Step(check), Some(step)) => check(step, self),
                (Check::Step(_), None) => {}
            }
        }
    }

    /// Says what the present rule found.
    pub fn say(&mut self, severity: Severity, pointer: impl Into<String>, message: impl Into<String>) {
        self.findings.push(Finding {
            code: self.rule.name,
            severity,
            pointer: pointer.into(),
            message: message.into(),
            level: Level::Lifecycle,
            evidence: self.rule.evidence,
            line: None,
            column: None,
        });
    }

    /// The present rule is broken: this cannot be.
    pub fn conflict(&mut self, pointer: impl Into<String>, message: impl Into<String>) {
        self.say(Severity::Error, pointer, message);
    }

    /// A part of the record shows that the later-read snapshot is the older one.
    pub fn stale(&mut self, pointer: impl Into<String>, message: impl Into<String>) {
        self.part(Verdict::Stale);
        self.say(Severity::Info, pointer, message);
    }

    /// What the run's own status says.
    pub fn run(&mut self, verdict: Verdict) {
        self.run = verdict;
    }

    /// What a part of the record says; parts may say different things.
    pub fn part(&mut self, verdict: Verdict) {
        self.parts |= 1 << verdict as u8;
    }

    fn has(&self, verdict: Verdict) -> bool {
        self.parts & (1 << verdict as u8) != 0
    }

    fn is_broken(&self) -> bool {
        self.run == Verdict::Conflict || self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }

    /// Brings what the parts say to one verdict.
    fn verdict(&mut self, step: &Step) -> Verdict {
        let forward = [Verdict::Advance, Verdict::NewAttempt, Verdict::Revision].into_iter().any(|v| self.has(v));
        let back = self.has(Verdict::Stale);
        let run_forward = matches!(self.run, Verdict::Advance | Verdict::NewAttempt | Verdict::Revision);
        let mixed =
            (back && (forward || run_forward && !step.rules.run_apart)) || (self.run == Verdict::Stale && forward);
        if mixed && !self.is_broken() {
            self.rule = &common::MIXED;
            self.conflict("", "one part is newer and another older than before: no single read shows that; read again");
        }
        if self.is_broken() {
            Verdict::Conflict
        } else if back || self.run == Verdict::Stale {
            Verdict::Stale
        } else if self.run == Verdict::NewAttempt || self.has(Verdict::NewAttempt) {
            Verdict::NewAttempt
        } else if self.run == Verdict::Same && !forward && step.before.run == step.after.run {
            Verdict::Same
        } else if step.was_settled() {
            Verdict::Revision
        } else {
            Verdict::Advance
        }
    }
}

/// What a snapshot and a later-read one of the same run are to each other.
///
/// A [`What::Created`] snapshot is true in its id alone: nothing else of it is compared.
pub fn judge(rules: &'static Rules, before: &Snapshot, after: &Snapshot) -> Judgement {
    let created = |snapshot: &Snapshot| snapshot.what == What::Created;
    if created(before) || created(after) {
        return judge_created(before, after);
    }
    let step = Step::new(rules, before, after);
    let mut found = Found::new();
    found.check(rules, Some(&step), after);
    let verdict = found.verdict(&step);
    found.rule = &common::REOPENED;
    if verdict.is_accepted() && step.was_settled() && after.run.phase != Phase::Finished {
        let severity = if verdict == Verdict::NewAttempt { Severity::Info } else { Severity::Warning };
        found.say(
            severity,
            "/status",
            "a terminal status was left: it was shown for a moment only, or the run was opened again",
        );
    }
    let cause = if verdict.is_accepted() { cause(&step, verdict) } else { None };
    Judgement { verdict, cause, findings: found.findings }
}

/// What holds between the fields of one snapshot, as far as its system's rules tell.
pub fn check_record(rules: &'static Rules, snapshot: &Snapshot) -> Vec<Finding> {
    let mut found = Found::new();
    if snapshot.what != What::Created {
        found.check(rules, None, snapshot);
    }
    found.findings
}

fn judge_created(before: &Snapshot, after: &Snapshot) -> Judgement {
    let mut found = Found::new();
    found.rule = &common::SAME_RUN;
    if before.run.id != after.run.id {
        found.conflict("/id", "these are snapshots of two runs: compare snapshots of one run only");
    }
    let (verdict, cause) = match (found.is_broken(), (before.what == What::Created).cmp(&(after.what == What::Created)))
    {
        (true, _) => (Verdict::Conflict, None),
        (false, Ordering::Greater) => (Verdict::Advance, Some("created")),
        (false, Ordering::Less) => (Verdict::Stale, None),
        (false, Ordering::Equal) => (Verdict::Same, None),
    };
    Judgement { verdict, cause, findings: found.findings }
}

/// The cause of the run's own step, or else the one of which all stages that moved are examples.
fn cause(step: &Step, verdict: Verdict) -> Option<&'static str> {
    let again = verdict == Verdict::NewAttempt;
    let (before, after) = (&step.before.run, &step.after.run);
    if before.status != after.status || before.attempt < after.attempt {
        return row_cause(&step.rules.runs, (&before.status, before.phase), (&after.status, after.phase), again);
    }
    let mut causes = step.stages.iter().filter_map(|pair| {
        let (before, after) = (pair.before?, pair.after?);
        let again = after.attempt > before.attempt;
        if before.status == after.status && before.phase == after.phase && !again {
            return None;
        }
        Some(row_cause(&step.rules.stages, (&before.status, before.phase), (&after.status, after.phase), again))
    });
    let first = causes.next()??;
    causes.all(|cause| cause == Some(first)).then_some(first)
}

fn row_cause(table: &Lifecycle, from: (&str, Phase), to: (&str, Phase), again: bool) -> Option<&'static str> {
    let from = if from.0.is_empty() { "" } else { table.state(from.0, from.1)?.status };
    table.cause(from, table.state(to.0, to.1)?.status, again)
}
