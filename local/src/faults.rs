//! Faults on demand: a middleware in front of every system.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{OriginalUri, Request, State};
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::middleware::Next;
use axum::response::IntoResponse;
use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::Notify;

use crate::chance::{Chance, Purpose};
use crate::clock::{Clock, Micros};
use crate::control::Failure;
use crate::wish::{Check, Wrong, between};

/// The most faults at a time.
const MOST: usize = 100;

/// The longest wait a fault can cause.
const LONGEST_MS: u64 = 60_000;

/// The most that a clock can be wrong: a year.
const LONGEST_SKEW_MS: i64 = 31_536_000_000;

/// The most of an answer that a fault keeps in memory.
const LARGEST: usize = 64 << 20;

/// Cuts the connection of a request.
#[derive(Debug, Clone)]
pub struct Reset(pub Arc<Notify>);

/// The header that asks for a fault of the request that carries it: what a fault's kind says, as `{"kind": "reset"}`.
pub const HEADER: &str = "x-runward-fault";

/// One fault.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Map<String, Value>")]
pub struct Fault {
    /// Which requests: method and path with `*` for anything, as `GET */workflow-runs/*/status`.
    #[serde(default = "any_route")]
    pub route: String,
    /// How many requests it strikes; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// How likely it strikes a request that matches, from 0 to 1.
    #[serde(default = "certain")]
    pub probability: f64,
    /// How long it is in force, in milliseconds of the engine's time; without end when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_ms: Option<f64>,
    /// When it ends.
    #[serde(skip)]
    until: Option<Micros>,
    /// What it does.
    #[serde(flatten)]
    pub kind: FaultKind,
}

/// What all faults have in common, apart from their kind.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Common {
    #[serde(default = "any_route")]
    route: String,
    count: Option<u32>,
    #[serde(default = "certain")]
    probability: f64,
    for_ms: Option<f64>,
}

const COMMON: [&str; 4] = ["route", "count", "probability", "forMs"];

impl TryFrom<Map<String, Value>> for Fault {
    type Error = String;

    /// A key that no fault knows is refused: a `count` that is misspelled would strike for ever.
    fn try_from(mut kind: Map<String, Value>) -> Result<Self, String> {
        let known = COMMON.iter().filter_map(|key| kind.remove_entry(*key)).collect();
        let also = |error: serde_json::Error| format!("{error}; every fault also knows {}", COMMON.join(", "));
        let Common { route, count, probability, for_ms } =
            serde_json::from_value(Value::Object(known)).map_err(|error| error.to_string())?;
        let kind = serde_json::from_value(Value::Object(kind)).map_err(also)?;
        Ok(Self { route, count, probability, for_ms, until: None, kind })
    }
}

impl Check for Fault {
    fn check(&self) -> Result<(), Wrong> {
        if !self.route.contains(['*', ' ']) {
            return Err(Wrong::at(
                "/route",
                "must be a method and a path, with * for anything, as GET */workflow-runs*",
            ));
        }
        between("/probability", self.probability, 0.0, 1.0)?;
        self.for_ms.map_or(Ok(()), |ms| between("/forMs", ms, 0.0, LONGEST_SKEW_MS as f64))?;
        self.kind.check()
    }
}

impl Check for FaultKind {
    fn check(&self) -> Result<(), Wrong> {
        match self {
            Self::Latency { ms } | Self::Stall { ms, .. } => between("/ms", *ms as f64, 0.0, LONGEST_MS as f64),
            Self::ClockSkew { ms } => between("/ms", *ms as f64, -LONGEST_SKEW_MS as f64, LONGEST_SKEW_MS as f64),
            Self::Status { status, content_type, .. } => {
                between("/status", f64::from(*status), 200.0, 599.0)?;
                is_header(content_type)
            }
            Self::ContentType { content_type } => is_header(content_type),
            Self::Reset { .. } | Self::Truncate { .. } | Self::FalseGzip | Self::BrokenGzip => Ok(()),
        }
    }
}

fn is_header(text: &str) -> Result<(), Wrong> {
    HeaderValue::from_str(text).map(drop).map_err(|_| Wrong::at("/contentType", "cannot stand in a header"))
}

/// What a fault does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum FaultKind {
    /// The request waits before it is handled.
    Latency {
        /// Milliseconds, at most a minute.
        ms: u64,
    },
    /// Another answer is sent.
    Status {
        /// Its status.
        status: u16,
        /// Its body, sent as it stands.
        #[serde(default)]
        body: String,
        /// Its content type.
        #[serde(default = "json_type", alias = "content_type")]
        content_type: String,
        /// The request is handled all the same: an error that is none.
        #[serde(default)]
        after: bool,
    },
    /// The connection is reset without an answer.
    Reset {
        /// The request is handled all the same.
        #[serde(default)]
        after: bool,
    },
    /// The body breaks off.
    Truncate {
        /// After so many bytes.
        bytes: usize,
    },
    /// The body stops, and the connection is closed some time later.
    Stall {
        /// After so many bytes.
        #[serde(default)]
        bytes: usize,
        /// Milliseconds until the connection is closed, at most a minute.
        ms: u64,
    },
    /// The answer claims another content type.
    ContentType {
        /// The claim.
        #[serde(alias = "content_type")]
        content_type: String,
    },
    /// The answer claims to be compressed and is not.
    FalseGzip,
    /// The answer is compressed, and its checksum is wrong.
    BrokenGzip,
    /// The server's clock is wrong: the header `Date` and all times of the body are so far off.
    ClockSkew {
        /// Milliseconds, at most a year; ahead when positive.
        ms: i64,
    },
}

fn any_route() -> String {
    "*".into()
}

fn certain() -> f64 {
    1.0
}

fn json_type() -> String {
    "application/json".into()
}

/// The faults in force.
pub struct Faults {
    chance: Chance,
    clock: Arc<Clock>,
    state: Mutex<Struck>,
}

#[derive(Default)]
struct Struck {
    faults: Vec<Fault>,
    requests: u64,
}

impl Faults {
    /// No faults yet.
    pub fn new(chance: Chance, clock: Arc<Clock>) -> Self {
        Self { chance, clock, state: Mutex::default() }
    }

    /// The faults in force, with what is left of their counts.
    pub fn all(&self) -> Vec<Fault> {
        self.in_force().faults.clone()
    }

    /// Without those that are over.
    fn in_force(&self) -> MutexGuard<'_, Struck> {
        let now = self.clock.now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.faults.retain(|fault| fault.count != Some(0) && fault.until.is_none_or(|until| until > now));
        state
    }

    /// Adds faults; the oldest go when there are too many.
    pub fn add(&self, mut faults: Vec<Fault>) {
        for fault in &mut faults {
            let lasts = fault.for_ms.map(|ms| (ms.clamp(0.0, LONGEST_SKEW_MS as f64) * 1000.0) as Micros);
            fault.until = lasts.map(|lasts| self.clock.now() + lasts);
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.faults.extend(faults);
        let over = state.faults.len().saturating_sub(MOST);
        state.faults.drain(..over);
    }

    /// Ends all faults.
    pub fn clear(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).faults.clear();
    }

    /// The faults that strike this request.
    fn strike(&self, request: &str) -> Vec<FaultKind> {
        let mut state = self.in_force();
        state.requests += 1;
        let mut luck = self.chance.stream(Purpose::Fault, state.requests);
        let mut kinds = Vec::new();
        for fault in &mut state.faults {
            if fault.count != Some(0) && matches(&fault.route, request) && luck.unit() < fault.probability {
                fault.count = fault.count.map(|count| count - 1);
                kinds.push(fault.kind.clone());
            }
        }
        kinds
    }
}

/// Whether the text matches the pattern, in which `*` stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut last = None;
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
        last = Some(part);
    }
    last.map_or(rest.is_empty(), |last| last.is_empty() || text.ends_with(last))
}

/// The fault that the request asks for itself.
fn asked(request: &Request) -> Result<Option<FaultKind>, Wrong> {
    let Some(text) = request.headers().get(HEADER) else { return Ok(None) };
    let kind: FaultKind = serde_json::from_slice(text.as_bytes()).map_err(|error| Wrong::at("", error.to_string()))?;
    kind.check()?;
    Ok(Some(kind))
}

/// Lets the faults that match strike.
pub async fn middleware(State(faults): State<Arc<Faults>>, request: Request, next: Next) -> Response<Body> {
    let path = request.extensions().get::<OriginalUri>().map_or(request.uri(), |OriginalUri(uri)| uri).path();
    let mut kinds = faults.strike(&format!("{} {path}", request.method()));
    match asked(&request) {
        Ok(asked) => kinds.extend(asked),
        Err(wrong) => return Failure::Wrong(wrong.within(&format!("/{HEADER}"))).into_response(),
    }
    if kinds.is_empty() {
        return next.run(request).await;
    }
    let reset = request.extensions().get::<Reset>().cloned();
    for kind in &kinds {
        match kind {
            FaultKind::Latency { ms } => tokio::time::sleep(Duration::from_millis((*ms).min(LONGEST_MS))).await,
            FaultKind::Status { status, body, content_type, after: false } => {
                return answer(*status, body, content_type);
            }
            FaultKind::Reset { after: false } => return cut(reset).await,
            _ => {}
        }
    }
    let mut response = next.run(request).await;
    for kind in kinds {
        response = match kind {
            FaultKind::Reset { after: true } => return cut(reset).await,
            other => damage(response, other).await,
        };
    }
    response
}

fn answer(status: u16, body: &str, content_type: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_owned()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    claim(&mut response, content_type);
    response
}

fn claim(response: &mut Response<Body>, content_type: &str) {
    if let Ok(value) = HeaderValue::from_str(content_type) {
        response.headers_mut().insert(header::CONTENT_TYPE, value);
    }
}

/// Cuts the connection; the answer is never sent.
async fn cut(reset: Option<Reset>) -> Response<Body> {
    if let Some(Reset(cut)) = reset {
        cut.notify_one();
        std::future::pending::<()>().await;
    }
    answer(502, "", "text/plain")
}

async fn damage(mut response: Response<Body>, kind: FaultKind) -> Response<Body> {
    match kind {
        FaultKind::Status { status, body, content_type, .. } => answer(status, &body, &content_type),
        FaultKind::Truncate { bytes } => broken(response, bytes, 0).await,
        FaultKind::Stall { bytes, ms } => broken(response, bytes, ms.min(LONGEST_MS)).await,
        FaultKind::ContentType { content_type } => {
            claim(&mut response, &content_type);
            response
        }
        FaultKind::FalseGzip => {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            response
        }
        FaultKind::BrokenGzip => {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            rewritten(response, broken_gzip).await
        }
        FaultKind::ClockSkew { ms } => skewed(response, ms.clamp(-LONGEST_SKEW_MS, LONGEST_SKEW_MS)).await,
        FaultKind::Latency { .. } | FaultKind::Reset { .. } => response,
    }
}

/// The answer with another body.
async fn rewritten(response: Response<Body>, rewrite: impl FnOnce(&[u8]) -> Vec<u8>) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    let whole = axum::body::to_bytes(body, LARGEST).await.unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(rewrite(&whole)))
}

/// The format's frame around stored blocks, which need no compressing, and a checksum of nothing.
fn broken_gzip(body: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut blocks = body.chunks(usize::from(u16::MAX)).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        out.push(u8::from(blocks.peek().is_none()));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    out.extend(0xdead_beef_u32.to_le_bytes());
    out.extend(u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes());
    out
}

/// The answer of a server whose clock is wrong.
async fn skewed(mut response: Response<Body>, ms: i64) -> Response<Body> {
    let date = chrono::Utc::now() + chrono::Duration::milliseconds(ms);
    if let Ok(date) = HeaderValue::from_str(&date.format("%a, %d %b %Y %H:%M:%S GMT").to_string()) {
        response.headers_mut().insert(header::DATE, date);
    }
    rewritten(response, |body| match std::str::from_utf8(body) {
        Ok(text) => text.split('"').map(|part| shifted(part, ms)).collect::<Vec<_>>().join("\"").into_bytes(),
        Err(_) => body.to_vec(),
    })
    .await
}

/// A time with the same precision and the same zone, so much later; anything else, and a time that stands for none, as
/// it is.
fn shifted(text: &str, ms: i64) -> String {
    let naive_end =
        text.get(19..).map_or(0, |rest| 19 + rest.bytes().take_while(|b| *b == b'.' || b.is_ascii_digit()).count());
    let (Some(moment), Some(zone)) = (text.get(..naive_end), text.get(naive_end..)) else { return text.into() };
    let is_zone = zone.is_empty() || chrono::DateTime::parse_from_rfc3339(text).is_ok();
    match chrono::NaiveDateTime::parse_from_str(moment, "%Y-%m-%dT%H:%M:%S%.f") {
        Ok(time) if is_zone && time.and_utc().timestamp() > 0 => {
            let shifted = (time + chrono::Duration::milliseconds(ms)).format("%Y-%m-%dT%H:%M:%S%.9f").to_string();
            format!("{}{zone}", shifted.get(..naive_end).unwrap_or(text))
        }
        _ => text.into(),
    }
}

/// The answer with its full length announced, its first bytes, a pause, and an end that is none.
async fn broken(response: Response<Body>, bytes: usize, ms: u64) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    let whole = axum::body::to_bytes(body, LARGEST).await.unwrap_or_default();
    if !whole.is_empty() {
        parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
    }
    let first: Bytes = whole.slice(..bytes.min(whole.len()));
    let end = stream::once(async move {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        Err(std::io::Error::other("broken off on demand"))
    });
    let body = Body::from_stream(stream::iter([Ok(first)]).chain(end));
    Response::from_parts(parts, body)
}

#[cfg(test)]
mod tests {
    use super::{matches, shifted};

    #[test]
    fn a_shifted_time_keeps_its_precision_and_its_zone() {
        for (text, later) in [
            ("2026-11-22T16:00:00Z", "2026-11-22T16:01:30Z"),
            ("2026-11-22T23:59:59.5+07:00", "2026-11-23T00:01:29.5+07:00"),
            ("2026-11-22T16:00:00.123456789Z", "2026-11-22T16:01:30.123456789Z"),
            ("2026-11-22T16:00:00.000000", "2026-11-22T16:01:30.000000"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            ("2026-11-22", "2026-11-22"),
            ("charge-card-1795363864792", "charge-card-1795363864792"),
            ("2026-11-22T16:00:00 is no time", "2026-11-22T16:00:00 is no time"),
            ("ä", "ä"),
        ] {
            assert_eq!(shifted(text, 90_000), later);
        }
    }

    #[test]
    fn a_star_stands_for_anything() {
        assert!(matches("*", "GET /x"));
        assert!(matches("GET *", "GET /x"));
        assert!(matches("GET */workflow-runs/*/status", "GET /hatchet/workflow-runs/1/status"));
        assert!(!matches("GET */workflow-runs/*/status", "GET /hatchet/workflow-runs/1"));
        assert!(!matches("GET */workflow-runs/*", "POST /hatchet/workflow-runs/1"));
        assert!(matches("*/trigger", "POST /a/trigger/trigger"));
        assert!(!matches("*/trigger", "POST /a/trigger/x"));
        assert!(!matches("GET /x", "GET /x/y"));
    }
}
