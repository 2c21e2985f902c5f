//! The class `Runs`: what every client can do with runs.
use super::client::{CallOptions, JsClient, JsHost, argument, parse, plain, property, raw};
use super::error::to_js;
use super::signal::{Flag, abortable};
use crate::client::{Page, Read, Watch, race};
use crate::error::Result as Outcome;
use crate::system::{Create, Filter};
use serde::Deserialize;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::AbortSignal;
use web_sys::js_sys::{Date, Object, Reflect};

/// The runs of one system.
#[wasm_bindgen(skip_typescript)]
pub struct Runs {
    client: Rc<JsClient>,
    signal: Option<AbortSignal>,
}

impl Runs {
    pub(super) fn of(client: Rc<JsClient>, signal: Option<AbortSignal>) -> Runs {
        Runs { client, signal }
    }

    fn call(&self, options: &JsValue) -> Result<CallOptions, JsValue> {
        CallOptions::of(options, self.signal.as_ref())
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct PlainCreate {
    workflow: String,
    priority: Option<i64>,
    full: bool,
    key: Option<String>,
    tags: Vec<String>,
}

fn create(takes: &[&str], request: &JsValue, key: Option<String>) -> Outcome<Create> {
    let plain: PlainCreate = plain(request)?;
    let mut more = BTreeMap::new();
    for name in takes {
        more.extend(raw(&property(request, name))?.map(|value| ((*name).to_owned(), value)));
    }
    Ok(Create {
        workflow: plain.workflow,
        input: raw(&property(request, "input"))?,
        metadata: raw(&property(request, "metadata"))?,
        key: key.or(plain.key),
        priority: plain.priority,
        full: plain.full,
        tags: plain.tags,
        more,
    })
}

/// One text or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    fn all(this: Option<OneOrMore>) -> Vec<String> {
        match this {
            None => vec![],
            Some(OneOrMore::One(one)) => vec![one],
            Some(OneOrMore::More(all)) => all,
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct PlainFilter {
    status: Option<OneOrMore>,
    workflow: Option<OneOrMore>,
    tags: Option<OneOrMore>,
    metadata: BTreeMap<String, String>,
    limit: Option<u32>,
    payloads: bool,
    cursor: Option<String>,
}

/// The filter and the cursor in it.
pub(super) fn filter(value: &JsValue) -> Outcome<(Filter, Option<String>)> {
    let plain: PlainFilter = plain(value)?;
    let filter = Filter {
        since: time(value, "since")?,
        until: time(value, "until")?,
        statuses: OneOrMore::all(plain.status),
        workflow_ids: OneOrMore::all(plain.workflow),
        metadata: plain.metadata.into_iter().collect(),
        tags: OneOrMore::all(plain.tags),
        page_size: plain.limit,
        payloads: plain.payloads,
    };
    Ok((filter, plain.cursor))
}

/// A time in epoch milliseconds, or as a `Date`.
fn time(value: &JsValue, name: &str) -> Outcome<Option<f64>> {
    let time = property(value, name);
    let millis = time.dyn_ref::<Date>().map_or_else(|| time.as_f64(), |date| Some(date.get_time()));
    match millis {
        None if time.is_undefined() => Ok(None),
        Some(millis) if millis.is_finite() => Ok(Some(millis)),
        _ => Err(argument("invalid_time", format!("`{name}` must be epoch milliseconds or a Date"))),
    }
}

#[wasm_bindgen]
impl Runs {
    /// Creates a run. Never sent twice, unless `key` is given, by which it is looked for before.
    pub async fn create(&self, request: JsValue, options: JsValue) -> Result<JsValue, JsValue> {
        let options = self.call(&options)?;
        let create =
            create(self.client.system().api().takes(), &request, options.key).map_err(|error| to_js(&error))?;
        let run = abortable(&options.signals, self.client.create(&create, &options.call)).await?;
        parse(run.json())
    }

    /// Reads a run.
    pub async fn get(&self, id: String, options: JsValue) -> Result<JsValue, JsValue> {
        let options = self.call(&options)?;
        let run = abortable(&options.signals, self.client.get(&id, &options.call)).await?;
        parse(run.json())
    }

    /// Reads one page, `{ runs, next? }`; `cursor` in the filter is the `next` of the page before.
    pub async fn page(&self, filter: JsValue, options: JsValue) -> Result<JsValue, JsValue> {
        let options = self.call(&options)?;
        let (filter, cursor) = self::filter(&filter).map_err(|error| to_js(&error))?;
        let page: Page =
            abortable(&options.signals, self.client.list(&filter, cursor.as_deref(), &options.call)).await?;
        parse(page.json())
    }

    /// Watches a run: changes as they are seen, until its confirmed end.
    pub fn watch(&self, id: String, options: JsValue) -> Result<Watching, JsValue> {
        let options = self.call(&options)?.watching();
        let watch = self.client.watch(&id, options.watch, options.call);
        Ok(Watching { watch: RefCell::new(Some(watch)), signals: options.signals, ended: Flag::default() })
    }

    /// Waits until a run is finished, by two reads that agree.
    pub async fn wait(&self, id: String, options: JsValue) -> Result<JsValue, JsValue> {
        let options = self.call(&options)?.watching();
        let run: Read = abortable(&options.signals, self.client.wait(&id, options.watch, options.call)).await?;
        parse(run.json())
    }

    /// Asks for a run's end: `{ accepted, effect, run? }`.
    pub async fn cancel(&self, id: String, options: JsValue) -> Result<JsValue, JsValue> {
        let options = self.call(&options)?;
        let effect = abortable(&options.signals, self.client.cancel(&id, options.confirm, &options.call)).await?;
        parse(effect.json())
    }

    /// Asks for a run to be done again: `{ accepted, effect, run? }`.
    pub async fn replay(&self, id: String, options: JsValue) -> Result<JsValue, JsValue> {
        let options = self.call(&options)?;
        let effect = abortable(&options.signals, self.client.replay(&id, options.confirm, &options.call)).await?;
        parse(effect.json())
    }
}

/// A watch under way, as an async iterator; ask for one change at a time.
#[wasm_bindgen(skip_typescript)]
pub struct Watching {
    watch: RefCell<Option<Watch<JsHost>>>,
    signals: Vec<AbortSignal>,
    ended: Flag,
}

#[wasm_bindgen]
impl Watching {
    /// The next change, as `{ value, done }`.
    pub async fn next(&self) -> Result<JsValue, JsValue> {
        let Some(mut watch) = self.watch.take() else { return Ok(step(None)) };
        let Some(change) = race(abortable(&self.signals, watch.next()), self.ended.raised()).await else {
            return Ok(step(None));
        };
        let Some(change) = change? else { return Ok(step(None)) };
        let change = parse(change.json())?;
        if !watch.is_over() {
            self.watch.replace(Some(watch));
        }
        Ok(step(Some(change)))
    }

    /// Ends the watch, and whatever it has under way.
    #[wasm_bindgen(js_name = return)]
    pub async fn end(&self) -> Result<JsValue, JsValue> {
        self.ended.raise();
        self.watch.take();
        Ok(step(None))
    }
}

/// A step of an iterator.
fn step(value: Option<JsValue>) -> JsValue {
    let step = Object::new();
    let _ = Reflect::set(&step, &"done".into(), &value.is_none().into());
    let _ = Reflect::set(&step, &"value".into(), &value.unwrap_or_default());
    step.into()
}
