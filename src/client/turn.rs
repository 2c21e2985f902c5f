//! One at a time.
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::task::{Poll, Waker};

/// What one caller does while the others wait for what comes of it.
#[derive(Default)]
pub(super) struct Turn {
    busy: Cell<bool>,
    waiting: RefCell<Vec<Waker>>,
}

/// Whose turn it is. Dropped, it lets the next one try.
pub(super) struct Lead<'a>(&'a Turn);

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        self.0.busy.set(false);
        self.0.waiting.take().into_iter().for_each(Waker::wake);
    }
}

impl Turn {
    /// Takes the turn, if nobody has it.
    pub(super) fn take(&self) -> Option<Lead<'_>> {
        (!self.busy.replace(true)).then(|| Lead(self))
    }

    /// Waits until nobody has it.
    pub(super) async fn idle(&self) {
        poll_fn(|context| {
            if !self.busy.get() {
                return Poll::Ready(());
            }
            self.waiting.borrow_mut().push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}
