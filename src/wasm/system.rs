//! The class behind `Hatchet`, `Formance`, `Onfido` and `MeshX`: one mechanism for all of them.
use super::client::{self, CallOptions, Connection, JsClient, raw};
use super::convert::parsed;
use super::error::to_js;
use super::fetch::JsFile;
use super::given::Given;
use super::runs::Runs;
use super::signal::{abortable, promise};
use crate::describe::Raw;
use crate::error::SystemName;
use crate::system::{Answer, File, System};
use crate::systems;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::AbortSignal;
use web_sys::js_sys::Promise;

/// A client of one system. Holds a secret, so it belongs into an edge function, a worker or a server.
#[wasm_bindgen(skip_typescript)]
pub struct SystemClient {
    client: Rc<JsClient>,
    signal: Option<AbortSignal>,
}

#[wasm_bindgen]
impl SystemClient {
    /// A client; nothing is sent yet. Throws `ArgumentError` for wrong options, and in a page, where a token is no secret.
    #[wasm_bindgen(constructor)]
    pub fn new(system: &str, options: JsValue) -> Result<SystemClient, JsValue> {
        let client = client::client(known(system)?, &options)?;
        let signal = Given::any(&options).and_then(client::abort_signal).map_err(|error| to_js(&error))?;
        Ok(SystemClient { client, signal })
    }

    /// Its runs.
    #[wasm_bindgen(getter)]
    pub fn runs(&self) -> Runs {
        Runs::of(Rc::clone(&self.client), self.signal.clone())
    }

    /// Does what the table of operations calls by this name: gives nothing, a value, or a file's bytes.
    pub fn operate(&self, name: String, arguments: JsValue, options: JsValue) -> Promise {
        let client = Rc::clone(&self.client);
        let call = CallOptions::of(&options, self.signal.as_ref());
        promise(async move {
            let (call, arguments) = (call?, raw(&arguments).map_err(|error| to_js(&error))?);
            let arguments = arguments.unwrap_or_else(Raw::empty_object);
            let given = abortable(&call.signals, Box::pin(client.operate(&name, &arguments, &call.call))).await?;
            match given {
                Answer::Nothing => Ok(JsValue::UNDEFINED),
                Answer::Json(json) => parsed(&json).map_err(|error| to_js(&error)),
                Answer::File(File { body: JsFile::Whole(bytes), .. }) => Ok(bytes.into()),
                Answer::File(File { kind, body: JsFile::Flowing(flow) }) => {
                    let flow = flow.taken(call.signals, call.call.deadline).map_err(|error| to_js(&error))?;
                    Ok(flow.response(&kind))
                }
            }
        })
    }

    /// What a gateway or trigger shares of it.
    pub fn connection(&self) -> Connection {
        Connection::of(&self.client)
    }
}

fn known(system: &str) -> Result<&'static System, JsValue> {
    let found = SystemName::parse(system).and_then(systems::system);
    found.ok_or_else(|| to_js(&client::argument("unknown_system", "there is no such system")))
}
