//! How a DAG goes on: steps whose parents are done, the on-failure step, replays layer by layer.

use serde_json::{Map, Value, json};

use super::engine::{self, Said};
use super::kind::Kind;
use super::scenario::{Step, Workflow};
use super::store::{Run, State, Task};
use super::view;
use super::work::Act;
use crate::Error;
use crate::chance::Purpose;
use crate::gojson;

/// What the parents of a step allow.
#[derive(PartialEq)]
enum Turn {
    NotYet,
    Run,
    Cancel,
    Skip,
}

/// Gives every step whose turn has come its turn. Steps that are cancelled or skipped make room for others at once.
pub fn advance(act: &Act<'_>, run: i64) -> Result<(), Error> {
    let registered = act.hatchet.workflow(&Run::workflow(act.db, run)?)?;
    if !registered.workflow.is_dag() {
        return Ok(());
    }
    let run = Run::load(act.db, run)?;
    let workflow = act.hatchet.workflow(&run.workflow)?.workflow.clone();
    for step in workflow.all_steps() {
        let tasks = Task::of_run(act.db, run.ordinal)?;
        let task = tasks.iter().find(|task| task.step == step.name);
        if task.is_some_and(|task| task.state != State::Waiting) {
            continue;
        }
        let turn = turn(&workflow, step, &run, &tasks);
        if turn != Turn::NotYet {
            take(act, &run, step, task.cloned(), &turn, &tasks, &workflow)?;
        }
    }
    Ok(())
}

fn turn(workflow: &Workflow, step: &Step, run: &Run, tasks: &[Task]) -> Turn {
    let on_failure = workflow.is_on_failure(&step.name);
    let names: Vec<&str> = if on_failure {
        workflow.steps.iter().map(|step| step.name.as_str()).collect()
    } else {
        step.parents.iter().map(String::as_str).collect()
    };
    let parents: Vec<&Task> = tasks.iter().filter(|task| names.contains(&task.step.as_str())).collect();
    if parents.len() < names.len() || parents.iter().any(|task| !task.state.is_final()) {
        return Turn::NotYet;
    }
    let failed = parents.iter().any(|task| task.state == State::Failed);
    if on_failure {
        return if failed { Turn::Run } else { Turn::Skip };
    }
    if failed || run.is_cancelled || parents.iter().any(|task| task.state == State::Cancelled) {
        return Turn::Cancel;
    }
    // A parent that answered something other than an object leaves the run hanging for good.
    if parents.iter().all(|task| feeds_children(task.output.as_deref())) { Turn::Run } else { Turn::NotYet }
}

fn feeds_children(output: Option<&str>) -> bool {
    let value = output.map_or(Ok(Value::Null), serde_json::from_str::<Value>);
    matches!(value, Ok(Value::Object(_) | Value::Null))
}

fn take(
    act: &Act<'_>,
    run: &Run,
    step: &Step,
    task: Option<Task>,
    turn: &Turn,
    tasks: &[Task],
    workflow: &Workflow,
) -> Result<(), Error> {
    let is_new = task.is_none();
    let mut task = match task {
        Some(mut task) => {
            task.retry += 1;
            task.since_replay = task.retry;
            task
        }
        None => new_task(act, run, step)?,
    };
    let (state, kind) = match turn {
        Turn::Run => {
            task.input = input_of(run, step, tasks, workflow)?;
            task.save(act.db)?;
            return engine::queue(act, &mut task);
        }
        Turn::Skip => (State::Skipped, Kind::Skipped),
        Turn::Cancel | Turn::NotYet => (State::Cancelled, Kind::Cancelled),
    };
    task.state = state;
    if is_new {
        task.input = "{}".into();
    }
    task.save(act.db)?;
    let at = act.soon(&mut act.draws(Purpose::Attempt, &task, 5), (10, 30));
    act.emit(&mut task, kind, at, Said::default())
}

/// A task of the run that does not run yet.
pub fn new_task(act: &Act<'_>, run: &Run, step: &Step) -> Result<Task, Error> {
    let id = Task::next_id(act.db)?;
    let external_id = if run.is_dag {
        act.hatchet.chance.stream(Purpose::Task, id.unsigned_abs()).uuid().to_string()
    } else {
        run.id.clone()
    };
    Ok(Task {
        id,
        external_id,
        run: run.ordinal,
        step: step.name.clone(),
        inserted: act.now,
        display_name: format!("{}-{}", step.name, act.now / 1000),
        input: "{}".into(),
        state: State::Queued,
        retry: 0,
        since_replay: 0,
        output: None,
        error: None,
        last_message: 0,
        retry_message: 0,
    })
}

/// The envelope in which a task gets the run's input.
pub fn input_of(run: &Run, step: &Step, tasks: &[Task], workflow: &Workflow) -> Result<String, Error> {
    let mut parents = Map::new();
    let mut errors = Map::new();
    for task in tasks {
        if step.parents.contains(&task.step) {
            let output = view::parse(task.output.as_deref().unwrap_or("null"));
            parents.insert(task.step.clone(), gojson::doubles(output));
        }
        if let (State::Failed, Some(error)) = (task.state, &task.error) {
            errors.insert(task.step.clone(), error.as_str().into());
        }
    }
    let input: Value = serde_json::from_str(&run.input)?;
    let mut envelope = json!({
        "input": input, "overrides": null, "parents": parents, "triggered_by": "manual",
        "triggers": {"filter_payload": null}, "user_data": null,
    });
    if let (true, Some(map)) = (workflow.is_on_failure(&step.name), envelope.as_object_mut()) {
        map.insert("step_run_errors".into(), errors.into());
    }
    Ok(gojson::text(&envelope))
}
