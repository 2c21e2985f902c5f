//! Strings of a known format: UUIDs and RFC 3339 date-times.
use super::string::not_hex;
use super::{At, HIGH, Lex, ONES, Padded, Trace};

/// Is this text a UUID (`8-4-4-4-12` hexadecimal digits)?
pub fn is_uuid(text: &str) -> bool {
    is_quoted(text, |lex, at| lex.uuid(at))
}

/// Is this text an RFC 3339 date-time of a day that exists?
pub fn is_date_time(text: &str) -> bool {
    is_quoted(text, |lex, at| lex.date_time(at).map(|(end, _)| end))
}

fn is_quoted(text: &str, read: impl for<'a> Fn(&Lex<'a>, At<'a>) -> Option<At<'a>>) -> bool {
    let input = Padded::new(format!("\"{text}\"").as_bytes());
    let trace = Trace::default();
    let lex = Lex::new(&input, &trace);
    read(&lex, lex.start()).is_some_and(|end| lex.is_end(end))
}

/// The date and the clock of a date-time, as they are written.
struct Written {
    year: u32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
}

impl<'a> Lex<'a> {
    /// A string that is a UUID.
    #[inline(always)]
    pub fn uuid(&self, at: At<'a>) -> Option<At<'a>> {
        const DASHES_B: u64 = 0x0000_FF00_0000_00FF;
        const DASHES_C: u64 = 0xFF00_0000_00FF_0000;
        const LAST: u64 = 0xFF << 56;
        let dash = ONES * b'-' as u64;
        let zero = ONES * b'0' as u64;
        // hhhhhhhh  -hhhh-hh  hh-hhhh-  hhhhhhhh  and, overlapping, the last seven digits and the quote
        let (a, b, c, d, e) = (at.word::<1>(), at.word::<9>(), at.word::<17>(), at.word::<25>(), at.word::<30>());
        let dashes = ((b ^ dash) & DASHES_B) | ((c ^ dash) & DASHES_C);
        let digits_b = (b & !DASHES_B) | (zero & DASHES_B);
        let digits_c = (c & !DASHES_C) | (zero & DASHES_C);
        let digits_e = (e & !LAST) | (zero & LAST);
        let others = not_hex(a) | not_hex(digits_b) | not_hex(digits_c) | not_hex(d) | not_hex(digits_e);
        let quotes = at.byte() == b'"' && e >> 56 == b'"' as u64;
        // SAFETY: the 38 bytes are two quotes, four dashes and 32 digits.
        (quotes && dashes | others == 0).then(|| unsafe { at.skip(38) })
    }

    /// A string of one or more of `0-9`, `a-z`, `_` and `-`.
    #[inline(never)]
    pub fn slug(&self, at: At<'a>) -> Option<At<'a>> {
        let end = self.string(at)?;
        let inside = self.inside(at, end);
        let fits = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'_' | b'-');
        (!inside.is_empty() && inside.iter().all(fits)).then_some(end)
    }

    /// A string that is an RFC 3339 date-time, with its milliseconds since 1970.
    #[inline(always)]
    pub fn date_time(&self, at: At<'a>) -> Option<(At<'a>, f64)> {
        let (end, ms, _) = self.time(at, zone)?;
        Some((end, ms))
    }

    /// The same, where the offset may be left out for UTC; answers also whether it was.
    #[inline(never)]
    pub fn naive_date_time(&self, at: At<'a>) -> Option<(At<'a>, f64, bool)> {
        let zone_if_any = |at: At<'a>| if at.byte() == b'"' { Some((at, 0)) } else { zone(at) };
        self.time(at, zone_if_any)
    }

    /// A string that is a date-time: its end, its milliseconds, and whether it had no offset.
    #[inline(always)]
    fn time(&self, at: At<'a>, zone: impl Fn(At<'a>) -> Option<(At<'a>, i32)>) -> Option<(At<'a>, f64, bool)> {
        if at.byte() != b'"' {
            return None;
        }
        let written = Written::read(at)?;
        // SAFETY: the quote and the 19 characters of `YYYY-MM-DDTHH:MM:SS` were seen.
        let at = unsafe { at.skip(20) };
        let (at, fraction) = fraction(at)?;
        let (behind, offset) = zone(at)?;
        let end = behind.eat::<b'"'>()?;
        let minutes = (written.hour * 60 + written.minute) as i32 - offset;
        if written.second == 60 && minutes.rem_euclid(1440) != 1439 {
            return None; // leap seconds end a day in UTC
        }
        let days = days_since_1970(written.year, written.month, written.day)? as f64;
        let ms = days * 86_400_000.0 + (minutes * 60 + written.second as i32) as f64 * 1000.0 + fraction;
        Some((end, ms, behind == at))
    }
}

impl Written {
    /// `"YYYY-MM-DDTHH:MM:SS`, each number within its widest range.
    #[inline(always)]
    fn read(quote: At) -> Option<Written> {
        // each byte becomes its digit, and zero where a separator must stand
        let date = quote.word::<1>() ^ u64::from_le_bytes(*b"0000-00-");
        let clock = (quote.word::<9>() ^ u64::from_le_bytes(*b"00T00:00")) & !(0x20 << 16); // t or T
        // adding 0x76 sets the top bit of what is more than nine, adding 0x7F of what is more than zero
        let others =
            date.wrapping_add(0x7F76_767F_7676_7676) | clock.wrapping_add(0x7676_7F76_767F_7676) | date | clock;
        let (tens, ones) = (quote.peek::<18>().wrapping_sub(b'0'), quote.peek::<19>().wrapping_sub(b'0'));
        if others & HIGH != 0 || quote.peek::<17>() != b':' || tens > 6 || ones > 9 {
            return None;
        }
        let (date, clock) = (pairs(date), pairs(clock));
        let written = Written {
            year: byte(date, 0) * 100 + byte(date, 2),
            month: byte(date, 5),
            day: byte(clock, 0),
            hour: byte(clock, 3),
            minute: byte(clock, 6),
            second: tens as u32 * 10 + ones as u32,
        };
        (written.hour < 24 && written.minute < 60 && written.second <= 60).then_some(written)
    }
}

/// Byte `i` becomes digit `i` times ten plus the digit behind it.
#[inline(always)]
fn pairs(digits: u64) -> u64 {
    digits.wrapping_mul(10).wrapping_add(digits >> 8)
}

#[inline(always)]
fn byte(word: u64, i: u32) -> u32 {
    (word >> (8 * i)) as u32 & 0xFF
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar; `None` if the day does not exist.
#[inline(always)]
fn days_since_1970(year: u32, month: u32, day: u32) -> Option<i32> {
    const BEFORE_MONTH: [u16; 13] = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    const BEFORE_1970: i32 = 719_528;
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    if month == 0 || day == 0 || day > 28 && day > longest_day(month, leap) {
        return None;
    }
    let before_month = *BEFORE_MONTH.get(month as usize)? as i32;
    let leap_days = |last: i32| last.div_euclid(4) - last.div_euclid(100) + last.div_euclid(400);
    let before_year = year as i32 * 365 + leap_days(year as i32 - 1) + 1; // the year 0 is a leap year
    Some(before_year + before_month + (leap && month > 2) as i32 + day as i32 - 1 - BEFORE_1970)
}

#[inline(always)]
fn longest_day(month: u32, leap: bool) -> u32 {
    if month == 2 { 28 + leap as u32 } else { 30 + ((month + (month >> 3)) & 1) }
}

/// The fraction of a second, if there is one, in milliseconds. Digits behind the eighth are read and dropped.
#[inline(always)]
fn fraction(at: At) -> Option<(At, f64)> {
    const MS: [f64; 9] = [0.0, 1e2, 1e1, 1e0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5];
    let Some(from) = at.eat::<b'.'>() else { return Some((at, 0.0)) };
    let digits = from.word::<0>() ^ (ONES * b'0' as u64);
    let others = (digits.wrapping_add(ONES * 0x76) | digits) & HIGH;
    let len = others.trailing_zeros() / 8;
    if len == 0 {
        return None;
    }
    // the digits move to the end of the word, so that zeros stand before them
    let value = eight_digits(digits << (64 - 8 * len));
    let ms = value as f64 * MS.get(len as usize).copied().unwrap_or_default();
    Some((from.behind_digits(), ms))
}

/// The number that the eight digits, one a byte, spell.
#[inline(always)]
fn eight_digits(digits: u64) -> u64 {
    const EVERY_OTHER_PAIR: u64 = 0x0000_00FF_0000_00FF;
    let pairs = pairs(digits);
    let first_and_third = (pairs & EVERY_OTHER_PAIR).wrapping_mul(100 | 1_000_000 << 32);
    let second_and_fourth = ((pairs >> 16) & EVERY_OTHER_PAIR).wrapping_mul(1 | 10_000 << 32);
    first_and_third.wrapping_add(second_and_fourth) >> 32
}

/// `Z` or an offset, in minutes east of UTC.
#[inline(always)]
fn zone<'a>(at: At<'a>) -> Option<(At<'a>, i32)> {
    if let Some(end) = at.eat::<b'Z'>().or_else(|| at.eat::<b'z'>()) {
        return Some((end, 0));
    }
    let sign = match at.byte() {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digit = |byte: u8| byte.is_ascii_digit().then(|| (byte - b'0') as i32);
    let hours = digit(at.peek::<1>())? * 10 + digit(at.peek::<2>())?;
    let minutes = digit(at.peek::<4>())? * 10 + digit(at.peek::<5>())?;
    if at.peek::<3>() != b':' || hours > 23 || minutes > 59 {
        return None;
    }
    // SAFETY: the sign, four digits and a colon were seen.
    Some((unsafe { at.skip(6) }, sign * (hours * 60 + minutes)))
}
