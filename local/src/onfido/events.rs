//! Webhooks: what is told of a run, its tasks and its files.

use rusqlite::Connection;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Onfido;
use super::store::{self, date};
use super::wire::Object;
use crate::database::Cached;
use crate::house::Act;
use crate::{Error, delivery};

#[derive(Serialize)]
struct Payload<'a> {
    resource_type: &'a str,
    action: &'a str,
    object: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<Object<'a>>,
}

/// The end of a run.
pub fn publish_run(onfido: &Onfido, act: &Act<'_>, run: i64) -> Result<(), Error> {
    let run = store::load(act.db, run)?;
    let id = value(&run.shape, "id");
    let object = json!({
        "completed_at_iso8601": date(act.now), "href": onfido.href(&format!("/workflow_runs/{}", text(&id))), "id": id,
        "status": run.status,
    });
    let mut resource = run.shape;
    // The token of the applicant's session is never told.
    resource.push(("sdk_token", Value::Null));
    send(act, "workflow_run", "workflow_run.completed", object, Some(&resource))
}

/// The start or the end of a task.
pub fn publish_task(onfido: &Onfido, act: &Act<'_>, task: i64) -> Result<(), Error> {
    let task = store::load_task(act.db, task)?;
    let (id, run) = (value(&task.shape, "id"), value(&task.shape, "workflow_run_id"));
    let (action, status, moment) = if task.is_over {
        ("workflow_task.completed", "completed", "completed_at_iso8601")
    } else {
        ("workflow_task.started", "started", "started_at_iso8601")
    };
    let href = onfido.href(&format!("/workflow_runs/{}/tasks/{}", text(&run), text(&id)));
    let object = json!({
        "href": href, "id": id, "status": status, "task_def_id": value(&task.shape, "task_def_id"), "task_spec_id": id,
        "workflow_run_id": run, moment: date(act.now),
    });
    send(act, "workflow_task", action, object, Some(&task.shape))
}

/// A file that can be had. A signed PDF is not told of.
pub fn publish_file(onfido: &Onfido, act: &Act<'_>, file: i64) -> Result<(), Error> {
    let sql = "SELECT f.id, f.kind, r.id FROM onfido_file f JOIN onfido_run r ON r.ordinal = f.run WHERE f.ordinal = ?";
    let (id, kind, run): (String, String, String) =
        act.db.one(sql, [file], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let (resource_type, href) = match kind.as_str() {
        "timeline_file" => ("workflow_timeline_file", format!("/workflow_runs/{run}/timeline_file/{id}")),
        "evidence_folder" => ("workflow_run_evidence_folder", format!("/workflow_runs/{run}/evidence_folder")),
        _ => return Ok(()),
    };
    let object = json!({"href": onfido.href(&href), "id": id, "workflow_run_id": run});
    let mut resource = vec![("id", json!(id)), ("workflow_run_id", json!(run))];
    if kind == "timeline_file" {
        resource.push(("timeline_file_download_url", onfido.signed_url(&id, &kind).into()));
    }
    send(act, resource_type, &format!("{resource_type}.created"), object, Some(&resource))
}

fn value(shape: &[(&'static str, Value)], key: &str) -> Value {
    shape.iter().find(|(name, _)| *name == key).map(|(_, value)| value.clone()).unwrap_or_default()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn send(
    act: &Act<'_>,
    resource_type: &str,
    action: &str,
    object: Value,
    resource: Option<&[(&'static str, Value)]>,
) -> Result<(), Error> {
    let webhooks = webhooks(act.db)?;
    if webhooks.is_empty() {
        return Ok(());
    }
    let payload = Payload { resource_type, action, object, resource: resource.map(Object) };
    #[derive(Serialize)]
    struct Body<'a> {
        payload: Payload<'a>,
    }
    let body = serde_json::to_string(&Body { payload })?;
    for webhook in webhooks.iter().filter(|webhook| wants(webhook, action)) {
        let part = |key: &str| webhook.get(key).and_then(Value::as_str).unwrap_or_default();
        delivery::queue(act, "onfido", part("url"), part("token"), &body)?;
    }
    Ok(())
}

/// No events mean all.
fn wants(webhook: &Map<String, Value>, action: &str) -> bool {
    let events = webhook.get("events").and_then(Value::as_array).filter(|events| !events.is_empty());
    webhook.get("enabled") == Some(&Value::Bool(true))
        && events.is_none_or(|events| events.iter().any(|event| event == action))
}

/// All webhooks.
pub fn webhooks(db: &Connection) -> Result<Vec<Map<String, Value>>, Error> {
    let mut statement = db.prepare_cached("SELECT definition FROM onfido_webhook ORDER BY ordinal")?;
    let found = statement.query_map([], |row| row.get::<_, String>(0))?;
    found.map(|text| Ok(serde_json::from_str(&text?)?)).collect()
}
