//! Reading what tasks wrote, and counting things by time.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Refusal, ok};
use super::super::logs::{self, Filter, LEVELS};
use super::super::query::Query;
use super::super::{Hatchet, time};
use super::App;
use super::list::workflow_name;
use super::tasks::known_task;
use crate::clock::Micros;
use crate::{Error, blocking};

/// The most lines of an answer.
const MOST: i64 = 10_000;

/// Without a beginning a count by time looks a day back.
const DAY: Micros = 86_400_000_000;

fn filter(hatchet: &Hatchet, query: &Query) -> Result<Filter, Refusal> {
    let levels = query.all("levels");
    if levels.iter().any(|level| !LEVELS.contains(&level.as_str())) {
        return Err(Refusal::internal());
    }
    let (tasks, workflows) = (query.all("taskExternalIds"), query.all("workflow_ids"));
    let all = hatchet.workflows();
    Ok(Filter {
        tasks: (!tasks.is_empty()).then_some(tasks),
        workflows: (!workflows.is_empty()).then(|| workflows.iter().map(|id| workflow_name(&all, id)).collect()),
        since: query.time("since")?,
        until: query.time("until")?,
        search: query.first("search").map(str::to_owned),
        levels,
        attempt: query.integer("attempt")?,
        descending: query.first("order_by_direction") == Some("DESC"),
    })
}

/// A page of lines, which never says where it stands.
async fn page(hatchet: &Arc<Hatchet>, query: &Query, filter: Filter) -> Answer {
    let limit = query.integer("limit")?.unwrap_or(50);
    if !(1..=MOST).contains(&limit) {
        return Err(Refusal::internal());
    }
    let now = hatchet.clock.now();
    let rows = blocking(hatchet, move |hatchet| hatchet.database.read(|db| logs::read(db, &filter, now, limit)));
    let pagination = json!({"current_page": 0, "next_page": 0, "num_pages": 0});
    Ok(ok(&json!({"pagination": pagination, "rows": rows.await?})))
}

pub async fn of_task(
    State(hatchet): App,
    Path(task): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    let (_, task, _) = known_task(&hatchet, &task, &headers).await?;
    let query = Query::parse(query.as_deref());
    let filter = Filter { tasks: Some(vec![task.task.external_id]), ..filter(&hatchet, &query)? };
    page(&hatchet, &query, filter).await
}

pub async fn of_tenant(
    State(hatchet): App,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    hatchet.authorize_tenant(&tenant, &headers)?;
    let query = Query::parse(query.as_deref());
    let filter = filter(&hatchet, &query)?;
    page(&hatchet, &query, filter).await
}

pub async fn points(
    State(hatchet): App,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    hatchet.authorize_tenant(&tenant, &headers)?;
    let filter = filter(&hatchet, &Query::parse(query.as_deref()))?;
    let now = hatchet.clock.now();
    let (since, until) = (filter.since.unwrap_or(now - DAY), filter.until.unwrap_or(now));
    let filter = Filter { since: Some(since), ..filter };
    let found = blocking(&hatchet, move |hatchet| hatchet.database.read(|db| logs::moments(db, &filter, now))).await?;
    Ok(ok(&json!({"results": counted(since, until, &LEVELS, &found)})))
}

/// How many tasks succeeded and failed, by time.
pub async fn task_points(
    State(hatchet): App,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    hatchet.authorize_tenant(&tenant, &headers)?;
    let query = Query::parse(query.as_deref());
    let until = query.time("finishedBefore")?.unwrap_or_else(|| hatchet.clock.now());
    let since = query.time("createdAfter")?.unwrap_or(until - DAY);
    let found = blocking(&hatchet, move |hatchet| ends(hatchet, since, until)).await?;
    Ok(ok(&json!({"results": counted(since, until, &["SUCCEEDED", "FAILED"], &found)})))
}

fn ends(hatchet: &Hatchet, since: Micros, until: Micros) -> Result<Vec<(Micros, String)>, Error> {
    hatchet.database.read(|db| {
        let sql = "SELECT e.ingested, CASE e.kind WHEN 'FINISHED' THEN 'SUCCEEDED' ELSE 'FAILED' END \
                   FROM hatchet_read_task t JOIN hatchet_event e ON e.task = t.id AND e.retry = t.retry \
                   WHERE t.inserted >= ? AND e.kind IN ('FINISHED', 'FAILED', 'TIMED_OUT') AND e.ingested <= ?";
        let mut statement = db.prepare_cached(sql)?;
        let rows = statement.query_map([since, until], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    })
}

/// Buckets from the first to the last, empty ones included, as wide as the whole is long.
fn counted(since: Micros, until: Micros, names: &[&str], found: &[(Micros, String)]) -> Vec<Value> {
    const MINUTE: Micros = 60_000_000;
    let width = MINUTE
        * match (until - since) / MINUTE {
            ..61 => 1,
            61..720 => 5,
            720..2_880 => 30,
            2_880..11_520 => 480,
            _ => 1_440,
        };
    let bucket = |at: Micros| at - at.rem_euclid(width);
    let mut rows = Vec::new();
    let mut at = bucket(since);
    while at <= until {
        let count = |name: &str| found.iter().filter(|(when, what)| bucket(*when) == at && what == name).count();
        let mut row: Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), count(name).into())).collect();
        row.insert("time".into(), time::text(at).into());
        rows.push(row.into());
        at += width;
    }
    rows
}
