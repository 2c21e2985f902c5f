//! The transport: gloo-net's requests and responses around a `fetch` that may be injected.
//!
//! gloo-net's own `send` and body readers trap when `fetch` rejects with something that is no `Error`, as an abort with a
//! reason of one's own does, so the promise and the body are taken here.
use crate::error::{Error, Kind, Result};
use crate::http::{Method, Prepared, Response, Taking};
use gloo_net::http::{Method as GlooMethod, RequestBuilder, Response as GlooResponse};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::js_sys::{Function, Promise, Reflect, Uint8Array};
use web_sys::{AbortController, AbortSignal, ReadableStream, ReadableStreamDefaultReader, RequestRedirect};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = fetch, catch)]
    fn global_fetch(request: &web_sys::Request) -> std::result::Result<Promise, JsValue>;
}

/// Ends its request when it is dropped, in whatever phase that is.
struct Ender(Option<AbortController>);

impl Ender {
    /// What ends the request; whoever has it now does.
    fn handed_on(mut self) -> Option<AbortController> {
        self.0.take()
    }
}

impl Drop for Ender {
    fn drop(&mut self) {
        self.0.iter().for_each(AbortController::abort);
    }
}

/// Sends a request and takes the whole answer.
pub(super) async fn send(fetch: Option<&Function>, prepared: &Prepared) -> Result<(Response, Option<JsFile>)> {
    let controller = AbortController::new().map_err(|_| internal("there is no AbortController here"))?;
    let request = build(prepared, &controller)?;
    let ender = Ender(Some(controller));
    let answer = call(fetch, &request).await.map_err(|error| before_headers(&error))?;
    if Reflect::get(&answer, &"status".into()).ok().and_then(|status| status.as_f64()).is_none() {
        return Err(Error::new(
            Kind::Argument,
            "invalid_fetch",
            "the given `fetch` answered with something that is no Response",
        ));
    }
    let response = GlooResponse::from(answer.unchecked_into::<web_sys::Response>());
    let headers = response.headers().entries().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
    let head = Response { status: response.status(), headers, body: vec![] };
    let Some(stream) = response.body() else { return Ok((head, None)) };
    match prepared.file.filter(|_| head.ok()) {
        None => Ok((Response { body: read(&stream, prepared.max_bytes).await?, ..head }, None)),
        Some(Taking::Whole) => {
            let bytes =
                JsFuture::from(whole(&stream, prepared.max_bytes)).await.map_err(|word| broken(&word, prepared))?;
            let bytes: Uint8Array = bytes.unchecked_into();
            let file = (bytes.length() > 0).then_some(JsFile::Whole(bytes));
            Ok((head, file))
        }
        Some(Taking::Flowing { silence }) => {
            let flow = ender.handed_on().map(|controller| Flow::new(&stream, &controller, silence));
            Ok((head, Some(JsFile::Flowing(Flowing(flow)))))
        }
    }
}

/// A file that never came into this memory.
pub(super) enum JsFile {
    /// All of it.
    Whole(Uint8Array),
    /// As it comes.
    Flowing(Flowing),
}

/// A file that comes; one that nobody takes ends.
pub(super) struct Flowing(Option<Flow>);

impl Flowing {
    /// The file, bound to what ends it.
    pub(super) fn taken(mut self, signals: Vec<AbortSignal>, deadline: Option<f64>) -> Result<Flow> {
        let flow = self.0.take().ok_or_else(|| internal("the file was taken before"))?;
        flow.bind(signals, deadline);
        Ok(flow)
    }
}

impl Drop for Flowing {
    fn drop(&mut self) {
        self.0.iter().for_each(Flow::close);
    }
}

#[wasm_bindgen(raw_module = "../download.js")]
extern "C" {
    fn whole(stream: &ReadableStream, most: usize) -> Promise;
    /// A body that comes as it is asked for.
    pub(super) type Flow;
    #[wasm_bindgen(constructor)]
    fn new(stream: &ReadableStream, controller: &AbortController, silence: f64) -> Flow;
    #[wasm_bindgen(method)]
    fn close(this: &Flow);
    #[wasm_bindgen(method)]
    fn bind(this: &Flow, signals: Vec<AbortSignal>, deadline: Option<f64>);
    #[wasm_bindgen(method, getter)]
    pub(super) fn body(this: &Flow) -> ReadableStream;
    #[wasm_bindgen(method)]
    pub(super) fn response(this: &Flow, kind: &str) -> JsValue;
}

fn broken(word: &JsValue, prepared: &Prepared) -> Error {
    if word.as_string().as_deref() == Some("too_large") {
        let message = format!("the body is larger than {} bytes", prepared.max_bytes);
        return Error::new(Kind::Decode, "too_large", message);
    }
    in_body()
}

fn build(prepared: &Prepared, controller: &AbortController) -> Result<web_sys::Request> {
    let mut builder = RequestBuilder::new(&prepared.url)
        .method(method(prepared.method))
        .query(prepared.query.iter().map(|(name, value)| (*name, value.as_str())))
        .redirect(RequestRedirect::Manual)
        .abort_signal(Some(&controller.signal()));
    for (name, value) in &prepared.headers {
        builder = builder.header(name, value);
    }
    let request = match &prepared.body {
        Some(body) => builder.body(body.as_str()),
        None => builder.build(),
    };
    let message = "no request can be made of this base URL";
    request.map(Into::into).map_err(|_| Error::new(Kind::Argument, "invalid_base_url", message))
}

fn method(method: Method) -> GlooMethod {
    match method {
        Method::Get => GlooMethod::GET,
        Method::Post => GlooMethod::POST,
        Method::Put => GlooMethod::PUT,
        Method::Patch => GlooMethod::PATCH,
        Method::Delete => GlooMethod::DELETE,
    }
}

async fn call(fetch: Option<&Function>, request: &web_sys::Request) -> std::result::Result<JsValue, JsValue> {
    let promise = match fetch {
        Some(fetch) => Promise::resolve(&fetch.call1(&JsValue::UNDEFINED, request)?),
        None => global_fetch(request)?,
    };
    JsFuture::from(promise).await
}

/// Takes a body piece by piece, and no more of it than is allowed.
pub(super) async fn read(stream: &ReadableStream, max_bytes: usize) -> Result<Vec<u8>> {
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let mut body = vec![];
    loop {
        let piece = JsFuture::from(reader.read()).await.map_err(|_| in_body())?;
        if Reflect::get(&piece, &"done".into()).is_ok_and(|done| done.is_truthy()) {
            return Ok(body);
        }
        let value = Reflect::get(&piece, &"value".into()).map_err(|_| in_body())?;
        let bytes: Uint8Array = value.dyn_into().map_err(|_| in_body())?;
        let held = body.len();
        if held.saturating_add(bytes.length() as usize) > max_bytes {
            // As a future its rejection is nobody's surprise.
            drop(JsFuture::from(reader.cancel()));
            let message = format!("the body is larger than {max_bytes} bytes");
            return Err(Error::new(Kind::Decode, "too_large", message));
        }
        body.extend(bytes.to_vec());
    }
}

/// Nothing of what a rejection says is passed on but the system's code for it: the rest may hold the URL.
fn before_headers(rejection: &JsValue) -> Error {
    let code = |value: &JsValue| Reflect::get(value, &"code".into()).ok().and_then(|code| code.as_string());
    let cause = Reflect::get(rejection, &"cause".into()).unwrap_or_default();
    let code = code(&cause).or_else(|| code(rejection)).filter(|code| known_code(code));
    let not_sent = code
        .as_deref()
        .is_some_and(|code| ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "ConnectionRefused"].contains(&code));
    let named = code.map(|code| format!(" ({code})")).unwrap_or_default();
    if not_sent {
        return Error::new(Kind::Network, "not_sent", format!("the server cannot be reached{named}")).retryable();
    }
    Error::new(Kind::Network, "before_headers", format!("no answer came{named}")).retryable()
}

fn known_code(code: &str) -> bool {
    code.len() <= 40 && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn in_body() -> Error {
    Error::new(Kind::Network, "in_body", "the answer broke off").retryable()
}

fn internal(message: &str) -> Error {
    Error::new(Kind::Internal, "missing_platform", message)
}
