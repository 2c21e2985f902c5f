// Reads damaged documents and what must be reported of them from standard input, has the package's WebAssembly read them too,
// and says how many there were and which reports differ: `runward-fuzz stream 1000 | node fuzz/compare.mjs 1000`.
import assert from "node:assert/strict";
import { validateRun } from "runward/validate";

const wanted = Number(process.argv[2]);
const options = { maxFindings: 1_000_000 };
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const counts = { inputs: 0, strings: 0, valid: 0, invalid: 0, slow: 0, differ: 0 };

const triple = ({ code, severity, pointer }) => JSON.stringify([code, severity, pointer]);
const sorted = (triples) => [...new Set(triples)].sort();

function compare({ system, level, string, report, slow }, bytes) {
  const ours = validateRun(system, string ? decoder.decode(bytes) : bytes, { ...options, level });
  counts.inputs++;
  counts.strings += string;
  counts[ours.valid ? "valid" : "invalid"]++;
  assert.deepEqual(ours, report);
  if (!slow) return;
  counts.slow++;
  assert.deepEqual(sorted(ours.findings.map(triple)), sorted(slow.map((finding) => JSON.stringify(finding))));
  assert.equal(ours.valid, slow.every(([, severity]) => severity !== "error"));
}

function each(head, bytes) {
  try {
    compare(head, bytes);
  } catch (error) {
    if (++counts.differ <= 5) console.error(`${head.system} ${head.level}: ${error.message}\n${Buffer.from(bytes)}\n`);
  }
}

let rest = Buffer.alloc(0);
for await (const chunk of process.stdin) {
  rest = rest.length ? Buffer.concat([rest, chunk]) : chunk;
  let at = 0;
  while (rest.length >= at + 8) {
    const [head, body] = [rest.readUInt32LE(at), rest.readUInt32LE(at + 4)];
    const end = at + 8 + head + body;
    if (rest.length < end) break;
    each(JSON.parse(rest.toString("utf8", at + 8, at + 8 + head)), new Uint8Array(rest.subarray(at + 8 + head, end)));
    at = end;
  }
  rest = rest.subarray(at);
}
const { inputs, strings, valid, invalid, slow, differ } = counts;
console.log(`${inputs} inputs in WebAssembly, ${strings} of them as strings: ${valid} valid, ${invalid} invalid, ${slow} compared with the slow check too, ${differ} differ`);
process.exitCode = inputs === wanted && rest.length === 0 && differ === 0 ? 0 : 1;
