//! The function `trigger`: an edge function in one call.
use super::client::{JsClient, shared};
use super::error::to_js;
use super::gateway::{KNOWN, authorized, body, config, incoming, response, signal, whole};
use super::given::Given;
use super::signal::{abortable, promise};
use crate::error::Result as Outcome;
use crate::gateway::{Answer, Incoming, Trigger};
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::js_sys::{Function, Promise};
use web_sys::{Request, Response};

struct Handler {
    trigger: Trigger,
    client: Rc<JsClient>,
    authorize: Option<Function>,
}

/// An edge function that takes a form post or JSON, creates a run, and answers 202 with its `Location`, or 4xx with findings.
#[wasm_bindgen(skip_typescript)]
pub fn trigger(options: JsValue) -> Result<JsValue, JsValue> {
    let client = shared(&super::client::property(&options, "client"))?;
    let handler = Rc::new(handler(&options, client).map_err(|error| to_js(&error))?);
    let handle = move |request: JsValue| -> Promise {
        let handler = Rc::clone(&handler);
        promise(async move { handler.handle(&whole(request)?).await.map(Into::into) })
    };
    Ok(Closure::<dyn Fn(JsValue) -> Promise>::new(handle).into_js_value())
}

fn handler(options: &JsValue, client: Rc<JsClient>) -> Outcome<Handler> {
    let known = [&KNOWN[..], &["client", "workflow", "location"]].concat();
    let given = Given::of(options, &known)?;
    let config = config(given)?;
    let usual = format!("{}/{}/runs/", config.base_path.trim_end_matches('/'), client.system().name());
    let trigger = Trigger::new(config, given.text("workflow")?, given.text("location")?.unwrap_or(usual))?;
    Ok(Handler { trigger, client, authorize: given.function("authorize")? })
}

impl Handler {
    async fn handle(&self, request: &Request) -> Result<Response, JsValue> {
        let incoming = incoming(request);
        let signals: Vec<_> = signal(request).into_iter().collect();
        if let Err(answer) = self.trigger.admit(&incoming) {
            return response(&answer, None);
        }
        let answer = match authorized(self.authorize.as_ref(), request).await {
            Ok(Some(own)) => return Ok(own),
            Ok(None) => abortable(&signals, Box::pin(async { Ok(self.run(request, &incoming).await) })).await?,
            Err(error) => Answer::problem(&error),
        };
        response(&self.trigger.gateway().dress(&incoming, answer), None)
    }

    async fn run(&self, request: &Request, incoming: &Incoming) -> Answer {
        match body(request, incoming, self.trigger.gateway().config().max_bytes).await {
            Ok(body) => self.trigger.run(&self.client, incoming.header("content-type"), &body).await,
            Err(error) => Answer::problem(&error),
        }
    }
}
