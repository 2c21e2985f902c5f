//! The engine's clock: the wall's, shifted on demand, or one that moves only when told to.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, watch};

/// Microseconds since the Unix epoch.
pub type Micros = i64;

/// How time passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// With the wall clock.
    Flowing,
    /// Only by [`Clock::advance`].
    Stepped,
}

/// The engine's time. Durations that the engine draws (work, lags, back-off) are divided by `speed`; dates stay true.
#[derive(Debug)]
pub struct Clock {
    pace: Pace,
    speed: f64,
    /// Flowing: what is added to the wall clock. Stepped: the time itself.
    base: AtomicI64,
    moved: watch::Sender<()>,
}

impl Clock {
    /// A clock whose `base` is what an earlier one kept (see [`Clock::base`]).
    pub fn new(pace: Pace, speed: f64, base: Option<Micros>) -> Self {
        let start = if pace == Pace::Stepped { wall() } else { 0 };
        Self { pace, speed, base: AtomicI64::new(base.unwrap_or(start)), moved: watch::Sender::new(()) }
    }

    /// The engine's time.
    pub fn now(&self) -> Micros {
        let base = self.base.load(Ordering::SeqCst);
        if self.pace == Pace::Stepped { base } else { wall() + base }
    }

    /// Moves the clock forward and returns what must be kept to go on from here after a restart.
    pub fn advance(&self, by: Micros) -> Micros {
        let base = self.base.fetch_add(by.max(0), Ordering::SeqCst) + by.max(0);
        self.moved.send_replace(());
        base
    }

    /// What an engine must keep so that a restart goes on at the same time.
    pub fn base(&self) -> Micros {
        self.base.load(Ordering::SeqCst)
    }

    /// How time passes.
    pub fn pace(&self) -> Pace {
        self.pace
    }

    /// A duration of the engine's world as it is at this speed.
    pub fn scaled(&self, duration: Micros) -> Micros {
        (duration as f64 / self.speed) as Micros
    }

    /// Waits until the engine's clock shows `due`; an `advance` on the way is noticed.
    pub async fn sleep_until(&self, due: Micros) {
        let mut moved = self.moved.subscribe();
        loop {
            let left = due - self.now();
            if left <= 0 {
                return;
            }
            let left = Duration::from_micros(left.unsigned_abs());
            match self.pace {
                Pace::Flowing => tokio::select! {
                    () = tokio::time::sleep(left) => {}
                    _ = moved.changed() => {}
                },
                Pace::Stepped => drop(moved.changed().await),
            }
        }
    }
}

/// What lets a scheduler sleep until the next thing is due, and wakes it when something earlier comes up.
#[derive(Debug)]
pub struct Alarm {
    set: AtomicI64,
    earlier: Notify,
}

impl Default for Alarm {
    fn default() -> Self {
        Self { set: AtomicI64::new(Micros::MAX), earlier: Notify::new() }
    }
}

impl Alarm {
    /// Something is due then.
    pub fn bring_forward(&self, due: Option<Micros>) {
        if due.is_some_and(|due| due < self.set.load(Ordering::SeqCst)) {
            self.earlier.notify_one();
        }
    }

    /// The scheduler is at work: whatever comes up now it may have looked past.
    pub fn clear(&self) {
        self.set.store(Micros::MAX, Ordering::SeqCst);
    }

    /// Sleeps until the next thing is due.
    pub async fn wait(&self, clock: &Clock, next: Option<Micros>) {
        self.set.store(next.unwrap_or(Micros::MAX), Ordering::SeqCst);
        match next {
            Some(due) => tokio::select! {
                () = clock.sleep_until(due) => {}
                () = self.earlier.notified() => {}
            },
            None => self.earlier.notified().await,
        }
    }
}

/// The wall clock.
fn wall() -> Micros {
    chrono::Utc::now().timestamp_micros()
}
