//! The controls: time, faults, webhooks, Hatchet's lags and workflows. They are the engine's own.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Json, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::database::keep;
use crate::delivery::{Disorder, Post};
use crate::faults::{Fault, Faults};
use crate::formance::{self, Formance};
use crate::hatchet::inbound::{self, Webhook};
use crate::hatchet::scenario::{self, Workflow};
use crate::hatchet::{Hatchet, Lags, Manners};
use crate::meshx::{self, Meshx};
use crate::onfido::{self, Onfido};
use crate::serve::clock_fact;
use crate::wish::{Check, Wish, Wishes, Wrong, between};
use crate::{Error, blocking, house};

/// The longest step of the clock, in milliseconds: a year.
const LONGEST_STEP_MS: f64 = 31_536_000_000.0;

/// What the controls control.
#[derive(Clone)]
pub struct Controls {
    pub hatchet: Arc<Hatchet>,
    pub formance: Arc<Formance>,
    pub onfido: Arc<Onfido>,
    pub meshx: Arc<Meshx>,
    pub post: Arc<Post>,
    pub faults: Arc<Faults>,
}

/// The routes of the controls.
pub fn router(controls: Controls) -> Router {
    let formance = formance::control(Arc::clone(&controls.formance));
    let onfido = onfido::control(Arc::clone(&controls.onfido));
    let meshx = meshx::control(Arc::clone(&controls.meshx));
    Router::new()
        .route("/", get(index))
        .route("/health", get(|| async { "ok\n" }))
        .route("/clock", get(clock))
        .route("/advance", post(advance))
        .route("/faults", get(faults_in_force).post(add_faults).delete(clear_faults))
        .route("/read-store", get(read_store).post(set_read_store))
        .route("/workflows", post(register))
        .route("/hatchet", get(hatchet_manners).post(set_hatchet_manners))
        .route("/inbound", post(register_inbound))
        .route("/lose-worker", post(lose_worker))
        .route("/tokens", post(issue))
        .route("/webhooks", get(webhooks).post(set_disorder))
        .with_state(controls)
        .nest("/formance", formance)
        .nest("/onfido", onfido)
        .nest("/meshx", meshx)
        .fallback(|| async { Failure::Unknown("there is no such control; GET /_control names them all".into()) })
        .method_not_allowed_fallback(|| async { Failure::Method })
}

/// All controls.
const INDEX: [(&str, &str); 18] = [
    ("GET /_control/health", "whether the engine answers"),
    ("GET /_control/clock", "the engine's time"),
    ("POST /_control/advance", "moves the clock"),
    ("GET, POST, DELETE /_control/faults", "faults in force"),
    ("GET, POST /_control/webhooks", "webhooks on their way, and their disorder"),
    ("GET, POST /_control/hatchet", "traps of Hatchet"),
    ("GET, POST /_control/read-store", "how far Hatchet's read store lags"),
    ("POST /_control/workflows", "registers workflows of Hatchet"),
    ("POST /_control/inbound", "registers webhooks that Hatchet takes"),
    ("POST /_control/lose-worker", "ends Hatchet's worker without a word"),
    ("POST /_control/tokens", "a token of another tenant of Hatchet"),
    ("GET, POST /_control/formance", "settings and traps of Formance"),
    ("POST /_control/formance/operator", "what an operator does behind the back of Formance"),
    ("POST /_control/formance/events", "publishes an event to the triggers of Formance"),
    ("GET, POST /_control/onfido/workflows", "workflows of Onfido"),
    ("POST /_control/onfido/applicant", "what an applicant of Onfido does"),
    ("GET, POST /_control/meshx/products", "data products of meshX"),
    ("GET, POST /_control/meshx/errors", "the form of errors of meshX"),
];

/// A path below nothing that there is.
pub async fn nowhere() -> Failure {
    Failure::Unknown("the engine answers below /hatchet, /formance, /onfido/v3.6, /meshx and /_control".into())
}

/// Names all controls.
pub async fn index() -> Json<Value> {
    Json(INDEX.into_iter().map(|(call, what)| json!({"call": call, "what": what})).collect())
}

/// What the controls answer.
pub type Answer = Result<Json<Value>, Failure>;

/// Why a control does nothing.
pub enum Failure {
    /// The engine failed.
    Engine(Error),
    /// The body does not say what it should.
    Wrong(Wrong),
    /// There is no such thing.
    Unknown(String),
    /// The path has another method.
    Method,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Engine(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> axum::response::Response {
        let (status, body) = match self {
            Self::Engine(error) => (StatusCode::INTERNAL_SERVER_ERROR, json!({"error": error.to_string()})),
            Self::Wrong(Wrong { place, what }) => {
                (StatusCode::UNPROCESSABLE_ENTITY, json!({"error": what, "pointer": place}))
            }
            Self::Unknown(what) => (StatusCode::NOT_FOUND, json!({"error": what})),
            Self::Method => {
                let error = "the control has another method; GET /_control names them all";
                (StatusCode::METHOD_NOT_ALLOWED, json!({"error": error}))
            }
        };
        (status, Json(body)).into_response()
    }
}

async fn clock(State(controls): State<Controls>) -> Json<Value> {
    let clock = &controls.hatchet.clock;
    Json(json!({"nowMicros": clock.now(), "pace": format!("{:?}", clock.pace()).to_lowercase()}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    ms: f64,
}

impl Check for Step {
    fn check(&self) -> Result<(), Wrong> {
        between("/ms", self.ms, 0.0, LONGEST_STEP_MS)
    }
}

/// Moves the clock forward and does whatever falls due on the way, before it answers.
async fn advance(State(controls): State<Controls>, Wish(step): Wish<Step>) -> Answer {
    let by = (step.ms * 1000.0) as i64;
    let controls = Arc::new(controls);
    let now = blocking(&controls, move |controls| {
        let hatchet = &controls.hatchet;
        let base = hatchet.clock.advance(by);
        hatchet.database.write(|db| keep(db, clock_fact(hatchet.clock.pace()), &base.to_string()))?;
        hatchet.catch_up()?;
        house::catch_up(&*controls.formance)?;
        house::catch_up(&*controls.onfido)?;
        house::catch_up(&*controls.meshx)?;
        Ok(hatchet.clock.now())
    });
    Ok(Json(json!({"nowMicros": now.await?})))
}

async fn faults_in_force(State(controls): State<Controls>) -> Json<Vec<Fault>> {
    Json(controls.faults.all())
}

async fn add_faults(State(controls): State<Controls>, Wishes(faults): Wishes<Fault>) -> Json<Vec<Fault>> {
    controls.faults.add(faults);
    Json(controls.faults.all())
}

async fn clear_faults(State(controls): State<Controls>) -> Json<Vec<Fault>> {
    controls.faults.clear();
    Json(Vec::new())
}

/// What is on its way, and in which disorder it arrives.
async fn webhooks(State(controls): State<Controls>) -> Answer {
    let waiting = blocking(&controls.post, Post::waiting).await?;
    Ok(Json(json!({"disorder": controls.post.disorder(), "waiting": waiting})))
}

async fn set_disorder(State(controls): State<Controls>, Wish(disorder): Wish<Disorder>) -> Json<Disorder> {
    controls.post.set_disorder(disorder);
    Json(controls.post.disorder())
}

/// How the read store is to behave.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ReadStore {
    /// Nothing reaches it for so long.
    block_ms: Option<f64>,
    /// Other lags.
    lags: Option<Lags>,
}

impl Check for ReadStore {
    fn check(&self) -> Result<(), Wrong> {
        self.block_ms.map_or(Ok(()), |ms| between("/blockMs", ms, 0.0, LONGEST_STEP_MS))?;
        self.lags.map_or(Ok(()), |lags| lags.check().map_err(|wrong| wrong.within("/lags")))
    }
}

async fn read_store(State(controls): State<Controls>) -> Json<Value> {
    Json(json!({"lags": controls.hatchet.lags(), "blockedUntilMicros": controls.hatchet.blocked_until()}))
}

async fn set_read_store(State(controls): State<Controls>, Wish(wish): Wish<ReadStore>) -> Answer {
    if let Some(lags) = wish.lags {
        controls.hatchet.set_lags(lags);
    }
    if let Some(ms) = wish.block_ms {
        let duration = (ms * 1000.0) as i64;
        blocking(&controls.hatchet, move |hatchet| hatchet.block_reads(duration)).await?;
    }
    Ok(Json(json!({"lags": controls.hatchet.lags(), "blockedUntilMicros": controls.hatchet.blocked_until()})))
}

async fn register(State(controls): State<Controls>, Wishes(workflows): Wishes<Workflow>) -> Answer {
    let known: Vec<Workflow> = controls.hatchet.workflows().iter().map(|known| known.workflow.clone()).collect();
    scenario::check_spawns(&known, &workflows).map_err(Failure::Wrong)?;
    let names: Vec<String> = workflows.iter().map(|workflow| workflow.name.clone()).collect();
    blocking(&controls.hatchet, move |hatchet| hatchet.register(workflows)).await?;
    Ok(Json(json!({"registered": names})))
}

async fn hatchet_manners(State(controls): State<Controls>) -> Json<Manners> {
    Json(controls.hatchet.manners())
}

/// Mends defects of Hatchet; what is left out is as recorded.
async fn set_hatchet_manners(State(controls): State<Controls>, Wish(manners): Wish<Manners>) -> Json<Manners> {
    controls.hatchet.set_manners(manners);
    Json(controls.hatchet.manners())
}

/// Registers webhooks that start runs.
async fn register_inbound(State(controls): State<Controls>, Wishes(webhooks): Wishes<Webhook>) -> Answer {
    let names: Vec<String> = webhooks.iter().map(|webhook| webhook.name.clone()).collect();
    blocking(&controls.hatchet, move |hatchet| hatchet.database.write(|db| inbound::register(db, &webhooks))).await?;
    Ok(Json(json!({"registered": names})))
}

/// Ends Hatchet's worker without a word.
async fn lose_worker(State(controls): State<Controls>) -> Answer {
    let lost = blocking(&controls.hatchet, Hatchet::lose_worker).await?;
    Ok(Json(json!({"running": lost})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenWish {
    tenant: String,
}

impl Check for TokenWish {}

/// A token of another tenant: well signed, and no good here.
async fn issue(State(controls): State<Controls>, Wish(wish): Wish<TokenWish>) -> Json<Value> {
    let hatchet = &controls.hatchet;
    let token = hatchet.keys.issue(&wish.tenant, "http://127.0.0.1/hatchet", hatchet.clock.now());
    Json(json!({"token": token}))
}
