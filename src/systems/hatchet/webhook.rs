//! Hatchet's calls to an HTTP operator: the raw body is signed. Hatchet has no webhooks about the status of runs.
use crate::error::{Result, SystemName};
use crate::webhook::{Delivery, Form, Scheme, Webhook, WebhookEvent, read_body};

/// How Hatchet calls an HTTP operator.
pub const WEBHOOK: Webhook = Webhook {
    scheme: Scheme { system: SystemName::Hatchet, header: "x-hatchet-signature", form: Form::HexOfBody },
    read,
};

fn read(delivery: &Delivery) -> Result<WebhookEvent> {
    // an assigned action: its members are an experimental contract, so none is read
    read_body(SystemName::Hatchet, delivery.body, |_| Ok(()))?;
    // there is no delivery id: the signature is as unique as the body
    let key = delivery.header(WEBHOOK.scheme.header).unwrap_or_default().to_ascii_lowercase();
    let kind = "assigned_action".into();
    Ok(WebhookEvent { system: SystemName::Hatchet, kind, run_id: None, stage_id: None, status: None, key, test: false })
}
