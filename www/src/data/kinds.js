import { kindOf } from "./store.js";

/** The kinds that runs are counted under, with the word for each. */
export const KINDS = [
  ["queued", "Queued"],
  ["running", "Running"],
  ["waiting", "Waiting"],
  ["succeeded", "Succeeded"],
  ["failed", "Failed"],
  ["declined", "Declined"],
  ["review", "In review"],
  ["expired", "Expired"],
  ["cancelled", "Cancelled"],
  ["unknown", "Unknown"],
];

/** The system's own words for a kind, which its server can filter by; none where it has none. The tables come when they are first asked for. */
export async function wordsOf(system, kind) {
  const { lifecycle } = await import("runward/validate");
  const states = lifecycle(system).states.filter((state) => kindOf(state) === kind);
  // Where a state hides behind another's word, that word is the one a server knows.
  return [...new Set(states.map(({ status, wire }) => wire ?? status))];
}
