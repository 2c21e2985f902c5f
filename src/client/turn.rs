//! One at a time.
//!
//! Those who wait look for themselves, by timers of their own. In workerd every request has its own I/O: what one request
//! woke would go on among the other's I/O, and be refused there or end with it. And what a visitor left is never dropped
//! there, so a turn ends by itself.
use super::Host;
use std::cell::Cell;

/// Milliseconds after which whoever has the turn usually counts as gone.
pub(super) const GONE: f64 = 15_000.0;

/// What one caller does while the others wait for what comes of it.
#[derive(Default)]
pub(super) struct Turn {
    /// Since when somebody has it, in milliseconds since 1970.
    since: Cell<Option<f64>>,
}

/// Whose turn it is, and since when. Dropped, it lets the next one try.
pub(super) struct Lead<'a>(&'a Turn, f64);

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        if self.0.since.get() == Some(self.1) {
            self.0.since.set(None);
        }
    }
}

impl Turn {
    /// Milliseconds between two looks.
    pub(super) const LOOK: f64 = 10.0;

    /// Takes the turn, if nobody has had it for less than so many milliseconds.
    pub(super) fn take<H: Host>(&self, host: &H, gone: f64) -> Option<Lead<'_>> {
        let now = host.now();
        let free = self.since.get().is_none_or(|since| now - since >= gone);
        free.then(|| {
            self.since.set(Some(now));
            Lead(self, now)
        })
    }

    /// Waits until it is worth another try: `soonest` milliseconds from now at the earliest.
    pub(super) async fn look<H: Host>(host: &H, soonest: f64) {
        host.sleep(soonest.max(0.0) + Turn::LOOK).await;
    }
}
