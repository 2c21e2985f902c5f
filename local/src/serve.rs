//! Starting and stopping: one port on loopback, all systems below it.

use std::fs::{File, TryLockError};
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use serde::Serialize;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, JoinSet};
use tower_service::Service;

use crate::chance::Chance;
use crate::clock::{Clock, Micros, Pace};
use crate::control::{self, Controls};
use crate::database::{Database, Place, fact, fact_or, keep};
use crate::delivery::Post;
use crate::faults::{Faults, Reset};
use crate::formance::{self, Formance};
use crate::hatchet::{self, Hatchet, Lags};
use crate::meshx::{self, Meshx};
use crate::onfido::{self, Addresses, Onfido};
use crate::{Error, house};

/// How long open connections may take to finish when the engine stops.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How often a database that is in use is tried.
const BETWEEN_TRIES: Duration = Duration::from_millis(50);

/// How long a connection may wait for its next request.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// How an engine is to be started.
#[derive(Debug, Clone)]
pub struct Options {
    /// The wished port; 0 is the one used last with this database, or any.
    pub port: u16,
    /// Where the data lie.
    pub place: Place,
    /// The seed of all draws; a database keeps the one it was made with.
    pub seed: u64,
    /// What all durations are divided by.
    pub speed: f64,
    /// How time passes.
    pub pace: Pace,
    /// Where a stepped clock begins, in microseconds since the Unix epoch; now when absent.
    pub start_at: Option<Micros>,
    /// How far the read store lags.
    pub lags: Lags,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            place: Place::Memory,
            seed: 1,
            speed: 1.0,
            pace: Pace::Flowing,
            start_at: None,
            lags: Lags::MEASURED,
        }
    }
}

/// A running engine.
pub struct Running {
    /// The base address of Hatchet's API.
    pub url: String,
    /// The only tenant.
    pub tenant: String,
    /// A token of that tenant.
    pub token: String,
    /// The base address of the controls.
    pub control: String,
    /// Where the other systems are and what opens them.
    pub systems: Systems,
    /// The port.
    pub port: u16,
    stop: watch::Sender<bool>,
    served: JoinHandle<()>,
    /// Held for as long as the engine runs.
    _claim: Option<File>,
}

/// The systems besides Hatchet.
#[derive(Clone, Serialize)]
pub struct Systems {
    /// Formance Flows.
    pub formance: FormanceAccess,
    /// Onfido Studio.
    pub onfido: OnfidoAccess,
    /// meshX.
    pub meshx: MeshxAccess,
}

/// What opens Onfido Studio.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OnfidoAccess {
    /// The base address, with its version.
    pub url: String,
    /// The API token; also the secret of an OAuth client of any id.
    pub token: String,
    /// What webhooks are signed with.
    pub webhook_token: String,
}

/// What opens meshX.
#[derive(Clone, Serialize)]
pub struct MeshxAccess {
    /// The base address.
    pub url: String,
    /// The organisation, for the header `x-org`.
    pub org: String,
    /// A token that lasts.
    pub token: String,
    /// Who may log in.
    pub user: String,
    /// With which password.
    pub password: String,
}

/// What opens Formance Flows.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FormanceAccess {
    /// The base address of the stack; the service alone answers right below it.
    pub url: String,
    /// Whom the token endpoint gives tokens.
    pub client_id: String,
    /// With which secret.
    pub client_secret: String,
    /// A token that lasts.
    pub token: String,
}

impl Running {
    /// Stops: no new connections, open ones get a moment to finish.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        drop(self.served.await);
    }
}

/// Starts an engine.
pub async fn start(options: Options) -> Result<Running, Error> {
    let claim = match &options.place {
        Place::File(path) => Some(claim(path).await?),
        Place::Memory => None,
    };
    let database = Arc::new(Database::open(&options.place).map_err(|error| placed(error, &options.place))?);
    let (seed, base, last_port) = database.write(|db| {
        let seed = fact_or(db, "seed", || options.seed.to_string())?.parse().unwrap_or(options.seed);
        let kept = fact(db, clock_fact(options.pace))?.and_then(|text| text.parse().ok());
        let base = kept.or(options.start_at.filter(|_| options.pace == Pace::Stepped));
        Ok((seed, base, fact(db, "port")?.and_then(|text| text.parse().ok()).unwrap_or(0)))
    })?;
    let chance = Chance::new(seed);
    let clock = Arc::new(Clock::new(options.pace, options.speed, base));
    let hatchet = Arc::new(Hatchet::open(Arc::clone(&database), Arc::clone(&clock), chance, options.lags)?);
    let wished = if options.port == 0 { last_port } else { options.port };
    let listener = listen(wished).await?;
    let port = listener.local_addr().map_err(Error::Bind)?.port();
    let address = format!("http://127.0.0.1:{port}");
    let url = format!("{address}/hatchet");
    let token = database.write(|db| {
        keep(db, "port", &port.to_string())?;
        keep(db, clock_fact(options.pace), &clock.base().to_string())?;
        // The token names its server, so another port means another token; older ones stay valid.
        let name = format!("hatchet.token {url}");
        fact_or(db, &name, || hatchet.keys.issue(&hatchet.tenant, &url, clock.now()))
    })?;
    let formance = Arc::new(Formance::open(Arc::clone(&database), Arc::clone(&clock), chance)?);
    let onfido = Arc::new(Onfido::open(Arc::clone(&database), Arc::clone(&clock), chance)?);
    let meshx = Arc::new(Meshx::open(Arc::clone(&database), Arc::clone(&clock), chance)?);
    let faults = Arc::new(Faults::new(chance, Arc::clone(&clock)));
    let post = Arc::new(Post::new(database, clock, chance));
    let systems = systems(&address, &formance, &onfido, &meshx)?;
    let files = listen(0).await?;
    let files_port = files.local_addr().map_err(Error::Bind)?.port();
    onfido.settle_at(Addresses { api: systems.onfido.url.clone(), files: format!("http://127.0.0.1:{files_port}") });
    let controls = Controls { hatchet, formance, onfido, meshx, post, faults: Arc::clone(&faults) };
    let router = Router::new()
        .nest("/hatchet", hatchet::router(Arc::clone(&controls.hatchet), Arc::clone(&faults)))
        .nest("/formance", formance::router(Arc::clone(&controls.formance), Arc::clone(&faults)))
        .nest("/onfido", onfido::router(Arc::clone(&controls.onfido), Arc::clone(&faults)))
        .nest("/meshx", meshx::router(Arc::clone(&controls.meshx), faults))
        .nest("/_control", control::router(controls.clone()))
        .route("/_control/", axum::routing::get(control::index))
        .fallback(control::nowhere);
    let files = (files, onfido::files_router(Arc::clone(&controls.onfido)));
    let (stop, stopped) = watch::channel(false);
    let tenant = controls.hatchet.tenant.clone();
    let served = tokio::spawn(serve(vec![(listener, router), files], controls, stopped));
    Ok(Running {
        url,
        tenant,
        token,
        control: format!("{address}/_control"),
        systems,
        port,
        stop,
        served,
        _claim: claim,
    })
}

/// Two engines on one file would each do what is due, so the second is refused, once one that is about to end has had the
/// time to. The claim is a lock on a file of its own, which the kernel takes back however the engine ends.
async fn claim(database: &Path) -> Result<File, Error> {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    let unwritable = |error| Error::Unwritable { path: database.to_owned(), error };
    let file = File::options().create(true).truncate(false).write(true).open(path).map_err(unwritable)?;
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if begun.elapsed() < LAST_WORDS => tokio::time::sleep(BETWEEN_TRIES).await,
            Err(TryLockError::WouldBlock) => return Err(Error::InUse(database.to_owned())),
            Err(TryLockError::Error(error)) => return Err(unwritable(error)),
        }
    }
}

/// What SQLite says of a file names the file.
fn placed(error: Error, place: &Place) -> Error {
    match (error, place) {
        (Error::Sql(error), Place::File(path)) => Error::Database { path: path.clone(), error },
        (error, _) => error,
    }
}

/// Where the systems are and what opens them.
fn systems(address: &str, formance: &Formance, onfido: &Onfido, meshx: &Meshx) -> Result<Systems, Error> {
    Ok(Systems {
        formance: FormanceAccess {
            url: format!("{address}/formance"),
            client_id: formance.client_id.clone(),
            client_secret: formance.client_secret.clone(),
            token: formance.starting_token()?,
        },
        onfido: OnfidoAccess {
            url: format!("{address}/onfido/v3.6"),
            token: onfido.token.clone(),
            webhook_token: onfido.webhook_token.clone(),
        },
        meshx: MeshxAccess {
            url: format!("{address}/meshx"),
            org: meshx.org.clone(),
            token: meshx.starting_token()?,
            user: meshx.user.clone(),
            password: meshx.password.clone(),
        },
    })
}

/// The name under which the clock's base is kept; a stepped clock and a shifted one keep different things.
pub fn clock_fact(pace: Pace) -> &'static str {
    match pace {
        Pace::Flowing => "clock.shift",
        Pace::Stepped => "clock.now",
    }
}

/// Binds the wished port, or any when that one is taken.
async fn listen(wished: u16) -> Result<TcpListener, Error> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, wished)).await {
        Ok(listener) => Ok(listener),
        Err(_) => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(Error::Bind),
    }
}

async fn serve(services: Vec<(TcpListener, Router)>, systems: Controls, mut stopped: watch::Receiver<bool>) {
    let graceful = Arc::new(GracefulShutdown::new());
    let mut time = JoinSet::new();
    time.spawn(systems.hatchet.run());
    time.spawn(house::run(systems.formance));
    time.spawn(house::run(systems.onfido));
    time.spawn(house::run(systems.meshx));
    time.spawn(systems.post.run());
    let mut doors = JoinSet::new();
    for (listener, router) in services {
        doors.spawn(accept(listener, router, Arc::clone(&graceful)));
    }
    drop(stopped.changed().await);
    // With its doors goes every listener, and every other handle of what is graceful.
    doors.shutdown().await;
    if let Some(graceful) = Arc::into_inner(graceful) {
        drop(tokio::time::timeout(LAST_WORDS, graceful.shutdown()).await);
    }
    time.shutdown().await;
}

/// Takes connections, for as long as the future is polled.
async fn accept(listener: TcpListener, router: Router, graceful: Arc<GracefulShutdown>) {
    // Said once, not twenty times a second.
    let mut is_failing = false;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                is_failing = false;
                connection(stream, router.clone(), &graceful);
            }
            Err(error) => {
                if !is_failing {
                    eprintln!("runward-local: connections must wait: {error}");
                }
                is_failing = true;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

/// Serves one connection, until its end or until a fault resets it.
fn connection(stream: TcpStream, router: Router, graceful: &GracefulShutdown) {
    drop(stream.set_nodelay(true));
    let socket = SockRef::from(&stream).try_clone();
    let cut = Arc::new(Notify::new());
    let reset = Reset(Arc::clone(&cut));
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(reset.clone());
        router.clone().call(request.map(axum::body::Body::new) as Request)
    });
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(LONGEST_PAUSE)
        .serve_connection(TokioIo::new(stream), service);
    let served = graceful.watch(served);
    tokio::spawn(async move {
        tokio::select! {
            // A client that goes away is no matter of the engine's.
            result = served => drop(result),
            () = cut.notified() => if let Ok(socket) = socket {
                // The last handle closes with a reset instead of an orderly end.
                drop(socket.set_linger(Some(Duration::ZERO)));
            },
        }
    });
}
