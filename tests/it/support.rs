//! A raw server that answers as it is told, faults included, and a client over a real transport.
use runward::client::{Client, Host, Options};
use runward::error::{Error, Kind, Result};
use runward::http::{Prepared, Response};
use runward::policy::Limits;
use runward::system::System;
use runward::systems::hatchet::HATCHET;
use std::cell::Cell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub const SECRET: &str = "s3cret-token";
pub const TENANT: &str = "707d0855-80ab-4e1f-a156-f1c4546cbf52";

/// What the server does with a request.
#[derive(Clone)]
pub enum Reply {
    /// Sends this, and closes.
    Send(Vec<u8>),
    /// Sends this, and holds the connection open.
    Stall(Vec<u8>),
    /// Resets the connection.
    Reset,
}

impl Reply {
    pub fn json(status: u16, body: impl Into<String>) -> Reply {
        Reply::with(status, "application/json", "", body)
    }

    /// An answer with more header lines, each ended by CRLF.
    pub fn with(status: u16, kind: &str, headers: &str, body: impl Into<String>) -> Reply {
        let body = body.into();
        let length = body.len();
        Reply::Send(
            format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n{headers}\r\n{body}")
                .into_bytes(),
        )
    }
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Got {
    pub head: String,
    pub body: String,
}

impl Got {
    pub fn line(&self) -> &str {
        self.head.lines().next().unwrap()
    }
}

type Script = Arc<Mutex<dyn FnMut(&Got) -> Reply + Send>>;

pub struct Server {
    pub url: String,
    got: Arc<Mutex<Vec<Got>>>,
    /// How many connections are open.
    open: Arc<Mutex<i64>>,
}

impl Server {
    /// Answers in this order; the last answer stays.
    pub async fn replies(replies: impl IntoIterator<Item = Reply>) -> Server {
        let mut left: VecDeque<Reply> = replies.into_iter().collect();
        Server::new(move |_| if left.len() > 1 { left.pop_front().unwrap() } else { left[0].clone() }).await
    }

    pub async fn new(script: impl FnMut(&Got) -> Reply + Send + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (got, open) = (Arc::default(), Arc::new(Mutex::new(0)));
        let server = Server { url, got: Arc::clone(&got), open: Arc::clone(&open) };
        let script: Script = Arc::new(Mutex::new(script));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *open.lock().unwrap() += 1;
                let (got, open, script) = (Arc::clone(&got), Arc::clone(&open), Arc::clone(&script));
                tokio::spawn(async move {
                    serve(stream, &got, &script).await;
                    *open.lock().unwrap() -= 1;
                });
            }
        });
        server
    }

    pub fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }

    pub fn count(&self, start: &str) -> usize {
        self.got().iter().filter(|got| got.head.starts_with(start)).count()
    }

    pub fn open(&self) -> i64 {
        *self.open.lock().unwrap()
    }
}

async fn serve(mut stream: TcpStream, got: &Mutex<Vec<Got>>, script: &Script) {
    let Some(request) = read(&mut stream).await else { return };
    got.lock().unwrap().push(request.clone());
    let reply = (script.lock().unwrap())(&request);
    match reply {
        Reply::Send(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
        Reply::Stall(bytes) => {
            let _ = stream.write_all(&bytes).await;
            // Until the other side goes.
            while !matches!(stream.read(&mut [0; 64]).await, Ok(0) | Err(_)) {}
        }
        Reply::Reset => {
            let _ = stream.set_zero_linger();
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Got> {
    let mut bytes = vec![];
    loop {
        let mut piece = [0; 4096];
        let count = stream.read(&mut piece).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let head = head.to_owned();
        let length =
            head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
        if body.len() >= length.unwrap_or(0) {
            return Some(Got { head, body: body.to_owned() });
        }
    }
}

/// The world of a client in these tests: real HTTP, and a clock that may run faster than ours.
pub struct Native {
    http: reqwest::Client,
    begun: Instant,
    speed: f64,
    secret: String,
    seed: Cell<u64>,
    sent: Cell<usize>,
}

impl Native {
    pub fn new(speed: f64, secret: &str) -> Native {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        let http = http.pool_max_idle_per_host(0).build().unwrap();
        Native { http, begun: Instant::now(), speed, secret: secret.into(), seed: Cell::new(7), sent: Cell::new(0) }
    }

    /// How many requests were sent, answered or not.
    pub fn sent(&self) -> usize {
        self.sent.get()
    }
}

impl Host for Native {
    type File = Vec<u8>;

    async fn send(&self, request: Prepared) -> Result<(Response, Option<Vec<u8>>)> {
        self.sent.set(self.sent.get() + 1);
        let method = reqwest::Method::from_bytes(request.method.as_str().as_bytes()).unwrap();
        let mut builder = self.http.request(method, request.full_url());
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        if let Some(body) = &request.body {
            builder = builder.body(body.clone());
        }
        let mut answer = builder.send().await.map_err(|error| {
            let code = if error.is_connect() { "not_sent" } else { "before_headers" };
            Error::new(Kind::Network, code, "no answer came").retryable()
        })?;
        let status = answer.status().as_u16();
        let text = |value: &reqwest::header::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let headers = answer.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let mut body = vec![];
        let broken = |_| Error::new(Kind::Network, "in_body", "the answer broke off").retryable();
        while let Some(piece) = answer.chunk().await.map_err(broken)? {
            body.extend_from_slice(&piece);
            if body.len() > request.max_bytes {
                return Err(Error::new(Kind::Decode, "too_large", "the body is too large"));
            }
        }
        if request.file.is_some() && (200..300).contains(&status) {
            let file = (!body.is_empty()).then_some(body);
            return Ok((Response { status, headers, body: vec![] }, file));
        }
        Ok((Response { status, headers, body }, None))
    }

    async fn sleep(&self, millis: f64) {
        tokio::time::sleep(Duration::from_secs_f64((millis / 1_000.0 / self.speed).min(1e6))).await;
    }

    fn now(&self) -> f64 {
        1_795_363_935_000.0 + self.begun.elapsed().as_secs_f64() * 1_000.0 * self.speed
    }

    fn random(&self) -> f64 {
        let next = self.seed.get().wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.seed.set(next);
        (next >> 40) as f64 / (1u64 << 24) as f64
    }

    async fn secret(&self) -> Result<String> {
        Ok(self.secret.clone())
    }
}

/// A client of this server. Its clock runs `speed` times as fast as ours.
pub fn client(url: &str, speed: f64, limits: Limits) -> Rc<Client<Native>> {
    let options = Options {
        base_url: Some(url.into()),
        tenant: Some(TENANT.into()),
        limits,
        max_bytes: 1024 * 1024,
        ..Options::default()
    };
    Rc::new(Client::new(&HATCHET, Native::new(speed, SECRET), options).unwrap())
}

/// A client of another system, whose host holds this secret.
pub fn client_of(system: &'static System, secret: &str, speed: f64, options: Options) -> Rc<Client<Native>> {
    Rc::new(Client::new(system, Native::new(speed, secret), options).unwrap())
}

/// The body of a recorded answer.
pub fn recorded(name: &str) -> String {
    let exchange = crate::fixture(&format!("hatchet/recorded/{name}.json"));
    let exchange: serde_json::Value = serde_json::from_slice(&exchange).unwrap();
    exchange["response"]["body"].as_str().unwrap().to_owned()
}

/// The result of something that must end, whatever it is.
pub async fn ends<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), work).await.expect("it hangs")
}
