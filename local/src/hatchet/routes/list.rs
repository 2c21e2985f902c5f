//! Lists of runs, and counts of what is in them.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::super::answer::{Answer, Refusal, ok};
use super::super::list::{self, Filter, Rows};
use super::super::query::Query;
use super::super::view::RunRead;
use super::super::{Hatchet, Registered, time};
use super::App;
use crate::{Error, blocking};

fn filter(hatchet: &Hatchet, query: &Query) -> Result<Filter, Refusal> {
    let workflows = hatchet.workflows();
    query.filter(|id| workflow_name(&workflows, id))
}

/// The name of the workflow of that id; an unknown id is a name that nothing has.
pub fn workflow_name(workflows: &[Arc<Registered>], id: &str) -> String {
    let found = workflows.iter().find(|workflow| workflow.id == id);
    found.map_or_else(|| format!("unknown {id}"), |workflow| workflow.workflow.name.clone())
}

pub async fn list_runs(
    State(hatchet): App,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    hatchet.authorize_tenant(&tenant, &headers)?;
    let query = Query::parse(query.as_deref());
    let Some(only_tasks) = query.flag("only_tasks")? else {
        let message = "Query argument only_tasks is required, but not found";
        return Err(Refusal::bad_request(message));
    };
    let rows = if only_tasks { Rows::Tasks } else { Rows::Runs };
    let payloads = query.flag("include_payloads")?.unwrap_or(false);
    let filter = filter(&hatchet, &query)?;
    let (limit, offset) = (query.integer("limit")?.unwrap_or(50), query.integer("offset")?.unwrap_or(0));
    // A limit of zero is a division by zero on the server.
    if limit <= 0 || offset < 0 || limit == i64::MAX {
        return Err(Refusal::internal());
    }
    let page = blocking(&hatchet, move |hatchet| page(hatchet, &filter, rows, offset, limit, payloads)).await?;
    Ok(ok(&page))
}

fn page(
    hatchet: &Hatchet,
    filter: &Filter,
    rows: Rows,
    offset: i64,
    limit: i64,
    payloads: bool,
) -> Result<Value, Error> {
    hatchet.database.read(|db| {
        let (found, total) = list::page(db, filter, rows, offset, limit)?;
        let mut page = Vec::with_capacity(found.len());
        for key in found {
            match rows {
                Rows::Runs => page.push(hatchet.run_row(&RunRead::load(db, key)?, payloads)?),
                Rows::Tasks => {
                    let run = db
                        .prepare_cached("SELECT run FROM hatchet_task WHERE id = ?")?
                        .query_row([key], |row| row.get(0))?;
                    let read = RunRead::load(db, run)?;
                    if let Some(task) = read.tasks.iter().find(|task| task.task.id == key) {
                        page.push(hatchet.task_row(&read, task, payloads)?);
                    }
                }
            }
        }
        let current = offset / limit + 1;
        let pages = total / limit + i64::from(total % limit > 0);
        let pagination = json!({"current_page": current, "next_page": current + 1, "num_pages": pages});
        Ok(json!({"pagination": pagination, "rows": page}))
    })
}

pub async fn external_ids(
    State(hatchet): App,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    hatchet.authorize_tenant(&tenant, &headers)?;
    let filter = Filter { since_is_exclusive: true, ..filter(&hatchet, &Query::parse(query.as_deref()))? };
    let ids = blocking(&hatchet, move |hatchet| hatchet.database.read(|db| list::run_ids(db, &filter, None))).await?;
    Ok(ok(&if ids.is_empty() { Value::Null } else { ids.into() }))
}

pub async fn display_names(
    State(hatchet): App,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    hatchet.authorize_tenant(&tenant, &headers)?;
    let ids = Query::parse(query.as_deref()).all("external_ids");
    if ids.is_empty() {
        return Err(Refusal::bad_request("Query argument external_ids is required, but not found"));
    }
    let rows = blocking(&hatchet, move |hatchet| {
        hatchet.database.read(|db| {
            let runs = ids.iter().map(|id| RunRead::find(db, id)).collect::<Result<Vec<_>, _>>()?;
            Ok(runs
                .into_iter()
                .flatten()
                .map(|read| {
                    let created = time::text(read.run.inserted);
                    let metadata = json!({"id": read.run.id, "createdAt": created, "updatedAt": created});
                    json!({"displayName": read.run.display_name, "metadata": metadata})
                })
                .collect::<Vec<_>>())
        })
    });
    Ok(ok(&json!({"pagination": {"current_page": 1, "num_pages": 1}, "rows": rows.await?})))
}

pub async fn task_metrics(
    State(hatchet): App,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    hatchet.authorize_tenant(&tenant, &headers)?;
    let filter = filter(&hatchet, &Query::parse(query.as_deref()))?;
    let counts =
        blocking(&hatchet, move |hatchet| hatchet.database.read(|db| list::status_counts(db, &filter))).await?;
    let count = |status: &str| counts.iter().filter(|(name, _)| name == status).map(|(_, count)| count).sum::<i64>();
    let rows = list::counted_statuses().map(|status| match status {
        "RUNNING" => {
            let (worker, evicted) = (count("RUNNING"), count("EVICTED"));
            let detail = json!({"evicted": evicted, "onWorker": worker});
            json!({"count": worker + evicted, "runningDetailCount": detail, "status": status})
        }
        status => json!({"count": count(status), "status": status}),
    });
    Ok(ok(&rows.collect()))
}
