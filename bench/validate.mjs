// How dear checking is beside `JSON.parse(new TextDecoder().decode(bytes))` on the same bytes, in the same run: pages of a
// real server's rows, repeated. Out of the built package.
//
// cargo xtask bench validate
import { readFileSync } from "node:fs";
import { parsePage, RunTable, validateRun } from "runward";

const recorded = new URL("../tests/fixtures/hatchet/recorded/list-mixed.json", import.meta.url);
const { pagination, rows } = JSON.parse(JSON.parse(readFileSync(recorded, "utf8")).response.body);
const page = (length) => new TextEncoder().encode(JSON.stringify({ pagination, rows: Array.from({ length }, (_, i) => rows[i % rows.length]) }));

const decoder = new TextDecoder();
const parse = (bytes) => JSON.parse(decoder.decode(bytes));
const quiet = { maxFindings: 10 };
const table = (bytes) => {
  const runs = new RunTable("hatchet");
  runs.push(bytes);
  runs.end();
  runs[Symbol.dispose]();
};

function millis(work, bytes, times) {
  const start = performance.now();
  for (let i = 0; i < times; i++) work(bytes);
  return performance.now() - start;
}

// Pairs side by side, in turn one before the other, so that what else the machine does slows both.
function ratio(work, bytes) {
  const times = Math.max(1, Math.round(400_000 / bytes.length));
  const rounds = Array.from({ length: 31 }, (_, i) => {
    if (i % 2) return millis(work, bytes, times) / millis(parse, bytes, times);
    const base = millis(parse, bytes, times);
    return millis(work, bytes, times) / base;
  });
  return rounds.slice(6).sort((a, b) => a - b)[12];
}

for (const length of [1, 50, 1000]) {
  const bytes = page(length);
  const works = [
    ["validateRun", (it) => validateRun("hatchet", it, quiet), 1],
    ["RunTable", table, 1],
    ["parsePage", (it) => parsePage("hatchet", it, quiet), null],
  ];
  for (const [name, work, goal] of works) {
    console.log(JSON.stringify({ name: `${name} of ${length} rows, of JSON.parse`, value: Number(ratio(work, bytes).toFixed(3)), goal, unit: "x" }));
  }
}
