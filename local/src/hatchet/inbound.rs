//! Deliveries from outside that make events, and events that start runs.

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::create::{self, Wish};
pub use super::proof::{Auth, Source};
use super::work::Act;
use super::{Hatchet, time};
use crate::Error;
use crate::chance::Purpose;
use crate::clock::Micros;
use crate::database::Cached;
use crate::wish::{Check, Wrong, filled};

/// A webhook: who may deliver to it, and which event a delivery makes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Webhook {
    /// The last part of its path.
    pub name: String,
    /// Who delivers, which decides what is signed.
    #[serde(default)]
    pub source: Source,
    /// How deliveries prove themselves.
    pub auth: Auth,
    /// The event's key; `{{key}}` stands for a text of the body.
    pub event_key: String,
    /// Answer with the event rather than with nothing.
    #[serde(default = "yes")]
    pub returns_event: bool,
}

fn yes() -> bool {
    true
}

impl Check for Webhook {
    fn check(&self) -> Result<(), Wrong> {
        filled("/name", &self.name)?;
        filled("/eventKey", &self.event_key)?;
        match &self.auth {
            Auth::Hmac { header: None, .. } if self.source.header().is_none() => {
                Err(Wrong::at("/auth/header", "a GENERIC source needs the name of the header with its signature"))
            }
            _ => Ok(()),
        }
    }
}

impl Webhook {
    /// What a delivery says: an object, or from some sources a form. None: neither.
    pub fn body(&self, is_form: bool, text: &str) -> Option<Map<String, Value>> {
        if is_form && matches!(self.source, Source::Generic | Source::Slack) {
            let pairs = form_urlencoded::parse(text.as_bytes()).into_owned();
            return Some(pairs.map(|(key, value)| (key, value.into())).collect());
        }
        match serde_json::from_str(text) {
            Ok(Value::Object(body)) => Some(body),
            _ => None,
        }
    }

    /// What Slack wants to hear before it delivers anything, if that is what it asks.
    pub fn challenge(&self, body: &Map<String, Value>) -> Option<Value> {
        let asks = self.source == Source::Slack && body.get("type") == Some(&"url_verification".into());
        body.get("challenge").filter(|_| asks).cloned()
    }
}

/// Registers webhooks or replaces those of the same name.
pub fn register(db: &Connection, webhooks: &[Webhook]) -> Result<(), Error> {
    let mut insert = db.prepare_cached("INSERT OR REPLACE INTO hatchet_webhook (name, definition) VALUES (?, ?)")?;
    for webhook in webhooks {
        insert.execute([&webhook.name, &serde_json::to_string(webhook)?])?;
    }
    Ok(())
}

/// The webhook of that name.
pub fn webhook(db: &Connection, name: &str) -> Result<Option<Webhook>, Error> {
    let mut statement = db.prepare_cached("SELECT definition FROM hatchet_webhook WHERE name = ?")?;
    let found: Option<String> = statement.query_row([name], |row| row.get(0)).optional()?;
    Ok(found.map(|text| serde_json::from_str(&text)).transpose()?)
}

/// An event.
#[derive(Debug, Clone)]
pub struct Pushed {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub key: String,
    /// What it says.
    pub payload: Value,
    /// Which webhook made it.
    pub webhook: String,
    /// When.
    pub at: Micros,
}

/// The key that the webhook gives to a body, when all that it names is there.
pub fn key(template: &str, body: &Map<String, Value>) -> Option<String> {
    let Some((before, rest)) = template.split_once("{{") else { return Some(template.to_owned()) };
    let (name, after) = rest.split_once("}}")?;
    let named = body.get(name)?.as_str()?;
    Some(format!("{before}{named}{}", key(after, body)?))
}

/// Keeps the event and starts the workflows that listen for it.
pub fn push(act: &Act<'_>, webhook: &Webhook, key: String, body: Map<String, Value>) -> Result<Pushed, Error> {
    let newest: i64 = act.db.one("SELECT coalesce(max(ordinal), 0) FROM hatchet_pushed", [], |row| row.get(0))?;
    let id = act.hatchet.chance.stream(Purpose::Pushed, newest.unsigned_abs() + 1).uuid().to_string();
    let pushed = Pushed { id, key, payload: body.into(), webhook: webhook.name.clone(), at: act.now };
    act.db
        .prepare_cached(
            "INSERT INTO hatchet_pushed (id, key, payload, metadata, webhook, at) VALUES (?, ?, ?, '{}', ?, ?)",
        )?
        .execute(params![pushed.id, pushed.key, pushed.payload.to_string(), pushed.webhook, pushed.at])?;
    for registered in act.hatchet.workflows() {
        if registered.workflow.on_events.contains(&pushed.key) {
            let wish = Wish {
                input: pushed.payload.clone(),
                metadata: Map::new(),
                parent: None,
                event: Some(pushed.id.clone()),
            };
            create::create(act, &registered, wish)?;
        }
    }
    Ok(pushed)
}

/// Which events are wanted; what is empty leaves out nothing.
#[derive(Debug, Default)]
pub struct Filter {
    /// Their keys.
    pub keys: Vec<String>,
    /// Their ids.
    pub ids: Vec<String>,
    /// Then or later.
    pub since: Option<Micros>,
    /// Then or earlier.
    pub until: Option<Micros>,
    /// Names of workflows of which they started a run.
    pub workflows: Vec<String>,
    /// Wire statuses of runs that they started.
    pub statuses: Vec<String>,
    /// Something is asked for that no event has.
    pub matches_none: bool,
}

impl Filter {
    fn condition(&self) -> (String, Vec<Sql>) {
        let (mut sql, mut values) = (String::from(if self.matches_none { "0" } else { "1" }), Vec::new());
        let mut among = |column: &str, wanted: &[String], end: &str| {
            if !wanted.is_empty() {
                sql += &format!(" AND {column} IN ({}){end}", vec!["?"; wanted.len()].join(", "));
                values.extend(wanted.iter().cloned().map(Sql::Text));
            }
        };
        among("p.key", &self.keys, "");
        among("p.id", &self.ids, "");
        let started =
            |what: &str| format!("EXISTS (SELECT 1 FROM hatchet_read_run r WHERE r.event = p.id AND r.{what}");
        among(&started("workflow"), &self.workflows, ")");
        among(&started("status"), &self.statuses, ")");
        for (compare, at) in [(">=", self.since), ("<=", self.until)] {
            sql += &at.map_or(String::new(), |_| format!(" AND p.at {compare} ?"));
            values.extend(at.map(Sql::Integer));
        }
        (sql, values)
    }
}

/// More events than this are not counted.
const COUNTED: i64 = 20_000;

/// A page of events, newest first, and how many there are in all.
pub fn page(db: &Connection, filter: &Filter, offset: usize, limit: usize) -> Result<(Vec<Pushed>, usize), Error> {
    let (condition, values) = filter.condition();
    let number = |number: usize| Sql::Integer(i64::try_from(number).unwrap_or(i64::MAX));
    let sql = format!(
        "SELECT id, key, payload, webhook, at FROM hatchet_pushed p WHERE {condition} ORDER BY p.ordinal DESC LIMIT ? OFFSET ?"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values.iter().chain(&[number(limit), number(offset)])))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(Pushed {
            id: row.get(0)?,
            key: row.get(1)?,
            payload: serde_json::from_str(&row.get::<_, String>(2)?)?,
            webhook: row.get(3)?,
            at: row.get(4)?,
        });
    }
    let sql = format!("SELECT count(*) FROM (SELECT 1 FROM hatchet_pushed p WHERE {condition} LIMIT {COUNTED})");
    let total: usize = db.one(&sql, params_from_iter(values), |row| row.get(0))?;
    Ok((found, total))
}

/// The keys of all events: from one to the next along their index, however many events each has.
pub fn keys(db: &Connection) -> Result<Vec<String>, Error> {
    let sql = "WITH RECURSIVE k (key) AS (SELECT min(key) FROM hatchet_pushed UNION ALL SELECT (SELECT min(p.key) FROM \
               hatchet_pushed p WHERE p.key > k.key) FROM k WHERE k.key IS NOT NULL) SELECT key FROM k WHERE key IS NOT NULL";
    Ok(db.prepare_cached(sql)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

impl Pushed {
    /// The event right after it was made: no run is counted yet.
    pub fn fresh(&self, hatchet: &Hatchet, nanos: u32) -> Value {
        self.shape(hatchet, &time::nanos_text(self.at, nanos), &|_| 0)
    }

    /// The event with the runs that it started, by status.
    pub fn counted(&self, hatchet: &Hatchet, db: &Connection) -> Result<Value, Error> {
        let mut statement =
            db.prepare_cached("SELECT id, status FROM hatchet_read_run WHERE event = ? ORDER BY ordinal")?;
        let rows = statement.query_map([&self.id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let runs: Vec<(String, String)> = rows.collect::<Result<_, _>>()?;
        let count = |status: &str| runs.iter().filter(|(_, found)| super::kind::on_wire(found) == status).count();
        let mut shape = self.shape(hatchet, &time::text(self.at), &count);
        if let Some(shape) = shape.as_object_mut() {
            let started: Vec<Value> = runs.iter().map(|(id, _)| json!({"workflowRunId": id})).collect();
            shape.insert("additionalMetadata".into(), json!({}));
            shape.insert("seenAt".into(), time::text(self.at).into());
            shape.insert("triggeredRuns".into(), started.into());
            shape.insert("triggeringWebhookName".into(), self.webhook.as_str().into());
        }
        Ok(shape)
    }

    fn shape(&self, hatchet: &Hatchet, created: &str, count: &dyn Fn(&str) -> usize) -> Value {
        json!({
            "key": self.key, "metadata": {"createdAt": created, "id": self.id, "updatedAt": created},
            "payload": self.payload, "tenantId": hatchet.tenant,
            "workflowRunSummary": {
                "cancelled": count("CANCELLED"), "failed": count("FAILED"), "queued": count("QUEUED"),
                "running": count("RUNNING"), "succeeded": count("COMPLETED"),
            },
        })
    }
}
