//! New runs.

use serde_json::{Map, Value};

use super::scenario::Spawn;
use super::store::{Run, Task};
use super::work::{Act, Work};
use super::{Registered, dag, engine};
use crate::Error;
use crate::chance::Purpose;
use crate::gojson;

/// What a run is to be.
pub struct Wish {
    /// The user's input, numbers already as doubles.
    pub input: Value,
    pub metadata: Map<String, Value>,
    /// The task that spawned it.
    pub parent: Option<String>,
    /// The event that started it.
    pub event: Option<String>,
}

/// Creates the run and queues its first tasks; `None` when its idempotency key is taken.
pub fn create(act: &Act<'_>, registered: &Registered, wish: Wish) -> Result<Option<Run>, Error> {
    let workflow = &registered.workflow;
    let (newest, inserted) = Run::newest(act.db)?;
    let ordinal = newest + 1;
    // The order of insertion is the order of time, also when the wall clock is set back.
    let act = &Act { now: act.now.max(inserted), ..*act };
    let mut draws = act.hatchet.chance.stream(Purpose::Run, ordinal.unsigned_abs());
    let id = draws.uuid().to_string();
    let mut metadata = wish.metadata;
    metadata.insert("traceparent".into(), format!("00-{}-{}-01", draws.hex(32), draws.hex(16)).into());
    let seen_lag = draws.measured(act.hatchet.lags().seen);
    let first = workflow.steps.first().map_or("", |step| step.name.as_str());
    let name = if workflow.is_dag() { &workflow.name } else { first };
    let key = workflow.idempotency_key.as_ref().and_then(|key| wish.input.get(key)).map(|key| match key {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    let run = Run {
        ordinal,
        id,
        workflow: workflow.name.clone(),
        inserted: act.now,
        seen_at: act.now + act.hatchet.clock.scaled(seen_lag),
        display_name: format!("{name}-{}", act.now / 1000),
        input: gojson::text(&wish.input),
        metadata: gojson::text(&Value::Object(metadata)),
        parent: wish.parent,
        event: wish.event,
        is_dag: workflow.is_dag(),
        is_cancelled: false,
        idempotency_key: key,
    };
    if !run.insert(act.db)? {
        return Ok(None);
    }
    act.push(run.seen_at, &Work::Seen { run: ordinal })?;
    for step in workflow.steps.iter().filter(|step| step.parents.is_empty()) {
        let mut task = dag::new_task(act, &run, step)?;
        task.input = dag::input_of(&run, step, &[], workflow)?;
        task.save(act.db)?;
        engine::queue(act, &mut task)?;
    }
    Ok(Some(run))
}

/// A run that a task starts: it inherits the parent's own metadata and says where it comes from.
pub fn spawn(act: &Act<'_>, run: &Run, parent: &Task, spawn: &Spawn) -> Result<(), Error> {
    let registered = act.hatchet.workflow(&spawn.workflow)?;
    let mut metadata: Map<String, Value> = serde_json::from_str(&run.metadata)?;
    metadata.insert("hatchet__parent_step_run_id".into(), parent.external_id.as_str().into());
    metadata.insert("hatchet__parent_workflow_run_id".into(), run.id.as_str().into());
    let wish = Wish { input: spawn.input.clone(), metadata, parent: Some(parent.external_id.clone()), event: None };
    create(act, &registered, wish)?;
    Ok(())
}
