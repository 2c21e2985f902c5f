//! Known strings, compared whole.
use super::{At, Lex};

/// A string as it stands in the text, with its quotes and, for a key, its colon: one masked comparison of 32 bytes, and
/// one of the rest for the few that are longer.
#[repr(C, align(16))]
pub struct Token {
    bytes: [u64; 4],
    mask: [u64; 4],
    /// How many bytes the comparison covers.
    len: u32,
    /// What stands behind the first 32 bytes.
    rest: Vec<u8>,
}

impl Token {
    /// The spelling of a member's name and the colon behind it.
    pub fn key(name: &str) -> Token {
        Token::new(name, "\":")
    }

    /// The spelling of a string.
    pub fn string(text: &str) -> Token {
        Token::new(text, "\"")
    }

    /// A text with NUL in it would not be one that a place may move over; it becomes a token that stands nowhere.
    fn new(text: &str, ending: &str) -> Token {
        let spelled = if text.contains('\0') { "\"\u{1}\"".into() } else { format!("\"{text}{ending}") };
        let mut token = Token { bytes: [0; 4], mask: [0; 4], len: spelled.len().min(32) as u32, rest: vec![] };
        let (words, rest) = spelled.as_bytes().split_at(token.len as usize);
        for (i, bytes) in words.chunks(8).enumerate() {
            let mut word = [0; 8];
            let mut mask = [0; 8];
            bytes.iter().zip(&mut word).zip(&mut mask).for_each(|((from, to), mask)| (*to, *mask) = (*from, 0xFF));
            if let (Some(to), Some(to_mask)) = (token.bytes.get_mut(i), token.mask.get_mut(i)) {
                (*to, *to_mask) = (u64::from_le_bytes(word), u64::from_le_bytes(mask));
            }
        }
        token.rest = rest.to_vec();
        token
    }

    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    #[inline(always)]
    fn is_at(&self, at: At) -> bool {
        use core::arch::wasm32::*;
        let [bytes_low, bytes_high] = vectors(&self.bytes);
        let [mask_low, mask_high] = vectors(&self.mask);
        let low = v128_and(v128_xor(at.vector::<0>(), bytes_low), mask_low);
        let high = v128_and(v128_xor(at.vector::<16>(), bytes_high), mask_high);
        !v128_any_true(v128_or(low, high))
    }

    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    #[inline(always)]
    fn is_at(&self, at: At) -> bool {
        let [a, b, c, d] = self.bytes;
        let [mask_a, mask_b, mask_c, mask_d] = self.mask;
        (at.word::<0>() ^ a) & mask_a == 0
            && (self.len <= 8 || (at.word::<8>() ^ b) & mask_b == 0)
            && (self.len <= 16 || ((at.word::<16>() ^ c) & mask_c) | ((at.word::<24>() ^ d) & mask_d) == 0)
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(always)]
fn vectors(words: &[u64; 4]) -> [core::arch::wasm32::v128; 2] {
    // SAFETY: both are 32 bytes in which every pattern is valid.
    unsafe { core::mem::transmute(*words) }
}

impl<'a> Lex<'a> {
    /// Behind the token, if it stands here.
    #[inline(always)]
    pub fn token(&self, at: At<'a>, token: &Token) -> Option<At<'a>> {
        // SAFETY: the text agrees with the token in all `len` bytes, and a token holds no NUL.
        let end = token.is_at(at).then(|| unsafe { at.skip(token.len as usize) })?;
        if token.rest.is_empty() { Some(end) } else { behind(end, &token.rest) }
    }
}

/// Behind these bytes, if they stand here.
#[cold]
fn behind<'a>(mut at: At<'a>, bytes: &[u8]) -> Option<At<'a>> {
    for byte in bytes {
        if at.byte() != *byte {
            return None;
        }
        // SAFETY: the byte here is one of a token, which holds no NUL.
        at = unsafe { at.skip(1) };
    }
    Some(at)
}
