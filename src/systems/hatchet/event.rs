//! Task events: the log of what happened to a task, newest first in the answers of Hatchet.
use crate::describe::{Peek, Raw};
use crate::error::{Result, SystemName};
use crate::lifecycle::{Event, Events, Part, instant, no_event};

/// How Hatchet's task events are read.
pub const EVENTS: Events = Events { read, count: Some(super::lifecycle::count), latest_end: false, new_stages: false };

struct TaskEvent {
    task_id: String,
    timestamp: String,
    event_type: String,
    error_message: String,
    /// JSON text; absent or empty for none.
    output: String,
    retry_count: u32,
    task_display_name: String,
}

impl TaskEvent {
    fn of(json: &str) -> core::result::Result<TaskEvent, String> {
        let event = Peek::of(json)?;
        let text = |name| event.may::<String>(name).map(Option::unwrap_or_default);
        Ok(TaskEvent {
            task_id: event.need("taskId")?,
            timestamp: event.need("timestamp")?,
            event_type: event.need("eventType")?,
            error_message: text("errorMessage")?,
            output: text("output")?,
            retry_count: u32::try_from(event.need::<i64>("retryCount")?).map_err(|_| "/retryCount")?,
            task_display_name: text("taskDisplayName")?,
        })
    }
}

fn read(json: &str) -> Result<Event> {
    let event = TaskEvent::of(json).map_err(no_event(SystemName::Hatchet))?;
    let output = Raw::parse(&event.output);
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
