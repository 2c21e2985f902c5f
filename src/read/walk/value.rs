//! Single values: the short way for what is right, and why the rest is not.
use super::super::plan::{Mark, Op, Step};
use super::super::table::Table;
use super::{SENTINEL, Walk};
use crate::describe::{Column, Envelope, Kind, ZERO_TIME};
use crate::finding::Code;
use crate::lex::{self, At, Close, Entry, Lex, Padded, Trace};

impl<'a> Walk<'a> {
    /// A value, out of line: fields have it in line, items and the root share this one.
    #[inline(never)]
    pub(super) fn item(&mut self, at: At<'a>, step: &Step, room: u32) -> Option<At<'a>> {
        self.value(at, step, room)
    }

    #[inline(always)]
    pub(super) fn value(&mut self, at: At<'a>, step: &Step, room: u32) -> Option<At<'a>> {
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
