//! Snapshots by hand.
use runward::error::SystemName;
use runward::lifecycle::Rules;
use runward::run::{Millis, Phase, Run, Stage};

/// A run that tells of nothing but its status.
pub fn run(rules: &'static Rules, id: &str, status: &str) -> Run {
    let state = rules.runs.state(status, Phase::Unknown);
    Run {
        system: rules.system,
        id: id.into(),
        workflow_id: None,
        name: None,
        status: status.into(),
        phase: state.map_or(Phase::Unknown, |state| state.phase),
        outcome: state.and_then(|state| state.outcome),
        attempt: 1,
        created_at: None,
        started_at: None,
        finished_at: None,
        duration: None,
        input: None,
        output: None,
        error: None,
        tags: vec![],
        metadata: None,
        parent_id: None,
        stages: vec![],
        link: None,
    }
}

/// A stage that tells of nothing but its status and attempt.
pub fn stage(rules: &'static Rules, id: &str, status: &str, attempt: u32) -> Stage {
    let state = rules.stages.state(status, Phase::Unknown);
    Stage {
        id: Some(id.into()),
        name: id.into(),
        status: status.into(),
        phase: state.map_or(Phase::Unknown, |state| state.phase),
        outcome: state.and_then(|state| state.outcome),
        attempt,
        started_at: None,
        finished_at: None,
        input: None,
        output: None,
        error: None,
        next: vec![],
    }
}

/// Milliseconds of a date, absent for the zero time.
pub fn millis(date: &str) -> Option<Millis> {
    let date = chrono::DateTime::parse_from_rfc3339(date).unwrap();
    let micros = date.timestamp_micros();
    (micros > 0).then_some(micros as f64 / 1000.0)
}

/// The rules of a system.
pub fn rules(system: SystemName) -> &'static Rules {
    runward::systems::rules(system)
}
