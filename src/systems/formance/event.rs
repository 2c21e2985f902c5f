//! Events that Flows publishes: upper-case types on its broker, lower-case and prefixed ones in deliveries.
use crate::describe::Peek;
use crate::error::{Error, Kind, Result, SystemName};
use crate::lifecycle::{Event, Events, Part, instant, no_event};

/// How Formance's events are read.
pub const EVENTS: Events = Events { read, count: None, latest_end: true, new_stages: true };

struct Message {
    date: String,
    kind: String,
    instance: Option<String>,
    number: Option<u32>,
    error: Option<String>,
}

impl Message {
    fn of(json: &str) -> core::result::Result<Message, String> {
        let message = Peek::of(json)?;
        let payload = message.within("payload")?;
        let number = payload.may::<i64>("number")?;
        Ok(Message {
            date: message.need("date")?,
            kind: message.need("type")?,
            instance: payload.may("instanceID")?,
            number: number.map(u32::try_from).transpose().map_err(|_| "/payload/number")?,
            error: payload.may("error")?,
        })
    }
}

fn read(json: &str) -> Result<Event> {
    let Message { date, kind, instance, number, error } = Message::of(json).map_err(no_event(SystemName::Formance))?;
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
    let number = number.filter(|_| of_stage);
    if of_stage && number.is_none() {
        return Err(other("the event of a stage has no `payload.number`"));
    }
    Ok(Event {
        run_id: Some(instance.ok_or_else(|| other("the event has no `payload.instanceID`"))?),
        stage: number.map(|number| Part { id: number.to_string(), name: number.to_string() }),
        attempt: 1,
        status: status.to_owned(),
        begins: status == "running",
        at: Some(instant(SystemName::Formance, &date)?),
        output: None,
        error,
    })
}

fn other(message: &str) -> Error {
    Error::new(Kind::Decode, "other_event", message).of(SystemName::Formance)
}
