//! What the classes of all systems share: options, the host, values in and out.
pub(super) use super::convert::{argument, property};
use super::convert::{out, parsed};
use super::error::to_js;
use super::{fetch, signal};
use crate::client::{Call, Client, Credentials, Event, Host, Options, WatchOptions};
use crate::describe::Raw;
use crate::error::{Error, Kind, Result};
use crate::http::{Prepared, Response, quote};
use crate::policy::Limits;
use crate::system::{System, Way};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::rc::Rc;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;
use web_sys::js_sys::{Date, Function, JSON, Math, Object, Promise, Reflect, global};

/// JavaScript as a client's world.
pub(super) struct JsHost {
    fetch: Option<Function>,
    secret: JsValue,
    hooks: JsValue,
}

pub(super) type JsClient = Client<JsHost>;

impl Host for JsHost {
    async fn send(&self, request: Prepared) -> Result<Response> {
        fetch::send(self.fetch.as_ref(), &request).await
    }

    async fn sleep(&self, millis: f64) {
        signal::sleep(millis).await;
    }

    async fn rest(&self, millis: f64) {
        signal::rest(millis).await;
    }

    fn now(&self) -> f64 {
        Date::now()
    }

    fn random(&self) -> f64 {
        Math::random()
    }

    async fn secret(&self) -> Result<String> {
        let failed = || {
            Error::new(Kind::Auth, "secret_unavailable", "the function that gives the token failed, or gave no text")
        };
        let Some(function) = self.secret.dyn_ref::<Function>() else {
            return self.secret.as_string().ok_or_else(failed);
        };
        let given = function.call0(&JsValue::UNDEFINED).map_err(|_| failed())?;
        let given = JsFuture::from(Promise::resolve(&given)).await.map_err(|_| failed())?;
        given.as_string().ok_or_else(failed)
    }

    /// A hook that throws disturbs no call.
    fn observe(&self, event: &Event) {
        let (name, fields) = match event {
            Event::Request { method, url, attempt } => (
                "onRequest",
                vec![("method", method.as_str().into()), ("url", url.into()), ("attempt", (*attempt).into())],
            ),
            Event::Response { status, millis } => {
                ("onResponse", vec![("status", (*status).into()), ("millis", (*millis).into())])
            }
            Event::Retry { code, wait } => ("onRetry", vec![("code", (*code).into()), ("wait", (*wait).into())]),
        };
        let hook = property(&self.hooks, name);
        let Some(hook) = hook.dyn_ref::<Function>() else { return };
        let told = Object::new();
        for (name, value) in fields {
            let _ = Reflect::set(&told, &name.into(), &value);
        }
        let _ = hook.call1(&self.hooks, &told);
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Plain {
    base_url: Option<String>,
    timeout: Option<f64>,
    deadline: Option<f64>,
    retries: Option<u32>,
    max_bytes: Option<u32>,
    i_know_this_token_is_public: bool,
}

/// A client of this system from the options of its class.
pub(super) fn client(system: &'static dyn System, options: &JsValue) -> std::result::Result<Rc<JsClient>, JsValue> {
    make(system, options).map(Rc::new).map_err(|error| to_js(&error.of(system.name())))
}

fn make(system: &'static dyn System, options: &JsValue) -> Result<JsClient> {
    let plain: Plain = plain(options)?;
    let text = |name: &str| property(options, name).as_string();
    let (credentials, secret) = credentials(options)?;
    if credentials == Credentials::Nobody && !system.api().ways().contains(&Way::Nobody) {
        return Err(argument("missing_token", "`token` must be a text, or a function that gives one"));
    }
    if in_window() && credentials != Credentials::Nobody && !plain.i_know_this_token_is_public {
        let why = "this page would show its token to every visitor: speak to a gateway instead, or say \
                   `iKnowThisTokenIsPublic: true`";
        return Err(argument("secret_in_browser", why));
    }
    let host = JsHost { fetch: function(options, "fetch")?, secret, hooks: property(options, "hooks") };
    let usual = Options::default();
    let limits = Limits {
        timeout: plain.timeout.unwrap_or(usual.limits.timeout),
        deadline: plain.deadline.unwrap_or(usual.limits.deadline),
        retries: plain.retries.unwrap_or(usual.limits.retries),
    };
    let max_bytes = plain.max_bytes.map_or(usual.max_bytes, |most| most as usize);
    let base_url = plain.base_url.map_or_else(|| system.api().home(text("region").as_deref()), |url| Ok(Some(url)))?;
    let tenant = text("tenant").or_else(|| text("org"));
    let options = Options { base_url, tenant, credentials, limits, max_bytes, ..usual };
    Client::new(system, host, options)
}

/// How a client of these options shows who it is, and the secret of it: a text, or a function that gives one.
fn credentials(options: &JsValue) -> Result<(Credentials, JsValue)> {
    let (id, login) = (property(options, "clientId"), property(options, "login"));
    let (credentials, name, secret) = if let Some(id) = id.as_string() {
        (Credentials::Client { id }, "clientSecret", property(options, "clientSecret"))
    } else if login.is_object() {
        let user = property(&login, "user").as_string().unwrap_or_default();
        let remember = property(&login, "remember").is_truthy();
        (Credentials::Login { user, remember }, "login.password", property(&login, "password"))
    } else {
        (Credentials::Token, "token", property(options, "token"))
    };
    if secret.is_string() || secret.is_function() {
        return Ok((credentials, secret));
    }
    if credentials == Credentials::Token && secret.is_undefined() && property(options, "token").is_undefined() {
        return Ok((Credentials::Nobody, secret));
    }
    Err(argument("missing_token", format!("`{name}` must be a text, or a function that gives one")))
}

/// Is this a page? Workers, edge functions and servers have no document.
fn in_window() -> bool {
    let global: JsValue = global().into();
    property(&global, "window").is_object() && property(&global, "document").is_object()
}

/// What a call's options say, and the signals that may end it.
pub(super) struct CallOptions {
    pub(super) call: Call,
    pub(super) watch: WatchOptions,
    pub(super) confirm: bool,
    pub(super) key: Option<String>,
    pub(super) signals: Vec<AbortSignal>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct PlainCall {
    timeout: Option<f64>,
    deadline: Option<f64>,
    retries: Option<u32>,
    traceparent: Option<String>,
    patience: Option<f64>,
    follow: bool,
    confirm: bool,
    force: bool,
    key: Option<String>,
}

impl CallOptions {
    /// Reads a call's options; `signal` is the client's own.
    pub(super) fn of(options: &JsValue, signal: Option<&AbortSignal>) -> std::result::Result<CallOptions, JsValue> {
        let plain: PlainCall = plain(options).map_err(|error| to_js(&error))?;
        let signals = signal.cloned().into_iter().chain(abort_signal(options)).collect();
        Ok(CallOptions {
            call: Call {
                timeout: plain.timeout,
                deadline: plain.deadline,
                retries: plain.retries,
                traceparent: plain.traceparent,
                patience: plain.patience,
                force: plain.force,
            },
            watch: WatchOptions { deadline: plain.deadline, follow: plain.follow },
            confirm: plain.confirm,
            key: plain.key,
            signals,
        })
    }

    /// As for a watch: its deadline is the whole watch's and not that of each of its reads.
    pub(super) fn watching(mut self) -> CallOptions {
        self.call.deadline = None;
        self
    }
}

/// The `signal` among some options.
pub(super) fn abort_signal(options: &JsValue) -> Option<AbortSignal> {
    let signal = property(options, "signal");
    // A signal of another realm is no instance of this realm's class, and works all the same.
    let listens = property(&signal, "addEventListener").is_function();
    listens.then(|| signal.unchecked_into())
}

/// A function among some options.
pub(super) fn function(options: &JsValue, name: &str) -> Result<Option<Function>> {
    let value = property(options, name);
    if value.is_undefined() {
        return Ok(None);
    }
    value.dyn_into().map(Some).map_err(|_| argument("invalid_options", format!("`{name}` must be a function")))
}

/// A value as the JSON text that JavaScript makes of it; nothing for `undefined`.
pub(super) fn raw(value: &JsValue) -> Result<Option<Raw>> {
    if value.is_undefined() {
        return Ok(None);
    }
    let text = JSON::stringify(value).ok().and_then(|text| text.as_string());
    let raw = text.and_then(|text| Raw::parse(&text));
    raw.map(Some).ok_or_else(|| argument("not_json", "the value has no JSON form: it may hold a BigInt or itself"))
}

/// JSON text as a JavaScript value.
pub(super) fn parse(json: Result<String>) -> std::result::Result<JsValue, JsValue> {
    out(json.and_then(|json| parsed(&json)))
}

/// What a gateway or trigger shares of a client; it opens nothing that the client itself does not.
#[wasm_bindgen(skip_typescript)]
pub struct Connection {
    client: Rc<JsClient>,
}

impl Connection {
    pub(super) fn of(client: &Rc<JsClient>) -> Connection {
        Connection { client: Rc::clone(client) }
    }
}

#[wasm_bindgen]
extern "C" {
    /// A client of any system.
    pub(super) type AnyClient;
    #[wasm_bindgen(method, catch)]
    fn connection(this: &AnyClient) -> std::result::Result<Connection, JsValue>;
}

/// The client behind an instance of one of the systems' classes.
pub(super) fn shared(value: &JsValue) -> std::result::Result<Rc<JsClient>, JsValue> {
    if !property(value, "connection").is_function() {
        return Err(to_js(&argument("invalid_options", "a client is wanted here, such as `new Hatchet({ … })`")));
    }
    value.unchecked_ref::<AnyClient>().connection().map(|connection| connection.client)
}

/// Plain data out of options that may be absent.
pub(super) fn plain<T: DeserializeOwned + Default>(value: &JsValue) -> Result<T> {
    if value.is_undefined() || value.is_null() {
        return Ok(T::default());
    }
    let wrong = |error: serde_wasm_bindgen::Error| {
        argument("invalid_options", format!("the options are wrong: {}", quote(&error.to_string())))
    };
    serde_wasm_bindgen::from_value(value.clone()).map_err(wrong)
}
