import type { CallOptions, Filter, Page, Runs, SystemName } from "./wasm/runward.js";

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

/**
 * The runs behind a gateway, for browsers: it holds no system's token.
 *
 * Streams end with a `NetworkError` or `TimeoutError`, both retryable, when the connection breaks or falls silent: open
 * them again. A page that is hidden or offline listens to nothing meanwhile, and goes on by itself when it is back.
 */
export class GatewayClient<S extends SystemName = SystemName> {
  constructor(options?: GatewayClientOptions<S>);
  readonly runs: Runs<S>;
  /** The first page of the list, now and whenever it moved. */
  events(options?: CallOptions & { filter?: Filter }): AsyncIterable<Page<S>>;
}
