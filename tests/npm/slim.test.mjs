// The slim entry: nothing works before the WebAssembly is handed in, everything afterwards.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { consumer } from "./support.mjs";

const HEAD = `
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { load, newId } from "runward/slim";
const bytes = readFileSync(fileURLToPath(import.meta.resolve("runward/runward.wasm")));
const codeOf = (call) => { try { call(); } catch (error) { return error.name + " " + error.code; } };
`;

const run = (t, program) => {
  const folder = consumer(t);
  writeFileSync(join(folder, "main.mjs"), `${HEAD}console.log(JSON.stringify(${program}));\n`);
  return JSON.parse(execFileSync("node", ["main.mjs"], { cwd: folder, encoding: "utf8" }));
};

test("a call before load says that load is missing", (t) => {
  assert.equal(run(t, "codeOf(newId)"), "ArgumentError not_loaded");
});

test("load refuses what is no WebAssembly, and takes the right bytes afterwards", (t) => {
  const calls = `[codeOf(() => load("runward.wasm")), codeOf(() => load(new Uint8Array(8))), codeOf(() => load(bytes)), newId().length]`;
  assert.deepEqual(run(t, calls), ["ArgumentError invalid_module", "ArgumentError invalid_module", null, 36]);
});

test("load takes a compiled module, and a second time changes nothing", (t) => {
  assert.deepEqual(run(t, `[codeOf(() => { load(new WebAssembly.Module(bytes)); load(bytes); }), newId().length]`), [null, 36]);
});
