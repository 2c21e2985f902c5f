//! Workflows.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::super::answer::{Answer, Refusal, empty, ok};
use super::super::query::Query;
use super::super::request::Body;
use super::super::{Hatchet, Registered, time};
use super::{App, json_text, uuid_in};
use crate::blocking;

/// `name` is a search.
pub async fn list(
    State(hatchet): App,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    hatchet.authorize_tenant(&tenant, &headers)?;
    let query = Query::parse(query.as_deref());
    let name = query.first("name").unwrap_or_default();
    let limit = usize::try_from(query.integer("limit")?.unwrap_or(50)).unwrap_or(50).max(1);
    let offset = usize::try_from(query.integer("offset")?.unwrap_or(0)).unwrap_or(0);
    let found: Vec<_> = hatchet.workflows().into_iter().filter(|found| found.workflow.name.contains(name)).collect();
    let pages = found.len().div_ceil(limit);
    let current = offset / limit + 1;
    let rows: Vec<Value> = found.iter().skip(offset).take(limit).map(|found| found.shape("")).collect();
    let pagination = json!({"current_page": current, "next_page": (current + 1).min(pages.max(1)), "num_pages": pages});
    Ok(ok(&json!({"pagination": pagination, "rows": rows})))
}

impl Registered {
    /// The workflow on the wire; most answers leave the tenant empty.
    fn shape(&self, tenant: &str) -> Value {
        let created = time::millis(self.created);
        json!({
            "description": self.workflow.description, "isPaused": self.is_paused(),
            "metadata": {"createdAt": created, "id": self.id, "updatedAt": created}, "name": self.workflow.name,
            "tenantId": tenant,
        })
    }
}

/// The workflow of the path.
fn known(hatchet: &Hatchet, id: &str, headers: &HeaderMap) -> Result<Arc<Registered>, Refusal> {
    let id = uuid_in(id).ok_or_else(|| Refusal::bad_request("invalid workflow id"))?;
    let found = hatchet.workflows().into_iter().find(|registered| registered.id == id);
    let found = found.ok_or_else(Refusal::not_found)?;
    hatchet.authorize(headers)?;
    Ok(found)
}

pub async fn get(State(hatchet): App, Path(workflow): Path<String>, headers: HeaderMap) -> Answer {
    Ok(ok(&known(&hatchet, &workflow, &headers)?.shape(&hatchet.tenant)))
}

/// Its only version.
pub async fn version(State(hatchet): App, Path(workflow): Path<String>, headers: HeaderMap) -> Answer {
    let registered = known(&hatchet, &workflow, &headers)?;
    let created = time::millis(registered.created);
    Ok(ok(&json!({
        "metadata": {"createdAt": created, "id": registered.version_id, "updatedAt": created}, "order": 1,
        "version": "", "workflow": registered.shape(""), "workflowConfig": registered.workflow.config(),
        "workflowId": "",
    })))
}

/// Pauses it or lets it go on: while it is paused its runs sit in QUEUED.
pub async fn pause(State(hatchet): App, Path(workflow): Path<String>, headers: HeaderMap, body: Bytes) -> Answer {
    let registered = known(&hatchet, &workflow, &headers)?;
    let text = json_text(&headers, &body)?;
    let wish: Value = serde_json::from_str(Body::parse(&text)?.nested("pause").unwrap_or("null")).unwrap_or_default();
    let is_paused = match wish.get("action").and_then(Value::as_str) {
        Some("pause") => true,
        Some("unpause") => false,
        _ => return Err(Refusal::internal()),
    };
    let name = registered.workflow.name.clone();
    blocking(&hatchet, move |hatchet| hatchet.pause(&name, is_paused)).await?;
    Ok(ok(&registered.shape("")))
}

/// It is gone from lists and triggers until a worker registers it again, as a start of the engine does; its runs stay.
pub async fn delete(State(hatchet): App, Path(workflow): Path<String>, headers: HeaderMap) -> Answer {
    known(&hatchet, &workflow, &headers)?.set_deleted();
    Ok(empty(204))
}
