//! Events that Flows publishes: upper-case types on its broker, lower-case and prefixed ones in deliveries.
use crate::error::{Error, Kind, Result, SystemName};
use crate::lifecycle::{Event, Events, Part, decode, instant};
use serde::Deserialize;

/// How Formance's events are read.
pub const EVENTS: Events = Events { read, count: None, latest_end: true, new_stages: true };

#[derive(Deserialize)]
struct Message {
    date: String,
    r#type: String,
    payload: Payload,
}

#[derive(Deserialize)]
struct Payload {
    #[serde(rename = "instanceID")]
    instance: Option<String>,
    number: Option<u32>,
    error: Option<String>,
}

fn read(json: &str) -> Result<Event> {
    let Message { date, r#type: kind, payload } = decode(SystemName::Formance, json)?;
    let kind = kind.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let (step, of_stage) = match kind.strip_suffix("_stage") {
        Some(rest) => (rest, true),
        None => (kind.as_str(), false),
    };
    let status = match step {
        "started_workflow" => "running",
        "succeeded_workflow" => "succeeded",
        "failed_workflow" => "failed",
        _ => return Err(other("the event is not about a run: give one of a workflow or of its stages")),
    };
    let number = payload.number.filter(|_| of_stage);
    if of_stage && number.is_none() {
        return Err(other("the event of a stage has no `payload.number`"));
    }
    Ok(Event {
        run_id: Some(payload.instance.ok_or_else(|| other("the event has no `payload.instanceID`"))?),
        stage: number.map(|number| Part { id: number.to_string(), name: number.to_string() }),
        attempt: 1,
        status: status.to_owned(),
        begins: status == "running",
        at: Some(instant(SystemName::Formance, &date)?),
        output: None,
        error: payload.error,
    })
}

fn other(message: &str) -> Error {
    Error::new(Kind::Decode, "other_event", message).of(SystemName::Formance)
}
