//! Triggers: workflows that start when an event is published.

use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::answer::{Answer, Refusal, data};
use super::engine::sorted_uuid;
use super::routes::{Call, done, listed};
use super::{Formance, events, expression, shapes, store, time};
use crate::chance::Purpose;
use crate::clock::Micros;
use crate::database::Cached;
use crate::house::{Act, order};
use crate::{Error, blocking, gojson};

const NO_ROWS: Refusal = Refusal::NotFound("sql: no rows in result set");

const TRIGGER: &str = "t.ordinal, t.id, t.name, t.event, t.version, t.filter, t.vars, t.created, w.id, w.ordinal";

/// A trigger with what is not on the wire.
struct Found {
    ordinal: i64,
    workflow: i64,
    vars: Map<String, Value>,
    shape: shapes::Trigger,
}

fn trigger(row: &Row<'_>) -> Result<Found, Error> {
    let vars: Option<String> = row.get(6)?;
    let created: Micros = row.get(7)?;
    let shape = shapes::Trigger {
        id: row.get(1)?,
        name: row.get(2)?,
        event: row.get(3)?,
        version: row.get(4)?,
        filter: row.get(5)?,
        vars: vars.clone().map(RawValue::from_string).transpose()?,
        created: time::micros(created),
        workflow_id: row.get(8)?,
        workflow: (),
    };
    let vars = vars.map(|text| serde_json::from_str(&text)).transpose()?.unwrap_or_default();
    Ok(Found { ordinal: row.get(0)?, workflow: row.get(9)?, vars, shape })
}

fn triggers(db: &Connection, condition: &str, values: &[&dyn rusqlite::ToSql]) -> Result<Vec<Found>, Error> {
    let sql = format!(
        "SELECT {TRIGGER} FROM formance_trigger t JOIN formance_workflow w ON w.ordinal = t.workflow WHERE t.deleted IS \
         NULL AND {condition}"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(values)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(trigger(row)?);
    }
    Ok(found)
}

async fn find(call: &Call, id: String) -> Result<Option<Found>, Error> {
    blocking(&call.formance, move |formance| {
        formance.house.database.read(|db| Ok(triggers(db, "t.id = ?", &[&id])?.pop()))
    })
    .await
}

/// Lists triggers. A search by name is malformed SQL, always. Version 1 keeps to the page and hides its cursor.
pub async fn list(call: Call) -> Answer {
    let manners = call.formance.manners();
    let name = call.query("name").unwrap_or_default().to_owned();
    if !name.is_empty() && manners.broken_names {
        let message = format!("ERROR: syntax error at or near \"{name}\" (SQLSTATE 42601)");
        return Err(Refusal::Internal(message));
    }
    let place = call.place(Named { name })?;
    let (offset, wanted) = (i64::try_from(place.offset).unwrap_or(i64::MAX), place.wanted());
    let wanted = match (call.is_v2, manners.hidden_cursors) {
        (true, _) => wanted,
        (false, true) => wanted - 1,
        (false, false) => -1,
    };
    let name = place.filters.name.clone();
    let found = blocking(&call.formance, move |formance| {
        let order = "(?1 = '' OR t.name = ?1) ORDER BY t.ordinal LIMIT ?2 OFFSET ?3";
        formance.house.database.read(|db| triggers(db, order, &[&name, &wanted, &offset]))
    });
    let found: Vec<_> = found.await?.into_iter().map(|found| found.shape).collect();
    Ok(listed(&call, place, found))
}

/// What the triggers of a list have in common; it stands so in the cursor, where there is anything to say.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Named {
    #[serde(skip_serializing_if = "String::is_empty")]
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wish {
    #[serde(default)]
    name: String,
    #[serde(default)]
    event: String,
    #[serde(default, rename = "workflowID")]
    workflow_id: String,
    version: Option<String>,
    filter: Option<String>,
    vars: Option<std::collections::BTreeMap<String, String>>,
}

impl Wish {
    fn check(&self) -> Result<(), Refusal> {
        let invalid = |what: String| Err(Refusal::Validation(format!("validating data: {what}")));
        if self.event.is_empty() {
            return invalid("missing event".into());
        }
        if self.workflow_id.is_empty() {
            return invalid("missing workflow".into());
        }
        let mut texts = self.filter.iter().chain(self.vars.iter().flat_map(|vars| vars.values()));
        match texts.find_map(|text| expression::check(text).err()) {
            Some(error) => invalid(error),
            None => Ok(()),
        }
    }
}

/// Creates a trigger.
pub async fn create(call: Call) -> Answer {
    let body = call.json().map_err(Refusal::Internal)?;
    let wish: Wish = serde_json::from_value(body).map_err(|error| Refusal::Internal(error.to_string()))?;
    wish.check()?;
    let created = blocking(&call.formance, move |formance| {
        order(formance, |act| {
            let Some((workflow, _)) = store::find_workflow(act.db, &wish.workflow_id)? else { return Ok(None) };
            let id = formance.next_id(act, "formance_trigger")?;
            let vars = wish.vars.filter(|vars| !vars.is_empty()).map(|vars| gojson::text(&json!(vars)));
            let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
            act.db.run(
                "INSERT INTO formance_trigger (id, name, event, version, filter, workflow, vars, created) VALUES (?, ?, \
                 ?, ?, ?, ?, ?, ?)",
                params![id, wish.name, wish.event, filled(wish.version), filled(wish.filter), workflow, vars, act.now],
            )?;
            Ok(triggers(act.db, "t.id = ?", &[&id])?.pop())
        })
    });
    let created = created.await?.ok_or(Refusal::NotFound("workflow does not exists"))?;
    Ok(data(201, created.shape))
}

/// A trigger.
pub async fn get(call: Call, id: String) -> Answer {
    Ok(data(200, find(&call, id).await?.ok_or(NO_ROWS)?.shape))
}

/// Deletes a trigger, once.
pub async fn delete(call: Call, id: String) -> Answer {
    let known = blocking(&call.formance, move |formance| {
        order(formance, |act| {
            let sql = "UPDATE formance_trigger SET deleted = ? WHERE id = ? AND deleted IS NULL";
            Ok(act.db.run(sql, params![act.now, id])? > 0)
        })
    });
    if known.await? { Ok(done()) } else { Err(NO_ROWS) }
}

/// What a trigger did; an unknown one did nothing.
pub async fn occurrences(call: Call, id: String) -> Answer {
    let place = call.place(json!({}))?;
    let (offset, wanted) = if call.is_v2 { (place.offset, place.wanted()) } else { (0, -1) };
    let found = blocking(&call.formance, move |formance| {
        formance.house.database.read(|db| occurrences_of(db, &id, offset, wanted))
    });
    let found = found.await?;
    Ok(listed(&call, place, found))
}

fn occurrences_of(db: &Connection, id: &str, offset: usize, limit: i64) -> Result<Vec<shapes::Occurrence>, Error> {
    let mut statement = db.prepare_cached(
        "SELECT o.id, o.date, o.event, i.id FROM formance_occurrence o JOIN formance_trigger t ON t.ordinal = o.trigger \
         JOIN formance_instance i ON i.ordinal = o.instance WHERE t.id = ? ORDER BY o.ordinal LIMIT ? OFFSET ?",
    )?;
    let mut rows = statement.query(params![id, limit, i64::try_from(offset).unwrap_or(i64::MAX)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (event, instance_id): (String, String) = (row.get(2)?, row.get(3)?);
        let Some(instance) = store::find_instance(db, &instance_id)? else { continue };
        found.push(shapes::Occurrence {
            id: row.get(0)?,
            trigger: id.to_owned(),
            instance: shapes::Instance { workflow: None, ..instance.shape },
            instance_id,
            date: time::micros(row.get(1)?),
            event: RawValue::from_string(event)?,
        });
    }
    Ok(found)
}

/// What a trigger would do with an event's payload.
pub async fn test(call: Call, id: String) -> Answer {
    let event = call.json().map_err(Refusal::Internal)?;
    let found = find(&call, id).await?;
    let found = found.ok_or_else(|| Refusal::Internal("sql: no rows in result set".into()))?;
    let filter = found.shape.filter.as_deref().map(|filter| expression::matches(filter, &event));
    let is_match = filter.as_ref().is_none_or(|result| matches!(result, Ok(true)));
    let variables = (is_match && !found.vars.is_empty()).then(|| {
        let tested = found.vars.iter().map(|(name, text)| {
            let result = expression::variable(text.as_str().unwrap_or_default(), &event);
            let tested = match result {
                Ok(value) => json!({"value": value}),
                Err(error) => json!({"error": error}),
            };
            (name.clone(), tested)
        });
        tested.collect::<Map<_, _>>()
    });
    let filter = filter.map(|result| match result {
        Ok(is_match) => json!({"match": is_match}),
        Err(error) => json!({"error": error, "match": false}),
    });
    Ok(data(200, json!({"filter": filter, "variables": variables})))
}

/// An event of some service.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Not used.
    #[serde(default)]
    pub idempotency_key: String,
    /// When it happened.
    #[serde(default)]
    pub date: Option<String>,
    /// Which service tells of it.
    #[serde(default)]
    pub app: String,
    /// The version of its form.
    #[serde(default)]
    pub version: String,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: String,
    /// What expressions see as `event`.
    #[serde(default)]
    pub payload: Value,
}

/// Publishes an event to the triggers; returns the ids of the instances that start. A filter that does not match or
/// fails leaves no trace, and a variable that fails is tried again without end, which here is no trace either.
pub fn receive(formance: &Formance, event: &Event) -> Result<Vec<String>, Error> {
    order(formance, |act| {
        let mut started = Vec::new();
        for found in triggers(act.db, "t.event = ? ORDER BY t.ordinal", &[&event.kind])? {
            let passes = found.shape.filter.as_deref().map(|filter| expression::matches(filter, &event.payload));
            let versions = found.shape.version.as_ref().is_none_or(|version| *version == event.version);
            if versions && matches!(passes, None | Some(Ok(true))) {
                started.extend(fire(formance, act, &found, event)?);
            }
        }
        Ok(started)
    })
}

fn fire(formance: &Formance, act: &Act<'_>, found: &Found, event: &Event) -> Result<Option<String>, Error> {
    let mut variables = Map::new();
    for (name, text) in &found.vars {
        match expression::variable(text.as_str().unwrap_or_default(), &event.payload) {
            Ok(value) => variables.insert(name.clone(), value.into()),
            Err(_) => return Ok(None),
        };
    }
    let occurrence = formance.next_id(act, "formance_occurrence")?;
    let mut draws = formance.house.chance.stream(Purpose::Flows, (found.ordinal as u64) << 24 ^ act.now as u64);
    // A child of the trigger's own workflow that is given no id.
    let id = format!("{}_{}", sorted_uuid(act.now, &mut draws), draws.between(5, 40));
    let instance = formance.start(act, found.workflow, &variables, Some(id.clone()))?;
    let date = event.date.clone().unwrap_or_else(|| time::micros(act.now));
    let kept = shapes_event(event, &date)?;
    act.db.run(
        "INSERT INTO formance_occurrence (id, trigger, instance, date, event) VALUES (?, ?, ?, ?, ?)",
        params![occurrence, found.ordinal, instance, act.now, kept],
    )?;
    events::publish_trigger(formance, act, &occurrence, &found.shape.id, &id)?;
    Ok(Some(id))
}

fn shapes_event(event: &Event, date: &str) -> Result<String, Error> {
    let event = Event { date: Some(date.to_owned()), payload: gojson::doubles(event.payload.clone()), ..event.clone() };
    Ok(serde_json::to_string(&event)?)
}
