//! The class `Runs`: what every client can do with runs.
use super::client::{CallOptions, JsClient, JsHost, argument, parse, raw};
use super::error::to_js;
use super::given::Given;
use super::lifecycle::run_of;
use super::signal::{Flag, Thrown, Work, abortable, promise};
use crate::client::{Many, Named, Order, Watch, Which, race};
use crate::error::Result as Outcome;
use crate::system::{Create, Filter};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::AbortSignal;
use web_sys::js_sys::{Array, Date, Object, Promise, Reflect};

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

    fn call(&self, options: &JsValue) -> Thrown<CallOptions> {
        CallOptions::of(options, self.signal.as_ref())
    }
}

fn create(takes: &[&str], request: &JsValue, key: Option<String>) -> Outcome<Create> {
    let usual = ["workflow", "input", "metadata", "key", "idempotencyKey", "priority", "full", "tags"];
    let known = [&usual[..], takes].concat();
    let given = Given::of(request, &known)?;
    let mut more = BTreeMap::new();
    for name in takes {
        more.extend(raw(&given.value(name)?)?.map(|value| ((*name).to_owned(), value)));
    }
    Ok(Create {
        workflow: given.text("workflow")?.unwrap_or_default(),
        input: raw(&given.value("input")?)?,
        metadata: raw(&given.value("metadata")?)?,
        key: key.or(given.text("key")?),
        idempotency_key: given.text("idempotencyKey")?,
        priority: given.whole("priority", 0..=u32::MAX)?.map(i64::from),
        full: given.flag("full")?,
        tags: given.texts("tags")?,
        more,
    })
}

/// The filter and the cursor in it.
pub(super) fn filter(value: &JsValue) -> Outcome<(Filter, Option<String>)> {
    let known = [
        "status",
        "since",
        "until",
        "workflow",
        "metadata",
        "tags",
        "key",
        "idempotencyKeys",
        "limit",
        "payloads",
        "cursor",
    ];
    let given = Given::of(value, &known)?;
    let filter = Filter {
        since: time(given, "since")?,
        until: time(given, "until")?,
        statuses: given.texts("status")?,
        workflow_ids: given.texts("workflow")?,
        metadata: given.pairs("metadata")?,
        tags: given.texts("tags")?,
        key: given.text("key")?,
        idempotency_keys: given.texts("idempotencyKeys")?,
        page_size: given.whole("limit", 1..=u32::MAX)?,
        payloads: given.flag("payloads")?,
    };
    Ok((filter, given.text("cursor")?))
}

/// A time in epoch milliseconds, or as a `Date`.
fn time(given: Given, name: &str) -> Outcome<Option<f64>> {
    let time = given.value(name)?;
    let millis = time.dyn_ref::<Date>().map_or_else(|| time.as_f64(), |date| Some(date.get_time()));
    match millis {
        None if time.is_undefined() => Ok(None),
        Some(millis) if millis.is_finite() => Ok(Some(millis)),
        _ => Err(argument("invalid_time", format!("`{name}` must be epoch milliseconds or a Date"))),
    }
}

/// The run that a caller means.
fn named(value: &JsValue) -> Outcome<Named> {
    match value.as_string() {
        Some(id) if !id.is_empty() => Ok(Named::Id(id)),
        None if value.is_object() => run_of(value).map(|run| Named::Read(Box::new(run))),
        _ => Err(argument("invalid_id", "a run is meant by its id, a text that is not empty, or as it was read")),
    }
}

/// The runs that a caller means: a list of them, or a filter.
fn which(value: &JsValue) -> Outcome<Which> {
    if Array::is_array(value) {
        return Array::from(value).iter().map(|run| named(&run)).collect::<Outcome<_>>().map(Which::Runs);
    }
    if !value.is_object() {
        return Err(argument("invalid_runs", "runs are meant by a list of them, or by a filter"));
    }
    Ok(Which::Listed(filter(value)?.0))
}

#[wasm_bindgen]
impl Runs {
    /// Creates a run. Never sent twice, unless `key` is given, by which it is looked for before.
    pub fn create(&self, request: JsValue, options: JsValue) -> Promise {
        self.promise(&options, |client, options| {
            let create = create(client.system().api().takes(), &request, options.key)?;
            Ok(Box::pin(async move { client.create(&create, &options.call).await?.json() }))
        })
    }

    /// Reads a run.
    pub fn get(&self, id: String, options: JsValue) -> Promise {
        self.promise(&options, |client, options| {
            Ok(Box::pin(async move { client.get(&id, &options.call).await?.json() }))
        })
    }

    /// Reads one page, `{ runs, next? }`; `cursor` in the filter is the `next` of the page before.
    pub fn page(&self, filter: JsValue, options: JsValue) -> Promise {
        self.promise(&options, |client, options| {
            let (filter, cursor) = self::filter(&filter)?;
            Ok(Box::pin(async move { client.list(&filter, cursor.as_deref(), &options.call).await?.json() }))
        })
    }

    /// Watches a run: changes as they are seen, until its confirmed end.
    pub fn watch(&self, id: String, options: JsValue) -> Thrown<Watching> {
        let options = self.call(&options)?.watching();
        let watch = self.client.watch(&id, options.watch, options.call);
        let state = Under { watch: RefCell::new(Some(watch)), signals: options.signals, ended: Flag::default() };
        Ok(Watching { state: Rc::new(state) })
    }

    /// Waits until a run is finished, by two reads that agree.
    pub fn wait(&self, id: String, options: JsValue) -> Promise {
        self.promise(&options, |client, options| {
            let options = options.watching();
            Ok(Box::pin(async move { client.wait(&id, options.watch, options.call).await?.json() }))
        })
    }

    /// Asks for a run's end: `{ accepted, effect, run? }`. The run is its id, or how it was read.
    pub fn cancel(&self, run: JsValue, options: JsValue) -> Promise {
        self.promise(&options, |client, options| {
            let run = named(&run)?;
            Ok(Box::pin(async move { client.cancel(run.target(), options.confirm, &options.call).await?.json() }))
        })
    }

    /// Asks for a run to be done again: `{ accepted, effect, run? }`. The run is its id, or how it was read.
    pub fn replay(&self, run: JsValue, options: JsValue) -> Promise {
        self.promise(&options, |client, options| {
            let run = named(&run)?;
            Ok(Box::pin(async move { client.replay(run.target(), options.confirm, &options.call).await?.json() }))
        })
    }

    /// Asks the same, `cancel` or `replay`, of many runs: for each `{ id, accepted, effect, run?, error? }`.
    pub fn many(&self, order: &str, runs: JsValue, options: JsValue) -> Promise {
        let order = if order == "replay" { Order::Replay } else { Order::Cancel };
        self.promise(&options, |client, given| {
            let many = Many { order, which: which(&runs)?, confirm: given.confirm, most: given.most };
            Ok(Box::pin(async move {
                let all = client.many(&many, &given.call).await?;
                let all = all.iter().map(|one| one.json(Clone::clone)).collect::<Outcome<Vec<_>>>()?;
                Ok(format!("[{}]", all.join(",")))
            }))
        })
    }
}

impl Runs {
    /// A promise of the JSON that an operation makes. What is wrong with its arguments rejects, too.
    fn promise(
        &self,
        options: &JsValue,
        operation: impl FnOnce(Rc<JsClient>, CallOptions) -> Outcome<Work<'static, Outcome<String>>>,
    ) -> Promise {
        let begun = self.call(options).and_then(|mut options| {
            let signals = std::mem::take(&mut options.signals);
            let work = operation(Rc::clone(&self.client), options).map_err(|error| to_js(&error))?;
            Ok((signals, work))
        });
        answered(begun)
    }
}

fn answered(begun: Thrown<(Vec<AbortSignal>, Work<'static, Outcome<String>>)>) -> Promise {
    match begun {
        Ok((signals, work)) => promise(async move { parse(Ok(abortable(&signals, work).await?)) }),
        Err(thrown) => Promise::reject(&thrown),
    }
}

/// A watch under way, as an async iterator; ask for one change at a time.
#[wasm_bindgen(skip_typescript)]
pub struct Watching {
    state: Rc<Under>,
}

struct Under {
    watch: RefCell<Option<Watch<JsHost>>>,
    signals: Vec<AbortSignal>,
    ended: Flag,
}

#[wasm_bindgen]
impl Watching {
    /// The next change, as `{ value, done }`.
    pub fn next(&self) -> Promise {
        let state = Rc::clone(&self.state);
        promise(async move { state.next().await.map(step) })
    }

    /// Ends the watch, and whatever it has under way.
    #[wasm_bindgen(js_name = return)]
    pub fn end(&self) -> Promise {
        self.state.ended.raise();
        self.state.watch.take();
        Promise::resolve(&step(None))
    }
}

impl Under {
    async fn next(&self) -> Thrown<Option<JsValue>> {
        let Some(mut watch) = self.watch.take() else { return Ok(None) };
        let change = abortable(&self.signals, Box::pin(watch.next()));
        let Some(Some(change)) = race(change, self.ended.raised()).await.transpose()? else { return Ok(None) };
        let change = parse(change.json())?;
        if !watch.is_over() {
            self.watch.replace(Some(watch));
        }
        Ok(Some(change))
    }
}

/// A step of an iterator.
fn step(value: Option<JsValue>) -> JsValue {
    let step = Object::new();
    let _ = Reflect::set(&step, &"done".into(), &value.is_none().into());
    let _ = Reflect::set(&step, &"value".into(), &value.unwrap_or_default());
    step.into()
}
