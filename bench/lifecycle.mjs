// How dear a check is in JavaScript, out of the built package: of codes, of words, and of a million pairs, as ratios of a
// hand-written switch over integers in the same run; and XState's `transition()` over the same table beside them.
//
// cargo xtask bench lifecycle
import { lifecycle, transitions } from "runward/validate";
import { createMachine, transition } from "xstate";

const verdicts = ["same", "advance", "newAttempt", "revision", "stale", "conflict"];
// Interned, as `JSON.parse` and source text leave words.
const words = Object.keys(Object.fromEntries(["(unknown)", ...lifecycle("hatchet").states.map(({ status }) => status)].map((word) => [word, true])));

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
const byCode = (from, to) => transitions.check("hatchet", from, to);
const byWord = (from, to) => transitions.check("hatchet", transitions.code("hatchet", from), transitions.code("hatchet", to));
const all = (pairs) => transitions.checkAll("hatchet", pairs);

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
function millis(work) {
  const start = performance.now();
  work();
  return performance.now() - start;
}
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

// Each beside the switch in the same round, so that what else the machine does slows both.
const works = [
  ["check of two codes in JavaScript, of a switch", loop(byCode, pairs), 1.3],
  ["check of two words in JavaScript, of a switch", loop(byWord, named), 3],
  ["check of 1,000,000 pairs in JavaScript, of a switch", () => all(pairs), 0.4],
];
const base = loop(bySwitch, pairs);
for (const [name, work, goal] of works) {
  const ratios = Array.from({ length: 41 }, () => millis(work) / millis(base));
  console.log(JSON.stringify({ name, value: median(ratios.slice(8)), goal, unit: "x" }));
}

// The same table as a machine: a state a status, an event for each status that a row leads to.
const { states, rows } = lifecycle("hatchet");
const known = states.map(({ status }) => status);
const leads = (from) => known.filter((to) => from !== to && rows.some((row) => row.from === from && row.to === to));
const machine = createMachine({
  initial: known[0],
  states: Object.fromEntries(known.map((from) => [from, { on: Object.fromEntries(leads(from).map((to) => [to, to])) }])),
});
const snapshots = Object.fromEntries(known.map((word) => [word, machine.resolveState({ value: word })]));
const events = Object.fromEntries(known.map((word) => [word, { type: word }]));
const byMachine = (from, to) => transition(machine, snapshots[from], events[to])[0].value === to;

const few = 20_000;
const steps = Array.from({ length: 2 * few }, () => known[next() % known.length]);
const fewOf = (work) => () => {
  let sum = 0;
  for (let i = 0; i < few; i++) sum += work(steps[2 * i], steps[2 * i + 1]);
  return sum;
};
for (const from of known) {
  for (const to of known) {
    const verdict = verdicts[byWord(from, to)];
    if (byMachine(from, to) !== ["same", "advance", "newAttempt", "revision"].includes(verdict)) throw new Error(`XState judges ${from} to ${to} otherwise: ${verdict}`);
  }
}
const ratios = Array.from({ length: 15 }, () => millis(fewOf(byMachine)) / millis(fewOf(byWord)));
console.log(JSON.stringify({ name: "XState's transition() in JavaScript, of a check of two words", value: median(ratios.slice(4)), goal: null, unit: "x" }));
