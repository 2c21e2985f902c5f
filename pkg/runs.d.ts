import type { Page, Run, SystemName } from "./wasm/runward.js";

/**
 * A list of runs: `await` gives the first page, `for await` every run, `.pages()` every page. Pages are read when they
 * are asked for, and not before. Rows that cannot be read are no reason to stop: see `Page.unreadable`.
 */
export interface PagePromise<S extends SystemName = SystemName> extends PromiseLike<Page<S>>, AsyncIterable<Run<S>> {
  catch<T = never>(onError?: ((reason: unknown) => T | PromiseLike<T>) | null): Promise<Page<S> | T>;
  finally(onEnd?: (() => void) | null): Promise<Page<S>>;
  /** Every page from the first on. */
  pages(): AsyncGenerator<Page<S>, void, undefined>;
}
