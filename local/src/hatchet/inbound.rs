//! Deliveries from outside that make events, and events that start runs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Sha256, Sha512};

use super::create::{self, Wish};
use super::work::Act;
use super::{Hatchet, time};
use crate::Error;
use crate::chance::Purpose;
use crate::clock::Micros;
use crate::database::Cached;

/// A webhook: who may deliver to it, and which event a delivery makes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Webhook {
    /// The last part of its path.
    pub name: String,
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

/// How deliveries prove themselves.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE", deny_unknown_fields)]
pub enum Auth {
    /// The MAC of the body in a header, with or without `sha256=` before it.
    Hmac {
        /// The header.
        header: String,
        /// The key.
        secret: String,
        /// Which hash.
        #[serde(default)]
        algorithm: Algorithm,
        /// How it is spelled.
        #[serde(default)]
        encoding: Encoding,
    },
    /// A key in a header.
    ApiKey {
        /// The header.
        header: String,
        /// The key.
        key: String,
    },
    /// A name and a password.
    Basic {
        /// Who.
        username: String,
        /// With what.
        password: String,
    },
}

impl std::fmt::Debug for Auth {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Hmac { .. } => "Hmac(…)",
            Self::ApiKey { .. } => "ApiKey(…)",
            Self::Basic { .. } => "Basic(…)",
        })
    }
}

/// A hash.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Algorithm {
    /// SHA-256.
    #[default]
    Sha256,
    /// SHA-512.
    Sha512,
}

/// A spelling of bytes.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Encoding {
    /// Lower-case hexadecimal.
    #[default]
    Hex,
    /// With padding.
    Base64,
}

fn mac<M: Mac + KeyInit>(key: &str, body: &[u8]) -> Vec<u8> {
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(key.as_bytes()) else { return Vec::new() };
    mac.update(body);
    mac.finalize().into_bytes().to_vec()
}

impl Auth {
    /// Why a delivery with these headers is refused, if it is.
    pub fn refusal(&self, header: impl Fn(&str) -> Option<String>, body: &[u8]) -> Option<&'static str> {
        let is = |name: &str, wanted: &str| header(name).as_deref() == Some(wanted);
        match self {
            Self::Hmac { header: name, secret, algorithm, encoding } => {
                let mac = match algorithm {
                    Algorithm::Sha256 => mac::<Hmac<Sha256>>(secret, body),
                    Algorithm::Sha512 => mac::<Hmac<Sha512>>(secret, body),
                };
                let wanted = match encoding {
                    Encoding::Hex => mac.iter().map(|byte| format!("{byte:02x}")).collect(),
                    Encoding::Base64 => BASE64.encode(mac),
                };
                let given = header(name).unwrap_or_default();
                let given = given.strip_prefix("sha256=").or(given.strip_prefix("sha512=")).unwrap_or(&given);
                (given != wanted).then_some("invalid HMAC signature")
            }
            Self::ApiKey { header: name, key } => (!is(name, key)).then_some("invalid API key"),
            Self::Basic { username, password } => {
                let wanted = format!("Basic {}", BASE64.encode(format!("{username}:{password}")));
                (!is("authorization", &wanted)).then_some("invalid basic auth credentials")
            }
        }
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

/// Events, newest first; those of these keys, or of that id.
pub fn pushed(db: &Connection, keys: &[String], id: Option<&str>) -> Result<Vec<Pushed>, Error> {
    let mut statement =
        db.prepare_cached("SELECT id, key, payload, webhook, at FROM hatchet_pushed ORDER BY ordinal DESC")?;
    let rows = statement.query_map([], |row| {
        Ok(Pushed {
            id: row.get(0)?,
            key: row.get(1)?,
            payload: serde_json::from_str(&row.get::<_, String>(2)?).unwrap_or_default(),
            webhook: row.get(3)?,
            at: row.get(4)?,
        })
    })?;
    let all = rows.collect::<Result<Vec<_>, _>>()?.into_iter();
    let wanted =
        |pushed: &Pushed| (keys.is_empty() || keys.contains(&pushed.key)) && id.is_none_or(|id| pushed.id == id);
    Ok(all.filter(wanted).collect())
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
