//! The names of an object's members: most likely that which stood there the last time.
use super::super::plan::{FieldPlan, ObjectPlan};
use crate::describe::Object;
use crate::lex::{self, At, Lex};
use core::cell::Cell;
use std::collections::BTreeSet;

/// Which field of an object followed which the last time.
///
/// A server writes its keys in one order, but not in the order that its contract lists. Learned, the next key costs one
/// comparison.
pub(super) struct KeyOrder([Cell<u8>; Object::MAX_FIELDS + 1]);

/// Stands for the start of an object, and for a member that no field names.
pub(super) const NO_FIELD: u8 = Object::MAX_FIELDS as u8;

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

/// The names of an object that no field names. They are kept apart only when there are several.
#[derive(Default)]
pub(super) struct Names<'a> {
    pub(super) count: u32,
    first: &'a [u8],
    /// Made only for the second such name, so that most objects have nothing to drop.
    others: Option<BTreeSet<Vec<u8>>>,
}

impl<'a> Names<'a> {
    /// Is this the first member of that name?
    #[inline(never)]
    pub(super) fn is_new(&mut self, lex: &Lex<'a>, name: At<'a>) -> bool {
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
pub(super) fn expected<'a>(
    lex: &Lex<'a>,
    fields: &[FieldPlan],
    order: &KeyOrder,
    last: u8,
    at: At<'a>,
) -> Option<(u8, At<'a>)> {
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
pub(super) fn look_up<'a>(
    lex: &Lex<'a>,
    plan: &ObjectPlan,
    order: &KeyOrder,
    last: u8,
    at: At<'a>,
) -> Option<(u8, At<'a>)> {
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
