// Runtime × operation and runtime × fault, out of the packed package: tables, or with `--json` one object a line. Fails where
// one does.
import { isDeepStrictEqual } from "node:util";
import { expected } from "./expected.mjs";
import * as faults from "./faults.mjs";
import { facts, hatchet } from "./recorded.mjs";
import { runtimes } from "./runtimes.mjs";

const json = process.argv.includes("--json");
const operations = { module: "program.mjs", facts, handler: hatchet };

async function run(runtime, job) {
  const cleanups = [];
  try {
    return await runtimes[runtime]({ after: (work) => cleanups.unshift(work) }, job);
  } catch (error) {
    return { error: error.message };
  } finally {
    for (const work of cleanups) await work();
  }
}

const results = [];
for (const runtime of Object.keys(runtimes)) {
  const told = await run(runtime, operations);
  for (const operation of Object.keys(expected)) results.push({ runtime, operation, ok: isDeepStrictEqual(told[operation], expected[operation]), ...(told.error && { error: told.error }) });
}
for (const runtime of faults.runtimes) {
  const { told = {}, error } = await run(runtime, faults.job());
  for (const [fault, outcome] of Object.entries(faults.expected(runtime))) results.push({ runtime, fault, ok: isDeepStrictEqual(told[fault], outcome), ...(error && { error }) });
}

function table(what) {
  const rows = results.filter((result) => what in result);
  const [names, lines] = ["runtime", what].map((key) => [...new Set(rows.map((row) => row[key]))]);
  const width = Math.max(...lines.map(({ length }) => length));
  names.forEach((name, index) => console.log(`${index + 1} ${name}`));
  console.log(`\n${"".padEnd(width)}  ${names.map((_, index) => index + 1).join("  ")}`);
  const mark = (line) => (runtime) => (rows.find((row) => row.runtime === runtime && row[what] === line).ok ? "✓" : "✗");
  for (const line of lines) console.log(`${line.padEnd(width)}  ${names.map(mark(line)).join("  ")}`);
  console.log();
}

if (json) for (const result of results) console.log(JSON.stringify(result));
else ["operation", "fault"].forEach(table);
process.exit(results.every(({ ok }) => ok) ? 0 : 1);
