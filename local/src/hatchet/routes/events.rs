//! Events: read, and made by deliveries from outside.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use serde_json::json;
use uuid::Uuid;

use super::super::answer::{Answer, Refusal, empty, ok};
use super::super::inbound::{self, Filter};
use super::super::proof::Delivery;
use super::super::query::Query;
use super::super::request::lenient_text;
use super::list::workflow_name;
use super::{App, uuid_in};
use crate::blocking;
use crate::clock::Micros;

/// So many deliveries a second are taken of a webhook, and so many at once.
const A_SECOND: f64 = 50.0;
const AT_ONCE: f64 = 100.0;

/// What is left of each webhook's rate, and since when.
#[derive(Default)]
pub struct Deliveries(Mutex<HashMap<String, (f64, Micros)>>);

impl Deliveries {
    /// Whether one more is taken now.
    fn admits(&self, webhook: &str, now: Micros) -> bool {
        let mut rates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (left, since) = rates.entry(webhook.to_owned()).or_insert((AT_ONCE, now));
        *left = AT_ONCE.min(*left + (now - *since).max(0) as f64 / 1e6 * A_SECOND);
        *since = now;
        let is_admitted = *left >= 1.0;
        *left -= if is_admitted { 1.0 } else { 0.0 };
        is_admitted
    }
}

/// No API token is asked for: the webhook's own proof is.
pub async fn receive(
    State(hatchet): App,
    Path((tenant, name)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    if uuid_in(&tenant).is_none_or(|tenant| tenant != hatchet.tenant) {
        return Err(Refusal::not_found());
    }
    let found = blocking(&hatchet, move |hatchet| hatchet.database.read(|db| inbound::webhook(db, &name))).await?;
    let webhook = found.ok_or_else(Refusal::not_found)?;
    let now = hatchet.clock.now();
    if !hatchet.deliveries.admits(&webhook.name, now) {
        return Err(Refusal::Message(429, "rate limit exceeded".into()));
    }
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let is_form = header("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let said = webhook.body(is_form, &lenient_text(&body));
    if let Some(challenge) = said.as_ref().and_then(|said| webhook.challenge(said)) {
        return Ok(ok(&json!({"challenge": challenge})));
    }
    if let Some(refusal) = webhook.auth.refusal(webhook.source, &Delivery { header: &header, body: &body, now }) {
        return Err(Refusal::Described(403, refusal.into()));
    }
    let refused = |text: &str| Refusal::Described(400, text.into());
    let body = said.ok_or_else(|| refused("failed to unmarshal request body"))?;
    let key =
        inbound::key(&webhook.event_key, &body).ok_or_else(|| refused("failed to evaluate event key expression"))?;
    let returns_event = webhook.returns_event;
    let pushed =
        blocking(&hatchet, move |hatchet| hatchet.order(|act| inbound::push(act, &webhook, key, body))).await?;
    if !returns_event {
        return Ok(empty(204));
    }
    let nanos = u32::try_from(Uuid::new_v4().as_u128() % 1000).unwrap_or(0);
    Ok(ok(&json!({"event": pushed.fresh(&hatchet, nanos), "message": "ok"})))
}

pub async fn list(
    State(hatchet): App,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    hatchet.authorize_tenant(&tenant, &headers)?;
    let query = Query::parse(query.as_deref());
    let limit = usize::try_from(query.integer("limit")?.unwrap_or(50)).unwrap_or(50).max(1);
    let offset = usize::try_from(query.integer("offset")?.unwrap_or(0)).unwrap_or(0);
    let workflows = hatchet.workflows();
    let filter = Filter {
        keys: query.all("keys"),
        ids: query.all("eventIds"),
        since: query.time("since")?,
        until: query.time("until")?,
        workflows: query.all("workflowIds").iter().map(|id| workflow_name(&workflows, id)).collect(),
        statuses: query.all("workflowRunStatuses"),
        // The events of webhooks have neither.
        matches_none: !query.all("additionalMetadata").is_empty() || !query.all("scopes").is_empty(),
    };
    let (rows, total) = blocking(&hatchet, move |hatchet| {
        hatchet.database.read(|db| {
            let (found, total) = inbound::page(db, &filter, offset, limit)?;
            let rows = found.iter().map(|event| event.counted(hatchet, db));
            Ok((rows.collect::<Result<Vec<_>, _>>()?, total))
        })
    })
    .await?;
    let (pages, current) = (total.div_ceil(limit), offset / limit + 1);
    let pagination = json!({"current_page": current, "next_page": (current + 1).min(pages.max(1)), "num_pages": pages});
    Ok(ok(&json!({"pagination": pagination, "rows": rows})))
}

pub async fn get(State(hatchet): App, Path((tenant, id)): Path<(String, String)>, headers: HeaderMap) -> Answer {
    hatchet.authorize_tenant(&tenant, &headers)?;
    let found = blocking(&hatchet, move |hatchet| {
        hatchet.database.read(|db| {
            let filter = Filter { ids: vec![id], ..Filter::default() };
            inbound::page(db, &filter, 0, 1)?.0.first().map(|event| event.counted(hatchet, db)).transpose()
        })
    });
    found.await?.map(|event| ok(&event)).ok_or_else(Refusal::not_found)
}

pub async fn keys(State(hatchet): App, Path(tenant): Path<String>, headers: HeaderMap) -> Answer {
    hatchet.authorize_tenant(&tenant, &headers)?;
    let keys = blocking(&hatchet, |hatchet| hatchet.database.read(inbound::keys)).await?;
    let pagination = json!({"current_page": 1, "next_page": 1, "num_pages": 1});
    Ok(ok(&json!({"pagination": pagination, "rows": keys})))
}
