
/** How to validate. */
export interface ValidateOptions {
  /** By what servers really send, or by the published contract to the letter; `wire` when absent. */
  level?: "wire" | "schema";
  /** What the document must be; recognised when absent. A run may come bare or in its envelope. */
  what?: "auto" | "run" | "page" | "created" | "history" | "event" | "task";
  /** Levels that may be open at once: 127 when absent, at most 512. */
  maxDepth?: number;
  /** Bytes that the document may have: 8 MiB when absent. */
  maxBytes?: number;
  /** Findings to report: 1,000 when absent. */
  maxFindings?: number;
}

/** All that was found in one document. */
export interface Report {
  /** No finding is an error. */
  valid: boolean;
  system: SystemName;
  /** What it was read as. `created` is Hatchet's answer to `return_only_id`: of its run only the id is real. */
  what: "run" | "page" | "created" | "history" | "event" | "task";
  /** How many runs it holds. */
  runs: number;
  /** In the order of their places in the document. */
  findings: Finding[];
}

/**
 * The run in a document, bare or in its envelope. Throws `DecodeError`, with all findings, when it is not one valid run,
 * and `ArgumentError` for an unknown system or a wrong option.
 */
export function parseRun<S extends SystemName>(system: S, source: Source, options?: ValidateOptions): Run<S>;

/**
 * The runs of a page. Throws `DecodeError`, with all findings, when it is not a valid page, and `ArgumentError` for an
 * unknown system or a wrong option.
 */
export function parsePage<S extends SystemName>(system: S, source: Source, options?: ValidateOptions): Page<S>;
