import type { RunwardError } from "../errors.js";
import type { PagePromise } from "../runs.js";

/** Runward's common word for how a run stands; `unknown` is a status that is not known. */
export type Phase = "queued" | "running" | "waiting" | "finished" | "unknown";

/** How a finished run ended. */
export type Outcome = "succeeded" | "declined" | "review" | "expired" | "cancelled" | "failed";

/** A run of any system, in one shape. What the system sent stands under `wire`. */
export interface Run<S extends SystemName = SystemName> {
  system: S;
  /** The id that the system reads it by. */
  id: string;
  /** The workflow it executes. */
  workflowId?: string;
  /** A name for people. */
  name?: string;
  /** The system's own word, as it came. */
  status: string;
  phase: Phase;
  /** Only with the phase `finished`. */
  outcome?: Outcome;
  /** From 1; a retry or replay opens the next. */
  attempt: number;
  /** Milliseconds since 1970. */
  createdAt?: number;
  /** When the newest attempt began, in milliseconds since 1970. */
  startedAt?: number;
  /** When the newest attempt ended, in milliseconds since 1970. */
  finishedAt?: number;
  /** Milliseconds, as the system counts them. */
  duration?: number;
  /** What the run was given, out of the system's envelope. */
  input?: unknown;
  /** What it made of it. */
  output?: unknown;
  /** What went wrong, in the system's or the worker's words. */
  error?: string;
  tags: string[];
  /** The caller's own data about the run. */
  metadata?: Record<string, unknown>;
  /** The run or task that started this one. */
  parentId?: string;
  /** Its parts, in the order in which they began or will. */
  stages: Stage[];
  /** Where a person can look at it or act on it. */
  link?: string;
  /** What the system sent. JavaScript numbers may round; a finding then carries the exact text. */
  wire: Wire<S>;
}

/** A part of a run. */
export interface Stage {
  /** Absent while the stage has none yet. */
  id?: string;
  /** A name for people. */
  name: string;
  /** The system's own word; `""` while the stage does not exist yet. */
  status: string;
  phase: Phase;
  outcome?: Outcome;
  /** From 1. */
  attempt: number;
  /** Milliseconds since 1970. */
  startedAt?: number;
  /** Milliseconds since 1970. */
  finishedAt?: number;
  input?: unknown;
  output?: unknown;
  error?: string;
  /** Names or ids of the stages behind it, where the system tells its graph. */
  next?: string[];
}

/** A page of a list. */
export interface Page<S extends SystemName = SystemName> {
  runs: Run<S>[];
  /** The rows that cannot be read as runs; one of them spoils no other. `parsePage` refuses a page that has some. */
  unreadable?: Unreadable[];
  /** Where the next page begins; absent on the last. */
  next?: string;
}

/** A row of a page that cannot be read as a run. */
export interface Unreadable {
  /** Which row of the page, from 0. */
  index: number;
  /** What is wrong with it; pointers begin at the row. */
  findings: Finding[];
  /** What the system sent; a gateway keeps it to itself, because nobody knows what is in it. */
  wire?: unknown;
}

/** A run to create. */
export type Create<S extends SystemName = SystemName> = {
  hatchet: {
    /** The workflow's name. */
    workflow: string;
    /** What the run is given. */
    input?: object;
    /** The caller's own data about the run. */
    metadata?: Record<string, unknown>;
    /** 1 to 3. */
    priority?: number;
    /**
     * What the workflow's own idempotency expression makes of this input. Where its claim is taken, or an answer is lost, the
     * run that holds it is found, and given as if it had just been created.
     */
    idempotencyKey?: string;
  };
  formance: {
    /** The workflow's id. */
    workflow: string;
    /** Its variables. Amounts too are texts, of any length. */
    input?: Record<string, string>;
  };
  onfido: {
    /** The workflow's id. */
    workflow: string;
    applicantId: string;
    /** The run's `custom_data`. */
    input?: object;
    tags?: string[];
    customerUserId?: string;
    /** `completed_redirect_url`, `expired_redirect_url`, `expires_at`, `language`. */
    link?: object;
  };
  meshx: {
    /** The id of the data product. */
    workflow: string;
    name: string;
    /** `single` when absent. */
    runType?: string;
    createdBy?: string;
  };
}[S];

/** Which runs to list; without a member, all. */
export interface Filter {
  /** The system's own words. */
  status?: string | string[];
  /** Created at or after, in milliseconds since 1970. */
  since?: number;
  /** Created at or before, in milliseconds since 1970. */
  until?: number;
  /** Ids of workflows. */
  workflow?: string | string[];
  /** Pairs of the metadata, all of which must be there. */
  metadata?: Record<string, string>;
  /** Labels, all of which must be there: Onfido. */
  tags?: string | string[];
  /** The `key` that they were created with. Where a system keeps none, that is an `UnsupportedError`. */
  key?: string;
  /** Keys of which one was claimed by the workflow's own idempotency expression: Hatchet. */
  idempotencyKeys?: string | string[];
  /** How many runs a page holds at the most; Onfido's pages have a size of their own. */
  limit?: number;
  /** Inputs and outputs too, where the list leaves them out otherwise. */
  payloads?: boolean;
  /** The `next` of an earlier page. */
  cursor?: string;
}

/** What one call may ask for beside its arguments. */
export interface CallOptions {
  /** An abort rejects with the signal's own reason. */
  signal?: AbortSignal;
  /** Milliseconds a single try may take. */
  timeout?: number;
  /** Milliseconds the whole call may take. */
  deadline?: number;
  /** How many more times a read is tried after the first. */
  retries?: number;
  /** The W3C trace context to pass on. */
  traceparent?: string;
}

/** What a call takes that asks for a move. */
export interface MoveOptions extends CallOptions {
  /** Ask all the same where the lifecycle rules it out. */
  force?: boolean;
}

/** How to watch a run. */
export interface WatchOptions extends CallOptions {
  /** Go on after a confirmed end: a run may be re-opened. */
  follow?: boolean;
}

/** What two snapshots of a run are to each other. */
export type Verdict = "same" | "advance" | "newAttempt" | "revision" | "stale" | "conflict";

/** A step that was seen. */
export interface Change<S extends SystemName = SystemName> {
  /** The newest accepted read before; absent for the first. */
  before?: Run<S>;
  after: Run<S>;
  verdict: Verdict;
  /** What makes such a step happen. */
  cause?: string;
  findings: Finding[];
  /** The run looks finished, on one read only. */
  provisional: boolean;
  /** When a second read confirmed the end, in milliseconds since 1970. */
  confirmedAt?: number;
  /** When the run will be read again, in milliseconds since 1970; absent after the last change. */
  nextReadAt?: number;
}

/** What came of a cancel or replay. Only a later read shows what an accepted one did: `unknown` when nobody looked. */
export interface Effect<S extends SystemName = SystemName> {
  accepted: boolean;
  effect: "effective" | "ineffective" | "unknown";
  run?: Run<S>;
}

/** What came of one of many runs. */
export interface EffectOn<S extends SystemName = SystemName> extends Effect<S> {
  id: string;
  /** What went wrong with it; what came of the others is their own. */
  error?: RunwardError;
}

/** How to cancel or replay many runs. */
export interface ManyOptions extends CallOptions {
  /** Look for the effect on each. */
  confirm?: boolean;
  /** Ask all the same where the lifecycle rules it out. */
  force?: boolean;
  /** Of how many at the most, 1,000 when absent: more is an `ArgumentError`, and none is touched. */
  most?: number;
}

/** The runs of a system. */
export interface Runs<S extends SystemName = SystemName> {
  /**
   * Creates a run. It is never sent twice without a `key`, by which the run is looked for when an answer is lost: in Hatchet's
   * metadata, as a tag in Onfido, at the end of the name in meshX. Formance has no way to, so there an answer that is lost
   * is always an `UnknownOutcomeError`.
   */
  create(request: Create<S>, options?: CallOptions & { key?: string }): Promise<Run<S>>;
  /** Reads a run. */
  get(id: string, options?: CallOptions): Promise<Run<S>>;
  /**
   * Lists runs: `await` gives the first page, `for await` every run, `.pages()` every page. Rows that cannot be read stand in
   * their page's `unreadable`; `for await` gives all other runs first, and fails with a `DecodeError` then.
   */
  list(filter?: Filter, options?: CallOptions): PagePromise<S>;
  /**
   * Every change of a run, until its confirmed end. All watches of one client together send at most 50 requests a second, after
   * as many at once; when they are more than eight, they share the reads of a list. In a page that is hidden a watch rests, and
   * reads at once when it is seen or online again.
   */
  watch(id: string, options?: WatchOptions): AsyncIterable<Change<S>>;
  /** Waits until a run is finished, by two reads that agree. */
  wait(id: string, options?: WatchOptions): Promise<Run<S>>;
  /**
   * Asks for a run's end; with `confirm`, looks for the effect. A run that is handed in and has ended is refused with a
   * `TransitionError`, before anything is sent, unless `force` says otherwise; so is one whose end this client saw confirmed
   * by a watch or wait. One read of an id's run never speaks against it.
   */
  cancel(run: string | Run<S>, options?: MoveOptions & { confirm?: boolean }): Promise<Effect<S>>;
  /**
   * Asks for a run to be done again; with `confirm`, looks for the effect. A run that is handed in and has not ended is refused
   * with a `TransitionError`, before anything is sent, unless `force` says otherwise.
   */
  replay(run: string | Run<S>, options?: MoveOptions & { confirm?: boolean }): Promise<Effect<S>>;
  /**
   * Asks for the end of many runs: of these, or of all that a filter lists and that can still end. What goes wrong with one
   * is told in its own result. An empty filter is refused: say `since: 0` if every run is meant.
   */
  cancelMany(runs: (string | Run<S>)[] | Filter, options?: ManyOptions): Promise<EffectOn<S>[]>;
  /** The same, to be done again. */
  replayMany(runs: (string | Run<S>)[] | Filter, options?: ManyOptions): Promise<EffectOn<S>[]>;
}
