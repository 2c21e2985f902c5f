//! The class `Gateway`: requests and responses of the platform around the gateway's plans.
use super::client::{JsClient, JsHost, argument, property, shared};
use super::error::to_js;
use super::fetch::{self, JsFile};
use super::given::{Given, entries, items};
use super::signal::{Flag, abortable, promise};
use crate::client::race;
use crate::error::{Error, Kind, Result as Outcome, SystemName};
use crate::gateway::{self, Answer, Config, Incoming, Offer, Route, Served, Stream};
use crate::http::quote;
use crate::order::map;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::js_sys::{Array, Function, Promise, Uint8Array};
use web_sys::{AbortSignal, Headers, ReadableStream, ReadableStreamDefaultController, Request, Response, ResponseInit};

type Clients = BTreeMap<SystemName, Rc<JsClient>>;

/// An edge handler that holds the systems' tokens and serves browsers.
#[wasm_bindgen(skip_typescript)]
pub struct Gateway {
    inner: Rc<Inner>,
}

struct Inner {
    gateway: gateway::Gateway,
    clients: Clients,
    authorize: Option<Function>,
}

/// The operations that are offered: the same for all systems, or for each a word or the names of operations.
fn offers(given: &JsValue) -> Outcome<(Offer, BTreeMap<SystemName, Offer>)> {
    if given.is_undefined() {
        return Ok(Default::default());
    }
    let Some(each) = entries(given) else { return Ok((offer(given)?, BTreeMap::new())) };
    let named = each.into_iter().map(|(name, value)| {
        let unknown = || argument("invalid_options", format!("`operations` names no system: {:?}", quote(&name)));
        Ok((SystemName::parse(&name).ok_or_else(unknown)?, offer(&value)?))
    });
    Ok((Offer::default(), map(named)?))
}

fn offer(value: &JsValue) -> Outcome<Offer> {
    let wrong = || {
        let words = "\"reads\", \"all\", \"none\"";
        let why = format!("`operations` is {words}, or an object with one of these or a list of names for a system");
        argument("invalid_options", why)
    };
    if Array::is_array(value) {
        let names = items(value).and_then(|names| names.iter().map(JsValue::as_string).collect());
        return names.map(Offer::Named).ok_or_else(wrong);
    }
    match value.as_string().as_deref() {
        Some("none") => Ok(Offer::None),
        Some("reads") => Ok(Offer::Reads),
        Some("all") => Ok(Offer::All),
        _ => Err(wrong()),
    }
}

/// What gateways and triggers are configured by.
pub(super) const KNOWN: [&str; 5] = ["basePath", "accessTokens", "origins", "maxBytes", "authorize"];

/// What gateways alone are.
const OWN: [&str; 3] = ["systems", "operations", "readOnly"];

/// The configuration of a gateway or trigger.
pub(super) fn config(given: Given) -> Outcome<Config> {
    let usual = Config::default();
    let (everywhere, operations) = offers(&given.value("operations")?)?;
    Ok(Config {
        base_path: given.text("basePath")?.unwrap_or(usual.base_path),
        systems: vec![],
        tokens: given.texts("accessTokens")?,
        origins: given.texts("origins")?,
        max_bytes: given.whole("maxBytes", 1..=u32::MAX)?.map_or(usual.max_bytes, |most| most as usize),
        operations,
        usual: everywhere,
        read_only: given.flag("readOnly")?,
    })
}

fn clients(options: Given) -> Result<Clients, JsValue> {
    let wrong = || argument("invalid_options", "`systems` must be an object such as { hatchet: new Hatchet({ … }) }");
    let systems = options.value("systems").and_then(|systems| entries(&systems).ok_or_else(wrong));
    let named = systems.map_err(|error| to_js(&error))?.into_iter().map(|(name, client)| {
        let client = shared(&client)?;
        let system = SystemName::parse(&name).filter(|system| *system == client.system().name());
        let why =
            || to_js(&argument("invalid_options", format!("`systems.{name}` is no client of a system of that name")));
        Ok((system.ok_or_else(why)?, client))
    });
    map(named)
}

#[wasm_bindgen]
impl Gateway {
    /// A gateway; nothing is sent yet. Throws `ArgumentError` for wrong options.
    #[wasm_bindgen(constructor)]
    pub fn new(options: JsValue) -> Result<Gateway, JsValue> {
        let thrown = |error: Error| to_js(&error);
        let known = [&KNOWN[..], &OWN].concat();
        let given = Given::of(&options, &known).map_err(thrown)?;
        let clients = clients(given)?;
        let systems = clients.keys().copied().collect();
        let gateway = config(given).and_then(|config| gateway::Gateway::new(Config { systems, ..config }));
        let authorize = given.function("authorize").map_err(thrown)?;
        Ok(Gateway { inner: Rc::new(Inner { gateway: gateway.map_err(thrown)?, clients, authorize }) })
    }

    /// Answers a request. Failures are answers too; it rejects only when the request is aborted.
    #[wasm_bindgen(unchecked_return_type = "Promise<Response>")]
    pub fn handle(&self, request: JsValue) -> Promise {
        let inner = Rc::clone(&self.inner);
        promise(async move {
            let request = whole(request)?;
            let incoming = incoming(&request);
            let signals: Vec<_> = signal(&request).into_iter().collect();
            let answer = Box::pin(async { Ok(inner.answer(&request, &incoming).await) });
            abortable(&signals, answer).await?.map(Into::into)
        })
    }
}

impl Inner {
    async fn answer(&self, request: &Request, incoming: &Incoming) -> Result<Response, JsValue> {
        let route = match self.gateway.admit(incoming) {
            Ok(route) => route,
            Err(answer) => return response(&answer, None),
        };
        match authorized(self.authorize.as_ref(), request).await {
            Ok(None) => {}
            Ok(Some(own)) => return Ok(own),
            Err(error) => return response(&self.gateway.dress(incoming, Answer::problem(&error)), None),
        }
        let served = match self.plan(request, incoming, route).await {
            Ok(plan) => gateway::serve(plan, &self.gateway.config().base_path, &incoming.call(), &self.clients).await,
            Err(error) => Served::Answer(Answer::problem(&error)),
        };
        match served {
            Served::Answer(answer) => response(&self.gateway.dress(incoming, answer), None),
            Served::File(head, file) => {
                let body = match file {
                    JsFile::Whole(bytes) => Body::Bytes(bytes),
                    JsFile::Flowing(flow) => {
                        let flow = flow.taken(signal(request).into_iter().collect(), None);
                        Body::Stream(flow.map_err(|error| to_js(&error))?.body())
                    }
                };
                response(&self.gateway.dress(incoming, head), Some(body))
            }
            Served::Stream(head, stream) => {
                response(&self.gateway.dress(incoming, head), Some(Body::Stream(events(stream, signal(request))?)))
            }
        }
    }

    async fn plan(&self, request: &Request, incoming: &Incoming, route: Route) -> Outcome<gateway::Plan> {
        let body = match &route {
            Route::NeedsBody(..) => body(request, incoming, self.gateway.config().max_bytes).await?,
            Route::Ready(_) => vec![],
        };
        route.plan(&body)
    }
}

/// Asks the caller's own check: true lets in, a Response is the answer, anything else refuses.
pub(super) async fn authorized(check: Option<&Function>, request: &Request) -> Outcome<Option<Response>> {
    let Some(check) = check else { return Ok(None) };
    let given = check.call1(&JsValue::UNDEFINED, request).map(|given| JsFuture::from(Promise::resolve(&given)));
    let given = match given {
        Ok(given) => given.await,
        Err(thrown) => Err(thrown),
    };
    match given {
        Ok(given) if given.as_bool() == Some(true) => Ok(None),
        Ok(given) if given.is_object() && property(&given, "headers").is_object() => Ok(Some(given.unchecked_into())),
        Ok(_) => Err(Error {
            status: Some(403),
            ..Error::new(Kind::Auth, "access_denied", "this gateway does not let you in")
        }),
        Err(_) => Err(Error::new(Kind::Internal, "authorize_failed", "the gateway's own check failed")),
    }
}

/// A Request of whichever realm, and not what else a platform calls a request.
pub(super) fn whole(request: JsValue) -> Result<Request, JsValue> {
    let headers = property(&request, "headers");
    if property(&request, "url").is_string() && property(&headers, "entries").is_function() {
        return Ok(request.unchecked_into());
    }
    Err(to_js(&argument(
        "invalid_request",
        "a Request is wanted here, as `fetch` takes one; Node's own must be made into one",
    )))
}

/// A request without its body.
pub(super) fn incoming(request: &Request) -> Incoming {
    let headers = gloo_net::http::Headers::from_raw(request.headers());
    Incoming {
        method: request.method().to_ascii_uppercase(),
        url: request.url(),
        headers: headers.entries().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect(),
    }
}

/// The signal by which a platform tells that whoever asked has gone, where there is one.
pub(super) fn signal(request: &Request) -> Option<AbortSignal> {
    super::client::signal_of(&property(request, "signal"))
}

/// A request's body, as far as it is allowed.
pub(super) async fn body(request: &Request, incoming: &Incoming, max_bytes: usize) -> Outcome<Vec<u8>> {
    let too_large = || {
        let message = format!("the body is larger than {max_bytes} bytes");
        Error { status: Some(413), ..Error::new(Kind::Argument, "too_large", message) }
    };
    let told = incoming.header("content-length").and_then(|length| length.parse::<usize>().ok());
    if told.is_some_and(|length| length > max_bytes) {
        return Err(too_large());
    }
    let stream = property(request, "body");
    if !stream.is_object() {
        return Ok(vec![]);
    }
    let read = fetch::read(stream.unchecked_ref::<ReadableStream>(), max_bytes).await;
    read.map_err(|error| {
        if error.code == "too_large" { too_large() } else { argument("broken_body", "the request's body broke off") }
    })
}

/// What stands behind the head of an answer that is no text.
pub(super) enum Body {
    Bytes(Uint8Array),
    Stream(ReadableStream),
}

/// The answer as a Response of the platform.
pub(super) fn response(answer: &Answer, body: Option<Body>) -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in &answer.headers {
        headers.append(name, value)?;
    }
    let init = ResponseInit::new();
    init.set_status(answer.status);
    init.set_headers(&headers);
    match body {
        Some(Body::Stream(stream)) => Response::new_with_opt_readable_stream_and_init(Some(&stream), &init),
        Some(Body::Bytes(bytes)) => Response::new_with_opt_buffer_source_and_init(Some(&bytes), &init),
        None if answer.status == 204 => Response::new_with_opt_str_and_init(None, &init),
        None => Response::new_with_opt_str_and_init(Some(&answer.body), &init),
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = ReadableStream)]
    type EventStream;
    #[wasm_bindgen(constructor, js_class = "ReadableStream", catch)]
    fn new(source: Events) -> Result<EventStream, JsValue>;
}

fn events(stream: Stream<JsHost>, signal: Option<AbortSignal>) -> Result<ReadableStream, JsValue> {
    let source = Source { stream: RefCell::new(Some(stream)), signal, gone: Flag::default() };
    EventStream::new(Events { source: Rc::new(source) }).map(JsCast::unchecked_into)
}

/// The source behind a stream of events: reads upstream only while somebody listens.
#[wasm_bindgen(skip_typescript)]
pub struct Events {
    source: Rc<Source>,
}

struct Source {
    stream: RefCell<Option<Stream<JsHost>>>,
    signal: Option<AbortSignal>,
    gone: Flag,
}

#[wasm_bindgen]
impl Events {
    /// Called by the stream when it has room.
    pub fn pull(&self, controller: ReadableStreamDefaultController) -> Promise {
        let source = Rc::clone(&self.source);
        promise(async move { source.pull(&controller).await.map(|()| JsValue::UNDEFINED) })
    }

    /// Called by the stream when nobody listens any more.
    pub fn cancel(&self) {
        self.source.gone.raise();
        self.source.stream.take();
    }
}

impl Source {
    async fn pull(&self, controller: &ReadableStreamDefaultController) -> Result<(), JsValue> {
        let Some(mut stream) = self.stream.take() else { return controller.close() };
        let signals: Vec<AbortSignal> = self.signal.iter().cloned().collect();
        let next = abortable(&signals, Box::pin(async { Ok(stream.next().await) }));
        match race(next, self.gone.raised()).await {
            None => Ok(()),
            Some(Ok(Some(text))) => {
                controller.enqueue_with_chunk(&Uint8Array::from(text.as_bytes()))?;
                self.stream.replace(Some(stream));
                Ok(())
            }
            Some(_) => controller.close(),
        }
    }
}
