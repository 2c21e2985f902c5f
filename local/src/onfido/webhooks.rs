//! Calls about webhooks.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};

use super::answer::{Answer, Refusal};
use super::routes::{App, object, text};
use super::{Onfido, events, store};
use crate::database::Cached;
use crate::house::order;
use crate::{Error, blocking};

/// A webhook as it is stored: what was not sent has a default, and what belongs to OAuth is null.
fn webhook(id: &str, token: &str, body: &Map<String, Value>) -> Result<Value, Refusal> {
    let url = text(body, "url")?.ok_or_else(|| Refusal::field("url", "is missing"))?;
    // The real system takes https alone; here a receiver on loopback must do.
    let is_loopback =
        ["http://127.0.0.1", "http://localhost", "http://[::1]"].iter().any(|start| url.starts_with(start));
    if !is_loopback && !url.starts_with("https://") {
        return Err(Refusal::field("url", "must be https, or http on loopback"));
    }
    let or = |key: &str, default: Value| body.get(key).filter(|value| !value.is_null()).cloned().unwrap_or(default);
    Ok(json!({
        "enabled": or("enabled", true.into()), "environments": or("environments", json!(["sandbox", "live"])),
        "events": or("events", json!([])), "href": format!("/v3.6/webhooks/{id}"), "id": id,
        "name": or("name", Value::Null), "oauth_enabled": false, "oauth_server_client_id": null,
        "oauth_server_client_secret": null, "oauth_server_scope": null, "oauth_server_url": null, "payload_version": 3,
        "token": token, "url": url,
    }))
}

async fn all_webhooks(onfido: &Arc<Onfido>) -> Result<Vec<Map<String, Value>>, Error> {
    blocking(onfido, |onfido| onfido.house.database.read(events::webhooks)).await
}

/// All webhooks.
pub async fn list(State(onfido): App) -> Answer {
    Ok(Json(json!({"webhooks": all_webhooks(&onfido).await?})).into_response())
}

async fn known_webhook(onfido: &Arc<Onfido>, id: &str) -> Result<Map<String, Value>, Refusal> {
    let found = all_webhooks(onfido).await?.into_iter();
    found.into_iter().find(|webhook| webhook.get("id").is_some_and(|known| known == id)).ok_or_else(Refusal::not_found)
}

/// Creates a webhook, signed with the engine's only token.
pub async fn create(State(onfido): App, body: Bytes) -> Answer {
    let id = uuid::Uuid::new_v4().to_string();
    let webhook = webhook(&id, &onfido.webhook_token, &object(&body)?)?;
    let stored = webhook.to_string();
    blocking(&onfido, move |onfido| {
        onfido.house.database.write(|db| {
            db.run("INSERT INTO onfido_webhook (id, definition) VALUES (?, ?)", [&id, &stored])?;
            Ok(())
        })
    })
    .await?;
    Ok((StatusCode::CREATED, Json(webhook)).into_response())
}

/// A webhook.
pub async fn find(State(onfido): App, Path(id): Path<String>) -> Answer {
    Ok(Json(known_webhook(&onfido, &id).await?).into_response())
}

/// Changes what is sent of a webhook.
pub async fn update(State(onfido): App, Path(id): Path<String>, body: Bytes) -> Answer {
    let mut whole = known_webhook(&onfido, &id).await?;
    whole.extend(object(&body)?);
    let webhook = webhook(&id, &onfido.webhook_token, &whole)?;
    let stored = webhook.to_string();
    blocking(&onfido, move |onfido| {
        onfido.house.database.write(|db| {
            db.run("UPDATE onfido_webhook SET definition = ? WHERE id = ?", [&stored, &id])?;
            Ok(())
        })
    })
    .await?;
    Ok(Json(webhook).into_response())
}

/// Ends a webhook.
pub async fn delete(State(onfido): App, Path(id): Path<String>) -> Answer {
    known_webhook(&onfido, &id).await?;
    blocking(&onfido, move |onfido| {
        onfido.house.database.write(|db| {
            db.run("DELETE FROM onfido_webhook WHERE id = ?", [&id])?;
            Ok(())
        })
    })
    .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Sends the end of runs again. Only that is taken: of other events nothing is kept.
pub async fn resend(State(onfido): App, body: Bytes) -> Answer {
    let items = object(&body)?.remove("data").unwrap_or_default();
    let items: Vec<Map<String, Value>> =
        serde_json::from_value(items).map_err(|_| Refusal::field("data", "must be a list of objects"))?;
    let mut ids = Vec::new();
    for item in &items {
        if text(item, "event")?.as_deref() != Some("workflow_run.completed") {
            return Err(Refusal::field("event", "cannot be sent again"));
        }
        ids.push(text(item, "resource_id")?.ok_or_else(|| Refusal::field("resource_id", "is missing"))?);
    }
    let all_known = blocking(&onfido, move |onfido| {
        order(onfido, |act| {
            let runs = ids.iter().map(|id| store::find(act.db, id)).collect::<Result<Option<Vec<_>>, _>>()?;
            let Some(runs) = runs else { return Ok(false) };
            runs.iter().try_for_each(|run| events::publish_run(onfido, act, run.ordinal))?;
            Ok(true)
        })
    });
    match all_known.await? {
        true => Ok(StatusCode::NO_CONTENT.into_response()),
        false => Err(Refusal::field("resource_id", "is not a known run")),
    }
}
