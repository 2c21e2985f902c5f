//! The walker: one pass over the bytes, led by the plan, that fills the table and records findings.
//!
//! Every value has a short way through for what is right. All that is wrong ends in `other`, which finds out why.
use super::plan::{FieldPlan, Mark, ObjectPlan, Op, Plan, Step};
use super::table::{Row, Table};
use crate::describe::{Column, Envelope, Kind, Object, Value, ZERO_TIME};
use crate::finding::{Code, Level, Severity};
use crate::lex::{self, At, Broken, Close, Entry, Lex, Oddity, Padded, Trace};
use core::cell::Cell;
use std::collections::BTreeSet;

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

/// Which field of an object followed which the last time.
///
/// A server writes its keys in one order, but not in the order that its contract lists. Learned, the next key costs one
/// comparison.
struct KeyOrder([Cell<u8>; Object::MAX_FIELDS + 1]);

/// Stands for the start of an object, and for a member that no field names.
const NO_FIELD: u8 = Object::MAX_FIELDS as u8;

impl Default for KeyOrder {
    fn default() -> KeyOrder {
        KeyOrder([const { Cell::new(NO_FIELD) }; Object::MAX_FIELDS + 1])
    }
}

impl KeyOrder {
    /// How many fields in a row may be absent before the key is looked up.
    const TRIES: u32 = 4;

    #[inline(always)]
    #[allow(clippy::indexing_slicing)] // a remainder of the length is in range, and for a field it is the field
    fn behind(&self, field: u8) -> &Cell<u8> {
        &self.0[field as usize % (Object::MAX_FIELDS + 1)]
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

    /// A value, out of line: fields have it in line, items and the root share this one.
    #[inline(never)]
    fn item(&mut self, at: At<'a>, step: &Step, room: u32) -> Option<At<'a>> {
        self.value(at, step, room)
    }

    #[inline(always)]
    fn value(&mut self, at: At<'a>, step: &Step, room: u32) -> Option<At<'a>> {
        let lex = self.lex;
        let right = match step.op {
            Op::String => self.keep_offset(at, step, lex.string(at)),
            Op::Bounded => self.keep_offset(at, step, self.bounded(at, step)),
            Op::Uuid => self.keep_offset(at, step, lex.uuid(at)),
            Op::Slug => self.keep_offset(at, step, lex.slug(at)),
            Op::DateTime => self.keep(at, step, lex.date_time(at)),
            Op::Integer => self.keep(at, step, lex.integer(at)),
            Op::Enum => self.keep(at, step, self.one_of(at, step)),
            Op::Boolean => lex.boolean(at),
            Op::Null => lex.null(at),
            Op::NaiveDateTime => self.naive(at, step),
            Op::Number if matches!(at.byte(), b'-' | b'0'..=b'9') => return lex.number(at),
            Op::Object if at.byte() == b'{' => return self.object(at, step.number, room),
            Op::Array | Op::Rows if at.byte() == b'[' => return self.items(at, step, room),
            Op::Map if at.byte() == b'{' => return self.items(at, step, room),
            Op::AnyObject if at.byte() == b'{' => return self.payload(at, step, room),
            Op::Any => return lex.skip_value(at, room),
            Op::Union => return self.one_kind(at, step, room),
            Op::Number | Op::Object | Op::Array | Op::Rows | Op::Map | Op::AnyObject => None,
        };
        if right.is_some() { right } else { self.other(at, step, room) }
    }

    #[inline(always)]
    fn keep(&mut self, at: At<'a>, step: &Step, read: Option<(At<'a>, f64)>) -> Option<At<'a>> {
        let (end, value) = read?;
        self.row.keep(step.column, value);
        if step.mark != Mark::None {
            self.note(at, step, value)?;
        }
        Some(end)
    }

    #[inline(always)]
    fn keep_offset(&mut self, at: At<'a>, step: &Step, end: Option<At<'a>>) -> Option<At<'a>> {
        let end = end?;
        self.row.keep(step.column, self.lex.offset(at) as f64);
        Some(end)
    }

    #[inline(always)]
    fn note(&mut self, at: At<'a>, step: &Step, value: f64) -> Option<()> {
        match step.mark {
            Mark::ZeroTime if value == ZERO_TIME => self.record(Code::ZeroTime, at, step.id),
            Mark::SentinelDuration if !(0.0..SENTINEL).contains(&value) => {
                self.record(Code::SentinelDuration, at, step.id)
            }
            _ => Some(()),
        }
    }

    #[inline(always)]
    fn payload(&mut self, at: At<'a>, step: &Step, room: u32) -> Option<At<'a>> {
        let end = self.lex.skip_value(at, room)?;
        if step.mark == Mark::Wrapped { self.wrapped(at, end, step) } else { Some(end) }
    }

    /// The rows of a page stand in envelopes all alike, which is worth one word, not one for each.
    #[inline(never)]
    fn wrapped(&mut self, at: At<'a>, end: At<'a>, step: &Step) -> Option<At<'a>> {
        let told = self.in_rows && self.told_of_rows;
        if let Some(envelope) = self.plan.envelopes.get(step.number as usize).filter(|_| !told)
            && is_envelope(&self.lex, at, envelope)
        {
            self.told_of_rows |= self.in_rows;
            self.record(Code::WrappedInput, at, step.id)?;
        }
        Some(end)
    }

    #[inline(never)]
    fn naive(&mut self, at: At<'a>, step: &Step) -> Option<At<'a>> {
        let (end, ms, naive) = self.lex.naive_date_time(at)?;
        if naive {
            self.record(Code::NaiveTime, at, step.id)?;
        }
        self.keep(at, step, Some((end, ms)))
    }

    #[inline(always)]
    fn one_of(&self, at: At<'a>, step: &Step) -> Option<(At<'a>, f64)> {
        let strings = self.plan.enums.get(step.number as usize)?;
        let mut value = 0.0;
        for string in strings {
            if let Some(end) = self.lex.token(at, string) {
                return Some((end, value));
            }
            value += 1.0;
        }
        None
    }

    #[inline(always)]
    fn bounded(&self, at: At<'a>, step: &Step) -> Option<At<'a>> {
        let end = self.lex.string(at)?;
        let raw = self.lex.inside(at, end);
        let bytes = raw.len() as u32;
        // a character takes one byte (`a`) to twelve (`\ud83d\ude80`)
        let surely = bytes <= step.max && bytes >= step.min.saturating_mul(12);
        (surely || has_length(raw, step)).then_some(end)
    }

    /// The value of a union, read as the first kind that JSON's types allow.
    #[inline(never)]
    fn one_kind(&mut self, at: At<'a>, step: &Step, room: u32) -> Option<At<'a>> {
        let kinds = self.plan.unions.get(step.number as usize)?;
        let first = at.byte();
        match kinds.iter().find(|(value, _)| value.takes(first)) {
            Some((_, step)) => self.item(at, step, room),
            None => self.other(at, step, room),
        }
    }

    /// A value that is not simply right: `null`, a string with escapes, or wrong.
    #[inline(never)]
    fn other(&mut self, at: At<'a>, step: &Step, room: u32) -> Option<At<'a>> {
        if let Some(end) = self.lex.null(at) {
            if !step.nullable {
                self.record(Code::NullNotAllowed, at, step.id)?;
            }
            return Some(end);
        }
        let end = self.lex.skip_value(at, room)?;
        let unknown = if step.column == Column::Status { Code::UnknownStatus } else { Code::UnknownValue };
        let code = match step.op {
            _ if at.byte() != b'"' => Code::TypeMismatch,
            Op::Bounded => Code::BadLength,
            Op::Uuid | Op::Slug | Op::DateTime | Op::NaiveDateTime | Op::Enum
                if self.is_right_unescaped(at, end, step) =>
            {
                return Some(end);
            }
            Op::Enum if self.is_in_other_case(at, end, step) => return Some(end),
            Op::Uuid => Code::BadUuid,
            Op::Slug => Code::BadSlug,
            Op::DateTime | Op::NaiveDateTime => Code::BadDatetime,
            Op::Enum => unknown,
            _ => Code::TypeMismatch,
        };
        self.record(code, at, step.id)?;
        Some(end)
    }

    /// Keeps the value of a word of a set whose case does not matter.
    fn is_in_other_case(&mut self, at: At<'a>, end: At<'a>, step: &Step) -> bool {
        let kind = self.plan.expectations.get(step.id as usize).map(|expectation| expectation.value.kind);
        let Some(Kind::Enum(of)) = kind else { return false };
        let Some(place) = of.place(self.lex.inside(at, end)) else { return false };
        self.row.keep(step.column, place as f64);
        true
    }

    /// Reads the string from `at` to `end` again with its escapes resolved, and keeps its value if it is right.
    fn is_right_unescaped(&mut self, at: At<'a>, end: At<'a>, step: &Step) -> bool {
        let raw = self.lex.inside(at, end);
        let plain = lex::unescape(raw);
        if !raw.contains(&b'\\') || plain.iter().any(|byte| matches!(byte, ..b' ' | b'"' | b'\\')) {
            return false;
        }
        let input = Padded::new(&[b"\"", plain.as_slice(), b"\""].concat());
        let trace = Trace::default();
        let (mut table, mut errors, mut notes) = (Table::default(), vec![], vec![]);
        let lex = Lex::new(&input, &trace);
        let (plan, orders, row) = (self.plan, self.orders, self.row);
        let (table, errors, notes) = (&mut table, &mut errors, &mut notes);
        let mut again =
            Walk { lex, plan, orders, table, errors, notes, limit: 2, row, in_rows: false, told_of_rows: false };
        again.item(lex.start(), step, 0);
        let (row, noted) = (again.row, again.notes.first().map(|record| record.code));
        let wrong = !again.errors.is_empty() || matches!(noted, Some(Code::UnknownStatus | Code::UnknownValue));
        if !wrong {
            self.row = row;
            noted.map(|code| self.record(code, at, step.id));
        }
        !wrong
    }

    fn object(&mut self, open: At<'a>, number: u16, room: u32) -> Option<At<'a>> {
        let lex = self.lex;
        let plan = self.plan.objects.get(number as usize)?;
        let order = self.orders.get(number as usize)?;
        let fields = plan.fields.as_slice();
        let Some(room) = room.checked_sub(1) else { return lex.too_deep(open) };
        let (mut seen, mut last) = (0u64, NO_FIELD);
        let mut strangers = Names::default();
        let mut entry = lex.enter(open, Close::Brace)?;
        let end = loop {
            let name = match entry {
                Entry::Item(name) => name,
                Entry::End(end) => break end,
            };
            let (which, at) = match expected(&lex, fields, order, last, name) {
                Some((which, at)) => (which, lex.spaces(at)),
                None => look_up(&lex, plan, order, last, name)?,
            };
            let end = match fields.get(which as usize) {
                Some(field) => {
                    if seen >> which & 1 != 0 {
                        self.record(Code::DuplicateKey, name, field.step.id)?;
                    }
                    last = which;
                    self.value(at, &field.step, room)?
                }
                None => {
                    if !strangers.is_new(&lex, name) {
                        self.record(Code::DuplicateKey, name, NO_STEP)?;
                    }
                    lex.skip_value(at, room)?
                }
            };
            seen |= 1 << which;
            entry = lex.next_member(end)?;
        };
        if plan.required & !seen != 0 {
            self.missing(plan.required & !seen, open, number)?;
        }
        if plan.is_choice() {
            self.choice(open, seen, strangers.count)?;
        }
        Some(end)
    }

    #[cold]
    #[inline(never)]
    fn missing(&mut self, mut fields: u64, open: At<'a>, object: u16) -> Option<()> {
        let plan = self.plan.objects.get(object as usize)?;
        while fields != 0 {
            let step = plan.fields.get(fields.trailing_zeros() as usize)?.step.id;
            let phantom = self.plan.expectations.get(step as usize).is_some_and(|expectation| expectation.phantom);
            self.record(if phantom { Code::PhantomRequired } else { Code::MissingField }, open, step)?;
            fields &= fields - 1;
        }
        Some(())
    }

    /// A choice has one member; one that we do not know is a newer server's.
    fn choice(&mut self, open: At<'a>, seen: u64, strangers: u32) -> Option<()> {
        let known = (seen & !(1 << NO_FIELD)).count_ones();
        match (known, strangers) {
            (1, 0) => Some(()),
            (0, 1) => self.record(Code::UnknownValue, open, NO_STEP),
            _ => self.record(Code::NotOneMember, open, NO_STEP),
        }
    }

    /// An array, the rows or a map.
    #[inline(never)]
    fn items(&mut self, open: At<'a>, step: &Step, room: u32) -> Option<At<'a>> {
        let lex = self.lex;
        let item = *self.plan.items.get(step.number as usize)?;
        let Some(room) = room.checked_sub(1) else { return lex.too_deep(open) };
        let close = if step.op == Op::Map { Close::Brace } else { Close::Bracket };
        let row = self.row;
        let mut count = 0u32;
        let mut names = Names::default();
        let mut entry = lex.enter(open, close)?;
        let end = loop {
            let start = match entry {
                Entry::Item(name) if step.op == Op::Map => {
                    let value = lex.key(name)?;
                    if !names.is_new(&lex, name) {
                        self.record(Code::DuplicateKey, name, NO_STEP)?;
                    }
                    value
                }
                Entry::Item(start) => start,
                Entry::End(end) => break end,
            };
            let end = if step.op == Op::Rows { self.row(start, &item, room)? } else { self.item(start, &item, room)? };
            count += 1;
            entry = lex.next(end, close)?;
        };
        self.row = row; // what stands in a list inside a row is not the row's own
        self.row.keep(step.column, f64::from(count));
        if count > step.max {
            self.record(Code::TooManyItems, open, step.id)?;
        }
        Some(end)
    }

    #[inline(always)]
    fn row(&mut self, start: At<'a>, item: &Step, room: u32) -> Option<At<'a>> {
        self.row = Row::EMPTY;
        self.in_rows = true;
        let end = self.item(start, item, room)?;
        self.table.push(&self.row, self.lex.offset(start), self.lex.offset(end));
        Some(end)
    }
}

/// The smallest duration that stands for "none": centuries of milliseconds, where subtraction of times saturates.
pub const SENTINEL: f64 = 9_223_372_036_854.0;

/// The names of an object that no field names. They are kept apart only when there are several.
#[derive(Default)]
struct Names<'a> {
    count: u32,
    first: &'a [u8],
    /// Made only for the second such name, so that most objects have nothing to drop.
    others: Option<BTreeSet<Vec<u8>>>,
}

impl<'a> Names<'a> {
    /// Is this the first member of that name?
    #[inline(never)]
    fn is_new(&mut self, lex: &Lex<'a>, name: At<'a>) -> bool {
        let raw = lex.string(name).map_or(&[][..], |end| lex.inside(name, end));
        self.count += 1;
        if self.count == 1 {
            self.first = raw;
            return true;
        }
        let first = self.first;
        let others = self.others.get_or_insert_with(|| BTreeSet::from([lex::unescape(first)]));
        others.insert(lex::unescape(raw))
    }
}

/// The field that followed `last` the last time, or one soon behind it, if its key stands here.
#[inline(always)]
fn expected<'a>(lex: &Lex<'a>, fields: &[FieldPlan], order: &KeyOrder, last: u8, at: At<'a>) -> Option<(u8, At<'a>)> {
    let mut guess = order.behind(last).get();
    let mut tries = KeyOrder::TRIES;
    while let Some(field) = fields.get(guess as usize) {
        if let Some(end) = lex.token(at, &field.key) {
            return Some((guess, end));
        }
        tries -= 1;
        if tries == 0 {
            break;
        }
        guess = order.behind(guess).get();
    }
    None
}

/// The field of a key that was not expected, `NO_FIELD` if there is none, and the start of the member's value.
#[inline(never)]
fn look_up<'a>(lex: &Lex<'a>, plan: &ObjectPlan, order: &KeyOrder, last: u8, at: At<'a>) -> Option<(u8, At<'a>)> {
    let value = lex.key(at)?;
    let raw = lex.inside(at, lex.string(at)?);
    let escaped = raw.contains(&b'\\');
    let found = if escaped { plan.object.field(&lex::unescape(raw)) } else { plan.object.field(raw) };
    let which = found.map_or(NO_FIELD, |field| field as u8);
    if found.is_some() {
        order.behind(last).set(which);
    }
    Some((which, value))
}

/// Is the object that opens here the system's envelope rather than the caller's payload? A walk that came this far found it
/// to be an object; the first name that no envelope has ends the look.
#[inline(never)]
fn is_envelope(lex: &Lex, open: At, envelope: &Envelope) -> bool {
    let mut entry = lex.enter(open, Close::Brace);
    let mut member = None;
    let names = std::iter::from_fn(|| {
        if let Some(item) = member {
            let end = lex.key(item).and_then(|at| lex.skip_value(at, lex::MAX_DEPTH))?;
            entry = lex.next_member(end);
        }
        let Some(Entry::Item(item)) = entry else { return None };
        member = Some(item);
        lex.string(item).map(|end| lex.inside(item, end))
    });
    envelope.is(names)
}

/// Has the string so many characters?
#[inline(never)]
fn has_length(raw: &[u8], step: &Step) -> bool {
    let is_first = |byte: &&u8| **byte & 0xC0 != 0x80;
    let count = lex::unescape(raw).iter().filter(is_first).count() as u32;
    step.min <= count && count <= step.max
}
