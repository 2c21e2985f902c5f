//! What the classes of all systems share: options, the host, values in and out.
pub(super) use super::convert::{argument, property};
use super::convert::{out, parsed};
use super::error::to_js;
use super::fetch::JsFile;
use super::given::Given;
use super::{fetch, signal};
use crate::client::{Call, Client, Credentials, Event, Host, Many, Options, WatchOptions};
use crate::describe::Raw;
use crate::error::{Error, Kind, Result};
use crate::http::{Prepared, Response};
use crate::policy::Limits;
use crate::system::{System, Way};
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
    logger: JsValue,
}

pub(super) type JsClient = Client<JsHost>;

impl Host for JsHost {
    type File = JsFile;

    async fn send(&self, request: Prepared) -> Result<(Response, Option<JsFile>)> {
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

    /// A hook or logger that throws disturbs no call. What they are told holds no secret: a URL has lost its query.
    fn observe(&self, event: &Event) {
        let (hook, severity, line, fields) = match event {
            Event::Request { method, url, attempt } => (
                "onRequest",
                "debug",
                "runward: request",
                vec![("method", method.as_str().into()), ("url", url.into()), ("attempt", (*attempt).into())],
            ),
            Event::Response { method, url, status, request_id, millis } => (
                "onResponse",
                "debug",
                "runward: response",
                vec![
                    ("method", method.as_str().into()),
                    ("url", url.into()),
                    ("status", (*status).into()),
                    ("requestId", request_id.as_ref().map_or(JsValue::UNDEFINED, Into::into)),
                    ("millis", (*millis).into()),
                ],
            ),
            Event::Retry { code, wait } => {
                ("onRetry", "warn", "runward: retry", vec![("code", (*code).into()), ("wait", (*wait).into())])
            }
        };
        let told = Object::new();
        for (name, value) in fields {
            let _ = Reflect::set(&told, &name.into(), &value);
        }
        if let Some(hook) = property(&self.hooks, hook).dyn_ref::<Function>() {
            let _ = hook.call1(&self.hooks, &told);
        }
        if let Some(log) = property(&self.logger, severity).dyn_ref::<Function>() {
            let _ = log.call2(&self.logger, &line.into(), &told);
        }
    }
}

/// The options of all clients, and of those of one system or another.
const KNOWN: [&str; 18] = [
    "baseUrl",
    "checkWorkflow",
    "clientId",
    "clientSecret",
    "deadline",
    "fetch",
    "hooks",
    "iKnowThisTokenIsPublic",
    "logger",
    "login",
    "maxBytes",
    "org",
    "region",
    "retries",
    "signal",
    "tenant",
    "timeout",
    "token",
];

/// A client of this system from the options of its class.
pub(super) fn client(system: &'static System, options: &JsValue) -> std::result::Result<Rc<JsClient>, JsValue> {
    make(system, options).map(Rc::new).map_err(|error| to_js(&error.of(system.name())))
}

fn make(system: &'static System, options: &JsValue) -> Result<JsClient> {
    let given = Given::of(options, &KNOWN)?;
    let (credentials, secret) = credentials(given)?;
    if credentials == Credentials::Nobody && !system.api().ways().contains(&Way::Nobody) {
        return Err(argument("missing_token", "`token` must be a text, or a function that gives one"));
    }
    if in_window() && credentials != Credentials::Nobody && !given.flag("iKnowThisTokenIsPublic")? {
        let why = "this page would show its token to every visitor: speak to a gateway instead, or say \
                   `iKnowThisTokenIsPublic: true`";
        return Err(argument("secret_in_browser", why));
    }
    let host = JsHost { fetch: given.function("fetch")?, secret, hooks: hooks(given)?, logger: logger(given)? };
    let usual = Options::default();
    let limits = Limits {
        timeout: given.number("timeout")?.unwrap_or(usual.limits.timeout),
        deadline: given.number("deadline")?.unwrap_or(usual.limits.deadline),
        retries: given.whole("retries", 0..=u32::MAX)?.unwrap_or(usual.limits.retries),
    };
    let max_bytes = given.whole("maxBytes", 1..=u32::MAX)?.map_or(usual.max_bytes, |most| most as usize);
    let home = system.api().home(given.text("region")?.as_deref());
    let base_url = given.text("baseUrl")?.map_or(home, |url| Ok(Some(url)))?;
    let tenant = given.text("tenant")?.or(given.text("org")?);
    let check_workflow = given.flag("checkWorkflow")?;
    let options = Options { base_url, tenant, credentials, limits, max_bytes, check_workflow, ..usual };
    Client::new(system, host, options)
}

fn hooks(given: Given) -> Result<JsValue> {
    let hooks = given.value("hooks")?;
    let known = ["onRequest", "onResponse", "onRetry"];
    let each = Given::of(&hooks, &known)?;
    known.iter().try_for_each(|name| each.function(name).map(drop))?;
    Ok(hooks)
}

/// Such as `console`: of what it has, two functions are called.
fn logger(given: Given) -> Result<JsValue> {
    let logger = given.value("logger")?;
    let each = Given::any(&logger)?;
    ["debug", "warn"].iter().try_for_each(|name| each.function(name).map(drop))?;
    Ok(logger)
}

/// How a client of these options shows who it is, and the secret of it: a text, or a function that gives one.
fn credentials(given: Given) -> Result<(Credentials, JsValue)> {
    let (id, login) = (given.text("clientId")?, given.value("login")?);
    let (credentials, name, secret) = if let Some(id) = id {
        (Credentials::Client { id }, "clientSecret", given.value("clientSecret")?)
    } else if !login.is_undefined() {
        let login = Given::of(&login, &["user", "password", "remember"])?;
        let user = login.text("user")?.unwrap_or_default();
        (Credentials::Login { user, remember: login.flag("remember")? }, "login.password", login.value("password")?)
    } else {
        (Credentials::Token, "token", given.value("token")?)
    };
    if secret.is_string() || secret.is_function() {
        return Ok((credentials, secret));
    }
    if credentials == Credentials::Token && secret.is_undefined() {
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
    pub(super) most: usize,
    pub(super) signals: Vec<AbortSignal>,
}

/// The options of all calls; one that has no use for some does not mind them.
const OF_CALLS: [&str; 13] = [
    "signal",
    "timeout",
    "deadline",
    "retries",
    "traceparent",
    "patience",
    "follow",
    "confirm",
    "force",
    "key",
    "most",
    "wait",
    "as",
];

impl CallOptions {
    /// Reads a call's options; `signal` is the client's own.
    pub(super) fn of(options: &JsValue, signal: Option<&AbortSignal>) -> std::result::Result<CallOptions, JsValue> {
        CallOptions::read(options, signal).map_err(|error| to_js(&error))
    }

    fn read(options: &JsValue, signal: Option<&AbortSignal>) -> Result<CallOptions> {
        let given = Given::of(options, &OF_CALLS)?;
        let deadline = given.number("deadline")?;
        Ok(CallOptions {
            call: Call {
                timeout: given.number("timeout")?,
                deadline,
                retries: given.whole("retries", 0..=u32::MAX)?,
                traceparent: given.text("traceparent")?,
                patience: given.number("patience")?,
                force: given.flag("force")?,
                flowing: match given.text("as")?.as_deref() {
                    None | Some("bytes") => false,
                    Some("response") => true,
                    Some(_) => return Err(argument("invalid_options", "`as` is \"bytes\" or \"response\"")),
                },
                wait: given.number("wait")?,
            },
            watch: WatchOptions { deadline, follow: given.flag("follow")? },
            confirm: given.flag("confirm")?,
            key: given.text("key")?,
            most: given.whole("most", 1..=u32::MAX)?.map_or(Many::MOST, |most| most as usize),
            signals: signal.cloned().into_iter().chain(abort_signal(given)?).collect(),
        })
    }

    /// As for a watch: its deadline is the whole watch's and not that of each of its reads.
    pub(super) fn watching(mut self) -> CallOptions {
        self.call.deadline = None;
        self
    }
}

/// The `signal` among some options.
pub(super) fn abort_signal(given: Given) -> Result<Option<AbortSignal>> {
    let signal = given.value("signal")?;
    if signal.is_undefined() {
        return Ok(None);
    }
    let wrong = || argument("invalid_options", "`signal` must be an AbortSignal");
    signal_of(&signal).map(Some).ok_or_else(wrong)
}

/// An abort signal of whichever realm.
pub(super) fn signal_of(value: &JsValue) -> Option<AbortSignal> {
    // One of another realm is no instance of this realm's class, and works all the same.
    property(value, "addEventListener").is_function().then(|| value.clone().unchecked_into())
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
