export * from "./errors.js";
export * from "./gateway-client.js";
export type { PagePromise } from "./runs.js";
export { capabilities, transitions } from "./tables.js";
export type { Transitions } from "./tables.js";
export * from "./wasm/runward.js";
