
/** Which runs of a table to find; without a member, all in the order in which they came. */
export interface Query {
  /** The system's own words. */
  status?: string | string[];
  phase?: Phase | Phase[];
  /** Created at or after, in milliseconds since 1970. */
  since?: number;
  /** Created at or before, in milliseconds since 1970. */
  until?: number;
  /** A part of the id, in either case. */
  text?: string;
  /** What has no such value comes last, in either order. */
  sort?: "created" | "started" | "finished" | "duration";
  /** `asc` when absent. */
  order?: "asc" | "desc";
}

/** What a query found: numbers of rows, in its order. */
export type View = Uint32Array;

/**
 * Many runs of one system: their bytes are kept once, and of each run the few values by which runs are filtered, sorted
 * and counted; a run is decoded only when `rows` asks for it. It holds memory until it is freed: say `using`, or call
 * `[Symbol.dispose]()`.
 */
export class RunTable<S extends SystemName = SystemName> {
  /** Throws `ArgumentError` for an unknown system or a wrong option. `maxBytes` does not apply: a table takes up to 4 GiB. */
  constructor(system: S, options?: ValidateOptions);
  /** Takes the next bytes: pages, runs and arrays of them, one behind the other, cut anywhere. Nothing is read yet. */
  push(bytes: Uint8Array | ArrayBuffer): void;
  /**
   * Reads what was pushed since the last time. The valid runs become rows; what is wrong stands in the report, whose
   * pointers count from the last time. Afterwards more can be pushed.
   */
  end(): Report;
  /** How many runs there are. */
  readonly length: number;
  /** The rows that fit. */
  query(query?: Query): View;
  /** How many runs there are of each status or phase, in a view or at all. */
  counts(by: "status" | "phase", view?: View): Record<string, number>;
  /** The runs from `start` to before `end` of a view, decoded. */
  rows(view: View, start?: number, end?: number): Run<S>[];
  [Symbol.dispose](): void;
}
