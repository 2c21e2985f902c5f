//! Deliveries of Onfido, read for what they say of a run.
use crate::describe::Raw;
use crate::error::{Error, Kind, Result, SystemName};
use crate::lifecycle::{Event, Events, Part, decode, instant};
use serde::Deserialize;

/// How Onfido's deliveries are read.
pub const EVENTS: Events = Events { read, count: None, latest_end: true, new_stages: true };

#[derive(Deserialize)]
struct Body {
    payload: Payload,
}

#[derive(Deserialize)]
struct Payload {
    resource_type: String,
    action: String,
    object: Object,
    resource: Option<Resource>,
}

#[derive(Deserialize)]
struct Object {
    id: String,
    status: Option<String>,
    task_def_id: Option<String>,
    workflow_run_id: Option<String>,
    started_at_iso8601: Option<String>,
    completed_at_iso8601: Option<String>,
}

#[derive(Deserialize)]
struct Resource {
    output: Option<Raw>,
    workflow_run_id: Option<String>,
}

fn read(json: &str) -> Result<Event> {
    let Body { payload: Payload { resource_type, action, object, resource } } = decode(SystemName::Onfido, json)?;
    let begins = action.ends_with(".started");
    let (output, run) = resource.map_or((None, None), |resource| (resource.output, resource.workflow_run_id));
    let (run_id, stage) = match resource_type.as_str() {
        "workflow_run" => (Some(object.id), None),
        "workflow_task" => {
            let name = object.task_def_id.unwrap_or_else(|| object.id.clone());
            (object.workflow_run_id.or(run), Some(Part { id: object.id, name }))
        }
        _ => return Err(other("the event is not about a run: give one of a workflow run or of its tasks")),
    };
    let time = object.completed_at_iso8601.or(object.started_at_iso8601);
    Ok(Event {
        run_id,
        stage,
        attempt: 1,
        status: object.status.ok_or_else(|| other("the event has no `payload.object.status`"))?,
        begins,
        at: time.map(|time| instant(SystemName::Onfido, &time)).transpose()?,
        output: output.filter(|output| output.as_str() != "null"),
        error: None,
    })
}

fn other(message: &str) -> Error {
    Error::new(Kind::Decode, "other_event", message).of(SystemName::Onfido)
}
