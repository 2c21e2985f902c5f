// Error classes: one per reaction. What goes wrong in the WebAssembly arrives here as plain fields.
const brand = Symbol.for("runward.error");
const context = ["system", "status", "requestId", "retryAfter", "findings"];

/** Whatever Runward fails with. */
export class RunwardError extends Error {
  constructor(fields, options) {
    super(fields.message, options);
    this.code = fields.code;
    this.retryable = fields.retryable ?? false;
    for (const key of context) if (fields[key] !== undefined) this[key] = fields[key];
  }

  toJSON() {
    const { name, message, code, retryable } = this;
    const known = context.filter((key) => this[key] !== undefined).map((key) => [key, this[key]]);
    return { name, message, code, retryable, ...Object.fromEntries(known) };
  }
}

export class HttpError extends RunwardError {}
export class AuthError extends HttpError {}
export class NotFoundError extends HttpError {}
export class RateLimitError extends HttpError {}
export class TimeoutError extends RunwardError {}
export class NetworkError extends RunwardError {}
export class DecodeError extends RunwardError {}
export class TransitionError extends RunwardError {}
export class UnknownOutcomeError extends RunwardError {}
export class SignatureError extends RunwardError {}
export class UnsupportedError extends RunwardError {}
export class ArgumentError extends RunwardError {}
export class InternalError extends RunwardError {}

// Names as text, because bundlers shorten those of classes.
const classes = {
  RunwardError, HttpError, AuthError, NotFoundError, RateLimitError, TimeoutError, NetworkError, DecodeError, TransitionError,
  UnknownOutcomeError, SignatureError, UnsupportedError, ArgumentError, InternalError,
};
for (const [name, { prototype }] of Object.entries(classes)) {
  Object.defineProperty(prototype, "name", { value: name, configurable: true, writable: true });
}
Object.defineProperty(RunwardError.prototype, brand, { value: true });

export function isRunwardError(value, name) {
  return value?.[brand] === true && (name === undefined || value.name === name);
}

// The error that the WebAssembly or a gateway describes: `kind` is the class's name without its last five letters.
export function errorOf({ kind, ...fields }, cause) {
  const Kind = classes[`${kind}Error`] ?? InternalError;
  return new Kind(fields, cause === undefined ? undefined : { cause });
}
