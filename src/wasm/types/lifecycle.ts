
/** A state of a run or stage, under the system's own word. */
export interface State {
  status: string;
  /** The word that answers show in its place, where the state hides behind another's word. */
  wire?: string;
  phase: Phase;
  outcome?: Outcome;
  evidence: Evidence;
}

/** A step that may happen. */
export interface Row {
  /** The word before; `""` before the run or stage exists. */
  from: string;
  to: string;
  /** What makes it happen, such as `assigned`, `finished`, `replay`. */
  cause: string;
  newAttempt: boolean;
  evidence: Evidence;
}

/** What may follow what. */
export interface Table {
  /** In the order of their codes, which begin at 1. */
  states: State[];
  rows: Row[];
  /** The statuses that are an end, as far as one read tells. */
  terminals: string[];
  /** Are words the same whatever their case? */
  anyCase: boolean;
}

/** Something that may be asked of a run or stage. */
export interface Move {
  /** The client's operation, such as `cancel` or `tasks.complete`. */
  operation: string;
  /** Whose states are meant. */
  of: "runs" | "stages";
  /** The cause of the steps that it asks for. */
  cause: string;
  /** The states in which it is legal. */
  from: string[];
  /** What comes of it elsewhere. */
  otherwise: string;
  evidence: Evidence;
}

/** Everything that is known of a system's lifecycles; the table of its runs stands at the top. */
export interface Lifecycle extends Table {
  system: SystemName;
  stages: Table;
  /** Is an end that was confirmed the end, but for an operator's hand? */
  endsHold: boolean;
  /** What may be asked of runs and stages; a client refuses what stands in another state, as far as it knows. */
  moves: Move[];
  /** What is compared beyond the tables. */
  rules: { name: string; doc: string; evidence: Evidence }[];
}

/** What two snapshots of a run are to each other. */
export interface Judgement {
  verdict: Verdict;
  /** What makes such a step happen, where one row explains it. */
  cause?: string;
  /** The rules that were broken or bent. */
  findings: Finding[];
}

/** Snapshots of a run in the order in which they were read. */
export interface History<S extends SystemName = SystemName> {
  /** `steps[i]` judges snapshot `i + 1` against the newest accepted one before it. */
  steps: Judgement[];
  /** All findings; a pointer begins with the index of its snapshot. */
  findings: Finding[];
  /** The run as the newest accepted snapshot shows it; absent without snapshots. */
  final?: Run<S>;
}

/** What a watcher may expect next. */
export interface Expectation {
  /** The statuses that a later read may show; empty for a status that is not known. */
  next: string[];
  /** May the run still change? */
  mayChange: boolean;
  /** Why the run may be stuck. */
  hints: Finding[];
}

/**
 * Snapshots of one run in the order in which they were read, each judged against the newest accepted one. Throws
 * `DecodeError` for a document that is no valid run, and `ArgumentError` for an unknown system.
 */
export function validateHistory<S extends SystemName>(system: S, snapshots: Source[]): History<S>;

/**
 * A run with what an event tells merged in, in whatever order and however often events arrive. Throws `DecodeError` for
 * an event that cannot be read, and `UnsupportedError` for a system without events.
 */
export function applyEvent<S extends SystemName>(system: S, run: Run<S>, event: Source): Judgement & { run: Run<S> };
