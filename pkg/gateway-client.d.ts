import type { CallOptions, Filter, Formance, Hatchet, MeshX, Onfido, Page, Runs, SystemName } from "./wasm/runward.js";

/** Where the gateway is, and how to speak to it. */
export interface GatewayClientOptions<S extends SystemName = SystemName> {
  /** Where the gateway's routes begin: a URL, or in a page a path. `/api` when absent. */
  baseUrl?: string;
  /** Whose runs; `hatchet` when absent. */
  system?: S;
  /** An access token of the gateway, where it asks for one. */
  token?: string;
  /** Instead of the global `fetch`. */
  fetch?: typeof fetch;
  /** Milliseconds a single try may take; 30,000 when absent. */
  timeout?: number;
  /** How many more times a read is tried after the first; 2 when absent. Nothing else is ever tried again. */
  retries?: number;
}

/** What every gateway's client has. */
export interface GatewayRuns<S extends SystemName = SystemName> {
  readonly runs: [S] extends ["hatchet"] ? Hatchet["runs"] : Runs<S>;
  /** The first page of the list, now and whenever it moved. */
  events(options?: CallOptions & { filter?: Filter }): AsyncIterable<Page<S>>;
}

/** A system's own operations, as its own client has them. */
export type Operations<S extends SystemName = SystemName> = { hatchet: Hatchet; formance: Formance; onfido: Onfido; meshx: MeshX }[S] extends infer Client
  ? Omit<Client, "runs">
  : never;

/**
 * A system behind a gateway, for browsers: it holds none of its tokens, and has the methods of the system's own client. What
 * the gateway's operator does not offer is an `AuthError` with the code `operation_not_offered` or `read_only`; secrets in
 * what it gives are `"[redacted]"`.
 *
 * Streams end with a `NetworkError` or `TimeoutError`, both retryable, when the connection breaks or falls silent: open
 * them again. A page that is hidden or offline listens to nothing meanwhile, and goes on by itself when it is back.
 */
export type GatewayClient<S extends SystemName = SystemName> = GatewayRuns<S> & Operations<S>;

export const GatewayClient: {
  new <S extends SystemName = "hatchet">(options?: GatewayClientOptions<S>): GatewayClient<S>;
};
