// Constants that the tables of the WebAssembly fill when they are first asked.
import { ArgumentError } from "./errors.js";

const ADVANCE = 1;

/**
 * Steps as integers, for many. A look into the grid is cheaper than a call, so nothing here calls but for the first time;
 * and whoever asks often asks of one system, so the last one is at hand.
 */
export const transitionsOf = ({ __grid, lifecycle }) => {
  const runs = steps((system) => ({ grid: __grid(system, "runs", false), within: __grid(system, "runs", true), code: codes(lifecycle(system)) }));
  let stages;
  const ofStages = (system) => ({ grid: __grid(system, "stages", false), within: __grid(system, "stages", true), code: codes(lifecycle(system).stages) });
  // Made when it is asked for: a function that was made once is faster.
  const all = { ...runs, get stages() { return (stages ??= Object.freeze(steps(ofStages))); } };
  return Object.freeze(all);
};

function steps(tablesOf) {
  const known = { __proto__: null };
  let last;
  let grid;
  let within;
  let code;
  function use(system) {
    ({ grid, within, code } = known[system] ??= tablesOf(system));
    last = system;
  }
  return {
    code(system, status) {
      if (system !== last) use(system);
      return code(status);
    },
    check(system, from, to) {
      if (system !== last) use(system);
      return look(grid, from, to);
    },
    checkWithinAttempt(system, from, to) {
      if (system !== last) use(system);
      return look(within, from, to);
    },
    checkAll(system, pairs) {
      if (system !== last) use(system);
      if (pairs.length & 1) throw new ArgumentError({ code: "invalid_pairs", message: "Pairs of codes are an even number of them, and this is odd." });
      return verdicts(grid, pairs) ?? Uint8Array.from({ length: pairs.length >> 1 }, (_, i) => look(grid, pairs[2 * i], pairs[2 * i + 1]));
    },
  };
}

// A code has four bits; what is beyond them is unknown, and what is unknown is never refused.
const look = (grid, from, to) => ((from | to) & ~15 ? ADVANCE : grid[(from << 4) | to]);

/** The verdicts on many pairs; nothing if one of their codes is out of range, which is rare and costs a look at each. */
function verdicts(grid, pairs) {
  const found = new Uint8Array(pairs.length >> 1);
  let all = 0;
  for (let i = 0, at = 0; i < found.length; i++, at += 2) {
    const from = pairs[at];
    const to = pairs[at + 1];
    all |= from | to;
    found[i] = grid[((from << 4) | to) & 255];
  }
  return all & ~15 ? undefined : found;
}

/** What gives a word's code: without a search, because its length and one letter give a place that it has to itself. */
function codes({ states, anyCase }) {
  // As keys they are interned, so that equal words are mostly the same one.
  const known = Object.keys(Object.fromEntries(states.map(({ status }) => [status, true])));
  const { factor, letter, mask } = places(known);
  const slots = Array(mask + 1).fill("");
  const numbers = new Uint8Array(mask + 1);
  const place = (word) => (word.length * factor + word.charCodeAt(letter)) & mask;
  known.forEach((word, index) => ([slots[place(word)], numbers[place(word)]] = [word, index + 1]));
  const exact = (word) => {
    const at = (word.length * factor + word.charCodeAt(letter)) & mask;
    return slots[at] === word ? numbers[at] : 0;
  };
  if (!anyCase) return exact;
  const lower = new Map(known.map((word, index) => [word.toLowerCase(), index + 1]));
  return (word) => exact(word) || (lower.get(word.toLowerCase()) ?? 0);
}

/** Numbers by which no two of the words share a place. With a large enough mask and more letters there always are some. */
function places(words) {
  for (let mask = 7; ; mask = mask * 2 + 1)
    for (let factor = 1; factor < 64; factor++)
      for (let letter = 0; letter < 8; letter++) {
        const place = (word) => (word.length * factor + word.charCodeAt(letter)) & mask;
        if (new Set(words.map(place)).size === words.length) return { factor, letter, mask };
      }
}
