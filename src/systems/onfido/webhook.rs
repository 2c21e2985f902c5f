//! Onfido's deliveries: the raw body is signed with the webhook's token; there is no event id and no time.
use crate::error::{Result, SystemName};
use crate::webhook::{Delivery, Form, Scheme, Webhook, WebhookEvent, read_body};
use serde::Deserialize;

/// How Onfido delivers.
pub const WEBHOOK: Webhook =
    Webhook { scheme: Scheme { system: SystemName::Onfido, header: "x-sha2-signature", form: Form::HexOfBody }, read };

#[derive(Deserialize)]
struct Body {
    payload: Payload,
}

#[derive(Deserialize)]
struct Payload {
    resource_type: String,
    action: String,
    object: Object,
}

#[derive(Deserialize)]
struct Object {
    id: String,
    status: Option<String>,
    workflow_run_id: Option<String>,
    started_at_iso8601: Option<String>,
    completed_at_iso8601: Option<String>,
}

fn read(delivery: &Delivery) -> Result<WebhookEvent> {
    let Body { payload: Payload { resource_type, action, object } } = read_body(SystemName::Onfido, delivery.body)?;
    let at = object.completed_at_iso8601.or(object.started_at_iso8601).unwrap_or_default();
    // a task's id is unique only within its run
    let run = object.workflow_run_id.as_deref().unwrap_or_default();
    let key = format!("{action}:{run}:{}:{at}", object.id);
    let (run_id, stage_id) = match resource_type.as_str() {
        "workflow_run" => (Some(object.id), None),
        "workflow_task" => (object.workflow_run_id, Some(object.id)),
        _ => (object.workflow_run_id, None),
    };
    Ok(WebhookEvent {
        system: SystemName::Onfido,
        kind: action,
        run_id,
        stage_id,
        status: object.status,
        key,
        test: false,
    })
}
