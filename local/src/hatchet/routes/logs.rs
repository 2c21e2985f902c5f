//! Reading what tasks wrote, and counting things by time.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Refusal, ok};
use super::super::list;
use super::super::logs::{self, Filter, LEVELS};
use super::super::minutes::MINUTE;
use super::super::query::Query;
use super::super::{Hatchet, time};
use super::App;
use super::list::workflow_name;
use super::tasks::known_task;
use crate::blocking;
use crate::clock::Micros;

/// The most lines of an answer.
const MOST: i64 = 10_000;

/// Without a beginning a count by time looks a day back, and never more than ten years.
const DAY: Micros = 86_400_000_000;
const LONGEST: Micros = 3_653 * DAY;

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
    let range = Range::of(filter.since, filter.until, now);
    let filter = Filter { since: Some(range.since), ..filter };
    let found =
        blocking(&hatchet, move |hatchet| hatchet.database.read(|db| logs::counts(db, &filter, now, range.width)));
    Ok(ok(&json!({"results": range.counted(&LEVELS, &found.await?)})))
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
    let range = Range::of(query.time("createdAfter")?, query.time("finishedBefore")?, hatchet.clock.now());
    let found = blocking(&hatchet, move |hatchet| {
        hatchet.database.read(|db| list::ends(db, range.since, range.until, range.width))
    });
    Ok(ok(&json!({"results": range.counted(&["SUCCEEDED", "FAILED"], &found.await?)})))
}

/// From when to when things are counted, and in stretches of what width.
#[derive(Clone, Copy)]
struct Range {
    since: Micros,
    until: Micros,
    width: Micros,
}

impl Range {
    /// As wide as the whole is long. What begins longer ago than ten years begins then: the rows are zero-filled.
    fn of(since: Option<Micros>, until: Option<Micros>, now: Micros) -> Self {
        let until = until.unwrap_or(now).clamp(0, now.saturating_add(LONGEST));
        let since = since.unwrap_or(until.saturating_sub(DAY)).max(until.saturating_sub(LONGEST)).max(0);
        let width = MINUTE
            * match until.saturating_sub(since) / MINUTE {
                ..61 => 1,
                61..720 => 5,
                720..2_880 => 30,
                2_880..11_520 => 480,
                _ => 1_440,
            };
        Self { since, until, width }
    }

    /// Buckets from the first to the last, empty ones included.
    fn counted(&self, names: &[&str], found: &[(Micros, String, i64)]) -> Vec<Value> {
        let found: HashMap<(Micros, &str), i64> =
            found.iter().map(|(at, name, count)| ((*at, name.as_str()), *count)).collect();
        let first = self.since - self.since.rem_euclid(self.width);
        let buckets = (0..).map(|number| first + number * self.width).take_while(|at| *at <= self.until);
        let row = |at: Micros| {
            let count = |name: &str| found.get(&(at, name)).copied().unwrap_or(0);
            let mut row: Map<String, Value> =
                names.iter().map(|name| ((*name).to_owned(), count(name).into())).collect();
            row.insert("time".into(), time::text(at).into());
            row.into()
        };
        buckets.map(row).collect()
    }
}
