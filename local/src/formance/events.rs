//! Events: what is published of a run, and to whom.

use rusqlite::params;
use serde::Serialize;
use serde_json::value::RawValue;

use super::Formance;
use crate::Error;
use crate::database::Cached;
use crate::delivery;
use crate::house::Act;

/// A message; on its way to a webhook its type is in lower case and has the service's name before it.
#[derive(Serialize)]
struct Message<'a, P> {
    idempotency_key: &'a str,
    date: String,
    app: &'a str,
    version: &'a str,
    #[serde(rename = "type")]
    kind: String,
    payload: P,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RunPayload<'a> {
    id: String,
    #[serde(rename = "instanceID")]
    instance_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

/// Publishes an event of an instance. `error` is there for failed ones, also when it is empty.
pub fn publish(
    formance: &Formance,
    act: &Act<'_>,
    instance: i64,
    kind: &str,
    number: Option<i64>,
    error: Option<&str>,
) -> Result<(), Error> {
    if !has_subscriptions(act)? {
        return Ok(());
    }
    let (id, instance_id) = act.db.one(
        "SELECT w.id, i.id FROM formance_instance i JOIN formance_workflow w ON w.ordinal = i.workflow WHERE i.ordinal = ?",
        [instance],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    send(formance, act, kind, RunPayload { id, instance_id, number, error })
}

/// Publishes that a trigger has started an instance.
pub fn publish_trigger(
    formance: &Formance,
    act: &Act<'_>,
    occurrence: &str,
    trigger: &str,
    instance: &str,
) -> Result<(), Error> {
    #[derive(Serialize)]
    struct Payload<'a> {
        id: &'a str,
        #[serde(rename = "triggerID")]
        trigger: &'a str,
        #[serde(rename = "workflowInstanceID")]
        instance: &'a str,
    }
    send(formance, act, "SUCCEEDED_TRIGGER", Payload { id: occurrence, trigger, instance })
}

fn has_subscriptions(act: &Act<'_>) -> Result<bool, Error> {
    Ok(act.db.one("SELECT EXISTS (SELECT 1 FROM formance_subscription)", [], |row| row.get(0))?)
}

fn send(formance: &Formance, act: &Act<'_>, kind: &str, payload: impl Serialize) -> Result<(), Error> {
    let kind = format!("orchestration.{}", kind.to_lowercase());
    let payload = RawValue::from_string(serde_json::to_string(&payload)?)?;
    let date = formance.manners().local_date(act.now);
    let message =
        Message { idempotency_key: "", date, app: "orchestration", version: "v2", kind: kind.clone(), payload };
    let body = serde_json::to_string(&message)?;
    let mut statement = act.db.prepare_cached("SELECT endpoint, events, secret FROM formance_subscription")?;
    let found = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    for subscription in found.collect::<Result<Vec<(String, String, String)>, _>>()? {
        let (endpoint, events, secret) = subscription;
        let events: Vec<String> = serde_json::from_str(&events)?;
        if events.contains(&kind) {
            delivery::queue(act, "formance", &endpoint, &secret, &body)?;
        }
    }
    Ok(())
}

/// Subscribes an endpoint; the types are matched exactly, in lower case.
pub fn subscribe(act: &Act<'_>, id: &str, endpoint: &str, events: &[String], secret: &str) -> Result<(), Error> {
    let events: Vec<String> = events.iter().map(|event| event.to_lowercase()).collect();
    act.db.run(
        "INSERT INTO formance_subscription (id, endpoint, events, secret, created) VALUES (?, ?, ?, ?, ?)",
        params![id, endpoint, serde_json::to_string(&events)?, secret, act.now],
    )?;
    Ok(())
}

/// Ends a subscription; false: there is none.
pub fn unsubscribe(act: &Act<'_>, id: &str) -> Result<bool, Error> {
    Ok(act.db.run("DELETE FROM formance_subscription WHERE id = ?", [id])? > 0)
}
