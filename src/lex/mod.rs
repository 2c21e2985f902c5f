//! Reading JSON from padded bytes, one value at a time.
//!
//! Every reader takes the place where a value starts and answers the place behind it, or `None`. `None` means one of
//! two things: "not a value of this kind", which leaves no trace, or "not JSON at all", which leaves a fault.
//!
//! # Why unchecked reads are sound here
//! The text is followed by [`PAD`] NUL bytes, and NUL is illegal everywhere in JSON. A place only ever moves over bytes
//! that were seen to be something else, so it never passes the first padding byte, and the next `PAD - 1` bytes behind
//! any place belong to the buffer. No reader needs to know where the text ends.
mod format;
mod number;
mod padded;
mod skip;
mod string;
mod token;

pub use format::{is_date_time, is_uuid};
pub use padded::{At, PAD, Padded};
pub use skip::{Close, Entry, MAX_DEPTH};
pub use string::{unescape, unescape_exact};
pub use token::Token;

use core::cell::{Cell, RefCell};

/// A byte in every byte of a word.
const ONES: u64 = 0x0101_0101_0101_0101;
/// The top bit of every byte of a word.
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Why a text cannot be read on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Broken {
    /// Not JSON.
    Syntax,
    /// Not UTF-8.
    Utf8,
    /// More levels than are allowed.
    Depth,
}

/// What is JSON, and yet cannot be kept by everybody who reads it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Oddity {
    /// An integer that a double rounds.
    RoundedInteger,
    /// A number that a double cannot hold at all.
    BeyondDouble,
    /// Half of a surrogate pair, which is no character.
    LoneSurrogate,
}

/// What a reader leaves behind.
#[derive(Default)]
pub struct Trace {
    broken: Cell<Option<(usize, Broken)>>,
    oddities: RefCell<Vec<(usize, Oddity)>>,
    limit: usize,
}

impl Trace {
    /// A trace that keeps so many oddities, and forgets any others.
    pub fn new(limit: usize) -> Trace {
        Trace { limit, ..Trace::default() }
    }

    /// Where and why reading ended before the text did.
    pub fn broken(&self) -> Option<(usize, Broken)> {
        self.broken.get()
    }

    /// The oddities since the last call, in the order of their places.
    pub fn take_oddities(&self) -> Vec<(usize, Oddity)> {
        self.oddities.take()
    }
}

/// A reader of one text. It is two references: copy it freely.
#[derive(Clone, Copy)]
pub struct Lex<'a> {
    padded: &'a [u8],
    trace: &'a Trace,
}

impl<'a> Lex<'a> {
    /// A reader that leaves what it meets in `trace`.
    #[inline(always)]
    pub fn new(input: &'a Padded, trace: &'a Trace) -> Lex<'a> {
        Lex { padded: input.padded(), trace }
    }

    /// Notes that the byte here is not JSON; the answer is always `None`, so that readers can return it.
    #[inline(always)]
    pub fn fail<T>(&self, at: At<'a>) -> Option<T> {
        self.break_off(at, Broken::Syntax);
        None
    }

    /// Notes why reading ends here.
    #[cold]
    #[inline(never)]
    pub fn break_off(&self, at: At<'a>, why: Broken) {
        self.trace.broken.set(Some((self.offset(at), why)));
    }

    #[cold]
    #[inline(never)]
    fn note(&self, at: At<'a>, oddity: Oddity) {
        let mut oddities = self.trace.oddities.borrow_mut();
        if oddities.len() < self.trace.limit {
            oddities.push((self.offset(at), oddity));
        }
    }

    /// The place of a byte; the end of the text if there are fewer bytes.
    #[inline(always)]
    pub fn at(&self, offset: usize) -> At<'a> {
        let end = self.padded.len() - PAD;
        let rest = self.padded.get(offset.min(end)..).unwrap_or(self.padded);
        // SAFETY: `rest` ends as `padded` does, and is long enough for all of its padding.
        unsafe { At::first(rest) }
    }

    /// The start of the text.
    #[inline(always)]
    pub fn start(&self) -> At<'a> {
        // SAFETY: `padded` comes from `Padded::padded`, so its last PAD bytes are NUL.
        unsafe { At::first(self.padded) }
    }

    /// How many bytes stand before this place of this text.
    #[inline(always)]
    pub fn offset(&self, at: At<'a>) -> usize {
        at.address().wrapping_sub(self.start().address())
    }

    /// Is this the end of the text?
    #[inline(always)]
    pub fn is_end(&self, at: At<'a>) -> bool {
        self.offset(at) + PAD == self.padded.len()
    }

    /// The bytes between two places.
    #[inline(always)]
    pub fn between(&self, from: At<'a>, to: At<'a>) -> &'a [u8] {
        self.padded.get(self.offset(from)..self.offset(to)).unwrap_or_default()
    }

    /// What stands between the quotes of the string from `at` to `end`, escapes and all.
    #[inline(always)]
    pub fn inside(&self, at: At<'a>, end: At<'a>) -> &'a [u8] {
        let string = self.between(at, end);
        string.get(1..string.len().wrapping_sub(1)).unwrap_or_default()
    }

    /// Behind any white space.
    #[inline(always)]
    pub fn spaces(&self, at: At<'a>) -> At<'a> {
        if at.byte() > b' ' { at } else { at.behind_spaces() }
    }
}
