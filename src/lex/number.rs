//! Numbers and the three literals.
use super::{At, Lex, Oddity};

impl<'a> Lex<'a> {
    /// A number; its value is not computed. A fault if there is none here.
    #[inline(always)]
    pub fn number(&self, start: At<'a>) -> Option<At<'a>> {
        let at = start.eat::<b'-'>().unwrap_or(start);
        let mut at = match at.eat::<b'0'>() {
            // no second digit makes a number of it, so that nobody takes the zero for one
            Some(end) if end.byte().is_ascii_digit() => return self.fail(end),
            Some(end) => end,
            None => self.digits(at)?,
        };
        if let Some(fraction) = at.eat::<b'.'>() {
            at = self.digits(fraction)?;
        }
        if at.address() - start.address() >= SURELY_EXACT {
            self.note_rounded(start, at);
        }
        if let Some(exponent) = at.eat::<b'e'>().or_else(|| at.eat::<b'E'>()) {
            let signed = exponent.eat::<b'+'>().or_else(|| exponent.eat::<b'-'>());
            at = self.digits(signed.unwrap_or(exponent))?;
            self.note_beyond(start, at);
        }
        Some(at)
    }

    /// At least one digit.
    #[inline(always)]
    fn digits(&self, at: At<'a>) -> Option<At<'a>> {
        let end = at.behind_digits();
        if end == at { self.fail(at) } else { Some(end) }
    }

    /// A number without fraction and exponent that fits an `i64`, with its value rounded to a double.
    #[inline(always)]
    pub fn integer(&self, at: At<'a>) -> Option<(At<'a>, f64)> {
        let negative = at.eat::<b'-'>();
        let digits = negative.unwrap_or(at);
        let (end, magnitude) = magnitude(digits);
        let len = end.address() - digits.address();
        let zero_first = digits.byte() == b'0' && (len > 1 || negative.is_some()); // `-0` is no integer
        if len == 0 || zero_first || matches!(end.byte(), b'.' | b'e' | b'E') {
            return None;
        }
        if len >= SURELY_EXACT {
            if len > 18 && !self.fits_i64(at, end) {
                return None;
            }
            self.note_rounded(at, end);
        }
        Some((end, if negative.is_some() { -(magnitude as f64) } else { magnitude as f64 }))
    }

    #[cold]
    fn fits_i64(&self, at: At<'a>, end: At<'a>) -> bool {
        core::str::from_utf8(self.between(at, end)).is_ok_and(|digits| digits.parse::<i64>().is_ok())
    }

    /// Notes an integer that a double rounds; the number may still go on with an exponent.
    #[cold]
    fn note_rounded(&self, at: At<'a>, end: At<'a>) {
        let number = self.between(at, end);
        let digits = number.strip_prefix(b"-").unwrap_or(number);
        let too_large = (digits.len(), digits) > (LAST_EXACT.len(), LAST_EXACT);
        if too_large && digits.iter().all(u8::is_ascii_digit) && !matches!(end.byte(), b'e' | b'E') {
            self.note(at, Oddity::RoundedInteger);
        }
        if digits.len() > 308 {
            self.note_beyond(at, end);
        }
    }

    /// Notes a number that is too large for a double.
    #[cold]
    fn note_beyond(&self, at: At<'a>, end: At<'a>) {
        if is_beyond_double(self.between(at, end)) {
            self.note(at, Oddity::BeyondDouble);
        }
    }

    /// `null`; `None` without a fault if it is not here.
    #[inline(always)]
    pub fn null(&self, at: At<'a>) -> Option<At<'a>> {
        // SAFETY: the four bytes are letters.
        is_four(at, b"null").then(|| unsafe { at.skip(4) })
    }

    /// `true` or `false`; `None` without a fault if neither is here.
    #[inline(always)]
    pub fn boolean(&self, at: At<'a>) -> Option<At<'a>> {
        if is_four(at, b"true") {
            // SAFETY: the four bytes are letters.
            return Some(unsafe { at.skip(4) });
        }
        // SAFETY: the five bytes are letters.
        (at.byte() == b'f' && at.word::<1>() as u32 == u32::from_le_bytes(*b"alse")).then(|| unsafe { at.skip(5) })
    }
}

/// A number of fewer characters is never rounded.
const SURELY_EXACT: usize = 16;

/// Two to the power of 53: doubles hold all integers up to it.
const LAST_EXACT: &[u8] = b"9007199254740992";

/// The first digits of the smallest number that rounds to infinity: 1.797…e308.
const FIRST_BEYOND: &[u8] = b"17976931348623158079";

/// Is a number, by its spelling, too large for a double?
fn is_beyond_double(number: &[u8]) -> bool {
    let split = number.iter().position(|byte| matches!(byte, b'e' | b'E')).unwrap_or(number.len());
    let (mantissa, exponent) = number.split_at(split);
    let exponent = core::str::from_utf8(exponent.get(1..).unwrap_or_default()).unwrap_or_default();
    // no text is long enough to hold as many digits as the limits that stand for what does not fit
    let limit = if exponent.starts_with('-') { i64::MIN / 2 } else { i64::MAX / 2 };
    let exponent = if exponent.is_empty() { 0 } else { exponent.parse::<i64>().unwrap_or(limit) };
    let mantissa = mantissa.strip_prefix(b"-").unwrap_or(mantissa);
    let point = mantissa.iter().position(|byte| *byte == b'.').unwrap_or(mantissa.len());
    let digits: Vec<u8> = mantissa.iter().copied().filter(u8::is_ascii_digit).collect();
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    let digits = digits.get(zeros..).unwrap_or_default();
    let order = exponent.saturating_add(point as i64).saturating_sub(zeros as i64);
    !digits.is_empty() && (order > 309 || order == 309 && digits >= FIRST_BEYOND)
}

#[inline(always)]
fn is_four(at: At, letters: &[u8; 4]) -> bool {
    at.word::<0>() as u32 == u32::from_le_bytes(*letters)
}

/// Behind the digits, and their value; it wraps when there are too many.
#[inline(always)]
fn magnitude(mut at: At) -> (At, u64) {
    let mut value = 0u64;
    loop {
        let digit = at.byte().wrapping_sub(b'0');
        if digit > 9 {
            return (at, value);
        }
        value = value.wrapping_mul(10).wrapping_add(digit as u64);
        // SAFETY: a digit is not NUL.
        at = unsafe { at.skip(1) };
    }
}
