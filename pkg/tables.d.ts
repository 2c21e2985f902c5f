import type { SystemName } from "./wasm/runward.js";

/**
 * Steps between the statuses of runs as integers, for many of them. A code of 0 is a status that is not known. A verdict is the place
 * of its name in `same, advance, newAttempt, revision, stale, conflict`, counted from 0.
 */
export const transitions: Transitions & {
  /** The same of stages. */
  readonly stages: Transitions;
};

/** Steps between statuses as integers. */
export interface Transitions {
  /** The code of a status, from 1. */
  code(system: SystemName, status: string): number;
  /** The verdict on a step from one code to another, of which no attempt is known. */
  check(system: SystemName, from: number, to: number): number;
  /** The verdict on a step from one code to another of the same attempt. */
  checkWithinAttempt(system: SystemName, from: number, to: number): number;
  /** The verdicts on `from, to, from, to, …`, of which no attempt is known. */
  checkAll(system: SystemName, pairs: Uint8Array): Uint8Array;
}

/** What each system can do, by the names of its client's operations. */
export const capabilities: Readonly<Record<SystemName, Readonly<Record<string, boolean>>>>;
