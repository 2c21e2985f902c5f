//! Workflows.

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::super::answer::{Answer, ok};
use super::super::query::Query;
use super::super::time;
use super::App;

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
    let rows: Vec<Value> = found
        .iter()
        .skip(offset)
        .take(limit)
        .map(|found| {
            let created = time::millis(found.created);
            let metadata = json!({"id": found.id, "createdAt": created, "updatedAt": created});
            json!({
                "description": found.workflow.description, "isPaused": false, "metadata": metadata,
                "name": found.workflow.name, "tenantId": "",
            })
        })
        .collect();
    let pagination = json!({"current_page": current, "next_page": (current + 1).min(pages.max(1)), "num_pages": pages});
    Ok(ok(&json!({"pagination": pagination, "rows": rows})))
}
