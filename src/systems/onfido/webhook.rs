//! Onfido's deliveries: the raw body is signed with the webhook's token; there is no event id and no time.
use crate::describe::Peek;
use crate::error::{Result, SystemName};
use crate::webhook::{Delivery, Form, Scheme, Webhook, WebhookEvent, read_body};

/// How Onfido delivers.
pub const WEBHOOK: Webhook =
    Webhook { scheme: Scheme { system: SystemName::Onfido, header: "x-sha2-signature", form: Form::HexOfBody }, read };

struct Body {
    resource_type: String,
    action: String,
    id: String,
    status: Option<String>,
    workflow_run_id: Option<String>,
    at: Option<String>,
}

impl Body {
    fn of(body: &Peek) -> core::result::Result<Body, String> {
        let payload = body.within("payload")?;
        let object = payload.within("object")?;
        let started_at = object.may("started_at_iso8601")?;
        Ok(Body {
            resource_type: payload.need("resource_type")?,
            action: payload.need("action")?,
            id: object.need("id")?,
            status: object.may("status")?,
            workflow_run_id: object.may("workflow_run_id")?,
            at: object.may("completed_at_iso8601")?.or(started_at),
        })
    }
}

fn read(delivery: &Delivery) -> Result<WebhookEvent> {
    let body = read_body(SystemName::Onfido, delivery.body, Body::of)?;
    let Body { resource_type, action, id, status, workflow_run_id, at } = body;
    let at = at.unwrap_or_default();
    // a task's id is unique only within its run
    let run = workflow_run_id.as_deref().unwrap_or_default();
    let key = format!("{action}:{run}:{}:{at}", id);
    let (run_id, stage_id) = match resource_type.as_str() {
        "workflow_run" => (Some(id), None),
        "workflow_task" => (workflow_run_id, Some(id)),
        _ => (workflow_run_id, None),
    };
    Ok(WebhookEvent { system: SystemName::Onfido, kind: action, run_id, stage_id, status, key, test: false })
}
