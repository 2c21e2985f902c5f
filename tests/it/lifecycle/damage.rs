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

#[test]
fn one_damage_in_an_observed_history_leaves_a_finding_at_its_index() {
    let (mut tried, mut missed) = (0, vec![]);
    for (system, polls) in [(SystemName::Hatchet, hatchet_runs()), (SystemName::Formance, formance())] {
        for poll in polls {
            for index in 1..poll.snapshots.len() {
                for (name, damage) in DAMAGES {
                    let before = &poll.snapshots[index - 1].run;
                    let mut damaged = poll.snapshots.to_vec();
                    if damaged[index].run.stages.is_empty() || before.stages.is_empty() {
                        continue;
                    }
                    damage(&mut damaged[index].run, before);
                    if damaged[index] == poll.snapshots[index] {
                        continue;
                    }
                    tried += 1;
                    let known = found(system, &poll.snapshots, index);
                    if found(system, &damaged, index).iter().all(|finding| known.contains(finding)) {
                        missed.push(format!("{} at {index}: {name}", poll.name));
                    }
                }
            }
        }
    }
    let share = 100.0 - 100.0 * missed.len() as f64 / f64::from(tried);
    println!("{tried} damaged histories, {share:.2} % found");
    assert!(share >= 99.0, "{share:.2} % of {tried}; missed: {:#?}", &missed[..missed.len().min(40)]);
}

/// The findings at an index.
fn found(system: SystemName, snapshots: &[Snapshot], index: usize) -> Vec<(&'static str, String)> {
    let place = format!("/{index}");
    let at = |pointer: &str| pointer.strip_prefix(&place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let findings = history(rules(system), snapshots).findings;
    findings.into_iter().filter(|finding| at(&finding.pointer)).map(|finding| (finding.code, finding.pointer)).collect()
}
