//! Many runs, held compactly: their bytes once, and of each the few values by which lists are filtered, sorted and
//! counted. A run is decoded only when it is asked for.
mod columns;
mod fill;
mod query;

pub use query::{By, PHASES, Query, Sort};

use crate::client::with_wire;
use crate::error::{Error, Kind, Result, SystemName};
use crate::finding::Report;
use crate::read::Padded;
use crate::run::Run;
use crate::system::Documents;
use crate::validate::{self, Options};
use columns::Columns;
use fill::Fill;
use std::ops::Range;

/// The runs of one system.
pub struct Table {
    system: &'static Documents,
    options: Options,
    /// What was pushed since the last end.
    pending: Vec<u8>,
    texts: Vec<Padded>,
    origins: Vec<Origin>,
    columns: Columns,
}

/// What stands around a run.
enum Origin {
    /// Nothing.
    Alone {
        /// The number of the text.
        text: usize,
    },
    /// A page; without its rows it is small, so it is read again with any of them.
    Page {
        /// The number of the text.
        text: usize,
        /// From the start of the page to its first row.
        head: Range<usize>,
        /// From behind its last row to the end of the page.
        tail: Range<usize>,
    },
}

impl Table {
    /// An empty table. By default it takes up to 4 GiB between two ends; positions are never told.
    pub fn new(system: &'static Documents, options: Options) -> Table {
        let options = Options { max_bytes: u32::MAX as usize, positions: false, adjacent: true, ..options };
        Table { system, options, pending: vec![], texts: vec![], origins: vec![], columns: Columns::default() }
    }

    /// Whose runs these are.
    pub fn system(&self) -> SystemName {
        self.system.name()
    }

    /// Room for the next `len` bytes of a text, to be written in place: pages, runs and arrays of them, one behind the
    /// other, cut anywhere.
    pub fn room(&mut self, len: usize) -> &mut [u8] {
        let start = self.pending.len();
        // so that the padding behind the text needs no second copy of it
        self.pending.reserve(len + Padded::PAD);
        self.pending.resize(start + len, 0);
        self.pending.get_mut(start..).unwrap_or_default()
    }

    /// Reads what was pushed since the last end. The runs of it that are valid are rows from now on; what is wrong stands
    /// in the report, its pointers counted from the last end.
    ///
    /// # Errors
    /// `argument` for options out of their range.
    pub fn end(&mut self) -> Result<Report> {
        let text = Padded::of(std::mem::take(&mut self.pending));
        let mut fill = Fill::new(self.system, &text, self.texts.len(), &mut self.origins, &mut self.columns);
        let report = validate::validate_each(self.system, &text, &self.options, &mut |found| fill.take(found))?;
        self.texts.push(text);
        Ok(report)
    }

    /// How many runs there are.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The run of a row, in the common view.
    ///
    /// # Errors
    /// `argument` when there is no such row.
    pub fn run(&self, row: u32) -> Result<Run> {
        let gone = || Error::new(Kind::Argument, "no_such_row", format!("the table has no row {row}"));
        let (text, origin) = self.place(row).ok_or_else(gone)?;
        fill::runs(self.system, text, origin, self.span(row)).and_then(|mut runs| runs.pop().ok_or_else(gone))
    }

    /// The run of a row as JSON text, with what the system sent under `wire`.
    ///
    /// # Errors
    /// As [`Table::run`].
    pub fn json(&self, row: u32) -> Result<String> {
        let run = self.run(row)?;
        let wire = self.place(row).and_then(|(text, _)| text.get(self.span(row))).unwrap_or_default();
        with_wire(&run, &String::from_utf8_lossy(wire))
    }

    fn place(&self, row: u32) -> Option<(&[u8], &Origin)> {
        let origin = self.origins.get(self.columns.origin(row)? as usize)?;
        let (Origin::Alone { text } | Origin::Page { text, .. }) = origin;
        Some((self.texts.get(*text)?.text(), origin))
    }

    fn span(&self, row: u32) -> Range<usize> {
        self.columns.span(row).unwrap_or_default()
    }

    /// The id of a row, as it is spelled in its text.
    fn id(&self, row: u32) -> &[u8] {
        let text = self.place(row).map_or(&[][..], |(text, _)| text);
        let behind = self.columns.id(row).and_then(|id| text.get(id as usize + 1..)).unwrap_or_default();
        behind.split(|byte| *byte == b'"').next().unwrap_or_default()
    }
}
