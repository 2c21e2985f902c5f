//! Which rows, in which order, and how many of each.
use super::Table;
use crate::run::{Millis, Phase};
use crate::systems;

/// Which rows to find; without a member, all in the order in which they came.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Query {
    /// The system's own words.
    pub statuses: Vec<String>,
    /// Our words for them.
    pub phases: Vec<Phase>,
    /// Created at or after.
    pub since: Option<Millis>,
    /// Created at or before.
    pub until: Option<Millis>,
    /// A part of the id, in either case.
    pub text: Option<String>,
    /// What to sort by; what has no such value comes last.
    pub sort: Option<Sort>,
    /// The largest first.
    pub descending: bool,
}

/// What rows can be sorted by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sort {
    /// When the run was created.
    Created,
    /// When the newest attempt began.
    Started,
    /// When the newest attempt ended.
    Finished,
    /// How long it took.
    Duration,
}

/// What rows can be counted by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
    /// The system's own words.
    Status,
    /// Our words for them.
    Phase,
}

impl Sort {
    /// By name.
    pub fn parse(name: &str) -> Option<Sort> {
        Some(match name {
            "created" => Sort::Created,
            "started" => Sort::Started,
            "finished" => Sort::Finished,
            "duration" => Sort::Duration,
            _ => return None,
        })
    }
}

impl By {
    /// By name.
    pub fn parse(name: &str) -> Option<By> {
        Some(match name {
            "status" => By::Status,
            "phase" => By::Phase,
            _ => return None,
        })
    }
}

impl Table {
    /// The numbers of the rows that a query finds, in its order; rows that are alike stay in the order in which they came.
    pub fn query(&self, query: &Query) -> Vec<u32> {
        let all = 0..u32::try_from(self.len()).unwrap_or(u32::MAX);
        let statuses = self.wanted(&query.statuses);
        let text = query.text.as_deref().unwrap_or_default().to_ascii_lowercase();
        let fits = |row: &u32| {
            let index = *row as usize;
            (query.statuses.is_empty() || self.columns.statuses.get(index).is_some_and(|word| has(&statuses, *word)))
                && (query.phases.is_empty()
                    || self.columns.phases.get(index).is_some_and(|it| query.phases.contains(it)))
                && within(self.columns.created.get(index), query.since, query.until)
                && (text.is_empty() || contains(self.id(*row), text.as_bytes()))
        };
        let rows: Vec<u32> = all.filter(fits).collect();
        match query.sort {
            Some(sort) => sorted(self.values(sort), rows, query.descending),
            None if query.descending => rows.into_iter().rev().collect(),
            None => rows,
        }
    }

    /// How many of these rows, or of all, there are of each status or phase, in the order in which they were met.
    pub fn counts(&self, by: By, rows: Option<&[u32]>) -> Vec<(String, u32)> {
        let key = |row: usize| match by {
            By::Status => self.columns.statuses.get(row).map_or(0, |word| usize::from(*word)),
            By::Phase => self.columns.phases.get(row).map_or(0, |phase| *phase as usize),
        };
        let mut counts = vec![];
        let mut count = |row: usize| {
            let key = key(row);
            if counts.len() <= key {
                counts.resize(key + 1, 0);
            }
            counts.get_mut(key).into_iter().for_each(|count| *count += 1);
        };
        match rows {
            Some(rows) => rows.iter().filter(|row| (**row as usize) < self.len()).for_each(|row| count(*row as usize)),
            None => (0..self.len()).for_each(count),
        }
        let name = |key: usize| match by {
            By::Status => self.columns.words.get(key).cloned().unwrap_or_default(),
            By::Phase => PHASES.get(key).map_or(String::new(), |(_, name)| (*name).to_owned()),
        };
        counts.into_iter().enumerate().filter(|(_, count)| *count > 0).map(|(key, count)| (name(key), count)).collect()
    }

    fn values(&self, sort: Sort) -> &[f64] {
        match sort {
            Sort::Created => &self.columns.created,
            Sort::Started => &self.columns.started,
            Sort::Finished => &self.columns.finished,
            Sort::Duration => &self.columns.duration,
        }
    }

    /// For each known word, whether it is among these.
    fn wanted(&self, words: &[String]) -> Vec<bool> {
        let any_case = systems::rules(self.system()).runs.any_case;
        let same = |a: &str, b: &str| if any_case { a.eq_ignore_ascii_case(b) } else { a == b };
        self.columns.words.iter().map(|known| words.iter().any(|word| same(known, word))).collect()
    }
}

/// The phases in the order of their numbers, by name.
pub const PHASES: [(Phase, &str); 5] = [
    (Phase::Queued, "queued"),
    (Phase::Running, "running"),
    (Phase::Waiting, "waiting"),
    (Phase::Finished, "finished"),
    (Phase::Unknown, "unknown"),
];

fn has(wanted: &[bool], word: u16) -> bool {
    wanted.get(usize::from(word)).copied().unwrap_or(false)
}

fn within(value: Option<&f64>, since: Option<f64>, until: Option<f64>) -> bool {
    let value = value.copied().unwrap_or(f64::NAN);
    since.is_none_or(|since| value >= since) && until.is_none_or(|until| value <= until)
}

fn contains(id: &[u8], text: &[u8]) -> bool {
    id.windows(text.len()).any(|part| part.eq_ignore_ascii_case(text))
}

fn sorted(values: &[f64], rows: Vec<u32>, descending: bool) -> Vec<u32> {
    let value = |row: u32| values.get(row as usize).copied().unwrap_or(f64::NAN);
    let (mut known, absent): (Vec<_>, Vec<_>) =
        rows.into_iter().map(|row| (value(row), row)).partition(|(value, _)| !value.is_nan());
    known.sort_unstable_by(|(a, first), (b, second)| {
        let order = if descending { b.total_cmp(a) } else { a.total_cmp(b) };
        order.then(first.cmp(second))
    });
    known.into_iter().chain(absent).map(|(_, row)| row).collect()
}
