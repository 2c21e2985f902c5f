//! The common view of Hatchet's runs: zero times and sentinels become absent, envelopes are opened once.
use super::DOCUMENTS;
use super::lifecycle::RULES;
use super::model::*;
use crate::describe::{self, AnyObject, DateTime, Document, Others, Raw, Uuid, Wire, ZERO_TIME};
use crate::error::{Result, SystemName};
use crate::finding::What;
use crate::order::sort_by;
use crate::read::{self, Padded, SENTINEL};
use crate::run::{Fixed, Millis, Outcome, Phase, Run, Snapshot, Stage};
use crate::system;

/// The view of a document that holds one run: details, a bare run, a task, or the answer of an id alone.
///
/// # Errors
/// `decode` when the text holds none of these; a text that was validated as one does.
pub fn snapshot(json: &str) -> Result<Snapshot> {
    match document(json).map(|document| (document.what, document.place)) {
        Some((What::Created, _)) => Ok(of_created(decode(json)?)),
        Some((What::Task, _)) => Ok(of_task(decode(json)?)),
        Some((What::Run, "")) => Ok(of_bare(decode(json)?)),
        _ => Ok(of_details(decode(json)?)),
    }
}

/// The document of one run that the text holds.
fn document(json: &str) -> Option<&'static Document> {
    let documents: Vec<_> = DOCUMENTS.iter().filter(|document| document.run.is_some()).collect();
    read::recognise(&Padded::new(json.as_bytes()), 0, &documents).and_then(|number| documents.get(number).copied())
}

/// The views of the rows of a run list, or of the runs of a bare array.
///
/// # Errors
/// `decode` when the text is no such page.
pub fn page(json: &str) -> Result<Vec<Run>> {
    if json.trim_start().starts_with('[') {
        return decode::<Vec<Raw>>(json)?.iter().map(item).collect();
    }
    let page: V1TaskSummaryList = decode(json)?;
    Ok(page.rows.0.into_iter().map(of_row).collect())
}

/// An item of a bare array; what looks like a task is a row of a list.
fn item(raw: &Raw) -> Result<Run> {
    let json = raw.as_str();
    match document(json).map(|document| document.what) {
        Some(What::Task) => Ok(of_row(decode(json)?)),
        _ => Ok(snapshot(json)?.run),
    }
}

fn decode<T: Wire>(json: &str) -> Result<T> {
    system::decode(SystemName::Hatchet, json)
}

/// What a status says in our words: as the lifecycle says, which is the only list of them.
fn reading(status: &V1TaskStatus) -> (Phase, Option<Outcome>) {
    let state = RULES.runs.state(status.as_str(), Phase::Unknown);
    state.map_or((Phase::Unknown, None), |state| (state.phase, state.outcome))
}

/// A task that was put aside reads RUNNING on the wire, and waits for what will wake it.
fn reading_of(task: &V1TaskSummary) -> (Phase, Option<Outcome>) {
    match reading(&task.status) {
        (Phase::Running, outcome) if task.is_evicted == Some(true) => (Phase::Waiting, outcome),
        read => read,
    }
}

fn of_details(details: V1WorkflowRunDetails) -> Snapshot {
    let V1WorkflowRunDetails { run, tasks, shape, .. } = details;
    let own = tasks.iter().find(|task| task.metadata.id == run.metadata.id);
    let standalone = own.is_some() || tasks.is_empty() && shape.len() == 1;
    let parent = own.and_then(|task| task.parent_task_external_id.as_ref()).map(Uuid::canonical);
    let fixed = fixed(&run, &AT_RUN);
    let made = if standalone { given(&run.output) } else { outputs(&tasks, &shape) };
    let view = of_run(run, standalone);
    let aside = view.phase == Phase::Running && own.is_some_and(|task| reading_of(task).0 == Phase::Waiting);
    let run = Run {
        phase: if aside { Phase::Waiting } else { view.phase },
        attempt: tasks.iter().map(attempt).max().unwrap_or(1),
        output: made.filter(|_| view.outcome == Some(Outcome::Succeeded)),
        parent_id: view.parent_id.clone().or(parent),
        stages: stages(&tasks, &shape),
        ..view
    };
    Snapshot { run, what: What::Run, fixed, changed_at: None }
}

/// A run without its parts does not tell whether it is a DAG; then an input in the whole envelope is taken out of it.
fn of_bare(run: V1WorkflowRun) -> Snapshot {
    let (fixed, output) = (fixed(&run, &AT_ROOT), given(&run.output));
    let run = of_run(run, true);
    let output = output.filter(|_| run.outcome == Some(Outcome::Succeeded));
    Snapshot { run: Run { output, ..run }, what: What::Run, fixed, changed_at: None }
}

/// What a run says of itself; the rest is told by its tasks.
fn of_run(run: V1WorkflowRun, wrapped: bool) -> Run {
    let (phase, outcome) = reading(&run.status);
    let started_at = time(run.started_at.as_ref());
    // while a DAG runs, the end is that of its newest finished task
    let finished_at = time(run.finished_at.as_ref()).filter(|_| phase == Phase::Finished);
    let restricted = run.payloads_restricted == Some(true);
    Run {
        system: SystemName::Hatchet,
        id: run.metadata.id.0,
        workflow_id: Some(run.workflow_id.canonical()),
        name: Some(run.display_name).filter(|name| !name.is_empty()),
        status: run.status.as_str().into(),
        phase,
        outcome,
        attempt: 1,
        created_at: time(Some(&run.metadata.created_at)),
        started_at,
        finished_at,
        duration: duration(run.duration).filter(|_| started_at.is_some() && finished_at.is_some()),
        input: Some(if wrapped { unwrapped(run.input) } else { run.input.0 }).filter(|_| !restricted),
        output: None,
        error: error(run.error_message, outcome),
        tags: vec![],
        metadata: Some(metadata(run.additional_metadata)),
        parent_id: run.parent_task_external_id.map(|id| id.canonical()),
        stages: vec![],
        link: None,
    }
}

/// A row of the run list: a run, or with `only_tasks` a task. Payloads are `{}` unless they were asked for.
fn of_row(mut row: V1TaskSummary) -> Run {
    let children = row.children.take().unwrap_or_default();
    let is_dag = row.task_id == 0 || !children.is_empty();
    let output = if is_dag { outputs(&children, &[]) } else { given(&row.output) };
    let input = given(&row.input).map(|input| if is_dag { input } else { unwrapped(AnyObject(input)) });
    let run = of_summary(row);
    let output = output.filter(|_| run.outcome == Some(Outcome::Succeeded));
    Run { input, output, stages: stages(&children, &[]), ..run }
}

/// The answer of GET task, whose input the server has taken out of the envelope.
fn of_task(task: V1TaskSummary) -> Snapshot {
    let (input, output) = (Some(task.input.0.clone()), given(&task.output));
    let fixed = vec![
        Fixed { pointer: "/metadata/id", value: task.metadata.id.0.clone() },
        Fixed { pointer: "/metadata/createdAt", value: task.metadata.created_at.canonical() },
        Fixed { pointer: "/tenantId", value: task.tenant_id.canonical() },
        Fixed { pointer: "/workflowId", value: task.workflow_id.canonical() },
        Fixed { pointer: "/workflowRunExternalId", value: task.workflow_run_external_id.canonical() },
    ];
    let restricted = task.payloads_restricted == Some(true);
    let run = of_summary(task);
    let output = output.filter(|_| run.outcome == Some(Outcome::Succeeded));
    Snapshot {
        run: Run { input: input.filter(|_| !restricted), output, ..run },
        what: What::Task,
        fixed,
        changed_at: None,
    }
}

/// What a task or row says of itself, without its payloads.
fn of_summary(task: V1TaskSummary) -> Run {
    let (phase, outcome) = reading_of(&task);
    Run {
        system: SystemName::Hatchet,
        attempt: attempt(&task),
        id: task.metadata.id.0,
        workflow_id: Some(task.workflow_id.canonical()),
        name: Some(task.display_name).filter(|name| !name.is_empty()),
        status: task.status.as_str().into(),
        phase,
        outcome,
        created_at: time(Some(&task.metadata.created_at)),
        started_at: time(task.started_at.as_ref()),
        finished_at: time(task.finished_at.as_ref()).filter(|_| phase == Phase::Finished),
        duration: duration(task.duration).filter(|_| phase == Phase::Finished),
        input: None,
        output: None,
        error: error(task.error_message, outcome),
        tags: vec![],
        metadata: Some(metadata(task.additional_metadata)),
        parent_id: task.parent_task_external_id.map(|id| id.canonical()),
        stages: vec![],
        link: None,
    }
}

/// A run that was accepted, and of which nothing is known but its id.
fn of_created(created: V1WorkflowRunCreated) -> Snapshot {
    let id = created.run.metadata.id.0;
    let fixed = vec![Fixed { pointer: AT_RUN.id, value: id.clone() }];
    let run = Run {
        system: SystemName::Hatchet,
        id,
        workflow_id: None,
        name: None,
        status: created.run.status.0,
        phase: Phase::Queued,
        outcome: None,
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
    };
    Snapshot { run, what: What::Created, fixed, changed_at: None }
}

/// Where the values stand that no later read of a run may change.
struct Places {
    id: &'static str,
    created_at: &'static str,
    tenant_id: &'static str,
    workflow_id: &'static str,
    display_name: &'static str,
}

const AT_RUN: Places = Places {
    id: "/run/metadata/id",
    created_at: "/run/metadata/createdAt",
    tenant_id: "/run/tenantId",
    workflow_id: "/run/workflowId",
    display_name: "/run/displayName",
};

const AT_ROOT: Places = Places {
    id: "/metadata/id",
    created_at: "/metadata/createdAt",
    tenant_id: "/tenantId",
    workflow_id: "/workflowId",
    display_name: "/displayName",
};

fn fixed(run: &V1WorkflowRun, at: &Places) -> Vec<Fixed> {
    vec![
        Fixed { pointer: at.id, value: run.metadata.id.0.clone() },
        Fixed { pointer: at.created_at, value: run.metadata.created_at.canonical() },
        Fixed { pointer: at.tenant_id, value: run.tenant_id.canonical() },
        Fixed { pointer: at.workflow_id, value: run.workflow_id.canonical() },
        Fixed { pointer: at.display_name, value: run.display_name.clone() },
    ]
}

fn time(time: Option<&DateTime>) -> Option<Millis> {
    time?.millis().filter(|ms| *ms != ZERO_TIME)
}

/// A small negative is a run so short that its end was noted before its start.
fn duration(ms: Option<i64>) -> Option<f64> {
    let ms = ms? as f64;
    (ms.abs() < SENTINEL).then_some(ms.max(0.0))
}

/// The text of what went wrong. One that completed carries that of an earlier attempt, which is not its own.
fn error(message: Option<String>, outcome: Option<Outcome>) -> Option<String> {
    message.filter(|message| !message.is_empty() && outcome != Some(Outcome::Succeeded))
}

fn metadata(own: Option<AnyObject>) -> Raw {
    own.map_or_else(Raw::empty_object, |own| own.0)
}

fn attempt(task: &V1TaskSummary) -> u32 {
    let retries = task.retry_count.or(task.attempt.map(|attempt| attempt - 1)).unwrap_or(0);
    u32::try_from(retries).unwrap_or(0).saturating_add(1)
}

/// A payload; `{}` stands for none.
fn given(payload: &AnyObject) -> Option<Raw> {
    let inside = payload.0.as_str().trim_matches(['{', '}', ' ', '\t', '\n', '\r']);
    (!inside.is_empty()).then(|| payload.0.clone())
}

/// The caller's input, out of the engine's envelope; the input as it is, if it stands in none.
fn unwrapped(input: AnyObject) -> Raw {
    describe::unwrapped(input.0.as_str(), &ENVELOPE).unwrap_or(input.0)
}

/// The outputs of a DAG's tasks, by the names of their steps; `None` if there is none.
fn outputs(tasks: &[V1TaskSummary], shape: &[WorkflowRunShapeItemForWorkflowRunDetails]) -> Option<Raw> {
    let mut members = vec![];
    for task in tasks.iter().rev().filter(|task| task.status == V1TaskStatus::Completed) {
        if let Some(output) = given(&task.output) {
            members.push((name(task, shape), output));
        }
    }
    (!members.is_empty()).then(|| Raw::of(&Others(members)))
}

/// The name of the step that a task executes.
fn name(task: &V1TaskSummary, shape: &[WorkflowRunShapeItemForWorkflowRunDetails]) -> String {
    let step = shape.iter().find(|step| is_of(task, step)).map(|step| step.task_name.clone());
    let action = task.action_id.as_deref().and_then(|action| action.rsplit_once(':')).map(|(_, step)| step.to_owned());
    let display = || task.display_name.rsplit_once('-').map_or(task.display_name.as_str(), |(name, _)| name).to_owned();
    step.or(action).filter(|name| !name.is_empty()).unwrap_or_else(display)
}

fn is_of(task: &V1TaskSummary, step: &WorkflowRunShapeItemForWorkflowRunDetails) -> bool {
    task.step_id.as_ref() == Some(&step.step_id) || task.task_external_id == step.task_external_id
}

/// The steps of a run, in the order in which they began or will; those without a task too.
fn stages(tasks: &[V1TaskSummary], shape: &[WorkflowRunShapeItemForWorkflowRunDetails]) -> Vec<Stage> {
    let of_task = |task: &V1TaskSummary| of_stage(name(task, shape), task, behind(task, shape));
    let mut stages: Vec<(usize, Stage)> = tasks.iter().map(|task| (depth_of(task, shape), of_task(task))).collect();
    for step in shape.iter().filter(|step| !tasks.iter().any(|task| is_of(task, step))) {
        stages.push((depth(step, shape), not_yet(step, shape)));
    }
    let begun = |stage: &Stage| stage.started_at.or(stage.finished_at).unwrap_or(f64::INFINITY);
    sort_by(&mut stages, |(left_depth, left), (right_depth, right)| {
        let by_time = begun(left).total_cmp(&begun(right));
        by_time.then(left_depth.cmp(right_depth)).then_with(|| left.name.cmp(&right.name))
    });
    stages.into_iter().map(|(_, stage)| stage).collect()
}

fn of_stage(name: String, task: &V1TaskSummary, next: Vec<String>) -> Stage {
    let (phase, outcome) = reading_of(task);
    Stage {
        id: Some(task.metadata.id.0.clone()),
        name,
        status: task.status.as_str().into(),
        phase,
        outcome,
        attempt: attempt(task),
        started_at: time(task.started_at.as_ref()),
        finished_at: time(task.finished_at.as_ref()),
        input: given(&task.input).map(|input| unwrapped(AnyObject(input))),
        output: given(&task.output),
        error: error(task.error_message.clone(), outcome),
        next,
    }
}

fn not_yet(
    step: &WorkflowRunShapeItemForWorkflowRunDetails,
    shape: &[WorkflowRunShapeItemForWorkflowRunDetails],
) -> Stage {
    Stage {
        id: None,
        name: step.task_name.clone(),
        status: String::new(),
        phase: Phase::Queued,
        outcome: None,
        attempt: 1,
        started_at: None,
        finished_at: None,
        input: None,
        output: None,
        error: None,
        next: names(step, shape),
    }
}

fn behind(task: &V1TaskSummary, shape: &[WorkflowRunShapeItemForWorkflowRunDetails]) -> Vec<String> {
    shape.iter().find(|step| is_of(task, step)).map_or_else(Vec::new, |step| names(step, shape))
}

fn names(
    step: &WorkflowRunShapeItemForWorkflowRunDetails,
    shape: &[WorkflowRunShapeItemForWorkflowRunDetails],
) -> Vec<String> {
    let name = |id: &Uuid| shape.iter().find(|other| other.step_id == *id).map(|other| other.task_name.clone());
    step.children_step_ids.iter().filter_map(name).collect()
}

fn depth_of(task: &V1TaskSummary, shape: &[WorkflowRunShapeItemForWorkflowRunDetails]) -> usize {
    shape.iter().find(|step| is_of(task, step)).map_or(0, |step| depth(step, shape))
}

/// How many steps must be done before this one can begin. A step that hangs on no other, the one for failures, is last.
fn depth(
    step: &WorkflowRunShapeItemForWorkflowRunDetails,
    shape: &[WorkflowRunShapeItemForWorkflowRunDetails],
) -> usize {
    let is_before = |other: &WorkflowRunShapeItemForWorkflowRunDetails, ids: &[&Uuid]| {
        other.children_step_ids.iter().any(|child| ids.contains(&child))
    };
    let mut ids = vec![&step.step_id];
    let mut depth = 0;
    while depth < shape.len() {
        let before: Vec<&Uuid> =
            shape.iter().filter(|other| is_before(other, &ids)).map(|other| &other.step_id).collect();
        if before.is_empty() {
            break;
        }
        (ids, depth) = (before, depth + 1);
    }
    let alone = depth == 0 && step.children_step_ids.is_empty();
    if alone { shape.len() } else { depth }
}
