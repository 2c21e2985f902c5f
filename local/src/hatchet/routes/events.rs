//! Events: read, and made by deliveries from outside.

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::answer::{Answer, Refusal, empty, ok};
use super::super::inbound;
use super::super::query::Query;
use super::super::request::lenient_text;
use super::{App, uuid_in};
use crate::blocking;

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
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    if let Some(refusal) = webhook.auth.refusal(header, &body) {
        return Err(Refusal::Described(403, refusal.into()));
    }
    let refused = |text: &str| Refusal::Described(400, text.into());
    let Ok(Value::Object(body)) = serde_json::from_str(&lenient_text(&body)) else {
        return Err(refused("failed to unmarshal request body"));
    };
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
    let (keys, ids) = (query.all("keys"), query.all("eventIds"));
    let (since, until) = (query.time("since")?, query.time("until")?);
    let (rows, total) = blocking(&hatchet, move |hatchet| {
        hatchet.database.read(|db| {
            let mut all = inbound::pushed(db, &keys, None)?;
            all.retain(|event| {
                (ids.is_empty() || ids.contains(&event.id))
                    && since.is_none_or(|since| event.at >= since)
                    && until.is_none_or(|until| event.at <= until)
            });
            let rows = all.iter().skip(offset).take(limit).map(|event| event.counted(hatchet, db));
            Ok((rows.collect::<Result<Vec<_>, _>>()?, all.len()))
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
            let found = inbound::pushed(db, &[], Some(&id))?;
            found.first().map(|event| event.counted(hatchet, db)).transpose()
        })
    });
    found.await?.map(|event| ok(&event)).ok_or_else(Refusal::not_found)
}

pub async fn keys(State(hatchet): App, Path(tenant): Path<String>, headers: HeaderMap) -> Answer {
    hatchet.authorize_tenant(&tenant, &headers)?;
    let all = blocking(&hatchet, |hatchet| hatchet.database.read(|db| inbound::pushed(db, &[], None))).await?;
    let mut keys: Vec<String> = all.into_iter().map(|event| event.key).collect();
    keys.sort_unstable();
    keys.dedup();
    let pagination = json!({"current_page": 1, "next_page": 1, "num_pages": 1});
    Ok(ok(&json!({"pagination": pagination, "rows": keys})))
}
