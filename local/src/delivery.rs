//! Webhooks on their way: signed as each system signs, tried again until they are taken, and sent twice or out of
//! order on demand.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rusqlite::params;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::chance::{Chance, Purpose};
use crate::clock::{Clock, Micros};
use crate::database::{Cached, Database};
use crate::house::{Act, pause};
use crate::wish::{Check, Wrong, between};
use crate::{Error, blocking};

/// How long a receiver may take: Onfido's ten seconds; Formance gives thirty.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long nothing is looked for when nothing is due.
const PAUSE: Duration = Duration::from_millis(20);

/// How often a webhook is tried, and how long after the first failure it is tried again, doubling. Formance's service
/// waits from a minute to an hour and goes on for days; Onfido's schedule is not published. This one is the engine's,
/// shorter than either, so that a developer sees it happen.
const TRIES: u32 = 8;
const FIRST_RETRY: Micros = 500_000;

/// Disorder on demand.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Disorder {
    /// Every webhook is sent so many times more.
    pub duplicates: u32,
    /// Each waits a drawn time up to this before it is sent, so that later ones overtake it.
    pub shuffle_ms: f64,
    /// The first so many tries of each are lost on their way: the receiver sees the next one, some time later.
    pub lost: u32,
}

impl Check for Disorder {
    fn check(&self) -> Result<(), Wrong> {
        between("/duplicates", f64::from(self.duplicates), 0.0, 100.0)?;
        between("/shuffleMs", self.shuffle_ms, 0.0, 60_000.0)?;
        // One try more, and none would arrive.
        between("/lost", f64::from(self.lost), 0.0, f64::from(TRIES - 1))
    }
}

/// Sends webhooks.
pub struct Post {
    database: Arc<Database>,
    clock: Arc<Clock>,
    chance: Chance,
    disorder: Mutex<Disorder>,
    stopped: Notify,
    client: Client<HttpConnector, Body>,
}

/// A webhook that is due.
struct Letter {
    id: i64,
    system: String,
    event: String,
    url: String,
    secret: String,
    body: String,
    attempts: u32,
}

/// Puts a webhook on its way, in the transaction of what it tells of.
pub fn queue(act: &Act<'_>, system: &str, url: &str, secret: &str, body: &str) -> Result<(), Error> {
    act.db
        .prepare_cached(
            "INSERT INTO delivery (system, event, url, secret, body, created, due, attempts) VALUES (?, ?, ?, ?, ?, ?, \
             ?, 0)",
        )?
        .execute(params![system, Uuid::new_v4().to_string(), url, secret, body, act.now, act.now])?;
    Ok(())
}

impl Post {
    /// A post office on a database.
    pub fn new(database: Arc<Database>, clock: Arc<Clock>, chance: Chance) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { database, clock, chance, disorder: Mutex::default(), stopped: Notify::new(), client }
    }

    /// The disorder in force.
    pub fn disorder(&self) -> Disorder {
        *self.disorder.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts another disorder in force.
    pub fn set_disorder(&self, disorder: Disorder) {
        *self.disorder.lock().unwrap_or_else(PoisonError::into_inner) = disorder;
    }

    /// How many webhooks are on their way.
    pub fn waiting(&self) -> Result<i64, Error> {
        self.database.read(|db| Ok(db.one("SELECT count(*) FROM delivery", [], |row| row.get(0))?))
    }

    /// Sends whatever is due, for as long as the future is polled.
    pub async fn run(self: Arc<Self>) {
        loop {
            let letters = match blocking(&self, Self::due).await {
                Ok(letters) => letters,
                Err(error) => {
                    pause("webhooks", &error).await;
                    continue;
                }
            };
            if letters.is_empty() {
                drop(tokio::time::timeout(PAUSE, self.stopped.notified()).await);
            }
            for letter in letters {
                tokio::spawn(Arc::clone(&self).deliver(letter));
            }
        }
    }

    /// The webhooks that are due; until it is known what became of them they are due again only after a while, so a
    /// killed engine sends them once more rather than never.
    fn due(&self) -> Result<Vec<Letter>, Error> {
        let now = self.clock.now();
        let waiting = self.database.read(|db| {
            Ok(db.one("SELECT EXISTS (SELECT 1 FROM delivery WHERE due <= ?)", [now], |row| row.get::<_, bool>(0))?)
        })?;
        if !waiting {
            return Ok(Vec::new());
        }
        self.database.write(|db| {
            let mut statement = db.prepare_cached(
                "SELECT id, system, event, url, secret, body, attempts FROM delivery WHERE due <= ? ORDER BY due, id \
                 LIMIT 64",
            )?;
            let letters = statement.query_map([now], |row| {
                Ok(Letter {
                    id: row.get(0)?,
                    system: row.get(1)?,
                    event: row.get(2)?,
                    url: row.get(3)?,
                    secret: row.get(4)?,
                    body: row.get(5)?,
                    attempts: row.get(6)?,
                })
            })?;
            let letters = letters.collect::<Result<Vec<_>, _>>()?;
            let again = now + 2 * i64::try_from(PATIENCE.as_micros()).unwrap_or(0);
            for letter in &letters {
                db.run("UPDATE delivery SET due = ?, attempts = attempts + 1 WHERE id = ?", params![again, letter.id])?;
            }
            Ok(letters)
        })
    }

    async fn deliver(self: Arc<Self>, letter: Letter) {
        let disorder = self.disorder();
        if letter.attempts < disorder.lost {
            return self.settle(letter, false).await;
        }
        for copy in 0..=disorder.duplicates {
            if disorder.shuffle_ms > 0.0 {
                let key = (letter.id as u64) << 8 ^ u64::from(copy);
                let wait = self.chance.stream(Purpose::Delivery, key).unit() * disorder.shuffle_ms;
                tokio::time::sleep(Duration::from_secs_f64(wait / 1000.0)).await;
            }
            if !self.send(&letter).await {
                return self.settle(letter, false).await;
            }
        }
        self.settle(letter, true).await;
    }

    /// Whether the receiver took it.
    async fn send(&self, letter: &Letter) -> bool {
        let mut request = Request::post(&letter.url).header(header::CONTENT_TYPE, "application/json");
        for (name, value) in signed(letter, self.clock.now()) {
            request = request.header(name, value);
        }
        let Ok(request) = request.body(Body::from(letter.body.clone())) else { return false };
        let answer = tokio::time::timeout(PATIENCE, self.client.request(request)).await;
        answer.is_ok_and(|answer| answer.is_ok_and(|answer| answer.status().is_success()))
    }

    /// A webhook that was taken, or tried often enough, goes; another waits for its next turn.
    async fn settle(self: Arc<Self>, letter: Letter, is_taken: bool) {
        let settled = blocking(&self, move |post| {
            let tries = letter.attempts + 1;
            post.database.write(|db| {
                if is_taken || tries >= TRIES {
                    db.run("DELETE FROM delivery WHERE id = ?", [letter.id])?;
                } else {
                    let wait = post.clock.scaled(FIRST_RETRY << letter.attempts.min(16));
                    db.run("UPDATE delivery SET due = ? WHERE id = ?", params![post.clock.now() + wait, letter.id])?;
                }
                Ok(())
            })
        });
        if let Err(error) = settled.await {
            eprintln!("runward-local: {error}");
        }
    }
}

fn mac(secret: &str, signed: &str) -> Vec<u8> {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return Vec::new() };
    mac.update(signed.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// The headers that a system adds to a webhook.
fn signed(letter: &Letter, now: Micros) -> Vec<(&'static str, String)> {
    match letter.system.as_str() {
        "formance" => {
            let seconds = (now / 1_000_000).to_string();
            let signature = formance_signature(&letter.secret, &letter.event, &seconds, &letter.body);
            vec![
                ("formance-webhook-id", letter.event.clone()),
                ("formance-webhook-timestamp", seconds),
                ("formance-webhook-signature", signature),
                ("formance-webhook-test", "false".into()),
                ("user-agent", "formance-webhooks/v0".into()),
            ]
        }
        _ => vec![("x-sha2-signature", onfido_signature(&letter.secret, &letter.body))],
    }
}

/// The key is the secret's text, not what it decodes to.
fn formance_signature(secret: &str, id: &str, timestamp: &str, body: &str) -> String {
    format!("v1,{}", BASE64.encode(mac(secret, &format!("{id}.{timestamp}.{body}"))))
}

/// Lower-case hexadecimal digits over the body alone.
fn onfido_signature(token: &str, body: &str) -> String {
    mac(token, body).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_the_published_vectors() {
        let secret = "V0bivxRWveaoz08afqjU6Ko/jwO0Cb+3";
        let id = "5b1a6f0c-0000-4000-8000-000000000001";
        let signature = formance_signature(secret, id, "1700000000", r#"{"data":"test"}"#);
        assert_eq!(signature, "v1,DYJIMfmyLXWmwxX7DkAAs4OzachFUgKwsxzXwDRuEKY=");
    }
}
