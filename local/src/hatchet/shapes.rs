//! The bodies of the answers. One type on the wire is filled in four ways; each has its own function here.

use serde_json::{Map, Value, json};

use super::kind::on_wire;
use super::time::{self, ZERO};
use super::view::{EventRow, RunRead, TaskRead};
use super::{Hatchet, Registered, pgtext};
use crate::Error;
use crate::clock::Micros;

/// The id that stands for none.
pub const NIL: &str = "00000000-0000-0000-0000-000000000000";

/// A run's metadata object.
fn metadata(id: &str, created: Micros) -> Value {
    let created = time::text(created);
    json!({"id": id, "createdAt": created, "updatedAt": created})
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

fn put(map: &mut Value, key: &str, value: impl Into<Value>) {
    if let Some(map) = map.as_object_mut() {
        map.insert(key.into(), value.into());
    }
}

fn put_times(map: &mut Value, started: Option<Micros>, finished: Option<Micros>) {
    if let Some(started) = started {
        put(map, "startedAt", time::text(started));
    }
    if let Some(finished) = finished {
        put(map, "finishedAt", time::text(finished));
    }
    if let (Some(started), Some(finished)) = (started, finished) {
        put(map, "duration", (finished - started) / 1000);
    }
}

/// The answer of a trigger with `return_only_id`: all but the id is empty.
pub fn skeleton(id: &str, now: Micros, nanos: u32) -> Value {
    let metadata = json!({
        "id": id, "createdAt": time::nanos_text(now, nanos), "updatedAt": time::nanos_text(now, nanos + 180),
    });
    json!({
        "run": {
            "displayName": "", "input": {}, "metadata": metadata, "output": {}, "status": "", "tenantId": NIL,
            "workflowId": NIL,
        },
        "shape": null, "taskEvents": null, "tasks": null,
    })
}

impl Hatchet {
    /// GET run, and the full answer of a trigger.
    pub fn details(&self, read: &RunRead) -> Result<Value, Error> {
        let registered = self.workflow(&read.run.workflow)?;
        let tasks: Vec<Value> = read.tasks.iter().map(|task| self.run_task(read, task, &registered)).collect();
        let events: Vec<Value> = if read.run.is_dag {
            read.events().into_iter().map(|(task, event)| run_event(task, event)).collect()
        } else {
            Vec::new()
        };
        Ok(json!({
            "run": self.run_object(read, &registered), "shape": shape(read, &registered), "taskEvents": events,
            "tasks": tasks, "workflowConfig": registered.workflow.config(),
        }))
    }

    fn run_object(&self, read: &RunRead, registered: &Registered) -> Value {
        let (started, finished) = (read.started(), read.finished());
        let mut run = json!({
            "additionalMetadata": parsed(&read.run.metadata), "createdAt": time::or_zero(read.created()),
            "displayName": read.run.display_name, "duration": time::duration(started, finished),
            "errorMessage": read.error(), "finishedAt": time::or_zero(finished), "input": parsed(&read.input),
            "metadata": metadata(&read.run.id, read.run.inserted), "output": read.output(),
            "startedAt": time::or_zero(started), "status": on_wire(&read.status), "tenantId": self.tenant,
            "workflowId": registered.id, "workflowVersionId": registered.version_id,
        });
        if run.get("input").is_some_and(Value::is_null) {
            put(&mut run, "input", Map::new());
        }
        if let (true, Some(parent)) = (read.run.is_dag, &read.run.parent) {
            put(&mut run, "parentTaskExternalId", parent.as_str());
        }
        run
    }

    /// What all four ways have in common.
    fn task(&self, run: &super::store::Run, read: &TaskRead, registered: &Registered) -> Value {
        let task = &read.task;
        let mut summary = json!({
            "actionId": format!("{}:{}", registered.workflow.name, task.step),
            "additionalMetadata": parsed(&run.metadata), "attempt": read.retry + 1, "displayName": task.display_name,
            "errorMessage": read.error(), "metadata": metadata(&task.external_id, task.inserted),
            "numSpawnedChildren": 0, "output": read.output(), "retryCount": read.retry,
            "status": on_wire(&read.status), "stepId": registered.step_id(&task.step),
            "taskExternalId": task.external_id, "taskId": task.id, "taskInsertedAt": time::text(task.inserted),
            "tenantId": self.tenant, "type": "TASK", "workflowId": registered.id,
            "workflowRunExternalId": run.id, "workflowVersionId": registered.version_id,
        });
        put_times(&mut summary, read.started(), read.finished());
        if let Some(parent) = &run.parent {
            put(&mut summary, "parentTaskExternalId", parent.as_str());
        }
        summary
    }

    /// A task inside GET run.
    fn run_task(&self, read: &RunRead, task: &TaskRead, registered: &Registered) -> Value {
        let mut summary = self.task(&read.run, task, registered);
        let durable = registered.workflow.step(&task.task.step).is_some_and(|step| step.evicted_after_ms.is_some());
        put(&mut summary, "createdAt", ZERO);
        put(&mut summary, "input", task.input());
        put(&mut summary, "isDurable", durable);
        put(&mut summary, "isEvicted", task.status == "EVICTED");
        summary
    }

    /// GET task.
    pub fn single_task(&self, read: &RunRead, task: &TaskRead, spawned: i64) -> Result<Value, Error> {
        let registered = self.workflow(&read.run.workflow)?;
        let mut summary = self.run_task(read, task, &registered);
        put(&mut summary, "input", task.unwrapped_input());
        put(&mut summary, "numSpawnedChildren", spawned);
        put(&mut summary, "workflowConfig", registered.workflow.config());
        Ok(summary)
    }

    /// A task as a row of the list, and as a child of a DAG's row.
    pub fn task_row(&self, read: &RunRead, task: &TaskRead, payloads: bool) -> Result<Value, Error> {
        let registered = self.workflow(&read.run.workflow)?;
        let mut row = self.task(&read.run, task, &registered);
        put(&mut row, "createdAt", time::text(task.task.inserted));
        put(&mut row, "workflowName", registered.workflow.name.as_str());
        put(&mut row, "input", task.input());
        finish_row(&mut row, read, &task.status, payloads);
        Ok(row)
    }

    /// A run as a row of the list.
    pub fn run_row(&self, read: &RunRead, payloads: bool) -> Result<Value, Error> {
        if read.run.is_dag { self.dag_row(read, payloads) } else { self.standalone_row(read, payloads) }
    }

    fn standalone_row(&self, read: &RunRead, payloads: bool) -> Result<Value, Error> {
        let mut row = match (read.tasks.first(), &read.unseen) {
            (Some(task), _) | (None, Some(task)) => self.task_row(read, task, payloads)?,
            (None, None) => return self.dag_row(read, payloads),
        };
        put(&mut row, "type", "DAG");
        put(&mut row, "actionId", "");
        put(&mut row, "status", on_wire(&read.status));
        Ok(row)
    }

    fn dag_row(&self, read: &RunRead, payloads: bool) -> Result<Value, Error> {
        let registered = self.workflow(&read.run.workflow)?;
        let retry = read.newest_retry();
        let created = read.ingested(retry, |_| true).min();
        let started = read.ingested(retry, |event| event.is("RUNNING")).min();
        let finished = read.ingested(retry, EventRow::is_terminal).max();
        let mut row = json!({
            "actionId": "", "additionalMetadata": parsed(&read.run.metadata), "attempt": retry + 1,
            "createdAt": time::or_zero(created), "displayName": read.run.display_name,
            "errorMessage": read.error(), "input": parsed(&read.run.input),
            "metadata": metadata(&read.run.id, read.run.inserted), "numSpawnedChildren": 0,
            "output": read.output(), "retryCount": retry, "status": on_wire(&read.status), "stepId": NIL,
            "taskExternalId": read.run.id, "taskId": 0, "taskInsertedAt": time::text(read.run.inserted),
            "tenantId": self.tenant, "type": "DAG", "workflowId": registered.id,
            "workflowName": registered.workflow.name, "workflowRunExternalId": read.run.id,
            "workflowVersionId": registered.version_id,
        });
        put_times(&mut row, started, finished);
        if let Some(parent) = &read.run.parent {
            put(&mut row, "parentTaskExternalId", parent.as_str());
        }
        if !read.tasks.is_empty() {
            let children = read.tasks.iter().map(|task| self.task_row(read, task, payloads));
            put(&mut row, "children", children.collect::<Result<Vec<_>, _>>()?);
        }
        finish_row(&mut row, read, &read.status, payloads);
        Ok(row)
    }

    /// Timings of a run's tasks, oldest first.
    pub fn timings(&self, read: &RunRead) -> Value {
        let rows: Vec<Value> = read.tasks.iter().rev().map(|task| self.timing(read, task)).collect();
        json!({"pagination": {}, "rows": if rows.is_empty() { Value::Null } else { rows.into() }})
    }

    fn timing(&self, read: &RunRead, task: &TaskRead) -> Value {
        let mut row = json!({
            "attempt": task.retry + 1, "depth": 0, "metadata": metadata(&task.task.external_id, task.task.inserted),
            "retryCount": task.retry, "status": on_wire(&task.status), "taskDisplayName": task.task.display_name,
            "taskExternalId": task.task.external_id, "taskId": task.task.id,
            "taskInsertedAt": time::text(task.task.inserted), "tenantId": self.tenant, "workflowRunId": read.run.id,
        });
        let queued = task.events.iter().find(|event| event.kind == "QUEUED" && event.retry == task.retry);
        if let Some(queued) = queued {
            put(&mut row, "queuedAt", time::text(queued.at));
        }
        put_times(&mut row, task.started(), task.finished());
        if let Some(row) = row.as_object_mut() {
            row.remove("duration");
        }
        row
    }
}

fn finish_row(row: &mut Value, read: &RunRead, status: &str, payloads: bool) {
    if !payloads {
        put(row, "input", Map::new());
        put(row, "output", Map::new());
    }
    if status == "EVICTED" {
        put(row, "isEvicted", true);
    }
    if let Some(key) = &read.run.idempotency_key {
        put(row, "idempotencyKey", key.as_str());
    }
}

/// The steps of the run's workflow, in the order of their ids.
fn shape(read: &RunRead, registered: &Registered) -> Value {
    let mut items: Vec<(String, Value)> = registered
        .workflow
        .all_steps()
        .map(|step| {
            let id = registered.step_id(&step.name);
            let task = read.tasks.iter().find(|task| task.task.step == step.name);
            let mut children: Vec<String> = registered
                .workflow
                .steps
                .iter()
                .filter(|child| child.parents.contains(&step.name))
                .map(|child| registered.step_id(&child.name))
                .collect();
            children.sort_unstable();
            let task_id = task.map_or(NIL, |task| task.task.external_id.as_str());
            let item = json!({
                "childrenStepIds": children, "stepId": id, "taskExternalId": task_id, "taskName": step.name,
            });
            (id, item)
        })
        .collect();
    items.sort_by(|a, b| a.0.cmp(&b.0));
    items.into_iter().map(|(_, item)| item).collect()
}

/// An event as the run's endpoints show it: with its output as text.
pub fn run_event(task: &TaskRead, event: &EventRow) -> Value {
    let mut row = task_event(task, event);
    put(&mut row, "output", pgtext::text(&event.output));
    row
}

/// An event as the task's endpoint shows it.
pub fn task_event(task: &TaskRead, event: &EventRow) -> Value {
    let mut row = json!({
        "attempt": event.retry + 1, "errorMessage": event.error, "eventType": event.kind, "id": event.id,
        "message": event.message, "retryCount": event.retry, "taskDisplayName": task.task.display_name,
        "taskId": task.task.external_id, "timestamp": time::text(event.at),
    });
    if let Some(worker) = &event.worker {
        put(&mut row, "workerId", worker.as_str());
    }
    row
}
