// The package without its WebAssembly: call `load` with it before anything else.
export { load } from "./wasm/runward.glue.js";
export * from "./all.js";
