//! Calls about workflows and their instances.

use std::time::Duration;

use axum::http::header;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::answer::{Answer, Refusal, data};
use super::config::{self, Variables, cannot_unmarshal};
use super::routes::{Call, done, listed};
use super::shapes;
use super::store::{self, Filter, Found};
use crate::chance::{Purpose, Spread};
use crate::clock::Pace;
use crate::database::Cached;
use crate::house::{Act, order};
use crate::{Error, blocking, gojson};

/// From the row of an instance until its run is answered.
const ANSWER: Spread = Spread::new(100.0, 125.0, 180.0, 260.0);

/// However long a run waits for its answer, it is this long at most.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// How often a run that is waited for is looked at.
const BETWEEN_LOOKS: Duration = Duration::from_millis(5);

const NO_ROWS: &str = "sql: no rows in result set";

/// Creates a workflow, from JSON or from YAML.
pub async fn create_workflow(call: Call) -> Answer {
    let kind = call.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let manners = call.formance.manners();
    let is_yaml = kind == Some("text/vnd.yaml");
    let body: Value = if is_yaml {
        serde_yaml_ng::from_slice(&call.body)
            .map_err(|error| Refusal::Validation(format!("unmarshalling yaml body: {error}")))?
    } else {
        call.json().map_err(|error| Refusal::Validation(format!("unmarshalling json body: {error}")))?
    };
    let unreadable = |error| Refusal::Validation(format!("unmarshalling json body: {error}"));
    let (name, stages) = config::stored(&body).map_err(unreadable)?;
    if let Some(error) = config::refused(&stages) {
        return Err(Refusal::Internal(format!("creating workflow: {error}")));
    }
    let text = match config::as_sent(&call.body).filter(|_| !manners.reshaped_stages && !is_yaml) {
        Some(stages) => format!("{{\"name\":{},\"stages\":{stages}}}", gojson::text(&name.into())),
        None => gojson::text(&json!({"name": name, "stages": stages})),
    };
    let workflow = blocking(&call.formance, move |formance| {
        order(formance, |act| {
            let id = formance.next_id(act, "formance_workflow")?;
            let sql = "INSERT INTO formance_workflow (id, config, created) VALUES (?, ?, ?)";
            act.db.run(sql, rusqlite::params![id, text, act.now])?;
            let config = RawValue::from_string(text)?;
            let created = manners.local_date(act.now);
            Ok(shapes::Workflow { id, config, created: created.clone(), updated: created, deleted: None })
        })
    });
    Ok(data(201, workflow.await?))
}

/// Lists workflows.
pub async fn list_workflows(call: Call) -> Answer {
    let place = call.place(json!({})).or_else(|refusal| first_version(&call, json!({}), refusal))?;
    let (offset, wanted) = if call.is_v2 { (place.offset, place.wanted()) } else { (0, -1) };
    let found = blocking(&call.formance, move |formance| {
        formance.house.database.read(|db| store::workflows(db, offset, wanted))
    });
    let found = found.await?;
    Ok(listed(&call, place, found))
}

/// Version 1 looks neither at page sizes nor at cursors, so they cannot be wrong there.
fn first_version<F>(call: &Call, filters: F, refusal: Refusal) -> Result<super::page::Place<F>, Refusal>
where
    F: serde::Serialize + for<'de> serde::Deserialize<'de>,
{
    if call.is_v2 { Err(refusal) } else { super::page::Place::read(None, None, 0, filters) }
}

/// A workflow, a deleted one too.
pub async fn get_workflow(call: Call, id: String) -> Answer {
    let found =
        blocking(&call.formance, move |formance| formance.house.database.read(|db| store::find_workflow(db, &id)));
    let undead = call.formance.manners().undead_workflows;
    let found = found.await?.filter(|(_, workflow)| undead || workflow.deleted.is_none());
    let (_, workflow) = found.ok_or_else(|| Refusal::Internal(NO_ROWS.into()))?;
    Ok(data(200, workflow))
}

/// Deletes a workflow, as often as one likes.
pub async fn delete_workflow(call: Call, id: String) -> Answer {
    if uuid::Uuid::parse_str(&id).is_err() {
        return Err(Refusal::Validation(format!("invalid UUID length: {}", id.len())));
    }
    let known = blocking(&call.formance, move |formance| {
        order(formance, |act| {
            let sql = "UPDATE formance_workflow SET deleted = coalesce(deleted, ?) WHERE id = ?";
            Ok(act.db.run(sql, rusqlite::params![act.now, id])? > 0)
        })
    });
    if known.await? { Ok(done()) } else { Err(Refusal::NotFound("Workflow not found")) }
}

/// The variables; a body without a length is not read at all.
fn variables(call: &Call) -> Result<Variables, Refusal> {
    let length = call.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.unwrap_or(0) == 0 && (call.formance.manners().unread_chunks || call.body.is_empty()) {
        return Ok(Map::new());
    }
    match call.json().map_err(Refusal::Validation)? {
        Value::Null => Ok(Map::new()),
        Value::Object(map) => {
            let mut variables = Map::new();
            for (key, value) in map {
                match value {
                    Value::String(_) => variables.insert(key, value),
                    Value::Null => variables.insert(key, "".into()),
                    other => return Err(Refusal::Validation(cannot_unmarshal(&other, "string"))),
                };
            }
            Ok(variables)
        }
        other => Err(Refusal::Validation(cannot_unmarshal(&other, "map[string]string"))),
    }
}

/// Starts an instance.
pub async fn run(call: Call, workflow: String) -> Answer {
    let variables = variables(&call)?;
    let started = blocking(&call.formance, move |formance| {
        order(formance, |act| {
            let found = store::find_workflow(act.db, &workflow)?;
            let undead = formance.manners().undead_workflows;
            let Some((workflow, _)) = found.filter(|(_, workflow)| undead || workflow.deleted.is_none()) else {
                return Ok(None);
            };
            let ordinal = formance.start(act, workflow, &variables, None)?;
            let id: String =
                act.db.one("SELECT id FROM formance_instance WHERE ordinal = ?", [ordinal], |row| row.get(0))?;
            Ok(Some((ordinal, id, act.now)))
        })
    });
    let (ordinal, id, created) = started.await?.ok_or_else(|| Refusal::Internal(NO_ROWS.into()))?;
    wait_for_answer(&call, ordinal).await;
    let waits = call.says("wait");
    if waits && !call.formance.manners().hollow_waits {
        wait_for_end(&call, &id).await?;
    }
    let found = found(&call, id).await?.ok_or_else(|| Refusal::Internal(NO_ROWS.into()))?;
    let mut shape = with_stages(&call, found).await?;
    if waits {
        if call.formance.manners().hollow_waits {
            // The outer field of the same name hides it.
            shape.error = None;
        }
        return Ok(data(201, shape));
    }
    let created = call.formance.manners().local_date(created);
    let plain = shapes::Instance {
        workflow: None,
        stages: Vec::new(),
        created: created.clone(),
        updated: created,
        is_terminated: false,
        terminated: None,
        error: None,
        ..shape
    };
    Ok(data(201, plain))
}

/// A run is answered when a worker has taken it. Stepped time cannot pass while a request waits, so there it waits only
/// on demand.
async fn wait_for_answer(call: &Call, ordinal: i64) {
    let clock = &call.formance.house.clock;
    let takes = match (call.formance.manners().run_answer_ms, clock.pace()) {
        (Some(ms), _) => (ms.clamp(0.0, LONGEST_WAIT.as_secs_f64() * 1000.0) * 1000.0) as i64,
        (None, Pace::Stepped) => return,
        (None, Pace::Flowing) => {
            call.formance.house.chance.stream(Purpose::Instance, (ordinal as u64) << 8 ^ 2).measured(ANSWER)
        }
    };
    let due = clock.now() + clock.scaled(takes);
    drop(tokio::time::timeout(LONGEST_WAIT, clock.sleep_until(due)).await);
}

/// Waits until the instance has ended, or as long as a request may. Stepped time is moved by others meanwhile.
async fn wait_for_end(call: &Call, id: &str) -> Result<(), Error> {
    let begun = std::time::Instant::now();
    while begun.elapsed() < LONGEST_WAIT {
        if found(call, id.to_owned()).await?.is_none_or(|found| found.shape.is_terminated) {
            return Ok(());
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
    Ok(())
}

async fn found(call: &Call, id: String) -> Result<Option<Found>, Error> {
    blocking(&call.formance, move |formance| formance.house.database.read(|db| store::find_instance(db, &id))).await
}

async fn with_stages(call: &Call, found: Found) -> Result<shapes::Instance, Error> {
    blocking(&call.formance, move |formance| {
        formance.house.database.read(|db| {
            let stages = store::stages(db, found.ordinal, &found.shape.id)?;
            Ok(shapes::Instance { stages, ..found.shape })
        })
    })
    .await
}

/// Lists instances.
pub async fn list_instances(call: Call) -> Answer {
    let running = call.says("running");
    let filter = Filter { workflow: call.query("workflowID").unwrap_or_default().to_owned(), running };
    let place = call.place(filter.clone()).or_else(|refusal| first_version(&call, filter, refusal))?;
    let (offset, wanted) = if call.is_v2 { (place.offset, place.wanted()) } else { (0, -1) };
    let filter = place.filters.clone();
    let found = blocking(&call.formance, move |formance| {
        formance.house.database.read(|db| store::instances(db, &filter, offset, wanted))
    });
    let found = found.await?;
    Ok(listed(&call, place, found))
}

/// An instance with its workflow and its stages.
pub async fn get_instance(call: Call, id: String) -> Answer {
    let found = found(&call, id).await?.ok_or_else(|| Refusal::Internal("Instance not found".into()))?;
    Ok(data(200, with_stages(&call, found).await?))
}

/// What became of a signal.
enum Sent {
    NoStage,
    NotBegun(String),
    Over,
    Taken,
}

/// Sends an event to the latest stage; that it is taken does not mean that anybody wants it.
pub async fn send_event(call: Call, id: String) -> Answer {
    let body = call.json().map_err(Refusal::Validation)?;
    let name = match body.get("name") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(name)) => name.clone(),
        Some(other) => return Err(Refusal::Validation(cannot_unmarshal(other, "string"))),
    };
    let sent = blocking(&call.formance, move |formance| {
        order(formance, |act| {
            let Some(found) = store::find_instance(act.db, &id)? else { return Ok(Sent::NoStage) };
            let Some(stage) = store::latest_stage(act.db, found.ordinal)? else { return Ok(Sent::NoStage) };
            let keeps = !formance.manners().dying_signals && !found.shape.is_terminated;
            match (stage.has_begun, stage.has_ended) {
                _ if keeps => formance.signal(act, stage.id, &name).map(|()| Sent::Taken),
                (_, true) => Ok(Sent::Over),
                (false, false) => Ok(Sent::NotBegun(format!("{id}-{}", stage.number))),
                (true, false) => formance.signal(act, stage.id, &name).map(|()| Sent::Taken),
            }
        })
    });
    match sent.await? {
        Sent::Taken => Ok(done()),
        Sent::NoStage => Err(Refusal::Internal(format!("retrieving workflow: {NO_ROWS}"))),
        Sent::NotBegun(id) => Err(signal_refused(&format!("workflow not found for ID: {id}"))),
        Sent::Over => Err(signal_refused("workflow execution already completed")),
    }
}

fn signal_refused(why: &str) -> Refusal {
    Refusal::Internal(format!("sending signal to server: {why}"))
}

/// Accepts an abort, which has no effect: what it cancels is over already.
pub async fn abort(call: Call, id: String) -> Answer {
    let found = found(&call, id.clone()).await?;
    let found = found.ok_or_else(|| Refusal::Internal(format!("retrieving workflow execution: {NO_ROWS}")))?;
    if found.is_forgotten {
        return Err(Refusal::Internal(format!("workflow not found for ID: {id}")));
    }
    if !call.formance.manners().hollow_aborts && !found.shape.is_terminated {
        let ordinal = found.ordinal;
        let cancelled =
            blocking(&call.formance, move |formance| order(formance, |act| cancel_stage(formance, act, ordinal)));
        cancelled.await?;
    }
    Ok(done())
}

/// Ends the latest stage as cancelled, and so its run as failed.
pub fn cancel_stage(formance: &super::Formance, act: &Act<'_>, ordinal: i64) -> Result<(), Error> {
    match store::latest_stage(act.db, ordinal)? {
        Some(stage) => formance.end(act, stage.id, Some("canceled"), Some("canceled")),
        None => Ok(()),
    }
}

/// The stages that really started, as the main workflow's history tells of them.
pub async fn history(call: Call, id: String) -> Answer {
    let found = found(&call, id.clone()).await?.filter(|found| !found.is_forgotten);
    let found = found.ok_or_else(|| Refusal::Internal(format!("workflow not found for ID: {id}-main")))?;
    let items = blocking(&call.formance, move |formance| {
        let manners = formance.manners();
        formance.house.database.read(|db| store::history(db, found.ordinal, manners))
    });
    Ok(data(200, items.await?))
}

/// The activities of a stage.
pub async fn stage_history(call: Call, id: String, number: i64) -> Answer {
    const UNKNOWN: Refusal = Refusal::NotFound("Instance not found");
    let found = found(&call, id).await?.filter(|found| !found.is_forgotten).ok_or(UNKNOWN)?;
    let items = blocking(&call.formance, move |formance| {
        let manners = formance.manners();
        formance.house.database.read(|db| store::activities(db, found.ordinal, number, manners))
    });
    Ok(data(200, items.await?.ok_or(UNKNOWN)?))
}
