//! Panics on purpose, for the tests that show how the package outlives one. Not in the shipped build.
#![allow(clippy::panic)]
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;

/// Panics at once.
#[wasm_bindgen(js_name = panicNow)]
pub fn panic_now() {
    panic!("on purpose")
}

/// Waits for a promise of the caller's, then panics.
#[wasm_bindgen(js_name = panicAfter)]
pub async fn panic_after(promise: Promise) -> Result<JsValue, JsValue> {
    JsFuture::from(promise).await?;
    panic!("on purpose, later")
}

/// Waits for a promise of the caller's, and hands on its value.
#[wasm_bindgen(js_name = waitFor)]
pub async fn wait_for(promise: Promise) -> Result<JsValue, JsValue> {
    JsFuture::from(promise).await
}

/// Recurses until the stack is used up.
#[wasm_bindgen(js_name = overflow)]
pub fn overflow(depth: u32) -> u32 {
    #[allow(unconditional_recursion)]
    fn deeper(depth: u32) -> u32 {
        let here = [depth; 64];
        deeper(std::hint::black_box(&here).iter().sum()) + here.len() as u32
    }
    deeper(depth)
}

/// Something with state, to show what becomes of it.
#[wasm_bindgen]
pub struct Counter(u32);

#[wasm_bindgen]
impl Counter {
    /// From zero.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::new_without_default)]
    pub fn new() -> Counter {
        Counter(0)
    }

    /// The next number.
    pub fn next(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }
}
