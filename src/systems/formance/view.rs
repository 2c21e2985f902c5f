//! The common view of Formance's runs: how a run stands is read from `terminated`, its error and its stages.
//!
//! The words of the statuses are those of the lifecycle. The answer to a run's POST tells its times in nanoseconds and every
//! later one in microseconds, so times are cut there.
use super::lifecycle::RULES;
use super::model::{Stage as Config, StageStatus, WorkflowInstance};
use crate::describe::{DateTime, Raw};
use crate::error::{Result, SystemName};
use crate::finding::What;
use crate::order::sort_by;
use crate::run::{Fixed, Millis, Outcome, Phase, Run, Snapshot, Stage};
use crate::system::{decode, opened};

/// The view of a run, bare or in its envelope.
///
/// # Errors
/// `decode` when the text holds no run.
pub fn snapshot(json: &str) -> Result<Snapshot> {
    let inside = opened(json, &["data"]);
    let instance: WorkflowInstance = decode(SystemName::Formance, inside.as_ref().map_or(json, Raw::as_str))?;
    let fixed = vec![
        Fixed { pointer: "/id", value: instance.id.clone() },
        Fixed { pointer: "/workflowID", value: instance.workflow_id.canonical() },
        Fixed { pointer: "/createdAt", value: time(&instance.created_at).unwrap_or(f64::NAN).to_string() },
    ];
    // a list leaves the stages out, so only here does their absence say that none has begun
    let run = of_instance(instance, true);
    Ok(Snapshot { run, what: What::Run, fixed, changed_at: None })
}

/// The views of a page's runs: of either version's list, or a bare array.
///
/// # Errors
/// `decode` when the text is no such page.
pub fn page(json: &str) -> Result<Vec<Run>> {
    let rows = opened(json, &["cursor", "data"]).or_else(|| opened(json, &["data"]));
    let rows: Vec<WorkflowInstance> = decode(SystemName::Formance, rows.as_ref().map_or(json, Raw::as_str))?;
    Ok(rows.into_iter().map(|row| of_instance(row, false)).collect())
}

fn of_instance(instance: WorkflowInstance, tells_stages: bool) -> Run {
    let configs = configs(&instance);
    let begun = instance.status.as_deref().unwrap_or_default();
    let passes = passes(begun);
    let attempt = passes.len().max(1) as u32;
    let mut stages: Vec<Stage> = in_order(begun).map(|stage| of_stage(stage, &configs, &passes)).collect();
    let last: Vec<&Stage> = stages.iter().filter(|stage| stage.attempt == attempt).collect();
    let started_at = last.iter().filter_map(|stage| stage.started_at).reduce(f64::min);
    let (status, phase, outcome) = standing(&instance, &last);
    let error = error(&instance, &last);
    if tells_stages && !instance.terminated {
        stages.extend(not_yet(&configs, begun));
    }
    let name = instance.workflow.and_then(|workflow| workflow.config.name);
    Run {
        system: SystemName::Formance,
        id: instance.id,
        workflow_id: Some(instance.workflow_id.canonical()),
        name: name.filter(|name| !name.is_empty()),
        status: status.into(),
        phase,
        outcome,
        attempt,
        created_at: time(&instance.created_at),
        started_at,
        finished_at: instance.terminated_at.as_ref().and_then(time),
        duration: None,
        input: None,
        output: None,
        error,
        tags: vec![],
        metadata: Some(Raw::empty_object()),
        parent_id: None,
        stages,
        link: None,
    }
}

/// How a run stands, by its fields and the stages of its last pass.
fn standing(instance: &WorkflowInstance, last: &[&Stage]) -> (&'static str, Phase, Option<Outcome>) {
    let open = last.iter().rfind(|stage| stage.finished_at.is_none());
    match (instance.terminated, error(instance, last)) {
        (false, _) => ("running", open.map_or(Phase::Running, |stage| stage.phase), None),
        (true, Some(_)) => ("failed", Phase::Finished, Some(Outcome::Failed)),
        // an empty error of a stage is lost on the way to the run
        (true, None) if last.iter().any(|stage| stage.error.is_some()) => {
            ("succeeded", Phase::Finished, Some(Outcome::Failed))
        }
        (true, None) => ("succeeded", Phase::Finished, Some(Outcome::Succeeded)),
    }
}

/// What went wrong: the answer to `wait=true` tells it in its stages alone.
fn error(instance: &WorkflowInstance, last: &[&Stage]) -> Option<String> {
    let of_stage = last.iter().rev().find_map(|stage| stage.error.clone()).filter(|_| instance.terminated);
    instance.error.clone().or(of_stage).filter(|error| !error.is_empty())
}

fn time(time: &DateTime) -> Option<Millis> {
    time.millis_to_the_micro()
}

/// The kinds of the workflow's stages.
fn configs(instance: &WorkflowInstance) -> Vec<String> {
    let stages = instance.workflow.as_ref().and_then(|workflow| workflow.config.stages.as_ref());
    stages.into_iter().flatten().map(kind).collect()
}

fn kind(stage: &Config) -> String {
    match stage {
        Config::Send(_) => "send",
        Config::Delay(_) => "delay",
        Config::WaitEvent(_) => "wait_event",
        Config::Update(_) => "update",
        Config::Noop(_) => "noop",
        Config::Unknown(members) => members.0.first().map_or("", |(name, _)| name),
    }
    .into()
}

/// By number, then by start.
fn in_order(stages: &[StageStatus]) -> impl Iterator<Item = &StageStatus> {
    let mut stages: Vec<(i64, f64, &StageStatus)> =
        stages.iter().map(|stage| (stage.stage, time(&stage.started_at).unwrap_or(f64::NAN), stage)).collect();
    sort_by(&mut stages, |left, right| left.0.cmp(&right.0).then(left.1.total_cmp(&right.1)));
    stages.into_iter().map(|(_, _, stage)| stage)
}

/// The passes over the stages, in the order in which they began. There is a second one only after an operator's reset.
fn passes(stages: &[StageStatus]) -> Vec<Option<String>> {
    let mut begun: Vec<(f64, Option<String>)> =
        stages.iter().map(|stage| (time(&stage.started_at).unwrap_or(f64::NAN), pass(stage))).collect();
    sort_by(&mut begun, |left, right| left.0.total_cmp(&right.0));
    let mut passes = vec![];
    for (_, pass) in begun {
        if !passes.contains(&pass) {
            passes.push(pass);
        }
    }
    passes
}

fn pass(stage: &StageStatus) -> Option<String> {
    stage.temporal_run_id.as_ref().map(|id| id.canonical())
}

fn of_stage(stage: &StageStatus, configs: &[String], passes: &[Option<String>]) -> Stage {
    let kind = usize::try_from(stage.stage).ok().and_then(|number| configs.get(number));
    let status = match (&stage.terminated_at, &stage.error) {
        (None, _) => "running",
        (Some(_), None) => "succeeded",
        (Some(_), Some(_)) => "failed",
    };
    let state = RULES.stages.state(status, Phase::Unknown);
    let phase = state.map_or(Phase::Unknown, |state| state.phase);
    let waits = phase == Phase::Running && kind.is_some_and(|kind| kind == "wait_event" || kind == "delay");
    let pass = pass(stage);
    Stage {
        id: Some(stage.stage.to_string()),
        name: kind.filter(|kind| !kind.is_empty()).cloned().unwrap_or_else(|| stage.stage.to_string()),
        status: status.into(),
        phase: if waits { Phase::Waiting } else { phase },
        outcome: state.and_then(|state| state.outcome),
        attempt: passes.iter().position(|other| *other == pass).unwrap_or(0) as u32 + 1,
        started_at: time(&stage.started_at),
        finished_at: stage.terminated_at.as_ref().and_then(time),
        input: None,
        output: None,
        error: stage.error.clone(),
        next: vec![],
    }
}

/// The stages that may still begin.
fn not_yet(configs: &[String], begun: &[StageStatus]) -> impl Iterator<Item = Stage> {
    let next = begun.iter().map(|stage| stage.stage + 1).max().and_then(|next| usize::try_from(next).ok());
    configs.iter().enumerate().skip(next.unwrap_or(0)).map(|(number, kind)| Stage {
        id: Some(number.to_string()),
        name: kind.clone(),
        status: String::new(),
        phase: Phase::Queued,
        outcome: None,
        attempt: 1,
        started_at: None,
        finished_at: None,
        input: None,
        output: None,
        error: None,
        next: vec![],
    })
}
