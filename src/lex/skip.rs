//! Objects, arrays and values of any kind.
use super::{At, Broken, Lex};

/// What comes next inside an object or an array.
pub enum Entry<'a> {
    /// A member, at its name, or an item.
    Item(At<'a>),
    /// Nothing more; the place is behind the closing bracket.
    End(At<'a>),
}

/// What closes an object or an array.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Close {
    /// An object's.
    Brace = b'}',
    /// An array's.
    Bracket = b']',
}

/// As many levels as can be told to be open at once.
pub const MAX_DEPTH: u32 = 512;

/// The levels that are open: how many, and for each one bit that says whether it is an object.
struct Levels {
    objects: [u64; MAX_DEPTH as usize / 64],
    depth: u32,
}

impl<'a> Lex<'a> {
    /// Enters the object or array that opens here; `None` without a fault if none does.
    #[inline(always)]
    pub fn enter(&self, open: At<'a>, close: Close) -> Option<Entry<'a>> {
        let inside = match close {
            Close::Brace => open.eat::<b'{'>()?,
            Close::Bracket => open.eat::<b'['>()?,
        };
        let at = self.spaces(inside);
        Some(at.eat_close(close).map_or(Entry::Item(at), Entry::End))
    }

    /// What stands behind an item.
    #[inline(always)]
    pub fn next(&self, at: At<'a>, close: Close) -> Option<Entry<'a>> {
        let at = self.spaces(at);
        if let Some(comma) = at.eat::<b','>() {
            return Some(Entry::Item(self.spaces(comma)));
        }
        match at.eat_close(close) {
            Some(end) => Some(Entry::End(end)),
            None => self.fail(at),
        }
    }

    /// What stands behind a member, most likely another member without white space before it.
    #[inline(always)]
    pub fn next_member(&self, at: At<'a>) -> Option<Entry<'a>> {
        if let Some(comma) = at.eat::<b','>()
            && comma.byte() == b'"'
        {
            return Some(Entry::Item(comma));
        }
        self.next(at, Close::Brace)
    }

    /// A member's name and colon; answers the start of its value.
    #[inline(always)]
    pub fn key(&self, at: At<'a>) -> Option<At<'a>> {
        if at.byte() != b'"' {
            return self.fail(at);
        }
        self.colon(self.string(at)?)
    }

    /// A colon; answers the start of the value behind it.
    #[inline(always)]
    pub fn colon(&self, at: At<'a>) -> Option<At<'a>> {
        let at = self.spaces(at);
        match at.eat::<b':'>() {
            Some(value) => Some(self.spaces(value)),
            None => self.fail(at),
        }
    }

    /// A value of any kind that opens at most `room` levels, at most [`MAX_DEPTH`].
    #[inline(never)]
    pub fn skip_value(&self, mut at: At<'a>, room: u32) -> Option<At<'a>> {
        let mut levels = Levels { objects: [0; MAX_DEPTH as usize / 64], depth: 0 };
        'value: loop {
            at = match at.byte() {
                b'"' => self.string(at)?,
                open @ (b'{' | b'[') => {
                    let close = if open == b'{' { Close::Brace } else { Close::Bracket };
                    match levels.enter(self, at, close, room)? {
                        Entry::End(end) => end,
                        Entry::Item(value) => {
                            at = value;
                            continue 'value;
                        }
                    }
                }
                b'-' | b'0'..=b'9' => self.number(at)?,
                _ => self.literal(at)?,
            };
            while let Some(close) = levels.innermost() {
                at = match self.next(at, close)? {
                    Entry::Item(item) => {
                        at = self.value_of(item, close)?;
                        continue 'value;
                    }
                    Entry::End(end) => end,
                };
                levels.leave();
            }
            return Some(at);
        }
    }

    /// The value of a member, or an item as it is.
    #[inline(always)]
    fn value_of(&self, item: At<'a>, close: Close) -> Option<At<'a>> {
        match close {
            Close::Brace => self.key(item),
            Close::Bracket => Some(item),
        }
    }

    /// Ends reading because too many levels are open.
    pub fn too_deep<T>(&self, at: At<'a>) -> Option<T> {
        self.break_off(at, Broken::Depth);
        None
    }

    #[inline(always)]
    fn literal(&self, at: At<'a>) -> Option<At<'a>> {
        let end = self.null(at).or_else(|| self.boolean(at));
        if end.is_none() { self.fail(at) } else { end }
    }
}

impl<'a> At<'a> {
    #[inline(always)]
    fn eat_close(self, close: Close) -> Option<At<'a>> {
        // SAFETY: the byte here is a bracket, which is not NUL.
        (self.byte() == close as u8).then(|| unsafe { self.skip(1) })
    }
}

impl Levels {
    /// Enters an object or array, unless it is one level too deep; answers its first value or its end.
    #[inline(always)]
    fn enter<'a>(&mut self, lex: &Lex<'a>, open: At<'a>, close: Close, room: u32) -> Option<Entry<'a>> {
        let item = match lex.enter(open, close)? {
            Entry::Item(item) => item,
            Entry::End(end) if self.depth < room => return Some(Entry::End(end)),
            Entry::End(_) => return lex.too_deep(open),
        };
        let word = self.objects.get_mut(self.depth as usize / 64).filter(|_| self.depth < room);
        let Some(word) = word else { return lex.too_deep(open) };
        let bit = 1 << (self.depth % 64);
        *word = if close == Close::Brace { *word | bit } else { *word & !bit };
        self.depth += 1;
        lex.value_of(item, close).map(Entry::Item)
    }

    #[inline(always)]
    fn leave(&mut self) {
        self.depth -= 1;
    }

    #[inline(always)]
    fn innermost(&self) -> Option<Close> {
        let level = self.depth.checked_sub(1)?;
        let word = self.objects.get(level as usize / 64)?;
        Some(if word >> (level % 64) & 1 == 1 { Close::Brace } else { Close::Bracket })
    }
}
