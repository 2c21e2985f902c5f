//! Dates: UTC with microseconds from the database, nanoseconds and the process's own offset from memory.

use chrono::{DateTime, FixedOffset, Utc};

use crate::clock::Micros;

/// As a date from the database is printed: UTC, up to six digits, trailing zeros trimmed.
pub fn micros(at: Micros) -> String {
    let at = DateTime::<Utc>::from_timestamp_micros(at).unwrap_or_default();
    trimmed(&at.format("%Y-%m-%dT%H:%M:%S%.6f").to_string()) + "Z"
}

/// As a date from memory is printed: up to nine digits. The engine counts microseconds, so the last three digits
/// follow from the others.
pub fn nanos(at: Micros, offset_minutes: i32) -> String {
    let utc = DateTime::<Utc>::from_timestamp_nanos(at.saturating_mul(1000).saturating_add(last_digits(at)));
    let offset = FixedOffset::east_opt(offset_minutes.saturating_mul(60)).filter(|_| offset_minutes != 0);
    match offset {
        Some(offset) => {
            let local = utc.with_timezone(&offset);
            trimmed(&local.format("%Y-%m-%dT%H:%M:%S%.9f").to_string()) + &local.format("%:z").to_string()
        }
        None => trimmed(&utc.format("%Y-%m-%dT%H:%M:%S%.9f").to_string()) + "Z",
    }
}

/// From 1 to 999, so that a date from memory always shows more than microseconds.
fn last_digits(at: Micros) -> i64 {
    at.wrapping_mul(2_654_435_761).rem_euclid(999) + 1
}

fn trimmed(text: &str) -> String {
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A duration as Go reads it, in microseconds: `1h30m`, `1.5s`, no days.
pub fn read_duration(text: &str) -> Option<Micros> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at_checked(digits)?;
        let end = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at_checked(end)?;
        let micros = match unit {
            "ns" => 0.001,
            "us" | "µs" | "μs" => 1.0,
            "ms" => 1e3,
            "s" => 1e6,
            "m" => 6e7,
            "h" => 3.6e9,
            _ => return None,
        };
        total += number.parse::<f64>().ok()? * micros;
        rest = tail;
    }
    (!text.is_empty() && total < 9e15).then_some((sign * total) as Micros)
}

/// A duration as Go prints it: `90m` is `1h30m0s`.
pub fn duration_text(duration: Micros) -> String {
    let sign = if duration < 0 { "-" } else { "" };
    let size = duration.unsigned_abs();
    let (seconds, fraction) = (size / 1_000_000, size % 1_000_000);
    let part = |unit: u64, digits: usize, suffix: &str| {
        let text = format!("{}.{:0digits$}", fraction / unit, fraction % unit);
        format!("{}{suffix}", trimmed(&text))
    };
    let text = match (seconds, fraction) {
        (0, 0) => "0s".into(),
        (0, 1..1000) => format!("{fraction}µs"),
        (0, _) => part(1000, 3, "ms"),
        _ => {
            let second = trimmed(&format!("{}.{fraction:06}", seconds % 60));
            let second = if second.is_empty() { "0".into() } else { second };
            match (seconds / 3600, seconds / 60 % 60) {
                (0, 0) => format!("{second}s"),
                (0, minutes) => format!("{minutes}m{second}s"),
                (hours, minutes) => format!("{hours}h{minutes}m{second}s"),
            }
        }
    };
    format!("{sign}{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_and_print_as_in_go() {
        for (text, printed) in [
            ("90m", "1h30m0s"),
            ("5s", "5s"),
            ("1.5s", "1.5s"),
            ("100ms", "100ms"),
            ("1500us", "1.5ms"),
            ("20s", "20s"),
            ("-1m", "-1m0s"),
            ("0", "0s"),
            ("1h", "1h0m0s"),
            ("10m10s", "10m10s"),
        ] {
            assert_eq!(read_duration(text).map(duration_text).as_deref(), Some(printed), "{text}");
        }
        for text in ["7d", "", "5", "s", "1h30"] {
            assert_eq!(read_duration(text), None, "{text}");
        }
    }

    #[test]
    fn dates_are_trimmed_and_a_date_from_memory_shows_more_digits() {
        assert_eq!(micros(1_795_363_200_000_000), "2026-11-22T16:00:00Z");
        assert_eq!(micros(1_795_363_200_120_000), "2026-11-22T16:00:00.12Z");
        assert!(nanos(1_795_363_200_000_000, 0).len() > 27);
        assert!(nanos(1_795_363_200_000_000, 60).ends_with("+01:00"));
        assert!(nanos(1_795_363_200_000_000, 60).starts_with("2026-11-22T17:00:00."));
    }
}
