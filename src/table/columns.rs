//! The values by which rows are found: 51 bytes a row.
use crate::run::Phase;
use std::ops::Range;

/// No id was read.
const NO_ID: u32 = u32::MAX;

/// The columns. A time or duration that is not there is NaN.
#[derive(Default)]
pub struct Columns {
    pub created: Vec<f64>,
    pub started: Vec<f64>,
    pub finished: Vec<f64>,
    pub duration: Vec<f64>,
    pub phases: Vec<Phase>,
    /// Which of `words` the status is.
    pub statuses: Vec<u16>,
    /// Every status that was met, in the order in which they were.
    pub words: Vec<String>,
    ids: Vec<u32>,
    starts: Vec<u32>,
    ends: Vec<u32>,
    origins: Vec<u32>,
}

/// The values of a row.
pub struct Row {
    pub status: u16,
    pub phase: Phase,
    pub created: f64,
    pub started: f64,
    pub finished: f64,
    pub duration: f64,
    /// The byte offset of its quote; NaN for none.
    pub id: f64,
    pub span: Range<usize>,
    pub origin: usize,
}

impl Columns {
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // offsets of a text of at most 4 GiB
    pub fn push(&mut self, row: Row) {
        self.created.push(row.created);
        self.started.push(row.started);
        self.finished.push(row.finished);
        self.duration.push(row.duration);
        self.phases.push(row.phase);
        self.statuses.push(row.status);
        self.ids.push(if row.id.is_nan() { NO_ID } else { row.id as u32 });
        self.starts.push(row.span.start as u32);
        self.ends.push(row.span.end as u32);
        self.origins.push(row.origin as u32);
    }

    /// The number of a word; the last of them stands for all beyond 65,535.
    pub fn word(&mut self, word: &str) -> u16 {
        let known = self.words.iter().position(|known| known == word);
        let place = known.unwrap_or_else(|| {
            if self.words.len() <= usize::from(u16::MAX) {
                self.words.push(word.into());
            }
            self.words.len() - 1
        });
        u16::try_from(place).unwrap_or(u16::MAX)
    }

    pub fn origin(&self, row: u32) -> Option<u32> {
        self.origins.get(row as usize).copied()
    }

    pub fn span(&self, row: u32) -> Option<Range<usize>> {
        let row = row as usize;
        Some(*self.starts.get(row)? as usize..*self.ends.get(row)? as usize)
    }

    pub fn id(&self, row: u32) -> Option<u32> {
        self.ids.get(row as usize).copied().filter(|id| *id != NO_ID)
    }
}
