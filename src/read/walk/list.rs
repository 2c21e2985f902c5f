//! Arrays, the rows of a page, and maps.
use super::super::plan::{Op, Step};
use super::super::table::Row;
use super::keys::Names;
use super::{NO_STEP, Walk};
use crate::finding::Code;
use crate::lex::{At, Close, Entry};

impl<'a> Walk<'a> {
    /// An array, the rows or a map.
    #[inline(never)]
    pub(super) fn items(&mut self, open: At<'a>, step: &Step, room: u32) -> Option<At<'a>> {
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
