//! Formance's deliveries: id, time and raw body are signed; the secret's base64 text itself is the key.
use crate::error::{Result, SystemName};
use crate::webhook::{Delivery, Form, Scheme, Webhook, WebhookEvent, read_body};
use serde::Deserialize;

/// How the webhooks service of Formance delivers.
pub const WEBHOOK: Webhook = Webhook {
    scheme: Scheme {
        system: SystemName::Formance,
        header: "formance-webhook-signature",
        form: Form::StampedBase64 { id: "formance-webhook-id", timestamp: "formance-webhook-timestamp" },
    },
    read,
};

#[derive(Deserialize)]
struct Body {
    /// Absent in the body of a test delivery, `{"data":"test"}`.
    r#type: Option<String>,
    payload: Option<Payload>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    #[serde(rename = "instanceID")]
    instance_id: Option<String>,
    /// Of trigger events.
    #[serde(rename = "workflowInstanceID")]
    workflow_instance_id: Option<String>,
    /// Of stage events, from 0.
    number: Option<u64>,
    /// The workflow's id in workflow events, the occurrence's in trigger events.
    id: Option<String>,
}

fn read(delivery: &Delivery) -> Result<WebhookEvent> {
    let body: Body = read_body(SystemName::Formance, delivery.body)?;
    let test = delivery.header("formance-webhook-test") == Some("true");
    let kind = body.r#type.unwrap_or_else(|| "test".into());
    let (run_id, number, id) = match body.payload {
        Some(payload) => (payload.instance_id.or(payload.workflow_instance_id), payload.number, payload.id),
        None => (None, None, None),
    };
    // a repeated publication has a new message id, so the key is made of what happened
    let of = run_id.as_deref().or(id.as_deref()).or_else(|| delivery.header("formance-webhook-id")).unwrap_or_default();
    let key = format!("{kind}:{of}:{}", number.map(|number| number.to_string()).unwrap_or_default());
    let stage_id = number.map(|number| number.to_string());
    Ok(WebhookEvent { system: SystemName::Formance, kind, run_id, stage_id, status: None, key, test })
}
