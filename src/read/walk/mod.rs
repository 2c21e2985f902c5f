//! The walker: one pass over the bytes, led by the plan, that fills the table and records findings.
//!
//! Every value has a short way through for what is right. All that is wrong ends in `other`, which finds out why.
mod keys;
mod list;
mod object;
mod value;

use super::plan::Plan;
use super::table::{Row, Table};
use crate::describe::{Column, Value};
use crate::finding::{Code, Level, Severity};
use crate::lex::{self, At, Broken, Lex, Oddity, Padded, Trace};
use keys::KeyOrder;

/// How far to go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Levels that may be open at once, at most [`lex::MAX_DEPTH`].
    pub depth: u32,
    /// Findings to record. That many errors end the walk; of the others the rest is not recorded.
    pub findings: usize,
}

/// A finding as numbers; [`Walker::findings`] makes text of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Record {
    /// Where the value starts; the object for a missing member, the name for one that stands twice.
    pub at: u32,
    /// The number of the place in the plan: of the missing member, or of the value.
    pub step: u16,
    /// What was found.
    pub code: Code,
}

/// The number of no place.
const NO_STEP: u16 = u16::MAX;

/// How a walk ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Walked {
    /// The value ends before this byte.
    To(usize),
    /// The text is broken off: there is nothing behind.
    Broken,
    /// There are as many errors as may be recorded.
    Enough,
}

/// Reads texts of one description. It is worth keeping: what it learns about the order of keys makes it fast.
pub struct Walker {
    pub(super) plan: Plan,
    orders: Vec<KeyOrder>,
    table: Table,
    row: Row,
    /// What is wrong.
    pub(super) errors: Vec<Record>,
    /// What is odd.
    pub(super) notes: Vec<Record>,
}

/// Reported once for each number of a text that is too large, so that it can tell its digits.
const ODDITIES: [(Oddity, Code); 3] = [
    (Oddity::RoundedInteger, Code::NumberBeyond2To53),
    (Oddity::BeyondDouble, Code::NumberBeyondDouble),
    (Oddity::LoneSurrogate, Code::LoneSurrogate),
];

impl Walker {
    /// A walker for texts that hold such a value.
    pub fn new(body: &Value, level: Level) -> Walker {
        let plan = Plan::new(body, level);
        let orders = plan.objects.iter().map(|_| KeyOrder::default()).collect();
        Walker { plan, orders, table: Table::default(), row: Row::EMPTY, errors: vec![], notes: vec![] }
    }

    /// Reads the value that starts at this byte or behind white space there, of a text of at most 4 GiB.
    pub fn walk(&mut self, input: &Padded, start: usize, limits: Limits) -> Walked {
        self.table.clear();
        self.errors.clear();
        self.notes.clear();
        let trace = Trace::new(limits.findings);
        let lex = Lex::new(input, &trace);
        let (table, errors, notes) = (&mut self.table, &mut self.errors, &mut self.notes);
        let (plan, orders, limit) = (&self.plan, self.orders.as_slice(), limits.findings.max(1));
        let mut walk = Walk {
            lex,
            plan,
            orders,
            table,
            errors,
            notes,
            limit,
            row: Row::EMPTY,
            in_rows: false,
            told_of_rows: false,
        };
        let root = plan.root;
        let end = walk.item(lex.spaces(lex.at(start)), &root, limits.depth.min(lex::MAX_DEPTH));
        let (end, row) = (end.map(|end| lex.offset(end)), walk.row);
        self.row = row;
        self.take(&trace);
        match (end, trace.broken()) {
            (Some(end), _) => Walked::To(end),
            (None, Some(_)) => Walked::Broken,
            (None, None) => Walked::Enough,
        }
    }

    /// Records what the reader left behind.
    fn take(&mut self, trace: &Trace) {
        for (at, oddity) in trace.take_oddities() {
            let Some((_, code)) = ODDITIES.iter().find(|(known, _)| *known == oddity) else { continue };
            let records = if code.severity() == Severity::Error { &mut self.errors } else { &mut self.notes };
            records.push(Record { code: *code, at: at as u32, step: NO_STEP });
        }
        if let Some((at, why)) = trace.broken() {
            let code = match why {
                Broken::Syntax => Code::BadJson,
                Broken::Utf8 => Code::BadUtf8,
                Broken::Depth => Code::TooDeep,
            };
            self.errors.push(Record { code, at: at as u32, step: NO_STEP });
        }
    }

    /// The rows that were read.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// What the last value that was no row put into a column; NaN for nothing.
    pub fn column(&self, column: Column) -> f64 {
        self.row.get(column)
    }

    /// What is wrong with the text: nothing, if this is empty.
    pub fn errors(&self) -> &[Record] {
        &self.errors
    }

    /// What is odd about the text.
    pub fn notes(&self) -> &[Record] {
        &self.notes
    }
}

struct Walk<'a> {
    lex: Lex<'a>,
    plan: &'a Plan,
    orders: &'a [KeyOrder],
    table: &'a mut Table,
    errors: &'a mut Vec<Record>,
    notes: &'a mut Vec<Record>,
    limit: usize,
    /// The columns of the row that is being read.
    row: Row,
    /// Are the rows of a page being read?
    in_rows: bool,
    /// Was one of their envelopes recorded?
    told_of_rows: bool,
}

/// Every reader answers the place behind the value, or `None` when the walk is over: not JSON, or enough errors.
impl<'a> Walk<'a> {
    #[cold]
    #[inline(never)]
    fn record(&mut self, code: Code, at: At<'a>, step: u16) -> Option<()> {
        let record = Record { code, at: self.lex.offset(at) as u32, step };
        if code.severity() == Severity::Error {
            self.errors.push(record);
        } else if self.notes.len() < self.limit {
            self.notes.push(record);
        }
        (self.errors.len() < self.limit).then_some(())
    }
}

/// The smallest duration that stands for "none": centuries of milliseconds, where subtraction of times saturates.
pub const SENTINEL: f64 = 9_223_372_036_854.0;
