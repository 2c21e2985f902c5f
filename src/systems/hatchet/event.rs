//! Task events: the log of what happened to a task, newest first in the answers of Hatchet.
use crate::describe::Raw;
use crate::error::{Result, SystemName};
use crate::lifecycle::{Event, Events, Part, decode, instant};
use serde::Deserialize;

/// How Hatchet's task events are read.
pub const EVENTS: Events = Events { read, count: Some(super::lifecycle::count), latest_end: false, new_stages: false };

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TaskEvent {
    task_id: String,
    timestamp: String,
    event_type: String,
    #[serde(default)]
    error_message: String,
    /// JSON text; absent or empty for none.
    #[serde(default)]
    output: String,
    retry_count: u32,
    #[serde(default)]
    task_display_name: String,
}

fn read(json: &str) -> Result<Event> {
    let event: TaskEvent = decode(SystemName::Hatchet, json)?;
    let output: Option<Raw> = (!event.output.is_empty()).then(|| serde_json::from_str(&event.output).ok()).flatten();
    Ok(Event {
        run_id: None,
        stage: Some(Part { id: event.task_id, name: step_name(&event.task_display_name).to_owned() }),
        attempt: event.retry_count.saturating_add(1),
        status: status(&event.event_type).to_owned(),
        begins: event.event_type == "STARTED",
        at: Some(instant(SystemName::Hatchet, &event.timestamp)?),
        output,
        error: (!event.error_message.is_empty()).then_some(event.error_message),
    })
}

/// A task's name is its step's, a dash and the milliseconds of its creation.
fn step_name(display: &str) -> &str {
    match display.rsplit_once('-') {
        Some((name, millis)) if !millis.is_empty() && millis.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => display,
    }
}

/// The status that the server makes of an event; of one that it does not know, `QUEUED`.
///
/// A durable task that was put aside reads `RUNNING` all the same, and so it does here.
fn status(kind: &str) -> &'static str {
    match kind {
        "ASSIGNED" | "ACKNOWLEDGED" | "SENT_TO_WORKER" | "SLOT_RELEASED" | "STARTED" | "TIMEOUT_REFRESHED"
        | "DURABLE_EVICTED" | "DURABLE_RESTORING" | "BATCH_FLUSHED" => "RUNNING",
        "FINISHED" | "SKIPPED" => "COMPLETED",
        "FAILED" | "TIMED_OUT" | "SCHEDULING_TIMED_OUT" | "RATE_LIMIT_ERROR" | "COULD_NOT_SEND_TO_WORKER" => "FAILED",
        "CANCELLED" => "CANCELLED",
        _ => "QUEUED",
    }
}
