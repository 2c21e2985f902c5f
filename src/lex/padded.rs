//! The buffer, and places in it: all raw memory access of the crate rests on these two types.
use core::marker::PhantomData;
use core::ptr::NonNull;

/// How many NUL bytes follow the text.
pub const PAD: usize = 64;

/// A text and its padding.
#[derive(Default)]
pub struct Padded(Vec<u8>);

impl Padded {
    /// How many bytes a text is followed by.
    pub const PAD: usize = PAD;

    /// Copies `text`.
    pub fn new(text: &[u8]) -> Padded {
        let mut padded = Padded::default();
        padded.room(text.len()).copy_from_slice(text);
        padded
    }

    /// Takes `text` as it is; it is not copied if it has [`PAD`] bytes of room.
    pub fn of(mut text: Vec<u8>) -> Padded {
        text.resize(text.len() + PAD, 0);
        Padded(text)
    }

    /// Makes room for a text of `len` bytes, to be written in place. What stands there before is unspecified.
    pub fn room(&mut self, len: usize) -> &mut [u8] {
        self.0.truncate(len);
        self.0.resize(len, 0);
        self.0.resize(len + PAD, 0);
        self.0.get_mut(..len).unwrap_or_default()
    }

    /// The text.
    pub fn text(&self) -> &[u8] {
        self.0.get(..self.0.len().saturating_sub(PAD)).unwrap_or_default()
    }

    /// The text and [`PAD`] NUL bytes.
    pub(crate) fn padded(&self) -> &[u8] {
        if self.0.len() < PAD { &[0; PAD] } else { &self.0 }
    }
}

/// A place in a padded text: a byte of the text or the first byte of its padding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct At<'a> {
    byte: NonNull<u8>,
    input: PhantomData<&'a [u8]>,
}

impl<'a> At<'a> {
    /// The place of the first byte.
    ///
    /// # Safety
    /// The last [`PAD`] bytes must be there and be NUL.
    #[inline(always)]
    pub(crate) unsafe fn first(padded: &'a [u8]) -> At<'a> {
        At { byte: NonNull::from(padded).cast(), input: PhantomData }
    }

    /// The byte here; NUL at the end of the text.
    #[inline(always)]
    pub fn byte(self) -> u8 {
        self.peek::<0>()
    }

    #[inline(always)]
    pub(crate) fn address(self) -> usize {
        self.byte.as_ptr().addr()
    }

    /// The byte `N` bytes further on.
    #[inline(always)]
    pub(crate) fn peek<const N: usize>(self) -> u8 {
        const { assert!(N < PAD) };
        // SAFETY: at least PAD bytes can be read from any place, and N < PAD.
        unsafe { self.byte.add(N).read() }
    }

    /// The eight bytes from `N` bytes further on, the first of them lowest.
    #[inline(always)]
    pub(crate) fn word<const N: usize>(self) -> u64 {
        const { assert!(N + 8 <= PAD) };
        // SAFETY: at least PAD bytes can be read from any place, and N + 8 <= PAD.
        u64::from_le(unsafe { self.byte.add(N).cast().read_unaligned() })
    }

    /// The sixteen bytes from `N` bytes further on.
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    #[inline(always)]
    pub(crate) fn vector<const N: usize>(self) -> core::arch::wasm32::v128 {
        const { assert!(N + 16 <= PAD) };
        // SAFETY: at least PAD bytes can be read from any place, and N + 16 <= PAD; `v128_load` needs no alignment.
        unsafe { core::arch::wasm32::v128_load(self.byte.add(N).as_ptr().cast()) }
    }

    /// The place `n` bytes further on.
    ///
    /// # Safety
    /// None of the `n` bytes from here may be NUL.
    #[inline(always)]
    pub(crate) unsafe fn skip(self, n: usize) -> At<'a> {
        // SAFETY: the first padding byte is NUL, so by contract the `n` bytes are all of the text, and the new place is
        // at most the first padding byte.
        At { byte: unsafe { self.byte.add(n) }, ..self }
    }

    /// Behind the byte `BYTE`, if it stands here.
    #[inline(always)]
    pub(crate) fn eat<const BYTE: u8>(self) -> Option<At<'a>> {
        const { assert!(BYTE != 0) };
        // SAFETY: the byte here is BYTE, which is not NUL.
        (self.byte() == BYTE).then(|| unsafe { self.skip(1) })
    }

    #[inline(never)]
    pub(crate) fn behind_spaces(mut self) -> At<'a> {
        while matches!(self.byte(), b' ' | b'\t' | b'\n' | b'\r') {
            // SAFETY: white space is not NUL.
            self = unsafe { self.skip(1) };
        }
        self
    }

    #[inline(always)]
    pub(crate) fn behind_digits(mut self) -> At<'a> {
        while self.byte().is_ascii_digit() {
            // SAFETY: a digit is not NUL.
            self = unsafe { self.skip(1) };
        }
        self
    }
}
