//! Spans of time of which whole minutes are kept counted.

use crate::clock::Micros;

/// Of so many microseconds.
pub const MINUTE: Micros = 60_000_000;

/// The moments from `since` on and before `end`: the edges, to be looked at `one_by_one` between microseconds, and the
/// whole minutes between them, `by_minute` between numbers of minutes. A part may be empty.
pub fn spans<T: Copy>(since: Micros, end: Micros, one_by_one: T, by_minute: T) -> [(T, i64, i64); 3] {
    let first = since.div_euclid(MINUTE).saturating_add(1);
    let last = end.div_euclid(MINUTE).max(first);
    let edge = first.saturating_mul(MINUTE);
    [
        (one_by_one, since, edge.min(end)),
        (by_minute, first, last),
        (one_by_one, last.saturating_mul(MINUTE).max(edge), end),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_moment_of_a_span_lies_in_one_part() {
        for (since, end) in [(0, 1), (59, 61), (0, 180), (60, 120), (61, 119), (-70, 70), (30, 30), (0, 60)] {
            let (since, end) = (since * MINUTE / 60, end * MINUTE / 60);
            let parts = spans(since, end, 1, MINUTE).map(|(unit, from, to)| (from * unit)..(to * unit));
            for moment in (-80..200).map(|second| second * MINUTE / 60) {
                let holds = parts.iter().filter(|part| part.contains(&moment)).count();
                assert_eq!(holds, usize::from((since..end).contains(&moment)), "{since} to {end}: {moment}");
            }
        }
    }
}
