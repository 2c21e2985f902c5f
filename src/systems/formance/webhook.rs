//! Formance's deliveries: id, time and raw body are signed; the secret's base64 text itself is the key.
use crate::describe::Peek;
use crate::error::{Result, SystemName};
use crate::webhook::{Delivery, Form, Scheme, Webhook, WebhookEvent, read_body};

/// How the webhooks service of Formance delivers.
pub const WEBHOOK: Webhook = Webhook {
    scheme: Scheme {
        system: SystemName::Formance,
        header: "formance-webhook-signature",
        form: Form::StampedBase64 { id: "formance-webhook-id", timestamp: "formance-webhook-timestamp" },
    },
    read,
};

struct Body {
    /// Absent in the body of a test delivery, `{"data":"test"}`.
    kind: Option<String>,
    run_id: Option<String>,
    /// Of stage events, from 0.
    number: Option<i64>,
    /// The workflow's id in workflow events, the occurrence's in trigger events.
    id: Option<String>,
}

impl Body {
    fn of(body: &Peek) -> core::result::Result<Body, String> {
        let kind = body.may("type")?;
        let Some(payload) = body.inside("payload")? else {
            return Ok(Body { kind, run_id: None, number: None, id: None });
        };
        let of_triggers = payload.may("workflowInstanceID")?;
        let number = payload.may("number")?;
        if number.is_some_and(|number| number < 0) {
            return Err("/payload/number".into());
        }
        Ok(Body { kind, run_id: payload.may("instanceID")?.or(of_triggers), number, id: payload.may("id")? })
    }
}

fn read(delivery: &Delivery) -> Result<WebhookEvent> {
    let Body { kind, run_id, number, id } = read_body(SystemName::Formance, delivery.body, Body::of)?;
    let test = delivery.header("formance-webhook-test") == Some("true");
    let kind = kind.unwrap_or_else(|| "test".into());
    // a repeated publication has a new message id, so the key is made of what happened
    let of = run_id.as_deref().or(id.as_deref()).or_else(|| delivery.header("formance-webhook-id")).unwrap_or_default();
    let key = format!("{kind}:{of}:{}", number.map(|number| number.to_string()).unwrap_or_default());
    let stage_id = number.map(|number| number.to_string());
    Ok(WebhookEvent { system: SystemName::Formance, kind, run_id, stage_id, status: None, key, test })
}
