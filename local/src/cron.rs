//! When an expression of five fields names its next minute, in UTC.

use crate::clock::Micros;

/// The first minute after `now` that the five fields name; `None` when they name none.
pub fn next(cron: &str, now: Micros) -> Option<Micros> {
    let now = chrono::DateTime::from_timestamp_micros(now)?;
    let cron: croner::Cron = cron.parse().ok()?;
    cron.find_next_occurrence(&now, false).ok().map(|at| at.timestamp_micros())
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn a_cron_names_the_next_minute_and_nonsense_names_none() {
        // 2026-11-22T16:00:00Z
        let now = 1_795_363_200_000_000;
        assert_eq!(next("*/5 * * * *", now), Some(now + 300_000_000));
        assert_eq!(next("nope", now), None);
    }
}
