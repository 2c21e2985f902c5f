//! Dates as Go writes them.

use chrono::{DateTime, SecondsFormat, Utc};

use crate::clock::Micros;

/// The time before all times, which stands for "not yet".
pub const ZERO: &str = "0001-01-01T00:00:00Z";

fn date(at: Micros) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(at).unwrap_or_default()
}

/// RFC 3339 with up to six digits of a second's fraction, trailing zeros cut off.
pub fn text(at: Micros) -> String {
    trimmed(&date(at).to_rfc3339_opts(SecondsFormat::Micros, true))
}

/// The same with up to nine digits, as Go's own clock has them.
pub fn nanos_text(at: Micros, nanos: u32) -> String {
    let whole = date(at) + chrono::Duration::nanoseconds(i64::from(nanos % 1000));
    trimmed(&whole.to_rfc3339_opts(SecondsFormat::Nanos, true))
}

/// The same with milliseconds, as older tables have them.
pub fn millis(at: Micros) -> String {
    trimmed(&date(at).to_rfc3339_opts(SecondsFormat::Millis, true))
}

/// RFC 3339 with whole seconds.
pub fn seconds(at: Micros) -> String {
    date(at).to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The time, or the zero time.
pub fn or_zero(at: Option<Micros>) -> String {
    at.map_or_else(|| ZERO.into(), text)
}

fn trimmed(text: &str) -> String {
    let Some((whole, fraction)) = text.trim_end_matches('Z').split_once('.') else { return text.into() };
    match fraction.trim_end_matches('0') {
        "" => format!("{whole}Z"),
        fraction => format!("{whole}.{fraction}Z"),
    }
}

/// Milliseconds from start to end by Go's saturating subtraction of times, the zero time included.
pub fn duration(start: Option<Micros>, end: Option<Micros>) -> i64 {
    /// The longest a Go duration can be, in milliseconds.
    const MOST: i64 = 9_223_372_036_854;
    match (start, end) {
        (Some(start), Some(end)) => (end - start) / 1000,
        (Some(_), None) => -MOST,
        (None, Some(_)) => MOST,
        (None, None) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailing_zeros_are_cut_off() {
        assert_eq!(text(1_795_363_689_341_550), "2026-11-22T16:08:09.34155Z");
        assert_eq!(text(1_795_363_689_000_000), "2026-11-22T16:08:09Z");
        assert_eq!(nanos_text(1_795_363_689_753_019, 987), "2026-11-22T16:08:09.753019987Z");
    }
}
