//! Flags, timers and abort signals as futures that leave nothing behind when they are dropped.
use crate::client::race;
use crate::error::Result;
use crate::wasm::convert::property;
use crate::wasm::error::to_js;
use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Poll, Waker};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::future_to_promise;
use web_sys::js_sys::{Function, Promise, global};
use web_sys::{AbortSignal, EventTarget};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout, catch)]
    fn set_timeout(ring: &Function, millis: i32) -> std::result::Result<JsValue, JsValue>;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);
}

/// Something that happens once; whoever waits for it is woken.
#[derive(Clone, Default)]
pub(super) struct Flag(Rc<(Cell<bool>, RefCell<Option<Waker>>)>);

impl Flag {
    pub(super) fn raise(&self) {
        self.0.0.set(true);
        if let Some(waker) = self.0.1.borrow_mut().take() {
            waker.wake();
        }
    }

    pub(super) async fn raised(&self) {
        poll_fn(|context| {
            if self.0.0.get() {
                return Poll::Ready(());
            }
            *self.0.1.borrow_mut() = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

struct Timer {
    id: JsValue,
    _ring: Closure<dyn FnMut()>,
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(&self.id);
    }
}

/// Waits; a wait that is dropped rings no more.
pub(super) async fn sleep(millis: f64) {
    // A timer takes at most 2³¹ − 1 ms, and rings at once when asked for more.
    #[allow(clippy::cast_possible_truncation)]
    let millis = millis.clamp(0.0, f64::from(i32::MAX)) as i32;
    let flag = Flag::default();
    let rung = flag.clone();
    let ring = Closure::new(move || rung.raise());
    let Ok(id) = set_timeout(ring.as_ref().unchecked_ref(), millis) else { return };
    let _timer = Timer { id, _ring: ring };
    flag.raised().await;
}

struct Listener<'a> {
    target: &'a EventTarget,
    name: &'static str,
    heard: Closure<dyn FnMut()>,
}

impl Drop for Listener<'_> {
    fn drop(&mut self) {
        let _ = self.target.remove_event_listener_with_callback(self.name, self.heard.as_ref().unchecked_ref());
    }
}

/// Waits for the next event of that name.
async fn event(target: &EventTarget, name: &'static str) {
    let flag = Flag::default();
    let raised = flag.clone();
    let heard = Closure::new(move || raised.raise());
    let _ = target.add_event_listener_with_callback(name, heard.as_ref().unchecked_ref());
    let _listener = Listener { target, name, heard };
    flag.raised().await;
}

/// Waits; in a page that is hidden, until it is seen; and no longer than until it comes to be seen, or to be online.
pub(super) async fn rest(millis: f64) {
    let page: JsValue = global().into();
    let document = property(&page, "document");
    if property(&document, "visibilityState").is_undefined() {
        return sleep(millis).await;
    }
    let (page, document): (EventTarget, EventTarget) = (page.unchecked_into(), document.unchecked_into());
    let hidden = || property(&document, "visibilityState").as_string().as_deref() == Some("hidden");
    let due = async {
        sleep(millis).await;
        while hidden() {
            event(&document, "visibilitychange").await;
        }
    };
    let back = async {
        loop {
            race(event(&document, "visibilitychange"), event(&page, "online")).await;
            if !hidden() {
                return;
            }
        }
    };
    race(due, back).await;
}

/// Work of whichever kind. Its type is left behind here, at the boundary: what waits for work, races it and makes promises of
/// it would otherwise be there once for each kind.
pub(super) type Work<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// What JavaScript is given: a value, or what is thrown.
pub(super) type Thrown<T> = std::result::Result<T, JsValue>;

/// A promise of what the work makes.
pub(super) fn promise(work: impl Future<Output = Thrown<JsValue>> + 'static) -> Promise {
    let work: Work<'static, Thrown<JsValue>> = Box::pin(work);
    future_to_promise(work)
}

/// The work's result, or the reason of whichever signal ends it first. Ending it drops it, and with it all it has under way.
pub(super) async fn abortable<T>(signals: &[AbortSignal], work: Work<'_, Result<T>>) -> Thrown<T> {
    if let Some(signal) = signals.iter().find(|signal| signal.aborted()) {
        return Err(signal.reason());
    }
    let none = AbortSignal::from(JsValue::UNDEFINED);
    let mut signals = signals.iter();
    let (first, second) = (signals.next(), signals.next());
    let either = async {
        match (first, second) {
            (Some(first), Some(second)) => drop(race(event(first, "abort"), event(second, "abort")).await),
            (Some(only), None) => event(only, "abort").await,
            _ => std::future::pending().await,
        }
    };
    match race(work, either).await {
        Some(result) => result.map_err(|error| to_js(&error)),
        None => Err(first.filter(|signal| signal.aborted()).or(second).unwrap_or(&none).reason()),
    }
}
