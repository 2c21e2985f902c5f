import type { Finding, SystemName } from "./wasm/runward.js";

/** What an error knows of its context; fields that do not apply are absent. None of them ever holds a secret. */
export interface ErrorFields {
  /** What happened, where, and how to mend it. */
  message: string;
  /** Stable, in snake_case, finer than the class. */
  code: string;
  /** Would the same call, later, have a chance? */
  retryable?: boolean;
  /** The system that was spoken to. */
  system?: SystemName;
  /** The HTTP status, where there was one. */
  status?: number;
  /** The system's own id of the request, where it gives one. */
  requestId?: string;
  /** Milliseconds to wait, where the system said so. */
  retryAfter?: number;
  /** What is wrong with the input or answer, in detail. */
  findings?: Finding[];
}

/** Whatever Runward fails with. An abort is none: it rejects with the signal's own reason, as `fetch` does. */
export class RunwardError extends Error {
  constructor(fields: ErrorFields, options?: { cause?: unknown });
  /** Stable, in snake_case, finer than the class. */
  readonly code: string;
  /** Would the same call, later, have a chance? */
  readonly retryable: boolean;
  /** The system that was spoken to. */
  readonly system?: SystemName;
  /** The HTTP status, where there was one. */
  readonly status?: number;
  /** The system's own id of the request, where it gives one. */
  readonly requestId?: string;
  /** Milliseconds to wait, where the system said so. */
  readonly retryAfter?: number;
  /** What is wrong with the input or answer, in detail. */
  readonly findings?: Finding[];
  /** The fields above and the class's name, for a log or an answer. */
  toJSON(): ErrorFields & { name: string };
}

/** An answer of a system that is no success. */
export class HttpError extends RunwardError {}
/** The system refused the credentials. */
export class AuthError extends HttpError {}
/** The system does not know it (any more, or yet). */
export class NotFoundError extends HttpError {}
/** Too many requests. */
export class RateLimitError extends HttpError {}
/** A per-try timeout or the deadline was reached. */
export class TimeoutError extends RunwardError {}
/** No whole answer arrived. */
export class NetworkError extends RunwardError {}
/** An answer or an input that is not what it should be. */
export class DecodeError extends RunwardError {}
/** A move that the lifecycle does not know. */
export class TransitionError extends RunwardError {}
/** A create may or may not have happened. */
export class UnknownOutcomeError extends RunwardError {}
/** A webhook's signature or time is wrong. */
export class SignatureError extends RunwardError {}
/** The system cannot do that. */
export class UnsupportedError extends RunwardError {}
/** An argument or option is wrong: mend the call. */
export class ArgumentError extends RunwardError {}
/** A defect of Runward's own. */
export class InternalError extends RunwardError {}

/** Is it an error of Runward's, and of that class? True for errors of another realm or another copy of the package too. */
export function isRunwardError(value: unknown, name?: string): value is RunwardError;
