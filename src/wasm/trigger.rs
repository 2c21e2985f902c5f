//! The function `trigger`: an edge function in one call.
use super::client::{JsClient, function, plain, shared};
use super::error::to_js;
use super::gateway::{authorized, body, config, incoming, response, signal};
use super::signal::{abortable, promise};
use crate::error::Result as Outcome;
use crate::gateway::{Answer, Incoming, Trigger};
use serde::Deserialize;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::js_sys::{Function, Promise};
use web_sys::{Request, Response};

#[derive(Deserialize, Default)]
#[serde(default)]
struct Plain {
    workflow: Option<String>,
    location: Option<String>,
}

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
    let handle = move |request: Request| -> Promise {
        let handler = Rc::clone(&handler);
        promise(async move { handler.handle(&request).await.map(Into::into) })
    };
    Ok(Closure::<dyn Fn(Request) -> Promise>::new(handle).into_js_value())
}

fn handler(options: &JsValue, client: Rc<JsClient>) -> Outcome<Handler> {
    let plain: Plain = plain(options)?;
    let config = config(options)?;
    let usual = format!("{}/{}/runs/", config.base_path.trim_end_matches('/'), client.system().name());
    let trigger = Trigger::new(config, plain.workflow, plain.location.unwrap_or(usual))?;
    Ok(Handler { trigger, client, authorize: function(options, "authorize")? })
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
