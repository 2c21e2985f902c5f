//! Seeded draws: each is addressed by what it is for and whom it concerns, so the order of requests changes none.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use uuid::{Builder, Uuid};

/// What a draw is for; together with a key it names one stream of the generator.
#[derive(Debug, Clone, Copy)]
#[repr(u64)]
pub enum Purpose {
    /// Ids of the installation: the tenant, the worker.
    House = 1,
    /// Ids of a run and its trace.
    Run,
    /// The id of a task.
    Task,
    /// Times inside an attempt: queueing, assignment, work.
    Attempt,
    /// Times between the engine's store and the read store.
    Lag,
    /// Whether an attempt fails by the odds of its scenario.
    Failure,
    /// Whether a fault applies to a request.
    Fault,
    /// Ids and times of a workflow instance of Formance Flows.
    Instance,
    /// Times of one of its stages.
    Stage,
    /// Times of one attempt of a stage's activity.
    Activity,
    /// Other ids of Formance Flows: workflows, triggers, occurrences, subscriptions.
    Flows,
    /// Ids and times of a run of Onfido Studio.
    Studio,
    /// Ids and times of a run of meshX.
    Mesh,
    /// The order in which webhooks arrive.
    Delivery,
    /// Ids of schedules and crons of Hatchet.
    Plan,
    /// Ids of events of Hatchet.
    Pushed,
}

/// The source of all draws.
#[derive(Debug, Clone, Copy)]
pub struct Chance {
    seed: u64,
}

impl Chance {
    /// Draws from this seed.
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The stream of draws for one purpose and one key.
    pub fn stream(self, purpose: Purpose, key: u64) -> Draws {
        let mut generator = ChaCha8Rng::seed_from_u64(self.seed);
        generator.set_stream((purpose as u64) << 56 ^ key);
        Draws(generator)
    }
}

/// One stream of draws.
pub struct Draws(ChaCha8Rng);

impl Draws {
    /// A number in `0.0..1.0`.
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number between the two, both included for practical purposes.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.unit() * (high - low) as f64) as i64
    }

    /// A version 4 UUID.
    pub fn uuid(&mut self) -> Uuid {
        let mut bytes = [0; 16];
        self.0.fill_bytes(&mut bytes);
        Builder::from_random_bytes(bytes).into_uuid()
    }

    /// Lower-case hexadecimal digits.
    pub fn hex(&mut self, digits: usize) -> String {
        let mut bytes = vec![0; digits.div_ceil(2)];
        self.0.fill_bytes(&mut bytes);
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// A duration in microseconds from a measured distribution, straight lines between its four points.
    pub fn measured(&mut self, spread: Spread) -> i64 {
        let Spread { least, median, p90, most } = spread;
        let at = self.unit();
        let (low, high, from, width) = match at {
            at if at < 0.5 => (least, median, 0.0, 0.5),
            at if at < 0.9 => (median, p90, 0.5, 0.4),
            _ => (p90, most, 0.9, 0.1),
        };
        ((low + (high - low) * (at - from) / width) * 1000.0) as i64
    }
}

/// A measured distribution of durations, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spread {
    /// The shortest seen.
    pub least: f64,
    /// Half were shorter.
    pub median: f64,
    /// Nine of ten were shorter.
    pub p90: f64,
    /// The longest seen.
    pub most: f64,
}

impl Spread {
    /// No time at all.
    pub const NONE: Self = Self::new(0.0, 0.0, 0.0, 0.0);

    /// The four points of a distribution, in milliseconds.
    pub const fn new(least: f64, median: f64, p90: f64, most: f64) -> Self {
        Self { least, median, p90, most }
    }
}
