//! Pure decisions: retry, backoff, deadline, polling. Time (milliseconds) and randomness (0 ≤ r < 1) come in as arguments.
use crate::error::Error;
use chrono::DateTime;

/// How long a call may take and how often a read is tried.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Limits {
    /// Milliseconds a single try may take, headers and body together.
    pub timeout: f64,
    /// Milliseconds the whole call may take, with all its tries and pauses.
    pub deadline: f64,
    /// How many more times a read is tried after the first.
    pub retries: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { timeout: 10_000.0, deadline: 30_000.0, retries: 3 }
    }
}

/// Milliseconds for which a run that was just created may be unknown to reads.
pub const PATIENCE: f64 = 15_000.0;

/// Milliseconds after a false failure of a create within which the new run becomes visible to a look-up.
pub const LOOK_UP: f64 = 15_000.0;

/// Milliseconds without any success after which a watch gives up on errors that may pass.
pub const OUTAGE: f64 = 60_000.0;

/// Milliseconds after which a run whose stages are all finished, and which is not, is called stuck.
pub const STUCK: f64 = 30_000.0;

/// How many reads in a row may show an older state before that state is believed.
pub const STALE_READS: u32 = 3;

/// Up to so many watches of one client each read for themselves; more of them share the read of a list.
pub const FEW: usize = 8;

/// Milliseconds from one shared read of a list to the next.
pub const SHARED: f64 = 450.0;

/// How many pages a shared read of a list has at the most.
pub const SHARED_PAGES: usize = 4;

/// Milliseconds without shared reads, after one that failed or told of too few runs.
pub const UNSHARED: f64 = 30_000.0;

/// Milliseconds for which a row that does not move stands for a read of its run.
pub const TRUST: f64 = 60_000.0;

/// How many redirects on one origin are followed.
pub const REDIRECTS: u32 = 5;

/// What the retries of one client may cost together: a hundred, and one more for every ten calls.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Budget(f64);

impl Default for Budget {
    fn default() -> Budget {
        Budget(Budget::MOST)
    }
}

impl Budget {
    const MOST: f64 = 100.0;

    /// A call was begun.
    pub fn earn(&mut self) {
        self.0 = (self.0 + 0.1).min(Budget::MOST);
    }

    /// May one more retry be sent? If so it is paid for.
    pub fn spend(&mut self) -> bool {
        let enough = self.0 >= 1.0;
        if enough {
            self.0 -= 1.0;
        }
        enough
    }
}

/// How fast all watches of one client may read together: so many requests at once, and so many a second from then on.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Pace {
    /// When all turns so far would be over, at an even rate.
    taken_until: f64,
}

impl Pace {
    /// Requests that may be sent at once.
    pub const BURST: f64 = 50.0;
    /// Requests a second from then on.
    pub const RATE: f64 = 50.0;

    const STEP: f64 = 1_000.0 / Pace::RATE;

    /// Milliseconds until the next turn comes.
    pub fn wait(&self, now: f64) -> f64 {
        (self.taken_until - (Pace::BURST - 1.0) * Pace::STEP - now).max(0.0)
    }

    /// Takes the next turn: milliseconds until it comes.
    pub fn turn(&mut self, now: f64) -> f64 {
        let wait = self.wait(now);
        self.taken_until = self.taken_until.max(now) + Pace::STEP;
        wait
    }
}

/// Full jitter: anything from nothing to a bound that doubles with every try, at most 5 seconds.
pub fn backoff(tries: u32, random: f64) -> f64 {
    let bound = 200.0 * 2f64.powi(i32::try_from(tries.min(10)).unwrap_or(10).saturating_sub(1));
    bound.min(5_000.0) * random
}

/// Milliseconds to wait before a read is tried again; `None` to give up.
///
/// A server's `Retry-After` is obeyed. Where it lies behind the deadline, waiting would be in vain.
pub fn retry(error: &Error, tries: u32, limits: &Limits, left: f64, random: f64) -> Option<f64> {
    if !error.retryable || tries > limits.retries {
        return None;
    }
    let asked = error.retry_after.map(|wait| u32::try_from(wait).map_or(f64::MAX, f64::from));
    let wait = asked.map_or_else(|| backoff(tries, random), |wait| wait + 100.0 * random);
    (wait < left).then_some(wait)
}

/// Milliseconds that a `Retry-After` asks for: seconds, or an HTTP date seen from the server's own `Date`, or else from `now`.
pub fn retry_after(value: &str, date: Option<&str>, now: f64) -> Option<u64> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(value.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(1_000));
    }
    let until = http_date(value)?;
    #[allow(clippy::cast_possible_truncation)]
    let from = date.and_then(http_date).unwrap_or(now as i64);
    Some(u64::try_from(until.saturating_sub(from)).unwrap_or(0))
}

/// Milliseconds for which a token that lives this many seconds is used: it is renewed half a minute before its end, a short
/// one after half its life. One that does not say is trusted for five minutes.
pub fn token_lives(seconds: Option<f64>) -> f64 {
    let life = seconds.filter(|life| life.is_finite() && *life >= 0.0).unwrap_or(330.0) * 1_000.0;
    (life - 30_000.0).max(life / 2.0)
}

fn http_date(text: &str) -> Option<i64> {
    DateTime::parse_from_rfc2822(text).ok().map(|date| date.timestamp_millis())
}

/// Milliseconds until a file that is not made yet is asked for again.
pub fn file_again(looks: u32) -> f64 {
    (500.0 * 1.5f64.powi(i32::try_from(looks.min(10)).unwrap_or(10))).min(3_000.0)
}

/// Milliseconds until an unknown run is looked for again.
pub fn unknown_again(looks: u32) -> f64 {
    (100.0 * 2f64.powi(i32::try_from(looks.min(10)).unwrap_or(10))).min(1_000.0)
}

/// Milliseconds until a running run is read again: 0.8 seconds while it is young, and later a growing part of what it has been
/// as it is, at most 10 seconds.
///
/// An end may be told after a tenth of the run's age, or after 0.9 seconds. More than half a second of that goes into the read
/// that confirms it, and half of the rest is how long the end waits for a read in the middle; so the pause is twice what
/// is left. A fixed part of the age would come too seldom for runs of ten seconds, and too often for those of one.
///
/// In the first minute it is `watched_for` that counts and not the last change: a run of many short stages would cost many reads.
/// Later a fifth of the time since the last change is enough, and two seconds at least.
pub fn poll(unchanged_for: f64, watched_for: f64, random: f64) -> f64 {
    let wait = if watched_for < FIRST_MINUTE {
        ((watched_for - 5_400.0) * 0.212).max(820.0)
    } else {
        (unchanged_for * 0.2).max(2_000.0)
    };
    wait.min(10_000.0) * (0.95 + 0.1 * random)
}

const FIRST_MINUTE: f64 = 60_000.0;

/// Milliseconds until a finished run is read again, for those who want to see it re-opened.
pub fn poll_finished(unchanged_for: f64, random: f64) -> f64 {
    if unchanged_for < 5_000.0 { poll(unchanged_for, unchanged_for, random) } else { 5_000.0 * (0.9 + 0.2 * random) }
}

/// Milliseconds until a list is read again: quick while it moves, slower when it is quiet.
pub fn poll_list(unchanged_for: f64, random: f64) -> f64 {
    (unchanged_for * 0.25).clamp(500.0, 5_000.0) * (0.9 + 0.2 * random)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    fn failure(retry_after: Option<u64>) -> Error {
        Error { retry_after, ..Error::new(Kind::Http, "server_error", "x").retryable() }
    }

    #[test]
    fn a_retry_after_is_read_in_seconds_and_as_a_date() {
        let date = "Sun, 22 Nov 2026 16:12:16 GMT";
        assert_eq!(retry_after("2", None, 0.0), Some(2_000));
        assert_eq!(retry_after("Sun, 22 Nov 2026 16:12:19 GMT", Some(date), 0.0), Some(3_000));
        assert_eq!(retry_after(date, None, 1_795_363_935_000.0), Some(1_000));
        assert_eq!(retry_after(date, Some("Sun, 22 Nov 2026 16:12:19 GMT"), 0.0), Some(0), "a date that is past");
        assert_eq!(retry_after("99999999999999999999999", None, 0.0), Some(u64::MAX));
        for odd in ["", "-1", "soon", "1.5"] {
            assert_eq!(retry_after(odd, None, 0.0), None, "{odd}");
        }
    }

    #[test]
    fn a_wait_that_outlasts_the_deadline_is_not_begun() {
        let limits = Limits::default();
        assert_eq!(retry(&failure(Some(100_000_000)), 1, &limits, 30_000.0, 0.0), None);
        assert_eq!(retry(&failure(Some(u64::MAX)), 1, &limits, 30_000.0, 0.0), None);
        assert_eq!(retry(&failure(Some(2_000)), 1, &limits, 30_000.0, 0.0), Some(2_000.0));
        assert_eq!(retry(&failure(None), 1, &limits, 50.0, 0.9), None);
    }

    #[test]
    fn a_read_is_tried_as_often_as_asked_and_not_once_more() {
        let limits = Limits { retries: 2, ..Limits::default() };
        let tried = (1..10).take_while(|&tries| retry(&failure(None), tries, &limits, 1e9, 0.5).is_some()).count();
        assert_eq!(tried, 2);
        assert_eq!(
            retry(&Error::new(Kind::Auth, "x", "x"), 1, &limits, 1e9, 0.5),
            None,
            "what cannot pass is not retried"
        );
    }

    #[test]
    fn backoff_has_full_jitter_and_a_ceiling() {
        assert_eq!(backoff(1, 0.0), 0.0);
        assert_eq!(backoff(1, 0.5), 100.0);
        assert_eq!(backoff(3, 0.5), 400.0);
        assert_eq!(backoff(60, 0.5), 2_500.0);
    }

    #[test]
    fn a_thousand_calls_against_a_dead_server_send_no_storm() {
        let mut budget = Budget::default();
        let sent: u32 = (0..1_000)
            .map(|_| {
                budget.earn();
                1 + (0..3).map(|_| u32::from(budget.spend())).sum::<u32>()
            })
            .sum();
        assert!((1_100..=1_200).contains(&sent), "{sent}");
    }

    #[test]
    fn turns_come_at_once_and_then_at_the_rate() {
        let mut pace = Pace::default();
        let waits: Vec<f64> = (0..150).map(|_| pace.turn(1e12)).collect();
        assert_eq!(waits.iter().filter(|wait| **wait == 0.0).count(), 50);
        assert_eq!(waits.last(), Some(&2_000.0));
        assert_eq!(pace.turn(1e12 + 60_000.0), 0.0, "a long rest gives no more than the burst");
    }

    /// Reads needed until the end of a run of this length is first seen, and how late that is, for a run that changes whenever
    /// a stage of it ends.
    fn watched(length: f64, stage: f64, random: f64) -> (u32, f64) {
        let (mut now, mut reads) = (0.0, 1);
        while now < length {
            now += poll(now % stage, now, random);
            reads += 1;
        }
        (reads, now - length)
    }

    #[test]
    fn the_end_of_a_run_is_known_within_a_tenth_of_its_age_at_few_requests() {
        // In each of these ranges, and not of all together: what long runs gain the short ones do not feel.
        for (from, to) in [(300.0, 5_000.0), (5_000.0, 20_000.0), (20_000.0, 60_000.0), (60_000.0, 120_000.0)] {
            let mut within = 0;
            for step in 0..1_000 {
                let length = from + (to - from) * f64::from(step) / 1_000.0;
                let random = f64::from(step * 7 % 10) / 10.0;
                let (reads, late) = watched(length, length + 1.0, random);
                within += u32::from(late + 500.0 <= (length * 0.1).max(900.0));
                assert!(length > 60_000.0 || reads < 30, "{length}: {reads}");
                let (reads, _) = watched(length, length / 7.0, random);
                assert!(length > 60_000.0 || reads < 30, "{length}, of seven stages: {reads}");
            }
            assert!(within > 500, "{within} of 1,000 from {from} to {to}");
        }
    }
}
