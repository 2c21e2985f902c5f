export * from "./index.js";

/**
 * Makes the package ready: hand in the compiled module or the bytes of `runward/runward.wasm`, once, before any other call.
 * Compiling bytes is synchronous; where that is not allowed, or slow, hand in `await WebAssembly.compileStreaming(fetch(url))`.
 */
export function load(source: WebAssembly.Module | BufferSource): void;
