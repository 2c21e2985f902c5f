// Every public name.
import { runTableOf } from "./run-table.js";
import { transitionsOf } from "./tables.js";
import * as glue from "./wasm/runward.glue.js";

export {
  ArgumentError, AuthError, DecodeError, HttpError, InternalError, NetworkError, NotFoundError, RateLimitError, RunwardError,
  SignatureError, TimeoutError, TransitionError, UnknownOutcomeError, UnsupportedError, isRunwardError,
} from "./errors.js";
export { Formance, Gateway, Hatchet, MeshX, Onfido, trigger } from "./clients.js";
export { GatewayClient } from "./gateway-client.js";
export { capabilities } from "./operations.js";
export {
  allowedNext, applyEvent, diagram, expectation, lifecycle, newId, parsePage, parseRun, recognise, validateHistory, validateRun,
  validateTransition, verifyWebhook,
} from "./wasm/runward.js";

export const transitions = transitionsOf(glue);
export const RunTable = runTableOf(glue);
