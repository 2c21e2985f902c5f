import { systemOf } from "../systems/index.js";
import { RunStore, Seen } from "./store.js";

/** What this session knows of runs, kept while pages come and go. */
export const store = new RunStore((run) => systemOf(run.system)?.workflow(run));
/** The steps this session saw. */
export const seen = new Seen();
/** When the runs of each system were last read, in milliseconds since 1970. */
export const freshness = new Map();

const LAST = "runward.system";

/** The system that was last looked at, where that is known. */
export function lastSystem() {
  try {
    return localStorage.getItem(LAST) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Remembers the system that is looked at. */
export function rememberSystem(name) {
  try {
    localStorage.setItem(LAST, name);
  } catch {
    // Without storage the next visit begins with all systems.
  }
}
