//! Observed histories with one thing damaged: the damage leaves a finding where it is, which is not there otherwise.
use super::make::rules;
use super::recorded::{formance, hatchet_runs};
use runward::error::SystemName;
use runward::lifecycle::history;
use runward::run::{Phase, Run, Snapshot, Stage};

type Damage = (&'static str, fn(&mut Run, &Run));

fn state(run: &mut Run, status: &str) {
    let state = rules(run.system).runs.state(status, Phase::Unknown).unwrap();
    (run.status, run.phase, run.outcome) = (status.into(), state.phase, state.outcome);
}

/// What is done to a snapshot, which stands after another; each is a thing that no server can show.
const DAMAGES: [Damage; 7] = [
    ("another run's id", |run, _| run.id.push('0')),
    ("a status of nobody", |run, _| state_of_nobody(run)),
    ("an attempt before the first", |run, _| run.attempt = 0),
    ("a stage of an attempt before the first", |run, before| with_kept(run, before, |stage, _| stage.attempt = 0)),
    ("a stage that is gone", |run, before| with_kept(run, before, |stage, _| stage.id = Some("another".into()))),
    ("a run ended beside an open stage, or open beside ended ones", |run, _| {
        let ended = run.phase == Phase::Finished;
        let hatchet = run.system == SystemName::Hatchet;
        let (open, end) = if hatchet { ("RUNNING", "COMPLETED") } else { ("running", "succeeded") };
        state(run, if ended { open } else { end });
    }),
    ("a stage that falls back within its attempt", |run, before| {
        let word = if run.system == SystemName::Hatchet { "QUEUED" } else { "running" };
        with_kept(run, before, |stage, before| {
            if before.status != word && before.phase != Phase::Waiting && before.attempt == stage.attempt {
                (stage.status, stage.outcome) = (word.into(), None);
                stage.phase = if word == "QUEUED" { Phase::Queued } else { Phase::Running };
            }
        });
    }),
];

/// How many of them, from the first on, can be done to a run without stages.
const OF_ANY_RUN: usize = 3;

/// Changes the first stage that had begun before and is there still.
fn with_kept(run: &mut Run, before: &Run, change: impl Fn(&mut Stage, &Stage)) {
    for stage in &mut run.stages {
        let kept = before.stages.iter().find(|other| !other.status.is_empty() && other.id == stage.id);
        if let Some(before) = kept {
            return change(stage, before);
        }
    }
}

fn state_of_nobody(run: &mut Run) {
    run.status = "no such status".into();
    run.phase = Phase::Unknown;
}

/// Damaged histories that were tried, and those whose damage left no finding.
#[derive(Default)]
pub struct Damaged {
    tried: u32,
    missed: Vec<String>,
}

impl Damaged {
    /// Tries every damage at a history's snapshots but the first; `every` is the distance of those that are tried.
    pub fn try_all(&mut self, system: SystemName, name: &str, snapshots: &[Snapshot], every: usize) {
        for index in (1..snapshots.len()).step_by(every) {
            // what comes behind the damage has no say in it
            let snapshots = &snapshots[..=index];
            let known = found(system, snapshots, index);
            let before = &snapshots[index - 1].run;
            let staged = !snapshots[index].run.stages.is_empty() && !before.stages.is_empty();
            let stageless = matches!(system, SystemName::Onfido | SystemName::MeshX);
            let damages = if staged {
                &DAMAGES[..]
            } else if stageless {
                &DAMAGES[..OF_ANY_RUN]
            } else {
                &[]
            };
            for (what, damage) in damages {
                let mut damaged = snapshots.to_vec();
                damage(&mut damaged[index].run, before);
                if damaged[index] == snapshots[index] {
                    continue;
                }
                self.tried += 1;
                if found(system, &damaged, index).iter().all(|finding| known.contains(finding)) {
                    self.missed.push(format!("{name} at {index}: {what}"));
                }
            }
        }
    }

    /// At least 99 of 100 must have been found.
    pub fn assert_found(&self) {
        let share = 100.0 - 100.0 * self.missed.len() as f64 / f64::from(self.tried);
        super::figure(&format!("{} damaged histories, {share:.2} % found", self.tried));
        let some = &self.missed[..self.missed.len().min(40)];
        assert!(share >= 99.0, "{share:.2} % of {}; missed: {some:#?}", self.tried);
    }
}

#[test]
fn one_damage_in_an_observed_history_leaves_a_finding_at_its_index() {
    let mut damaged = Damaged::default();
    for (system, polls) in [(SystemName::Hatchet, hatchet_runs()), (SystemName::Formance, formance())] {
        for poll in polls {
            damaged.try_all(system, &poll.name, &poll.snapshots, 1);
        }
    }
    damaged.assert_found();
}

/// The findings at an index.
fn found(system: SystemName, snapshots: &[Snapshot], index: usize) -> Vec<(&'static str, String, String)> {
    let place = format!("/{index}");
    let at = |pointer: &str| pointer.strip_prefix(&place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let findings = history(rules(system), snapshots).findings;
    findings.into_iter().filter(|finding| at(&finding.pointer)).map(|it| (it.code, it.pointer, it.message)).collect()
}
