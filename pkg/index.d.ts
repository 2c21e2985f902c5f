export * from "./errors.js";
export * from "./gateway-client.js";
export type { PagePromise } from "./runs.js";
export * from "./wasm/runward.js";
