// Every public name.
export {
  ArgumentError, AuthError, DecodeError, HttpError, InternalError, NetworkError, NotFoundError, RateLimitError, RunwardError,
  SignatureError, TimeoutError, TransitionError, UnknownOutcomeError, UnsupportedError, isRunwardError,
} from "./errors.js";
export * from "./wasm/runward.js";
