//! The common view of meshX's runs. A status is any text: the lifecycle says which words we put where, whatever their case.
//! Any other is unknown, and at an end only if it is said when.
use super::lifecycle::RULES;
use super::model::OrchestratorWorkflow;
use crate::describe::{NaiveDateTime, Nullable, Raw};
use crate::error::{Result, SystemName};
use crate::finding::What;
use crate::run::{Fixed, Millis, Outcome, Phase, Run, Snapshot};
use crate::system::{decode, opened};

/// The view of a run.
///
/// # Errors
/// `decode` when the text holds no run.
pub fn snapshot(json: &str) -> Result<Snapshot> {
    let run: OrchestratorWorkflow = decode(SystemName::MeshX, json)?;
    let fixed = vec![
        Fixed { pointer: "/identifier", value: run.identifier.canonical() },
        Fixed { pointer: "/data_product_identifier", value: run.data_product_identifier.canonical() },
        Fixed { pointer: "/name", value: run.name.clone() },
        Fixed { pointer: "/run_type", value: run.run_type.clone() },
        Fixed { pointer: "/created_at", value: run.created_at.with_offset().canonical() },
    ];
    // `updated_at` is what the last writer says, and no sign of an older state
    Ok(Snapshot { run: of_run(run), what: What::Run, fixed, changed_at: None })
}

/// The views of all runs: the list, or a bare array.
///
/// # Errors
/// `decode` when the text is no such list.
pub fn page(json: &str) -> Result<Vec<Run>> {
    let rows = opened(json, &["orchestrator_workflows"]);
    let rows: Vec<OrchestratorWorkflow> = decode(SystemName::MeshX, rows.as_ref().map_or(json, Raw::as_str))?;
    Ok(rows.into_iter().map(of_run).collect())
}

fn of_run(run: OrchestratorWorkflow) -> Run {
    let metadata = metadata(&run);
    let finished_at = time(run.completed_at.and_then(Nullable::into_option));
    let error = run.error_message.and_then(Nullable::into_option).filter(|error| !error.is_empty());
    let (phase, outcome) = match RULES.runs.state(run.status.as_str(), Phase::Unknown) {
        Some(state) => (state.phase, state.outcome),
        None if finished_at.is_some() => (Phase::Finished, error.as_ref().map(|_| Outcome::Failed)),
        None => (Phase::Unknown, None),
    };
    Run {
        system: SystemName::MeshX,
        id: run.identifier.0,
        workflow_id: Some(run.data_product_identifier.canonical()),
        name: Some(run.name).filter(|name| !name.is_empty()),
        status: run.status.as_str().into(),
        phase,
        outcome,
        attempt: 1,
        created_at: run.created_at.millis(),
        started_at: time(run.started_at.and_then(Nullable::into_option)),
        finished_at,
        duration: None,
        input: run.config.and_then(Nullable::into_option).map(|config| config.0),
        output: None,
        error,
        tags: vec![],
        metadata: Some(metadata),
        parent_id: None,
        stages: vec![],
        link: None,
    }
}

/// How it came to be: `run_type`, and who created it where that is said.
fn metadata(run: &OrchestratorWorkflow) -> Raw {
    let creator = run.created_by.as_ref().and_then(Nullable::as_ref);
    Raw::object_of(&[("run_type", Some(&run.run_type)), ("created_by", creator.map(String::as_str))])
}

fn time(time: Option<NaiveDateTime>) -> Option<Millis> {
    time?.millis()
}
