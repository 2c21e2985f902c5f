export * from "./errors.js";
export * from "./wasm/runward.js";
