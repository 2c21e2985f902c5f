import { RunStore, Seen } from "./store.js";

/** What this session knows of runs, kept while pages come and go. */
export const store = new RunStore();
/** The steps this session saw. */
export const seen = new Seen();
/** When the runs in `store` were last read whole. */
export const freshness = { at: undefined };
