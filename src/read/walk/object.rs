//! Objects with named members.
use super::keys::{NO_FIELD, Names, expected, look_up};
use super::{NO_STEP, Walk};
use crate::finding::Code;
use crate::lex::{At, Close, Entry};

impl<'a> Walk<'a> {
    pub(super) fn object(&mut self, open: At<'a>, number: u16, room: u32) -> Option<At<'a>> {
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
}
