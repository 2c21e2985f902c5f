export { ArgumentError, DecodeError, InternalError, RunwardError, TransitionError, UnsupportedError, isRunwardError } from "./errors.js";
export { capabilities, transitions } from "./tables.js";
export type { Transitions } from "./tables.js";
export * from "./wasm/validate.js";
