// Runtime × operation, out of the packed package: a table, or with `--json` one object a line. Fails where one does.
import { isDeepStrictEqual } from "node:util";
import { expected } from "./expected.mjs";
import { runtimes } from "./runtimes.mjs";

const json = process.argv.includes("--json");
const operations = Object.keys(expected);
const results = [];
for (const [runtime, answer] of Object.entries(runtimes)) {
  const cleanups = [];
  const told = await answer({ after: (work) => cleanups.unshift(work) }).catch((error) => ({ error: error.message }));
  for (const work of cleanups) await work();
  for (const operation of operations) results.push({ runtime, operation, ok: isDeepStrictEqual(told[operation], expected[operation]), ...(told.error && { error: told.error }) });
}

if (json) for (const result of results) console.log(JSON.stringify(result));
else {
  const names = Object.keys(runtimes);
  const width = Math.max(...operations.map(({ length }) => length));
  names.forEach((name, index) => console.log(`${index + 1} ${name}`));
  console.log(`\n${"".padEnd(width)}  ${names.map((_, index) => index + 1).join("  ")}`);
  const mark = (operation) => (runtime) => (results.find((result) => result.runtime === runtime && result.operation === operation).ok ? "✓" : "✗");
  for (const operation of operations) console.log(`${operation.padEnd(width)}  ${names.map(mark(operation)).join("  ")}`);
}
process.exit(results.every(({ ok }) => ok) ? 0 : 1);
