//! Deliveries of Onfido, read for what they say of a run.
use crate::describe::{Peek, Raw};
use crate::error::{Error, Kind, Result, SystemName};
use crate::lifecycle::{Event, Events, Part, instant, no_event};

/// How Onfido's deliveries are read.
pub const EVENTS: Events = Events { read, count: None, latest_end: true, new_stages: true };

struct Payload {
    resource_type: String,
    action: String,
    object: Object,
    output: Option<Raw>,
    /// Of the resource.
    workflow_run_id: Option<String>,
}

struct Object {
    id: String,
    status: Option<String>,
    task_def_id: Option<String>,
    workflow_run_id: Option<String>,
    started_at: Option<String>,
    completed_at: Option<String>,
}

impl Payload {
    fn of(json: &str) -> core::result::Result<Payload, String> {
        let payload = Peek::of(json)?.within("payload")?;
        let object = payload.within("object")?;
        let resource = payload.inside("resource")?;
        let resource = resource.as_ref();
        Ok(Payload {
            resource_type: payload.need("resource_type")?,
            action: payload.need("action")?,
            object: Object {
                id: object.need("id")?,
                status: object.may("status")?,
                task_def_id: object.may("task_def_id")?,
                workflow_run_id: object.may("workflow_run_id")?,
                started_at: object.may("started_at_iso8601")?,
                completed_at: object.may("completed_at_iso8601")?,
            },
            output: resource.map_or(Ok(None), |resource| resource.may("output"))?,
            workflow_run_id: resource.map_or(Ok(None), |resource| resource.may("workflow_run_id"))?,
        })
    }
}

fn read(json: &str) -> Result<Event> {
    let payload = Payload::of(json).map_err(no_event(SystemName::Onfido))?;
    let Payload { resource_type, action, object, output, workflow_run_id: run } = payload;
    let begins = action.ends_with(".started");
    let (run_id, stage) = match resource_type.as_str() {
        "workflow_run" => (Some(object.id), None),
        "workflow_task" => {
            let name = object.task_def_id.unwrap_or_else(|| object.id.clone());
            (object.workflow_run_id.or(run), Some(Part { id: object.id, name }))
        }
        _ => return Err(other("the event is not about a run: give one of a workflow run or of its tasks")),
    };
    let time = object.completed_at.or(object.started_at);
    Ok(Event {
        run_id,
        stage,
        attempt: 1,
        status: object.status.ok_or_else(|| other("the event has no `payload.object.status`"))?,
        begins,
        at: time.map(|time| instant(SystemName::Onfido, &time)).transpose()?,
        output,
        error: None,
    })
}

fn other(message: &str) -> Error {
    Error::new(Kind::Decode, "other_event", message).of(SystemName::Onfido)
}
