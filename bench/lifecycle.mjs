// How dear a check is in JavaScript, if it is a look into the grid of verdicts instead of a call into WebAssembly:
// of codes, of words, and of a million pairs, as ratios of a hand-written switch over integers in the same run.
//
// node bench/lifecycle.mjs
import { readFileSync } from "node:fs";

const { codes, check } = JSON.parse(readFileSync(new URL("../tests/vectors/hatchet/pairs.json", import.meta.url), "utf8")).runs;
const verdicts = ["same", "advance", "newAttempt", "revision", "stale", "conflict"];
const words = ["(unknown)", ...Object.keys(codes).sort((a, b) => codes[a] - codes[b])];
const grid = new Uint8Array(256).fill(1);
words.forEach((from, a) => words.forEach((to, b) => (grid[a * 16 + b] = verdicts.indexOf(check[from][to]))));

// A word's code without a search: its length and one letter give a place that no other word of the table has.
function perfect(words) {
  for (let mask = 7; mask < 256; mask = mask * 2 + 1)
    for (let factor = 1; factor < 64; factor++)
      for (let letter = 0; letter < 4; letter++) {
        const place = (word) => (word.length * factor + word.charCodeAt(letter)) & mask;
        if (new Set(words.map(place)).size === words.length) return { place, mask, factor, letter };
      }
  throw new Error("no such place was found");
}
const { place, mask, factor, letter } = perfect(words.slice(1));
const slots = Array(mask + 1).fill("");
const slotCodes = new Uint8Array(mask + 1);
for (const word of words.slice(1)) [slots[place(word)], slotCodes[place(word)]] = [word, codes[word]];
function code(word) {
  const at = (word.length * factor + word.charCodeAt(letter)) & mask;
  return slots[at] === word ? slotCodes[at] : 0;
}

function bySwitch(from, to) {
  if (from === to) return from === 0 ? 1 : 0;
  switch (from) {
    case 0: return 1;
    case 1: return 1;
    case 2: switch (to) { case 1: return 2; default: return 1; }
    case 3: return 1;
    case 4: switch (to) { case 1: case 2: return 2; case 3: return 4; case 5: case 6: return 3; default: return 1; }
    case 5: switch (to) { case 1: case 2: return 2; case 3: return 4; case 4: case 6: return 3; default: return 1; }
    case 6: switch (to) { case 1: case 2: return 2; case 3: case 5: return 4; case 4: return 3; default: return 1; }
  }
  return 1;
}
const byCode = (from, to) => grid[(from << 4) | to];
const byWord = (from, to) => grid[(code(from) << 4) | code(to)];
const all = (pairs) => {
  const out = new Uint8Array(pairs.length >> 1);
  for (let i = 0; i < out.length; i++) out[i] = grid[(pairs[2 * i] << 4) | pairs[2 * i + 1]];
  return out;
};

const count = 1_000_000;
let seed = 7;
const next = () => (seed = (seed * 48271) % 2147483647) % 7;
const pairs = Uint8Array.from({ length: 2 * count }, next);
const named = Array.from(pairs, (code) => words[code]);
for (let i = 0; i < count; i++) {
  const [a, b] = [pairs[2 * i], pairs[2 * i + 1]];
  if (bySwitch(a, b) !== byCode(a, b) || byWord(words[a], words[b]) !== byCode(a, b)) throw new Error(`${words[a]} to ${words[b]}: the switch says ${verdicts[bySwitch(a, b)]}`);
}

const loop = (work, of) => () => {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += work(of[2 * i], of[2 * i + 1]);
  return sum;
};
function median(work) {
  const times = [];
  for (let round = 0; round < 25; round++) {
    const start = performance.now();
    work();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[12];
}
const base = median(loop(bySwitch, pairs));
for (const [name, work, goal] of [
  ["check of two codes in JavaScript, of a switch", loop(byCode, pairs), 1.3],
  ["check of two words in JavaScript, of a switch", loop(byWord, named), 3],
  ["check of 1,000,000 pairs in JavaScript, of a switch", () => all(pairs), 0.4],
]) console.log(JSON.stringify({ name, value: median(work) / base, goal, unit: "x" }));
