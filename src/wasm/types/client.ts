
/** A secret, or what gives it, asked anew for each call. */
export type Secret = string | (() => string | Promise<string>);

/** What goes on inside a call, for logs and measures. None of it holds a secret, and a hook that throws disturbs nothing. */
export interface Hooks {
  /** A request is about to be sent; `url` is without its query, `attempt` counts from 1. */
  onRequest?(event: { method: string; url: string; attempt: number }): void;
  /** An answer came, this many milliseconds after its request. */
  onResponse?(event: { status: number; millis: number }): void;
  /** A try failed, and there will be another after this many milliseconds. */
  onRetry?(event: { code: string; wait: number }): void;
}

/** What every client takes. */
export interface ClientOptions {
  /** Instead of the global `fetch`. */
  fetch?: typeof fetch;
  /** Milliseconds a single try may take. */
  timeout?: number;
  /** Milliseconds a whole call may take. */
  deadline?: number;
  /** How many more times a read is tried after the first. */
  retries?: number;
  /** The largest answer to take, in bytes. */
  maxBytes?: number;
  hooks?: Hooks;
  /** Ends all calls of the client. */
  signal?: AbortSignal;
  /** A page shows its token to every visitor; without this, a client refuses to be made in one. */
  iKnowThisTokenIsPublic?: boolean;
}

/** What a client of Hatchet takes. */
export interface HatchetOptions extends ClientOptions {
  token: Secret;
  /** Where Hatchet's API begins; read from the token when absent. */
  baseUrl?: string;
  /** The tenant's id; read from the token when absent. */
  tenant?: string;
}

/**
 * A client of Hatchet's v1 REST API. It holds a token, so it belongs into an edge function, a worker or a server.
 * Throws `ArgumentError` for wrong options, and in a page, where a token is no secret.
 */
export class Hatchet {
  constructor(options: HatchetOptions);
  readonly runs: Runs<"hatchet">;
}

/** What gateways and triggers share. */
export interface HandlerOptions {
  /** The path that all routes are below: `/api` when absent. */
  basePath?: string;
  /** Tokens of which every request must bring one, as `Authorization: Bearer …`; none is asked for when absent. */
  accessTokens?: string[];
  /** Other origins whose pages may read and write here. */
  origins?: string[];
  /** The largest body of a request, in bytes: 4 MiB when absent. */
  maxBytes?: number;
  /** Lets a request in by giving `true`; a `Response` becomes the answer, anything else refuses. */
  authorize?(request: Request): boolean | Response | Promise<boolean | Response>;
}

/** What a gateway takes. */
export interface GatewayOptions extends HandlerOptions {
  /** The clients that it speaks through. */
  systems: { hatchet?: Hatchet };
}

/** An edge handler that holds the systems' tokens and serves browsers: lists, runs, their events, creates, cancels. */
export class Gateway {
  constructor(options: GatewayOptions);
  /** Answers a request. Failures are answers too; it rejects only when the request is aborted. It needs no `this`. */
  readonly handle: (request: Request) => Promise<Response>;
}

/** What a trigger takes. */
export interface TriggerOptions extends HandlerOptions {
  /** The client that it creates runs through. */
  client: Hatchet;
  /** The workflow of every run; the whole body is then its input. Without it the body names the workflow. */
  workflow?: string;
  /** Where runs are read, for the `Location` of the answer. */
  location?: string;
}

/** An edge function that takes a form post or JSON, creates a run, and answers 202 with its `Location`, or 4xx with findings. */
export function trigger(options: TriggerOptions): (request: Request) => Promise<Response>;
