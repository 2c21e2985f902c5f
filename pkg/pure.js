// Every public name of the small module: all that neither sends nor waits.
import { runTableOf } from "./run-table.js";
import { transitionsOf } from "./tables.js";
import * as glue from "./wasm/validate.glue.js";

export { ArgumentError, DecodeError, InternalError, RunwardError, TransitionError, UnsupportedError, isRunwardError } from "./errors.js";
export { capabilities } from "./operations.js";
export {
  allowedNext, applyEvent, diagram, expectation, lifecycle, newId, parsePage, parseRun, recognise, validateHistory, validateRun,
  validateTransition,
} from "./wasm/validate.js";

export const transitions = transitionsOf(glue);
export const RunTable = runTableOf(glue);
