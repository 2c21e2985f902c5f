//! What a client needs from where it runs.
use crate::error::Result;
use crate::http::{Method, Prepared, Response};
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

/// The world around a client: a transport, a clock, a timer, a die and the secret.
///
/// Dropping a future ends what it stands for. `send` returns once the whole body is there (of a file that flows, its
/// headers), follows no redirect, and
/// fails with a [`crate::error::Kind::Network`] error whose code is `not_sent` only where it is certain that nothing was.
pub trait Host {
    /// A file, as the host hands it on.
    type File;
    /// Sends a request and takes the whole answer, but for the body of a success when [`Prepared::file`] says that it is a
    /// file: that comes beside the answer, in the host's own form.
    fn send(&self, request: Prepared) -> impl Future<Output = Result<(Response, Option<Self::File>)>>;
    /// Waits for this many milliseconds.
    fn sleep(&self, millis: f64) -> impl Future<Output = ()>;
    /// Waits between two reads of a watch: for this many milliseconds, longer while nobody can see what it shows, and shorter
    /// when somebody comes to see it.
    fn rest(&self, millis: f64) -> impl Future<Output = ()> {
        self.sleep(millis)
    }
    /// Milliseconds since 1970.
    fn now(&self) -> f64;
    /// At least 0, less than 1.
    fn random(&self) -> f64;
    /// The system's secret, as it is now.
    fn secret(&self) -> impl Future<Output = Result<String>>;
    /// Somebody may want to know what goes on.
    fn observe(&self, _event: &Event) {}
}

/// What goes on inside a call. Holds no secret: no header, no query, no body.
#[derive(Clone, PartialEq, Debug)]
pub enum Event {
    /// A request is about to be sent.
    Request {
        /// Its method.
        method: Method,
        /// Its URL without the query.
        url: String,
        /// From 1.
        attempt: u32,
    },
    /// An answer came.
    Response {
        /// The method of its request.
        method: Method,
        /// The URL of its request without the query.
        url: String,
        /// Its status.
        status: u16,
        /// The system's own id of the request, where it gives one.
        request_id: Option<String>,
        /// Milliseconds from the request to the end of the body.
        millis: f64,
    },
    /// A try failed, and there will be another.
    Retry {
        /// The code of what went wrong.
        code: &'static str,
        /// Milliseconds until the next try.
        wait: f64,
    },
}

/// What the first future gives, or `None` when the second ends before it. The other one is dropped.
pub async fn race<T>(first: impl Future<Output = T>, second: impl Future<Output = ()>) -> Option<T> {
    let (mut first, mut second) = (pin!(first), pin!(second));
    poll_fn(|context| {
        if let Poll::Ready(value) = first.as_mut().poll(context) {
            return Poll::Ready(Some(value));
        }
        second.as_mut().poll(context).map(|()| None)
    })
    .await
}

/// What all of these give, in their order, so many of them under way at once.
pub(super) async fn together<T>(work: Vec<Pin<Box<impl Future<Output = T>>>>, at_once: usize) -> Vec<T> {
    let mut given: Vec<Option<T>> = work.iter().map(|_| None).collect();
    let mut waiting = work.into_iter().enumerate();
    let mut running: Vec<_> = waiting.by_ref().take(at_once).collect();
    poll_fn(|context| {
        let mut at = 0;
        while let Some((index, work)) = running.get_mut(at) {
            let Poll::Ready(value) = work.as_mut().poll(context) else {
                at += 1;
                continue;
            };
            if let Some(place) = given.get_mut(*index) {
                *place = Some(value);
            }
            running.swap_remove(at);
            running.extend(waiting.next());
        }
        if running.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    given.into_iter().flatten().collect()
}
