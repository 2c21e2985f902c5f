//! The common view of Onfido's runs. `sdk_token` and the link that lets its holder go on in the applicant's place are no part
//! of it.
use super::lifecycle::RULES;
use super::model::{Task, WorkflowRun};
use crate::describe::{NaiveDateTime, Nullable, Raw};
use crate::error::{Result, SystemName};
use crate::finding::What;
use crate::run::{Fixed, Millis, Phase, Run, Snapshot, Stage};
use crate::system::{decode, opened};

/// The view of a run, bare or in the delivery that tells of it.
///
/// # Errors
/// `decode` when the text holds no run.
pub fn snapshot(json: &str) -> Result<Snapshot> {
    let resource = opened(json, &["payload", "resource"]);
    let run: WorkflowRun = decode(SystemName::Onfido, resource.as_ref().map_or(json, Raw::as_str))?;
    let mut fixed = vec![
        Fixed { pointer: "/id", value: run.id.canonical() },
        Fixed { pointer: "/applicant_id", value: run.applicant_id.canonical() },
        Fixed { pointer: "/workflow_id", value: run.workflow_id.canonical() },
    ];
    let created_at = run.created_at.as_ref().map(|time| time.with_offset().canonical());
    fixed.extend(created_at.map(|value| Fixed { pointer: "/created_at", value }));
    let changed_at = time(run.updated_at.as_ref());
    let what = if resource.is_some() { What::Event } else { What::Run };
    Ok(Snapshot { run: of_run(run), what, fixed, changed_at })
}

/// The view of a task. Its document has no status; but an output is `null` while a task goes on, so one that has an output
/// was completed. Of any other nothing is known.
///
/// # Errors
/// `decode` when the text holds no task.
pub fn task(json: &str) -> Result<Stage> {
    let task: Task = decode(SystemName::Onfido, json)?;
    let output = task.output.filter(|output| output.as_str() != "null");
    let state = output.as_ref().and_then(|_| RULES.stages.state("completed", Phase::Finished));
    Ok(Stage {
        id: Some(task.id.0),
        name: task.task_def_id.0,
        status: state.map_or("", |state| state.status).into(),
        phase: state.map_or(Phase::Unknown, |state| state.phase),
        outcome: state.and_then(|state| state.outcome),
        attempt: 1,
        started_at: None,
        finished_at: None,
        input: None,
        output,
        error: None,
        next: vec![],
    })
}

/// The views of a page's runs: a bare array.
///
/// # Errors
/// `decode` when the text is no such array.
pub fn page(json: &str) -> Result<Vec<Run>> {
    let rows: Vec<WorkflowRun> = decode(SystemName::Onfido, json)?;
    Ok(rows.into_iter().map(of_run).collect())
}

fn of_run(run: WorkflowRun) -> Run {
    let status = run.status.as_ref().map_or("", |status| status.as_str()).to_owned();
    let state = RULES.runs.state(&status, Phase::Unknown);
    let metadata = metadata(&run);
    Run {
        system: SystemName::Onfido,
        // the server reads it by the spelling that it sent
        id: run.id.0,
        workflow_id: Some(run.workflow_id.canonical()),
        name: None,
        phase: state.map_or(Phase::Unknown, |state| state.phase),
        outcome: state.and_then(|state| state.outcome),
        status,
        attempt: 1,
        created_at: time(run.created_at.as_ref()),
        // no time is told of the start and the end: `updated_at` moves after the end as well
        started_at: None,
        finished_at: None,
        duration: None,
        input: None,
        output: run.output.and_then(Nullable::into_option).map(|output| output.0),
        error: run.error.and_then(Nullable::into_option).map(|error| {
            let words = error.message.and_then(Nullable::into_option).or(error.r#type.and_then(Nullable::into_option));
            words.unwrap_or_else(|| "error".into())
        }),
        tags: run
            .tags
            .and_then(Nullable::into_option)
            .map_or_else(Vec::new, |tags| tags.0.into_iter().map(|tag| tag.0).collect()),
        metadata: Some(metadata),
        parent_id: None,
        stages: vec![],
        link: run.dashboard_url.and_then(Nullable::into_option),
    }
}

/// Whom the run is about: Onfido's id, and the caller's.
fn metadata(run: &WorkflowRun) -> Raw {
    let customer = run.customer_user_id.as_ref().and_then(Nullable::as_ref);
    let customer = customer.map(|customer| customer.0.as_str());
    Raw::object_of(&[("applicant_id", Some(&run.applicant_id.0)), ("customer_user_id", customer)])
}

fn time(time: Option<&NaiveDateTime>) -> Option<Millis> {
    time?.millis()
}
