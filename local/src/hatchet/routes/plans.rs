//! Schedules and crons.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::super::answer::{Answer, Refusal, empty, ok};
use super::super::plan::{self, Plan};
use super::super::query::{Query, date};
use super::super::request::Body;
use super::super::{Hatchet, work::Act};
use super::{App, json_text, uuid_in};
use crate::{Error, blocking, gojson};

/// What both kinds of bodies say of the runs.
fn wanted(hatchet: &Hatchet, workflow: &str, body: &Body<'_>) -> Result<Plan, Refusal> {
    let priority = body.integer("priority")?.unwrap_or(1);
    if !(1..=3).contains(&priority) {
        return Err(Refusal::Described(400, format!("priority must be between 1 and 3, got {priority}")));
    }
    // The path takes the name.
    if hatchet.startable(workflow).is_none() {
        return Err(Refusal::Described(400, "workflow not found".into()));
    }
    let text = |key| Ok::<_, Refusal>(gojson::text(&Value::Object(body.object(key)?.unwrap_or_default())));
    Ok(Plan {
        id: String::new(),
        workflow: workflow.to_owned(),
        at: None,
        cron: None,
        name: String::new(),
        enabled: true,
        input: text("input")?,
        metadata: text("additionalMetadata")?,
        priority,
        created: hatchet.clock.now(),
        run: None,
    })
}

async fn added(hatchet: &Arc<Hatchet>, plan: Plan) -> Answer {
    let plan = blocking(hatchet, move |hatchet| hatchet.order(|act| Plan::add(act, plan))).await?;
    Ok(ok(&plan.shape(hatchet)?))
}

pub async fn schedule(
    State(hatchet): App,
    Path((tenant, workflow)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    hatchet.authorize_tenant(&tenant, &headers)?;
    let text = json_text(&headers, &body)?;
    let body = Body::parse(&text)?;
    let at = moment(&body)?;
    added(&hatchet, Plan { at: Some(at), ..wanted(&hatchet, &workflow, &body)? }).await
}

/// One in the past is taken.
fn moment(body: &Body<'_>) -> Result<i64, Refusal> {
    let text = body.string("triggerAt")?.unwrap_or_default();
    date(&text).ok_or_else(|| Refusal::bad_request(format!("parsing time {text:?} as \"2006-01-02T15:04:05Z07:00\"")))
}

pub async fn cron(
    State(hatchet): App,
    Path((tenant, workflow)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    hatchet.authorize_tenant(&tenant, &headers)?;
    let text = json_text(&headers, &body)?;
    let body = Body::parse(&text)?;
    // What the expression says is not checked.
    let cron = Some(body.string("cronExpression")?.unwrap_or_default());
    let name = body.string("cronName")?.unwrap_or_default();
    added(&hatchet, Plan { cron, name, ..wanted(&hatchet, &workflow, &body)? }).await
}

/// The plan of the path.
async fn known(
    hatchet: &Arc<Hatchet>,
    place: (String, String),
    headers: &HeaderMap,
    is_cron: bool,
) -> Result<Plan, Refusal> {
    let (tenant, id) = place;
    hatchet.authorize_tenant(&tenant, headers)?;
    let id = uuid_in(&id).ok_or_else(|| Refusal::bad_request("invalid id"))?;
    let found = blocking(hatchet, move |hatchet| hatchet.database.read(|db| Plan::find(db, &id, is_cron)));
    let missing = if is_cron { "cron workflow not found" } else { "scheduled workflow run not found" };
    found.await?.ok_or_else(|| Refusal::Message(404, missing.into()))
}

async fn page(hatchet: Arc<Hatchet>, tenant: &str, query: Option<&str>, headers: &HeaderMap, is_cron: bool) -> Answer {
    hatchet.authorize_tenant(tenant, headers)?;
    let query = Query::parse(query);
    let limit = usize::try_from(query.integer("limit")?.unwrap_or(50)).unwrap_or(50).max(1);
    let offset = usize::try_from(query.integer("offset")?.unwrap_or(0)).unwrap_or(0);
    let workflow = query.first("workflowId").map(str::to_owned);
    let (pairs, statuses) = (query.all("additionalMetadata"), query.all("statuses"));
    // A schedule has no parent, and before its time no status but this; afterwards it is gone.
    let is_none = query.first("parentWorkflowRunId").is_some() || query.first("parentStepRunId").is_some();
    let is_waiting = statuses.is_empty() || statuses.iter().any(|status| status == "SCHEDULED");
    let ascending = query.first("orderByDirection").is_some_and(|direction| direction.eq_ignore_ascii_case("asc"));
    let found = blocking(&hatchet, move |hatchet| {
        let mut all = hatchet.database.read(|db| Plan::all(db, is_cron))?;
        let is_of = |plan: &Plan| {
            let id = hatchet.workflow(&plan.workflow).map(|registered| registered.id.clone());
            let metadata: Value = serde_json::from_str(&plan.metadata).unwrap_or_default();
            let holds = |pair: &String| match pair.split_once(':') {
                Some((key, value)) => metadata.get(key).is_some_and(|found| found == value),
                None => true,
            };
            !is_none
                && is_waiting
                && workflow.as_ref().is_none_or(|wanted| id.is_ok_and(|id| id == *wanted))
                && pairs.iter().all(holds)
        };
        all.retain(is_of);
        if ascending {
            all.reverse();
        }
        Ok(all)
    });
    let found = found.await?;
    let (pages, current) = (found.len().div_ceil(limit), offset / limit + 1);
    let rows = found.iter().skip(offset).take(limit).map(|plan| plan.shape(&hatchet));
    let rows: Vec<Value> = rows.collect::<Result<_, Error>>()?;
    let pagination = json!({"current_page": current, "next_page": (current + 1).min(pages.max(1)), "num_pages": pages});
    Ok(ok(&json!({"pagination": pagination, "rows": rows})))
}

/// Does something to the plan of the path, in one transaction.
async fn with<T: Send + 'static>(
    hatchet: &Arc<Hatchet>,
    plan: Plan,
    work: impl FnOnce(&Act<'_>, Plan) -> Result<T, Error> + Send + 'static,
) -> Result<T, Refusal> {
    Ok(blocking(hatchet, move |hatchet| hatchet.order(|act| work(act, plan))).await?)
}

/// Starts a run of the plan at once.
async fn started(hatchet: &Arc<Hatchet>, plan: Plan) -> Answer {
    let id = with(hatchet, plan, |act, plan| plan.start(act)).await?.ok_or_else(Refusal::internal)?;
    Ok(ok(&json!({"externalId": id})))
}

async fn removed(hatchet: &Arc<Hatchet>, plan: Plan) -> Answer {
    with(hatchet, plan, |act, plan| plan::remove(act.db, &plan.id)).await?;
    Ok(empty(204))
}

pub async fn schedules(
    State(hatchet): App,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    page(hatchet, &tenant, query.as_deref(), &headers, false).await
}

pub async fn get_schedule(State(hatchet): App, Path(place): Path<(String, String)>, headers: HeaderMap) -> Answer {
    Ok(ok(&known(&hatchet, place, &headers, false).await?.shape(&hatchet)?))
}

pub async fn delete_schedule(State(hatchet): App, Path(place): Path<(String, String)>, headers: HeaderMap) -> Answer {
    let plan = known(&hatchet, place, &headers, false).await?;
    removed(&hatchet, plan).await
}

pub async fn move_schedule(
    State(hatchet): App,
    Path(place): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let plan = known(&hatchet, place, &headers, false).await?;
    let text = json_text(&headers, &body)?;
    let at = moment(&Body::parse(&text)?)?;
    let moved = with(&hatchet, plan, move |act, plan| plan.set_at(act, at)).await?;
    Ok(ok(&moved.shape(&hatchet)?))
}

pub async fn start_schedule(State(hatchet): App, Path(place): Path<(String, String)>, headers: HeaderMap) -> Answer {
    let plan = known(&hatchet, place, &headers, false).await?;
    started(&hatchet, plan).await
}

pub async fn crons(
    State(hatchet): App,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    page(hatchet, &tenant, query.as_deref(), &headers, true).await
}

pub async fn get_cron(State(hatchet): App, Path(place): Path<(String, String)>, headers: HeaderMap) -> Answer {
    Ok(ok(&known(&hatchet, place, &headers, true).await?.shape(&hatchet)?))
}

pub async fn delete_cron(State(hatchet): App, Path(place): Path<(String, String)>, headers: HeaderMap) -> Answer {
    let plan = known(&hatchet, place, &headers, true).await?;
    removed(&hatchet, plan).await
}

pub async fn switch_cron(
    State(hatchet): App,
    Path(place): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let plan = known(&hatchet, place, &headers, true).await?;
    let text = json_text(&headers, &body)?;
    let enabled = Body::parse(&text)?.flag("enabled")?.unwrap_or(plan.enabled);
    with(&hatchet, plan, move |act, plan| plan.set_enabled(act, enabled)).await?;
    Ok(empty(204))
}

pub async fn start_cron(State(hatchet): App, Path(place): Path<(String, String)>, headers: HeaderMap) -> Answer {
    let plan = known(&hatchet, place, &headers, true).await?;
    started(&hatchet, plan).await
}

/// One change or removal of several.
struct Change {
    id: String,
    at: Option<i64>,
}

fn changes(body: &Body<'_>) -> Result<Vec<Change>, Refusal> {
    let ids = body.strings("scheduledWorkflowRunIds")?.unwrap_or_default();
    let mut changes: Vec<Change> = ids.into_iter().map(|id| Change { id, at: None }).collect();
    let updates: Vec<Value> = body
        .nested("updates")
        .map(serde_json::from_str)
        .transpose()
        .map_err(|_| Refusal::internal())?
        .unwrap_or_default();
    for update in updates {
        let text = |key: &str| update.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        changes.push(Change { id: text("id"), at: date(&text("triggerAt")) });
    }
    if !(1..=500).contains(&changes.len()) {
        return Err(Refusal::Described(400, "between 1 and 500 items are needed".into()));
    }
    Ok(changes)
}

/// Changes or removes several schedules; what is not there is told one by one.
async fn several(hatchet: Arc<Hatchet>, tenant: &str, headers: &HeaderMap, body: &[u8], done: &'static str) -> Answer {
    hatchet.authorize_tenant(tenant, headers)?;
    let text = json_text(headers, body)?;
    let changes = changes(&Body::parse(&text)?)?;
    let outcome = blocking(&hatchet, move |hatchet| {
        hatchet.order(|act| {
            let (mut ids, mut errors) = (Vec::new(), Vec::new());
            for Change { id, at } in changes {
                match Plan::find(act.db, &id, false)? {
                    Some(plan) => {
                        match at {
                            Some(at) => drop(plan.set_at(act, at)?),
                            None => plan::remove(act.db, &id)?,
                        }
                        ids.push(id);
                    }
                    None => errors.push(json!({"error": "scheduled workflow run not found", "id": id})),
                }
            }
            Ok(json!({done: ids, "errors": errors}))
        })
    });
    Ok(ok(&outcome.await?))
}

pub async fn delete_several(
    State(hatchet): App,
    Path(tenant): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    several(hatchet, &tenant, &headers, &body, "deletedIds").await
}

pub async fn update_several(
    State(hatchet): App,
    Path(tenant): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    several(hatchet, &tenant, &headers, &body, "updatedIds").await
}
