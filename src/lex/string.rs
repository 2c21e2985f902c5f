//! Strings: found in steps of a vector or a word, looked at closely only where a byte is special.
use super::{At, Broken, HIGH, Lex, Oddity};

impl<'a> Lex<'a> {
    /// A string; `None` without a fault if there is none here.
    #[inline(always)]
    pub fn string(&self, at: At<'a>) -> Option<At<'a>> {
        let mut at = at.eat::<b'"'>()?;
        loop {
            at = at.behind_plain();
            if let Some(end) = at.eat::<b'"'>() {
                return Some(end);
            }
            at = self.special(at)?;
        }
    }

    #[inline(never)]
    fn special(&self, at: At<'a>) -> Option<At<'a>> {
        match at.byte() {
            b'\\' => self.escape(at),
            0x80.. => self.utf8(at),
            _ => self.fail(at),
        }
    }

    #[inline(always)]
    fn escape(&self, at: At<'a>) -> Option<At<'a>> {
        let len = match at.peek::<1>() {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 2,
            b'u' if not_hex(at.word::<2>()) & 0xFFFF_FFFF == 0 => self.escaped_unit(at),
            _ => return self.fail(at),
        };
        // SAFETY: the backslash, the letter and any hexadecimal digits were seen; none of them is NUL.
        Some(unsafe { at.skip(len) })
    }

    /// The length of the escape of a UTF-16 code unit, or of the two that make one character.
    #[inline(never)]
    fn escaped_unit(&self, at: At<'a>) -> usize {
        let unit = |digits: u64| code_unit(&digits.to_le_bytes()).map_or(0, |(unit, _)| unit);
        match unit(at.word::<2>()) {
            0xD800..0xDC00 if at.peek::<6>() == b'\\' && at.peek::<7>() == b'u' => {
                if not_hex(at.word::<8>()) & 0xFFFF_FFFF == 0 && matches!(unit(at.word::<8>()), 0xDC00..0xE000) {
                    return 12;
                }
                self.note(at, Oddity::LoneSurrogate);
            }
            0xD800..0xE000 => self.note(at, Oddity::LoneSurrogate),
            _ => {}
        }
        6
    }

    /// One or more well-formed UTF-8 sequences.
    fn utf8(&self, mut at: At<'a>) -> Option<At<'a>> {
        while at.byte() >= 0x80 {
            let len = at.utf8_len();
            if len == 0 {
                self.break_off(at, Broken::Utf8);
                return None;
            }
            // SAFETY: every byte of a well-formed sequence is at least 0x80.
            at = unsafe { at.skip(len) };
        }
        Some(at)
    }
}

impl<'a> At<'a> {
    /// Behind the bytes that need no closer look: all but quotes, backslashes and control characters.
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    #[inline(always)]
    fn behind_plain(mut self) -> At<'a> {
        use core::arch::wasm32::*;
        loop {
            let bytes = self.vector::<0>();
            let quotes = i8x16_eq(bytes, i8x16_splat(b'"' as i8));
            let backslashes = i8x16_eq(bytes, i8x16_splat(b'\\' as i8));
            // compared with sign, so that this is also true of what is not ASCII
            let others = i8x16_lt(bytes, i8x16_splat(0x20));
            let special = i8x16_bitmask(v128_or(others, v128_or(quotes, backslashes)));
            if special != 0 {
                // SAFETY: NUL is special, so the bytes before the first special one are not NUL.
                return unsafe { self.skip(special.trailing_zeros() as usize) };
            }
            // SAFETY: NUL is special, and none of the sixteen bytes is.
            self = unsafe { self.skip(16) };
        }
    }

    /// Behind the bytes that need no closer look: all but quotes, backslashes and control characters.
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    #[inline(always)]
    fn behind_plain(mut self) -> At<'a> {
        use super::ONES;
        loop {
            let bytes = self.word::<0>();
            // a borrow may also mark a byte behind the first special one, never one before it
            let quotes = (bytes ^ (ONES * b'"' as u64)).wrapping_sub(ONES);
            let backslashes = (bytes ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
            let controls = bytes.wrapping_sub(ONES * 0x20);
            let special = (controls | quotes | backslashes | bytes) & HIGH;
            if special != 0 {
                // SAFETY: NUL is special, so the bytes before the first special one are not NUL.
                return unsafe { self.skip(special.trailing_zeros() as usize / 8) };
            }
            // SAFETY: NUL is special, and none of the eight bytes is.
            self = unsafe { self.skip(8) };
        }
    }

    /// The length of the well-formed UTF-8 sequence of more than one byte here, or zero.
    fn utf8_len(self) -> usize {
        let tail = |byte: u8| byte & 0xC0 == 0x80;
        let (second, third, fourth) = (self.peek::<1>(), self.peek::<2>(), self.peek::<3>());
        match self.byte() {
            0xC2..=0xDF if tail(second) => 2,
            0xE0 if (0xA0..=0xBF).contains(&second) && tail(third) => 3,
            0xED if (0x80..=0x9F).contains(&second) && tail(third) => 3,
            0xE1..=0xEC | 0xEE..=0xEF if tail(second) && tail(third) => 3,
            0xF0 if (0x90..=0xBF).contains(&second) && tail(third) && tail(fourth) => 4,
            0xF1..=0xF3 if tail(second) && tail(third) && tail(fourth) => 4,
            0xF4 if (0x80..=0x8F).contains(&second) && tail(third) && tail(fourth) => 4,
            _ => 0,
        }
    }
}

/// The top bit of every byte that is not a hexadecimal digit. Bits that are not top bits are zero.
#[inline(always)]
pub(crate) fn not_hex(bytes: u64) -> u64 {
    // adding 0x80 - x sets the top bit of a seven-bit byte that is at least x
    const fn from(x: u8) -> u64 {
        super::ONES * (0x80 - x as u64)
    }
    let low = bytes & !HIGH;
    let digit = (low + from(b'0')) & !(low + from(b'9' + 1));
    let lower = low | (super::ONES * 0x20);
    let letter = (lower + from(b'a')) & !(lower + from(b'f' + 1));
    (!(digit | letter) | bytes) & HIGH
}

/// The text of a string, given what stands between its quotes. Lone surrogates become U+FFFD, as in JavaScript.
pub fn unescape(raw: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(raw.len());
    each_character(raw, &mut text);
    text
}

/// The same; `None` where there is a lone surrogate.
pub fn unescape_exact(raw: &[u8]) -> Option<String> {
    let mut text = Vec::with_capacity(raw.len());
    let exact = each_character(raw, &mut text);
    String::from_utf8(text).ok().filter(|_| exact)
}

/// Answers whether every escape stands for a character.
fn each_character(raw: &[u8], text: &mut Vec<u8>) -> bool {
    let mut exact = true;
    let mut rest = raw;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'\\' {
            text.push(byte);
            continue;
        }
        let (character, tail) = unescape_one(rest);
        rest = tail;
        exact &= character.is_some();
        let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
        text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
    exact
}

/// The character of one escape, given what follows the backslash, and what follows the escape.
fn unescape_one(escape: &[u8]) -> (Option<char>, &[u8]) {
    let Some((&letter, rest)) = escape.split_first() else { return (None, escape) };
    let character = match letter {
        b'b' => '\u{8}',
        b'f' => '\u{C}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unescape_unicode(rest),
        same => same as char,
    };
    (Some(character), rest)
}

fn unescape_unicode(digits: &[u8]) -> (Option<char>, &[u8]) {
    let Some((first, rest)) = code_unit(digits) else { return (None, digits) };
    let pair = rest.strip_prefix(b"\\u").and_then(code_unit);
    if let Some((second @ 0xDC00..0xE000, behind)) = pair
        && (0xD800..0xDC00).contains(&first)
    {
        return (char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)), behind);
    }
    (char::from_u32(first), rest)
}

fn code_unit(digits: &[u8]) -> Option<(u32, &[u8])> {
    let (four, rest) = digits.split_at_checked(4)?;
    let unit = u32::from_str_radix(core::str::from_utf8(four).ok()?, 16).ok()?;
    Some((unit, rest))
}
