//! Trigger, cancel, replay.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::answer::{Answer, Refusal, ok};
use super::super::create::{self, Wish};
use super::super::list::Filter;
use super::super::orders::{self, Target};
use super::super::query::date;
use super::super::request::{Body, holds_nul};
use super::super::view::RunRead;
use super::super::{Hatchet, shapes};
use super::list::workflow_name;
use super::{App, json_text, uuid_in};
use crate::clock::Micros;
use crate::{Error, blocking};

/// The internal hop takes no more than this.
const LARGEST_MESSAGE: usize = 4 << 20;

/// A full trigger looks into the read store so often, a second apart.
const LOOKS: u32 = 10;
const BETWEEN_LOOKS: Micros = 1_000_000;

/// A replay sleeps between its batches, also after the only one.
const REPLAY_TAKES: Micros = 200_000;

/// In stepped time a wait ends after this long in real time, so that nothing hangs.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

pub async fn trigger(State(hatchet): App, Path(tenant): Path<String>, headers: HeaderMap, body: Bytes) -> Answer {
    hatchet.authorize_tenant(&tenant, &headers)?;
    let text = json_text(&headers, &body)?;
    let manners = hatchet.manners();
    let body = Body::parse(&text)?.rounding(manners.rounding);
    let name = body.string("workflowName")?.unwrap_or_default();
    if !manners.phantoms && hatchet.startable(&name).is_none() {
        return Err(Refusal::Described(404, format!("workflow {name:?} not found")));
    }
    let input = body.object("input")?.map_or(Value::Null, Value::Object);
    let metadata = body.object("additionalMetadata")?.unwrap_or_default();
    let only_id = body.flag("return_only_id")?.unwrap_or(false);
    if let Some(priority) = body.integer("priority")?.filter(|priority| !(1..=3).contains(priority)) {
        let text = format!("priority must be between 1 and 3, got {priority}");
        return Err(Refusal::Described(400, text));
    }
    if text.len() > LARGEST_MESSAGE {
        let text = format!("grpc: received message after decompression larger than max {LARGEST_MESSAGE}");
        return Err(Refusal::Described(400, text));
    }
    let wish = Wish { input, metadata, parent: None, event: None };
    let id = blocking(&hatchet, move |hatchet| create_run(hatchet, &name, wish)).await?;
    let id = id.ok_or_else(Refusal::internal)?;
    if only_id {
        let nanos = u32::try_from(Uuid::new_v4().as_u128() % 820).unwrap_or(0);
        return Ok(ok(&shapes::skeleton(&id, hatchet.clock.now(), nanos)));
    }
    full_answer(&hatchet, &id).await
}

/// The id of the new run; `None` when its idempotency key is taken. An unknown workflow gets an id too, and so does
/// an input that cannot be stored: nothing ever comes of them.
fn create_run(hatchet: &Hatchet, name: &str, wish: Wish) -> Result<Option<String>, Error> {
    let Some(registered) = hatchet.startable(name) else { return Ok(Some(Uuid::new_v4().to_string())) };
    if holds_nul(&wish.input) || wish.metadata.values().any(holds_nul) {
        return Ok(Some(Uuid::new_v4().to_string()));
    }
    Ok(hatchet.order(|act| create::create(act, &registered, wish))?.map(|run| run.id))
}

/// The run as the read store has it after a second, or later; after ten looks a 500, although the run may exist.
async fn full_answer(hatchet: &Arc<Hatchet>, id: &str) -> Answer {
    for _ in 0..LOOKS {
        wait(hatchet, BETWEEN_LOOKS).await;
        let id = id.to_owned();
        let found = blocking(hatchet, move |hatchet| hatchet.database.read(|db| RunRead::find(db, &id))).await?;
        if let Some(read) = found {
            return Ok(ok(&hatchet.details(&read)?));
        }
    }
    match hatchet.manners().false_errors {
        true => Err(Refusal::internal()),
        false => Ok(ok(&shapes::skeleton(id, hatchet.clock.now(), 0))),
    }
}

async fn wait(hatchet: &Hatchet, duration: Micros) {
    let due = hatchet.clock.now() + hatchet.clock.scaled(duration);
    drop(tokio::time::timeout(LONGEST_WAIT, hatchet.clock.sleep_until(due)).await);
}

/// Which runs a cancel or replay is for. Ids and a filter together are an error that nobody translates.
fn target(hatchet: &Hatchet, text: &str) -> Result<Target, Refusal> {
    let body = Body::parse(text)?;
    let ids = body.strings("externalIds")?;
    let filter = body.nested("filter").map(|filter| body_filter(hatchet, filter)).transpose()?;
    match (ids, filter) {
        (Some(_), Some(_)) => Err(Refusal::internal()),
        (Some(ids), None) => {
            let parsed = ids.iter().map(|id| uuid_in(id).ok_or_else(|| bad_uuid(id))).collect::<Result<_, _>>()?;
            Ok(Target::Ids(parsed))
        }
        (None, Some(filter)) => Ok(Target::Filter(filter)),
        (None, None) => Ok(Target::Nothing),
    }
}

fn bad_uuid(id: &str) -> Refusal {
    let message = match id.len() {
        32 | 36 | 38 | 45 => "invalid UUID format".to_owned(),
        length => format!("invalid UUID length: {length}"),
    };
    Refusal::bad_request(message)
}

fn body_filter(hatchet: &Hatchet, text: &str) -> Result<Filter, Refusal> {
    let body = Body::parse(text)?;
    let time = |key: &str| -> Result<Option<Micros>, Refusal> {
        let read =
            |text: String| date(&text).ok_or_else(|| Refusal::bad_request(format!("cannot parse {text:?} as a time")));
        body.string(key)?.map(read).transpose()
    };
    let metadata = body.strings("additionalMetadata")?.unwrap_or_default();
    if metadata.iter().any(|pair| !pair.contains(':')) {
        return Err(Refusal::internal());
    }
    let all = hatchet.workflows();
    let workflows = body.strings("workflowIds")?.filter(|ids| !ids.is_empty());
    Ok(Filter {
        since: time("since")?,
        until: time("until")?,
        statuses: body.strings("statuses")?.unwrap_or_default(),
        workflows: workflows.map(|ids| ids.iter().map(|id| workflow_name(&all, id)).collect()),
        metadata,
        running: Some("ON_WORKER".into()),
        ..Filter::default()
    })
}

pub async fn cancel(State(hatchet): App, Path(tenant): Path<String>, headers: HeaderMap, body: Bytes) -> Answer {
    hatchet.authorize_tenant(&tenant, &headers)?;
    let target = target(&hatchet, &json_text(&headers, &body)?)?;
    let ids = blocking(&hatchet, move |hatchet| hatchet.order(|act| orders::cancel(act, target))).await?;
    Ok(ok(&json!({"ids": ids})))
}

pub async fn replay(State(hatchet): App, Path(tenant): Path<String>, headers: HeaderMap, body: Bytes) -> Answer {
    hatchet.authorize_tenant(&tenant, &headers)?;
    let target = target(&hatchet, &json_text(&headers, &body)?)?;
    let ids = blocking(&hatchet, move |hatchet| hatchet.order(|act| orders::replay(act, target))).await?;
    if !ids.is_empty() {
        wait(&hatchet, REPLAY_TAKES).await;
    }
    Ok(ok(&json!({"ids": ids})))
}
