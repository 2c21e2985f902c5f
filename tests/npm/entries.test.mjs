// What the entries export, beside what their types promise.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { facts } from "./recorded.mjs";
import { consumer } from "./support.mjs";

const installed = (t) => join(consumer(t), "node_modules/runward");
const load = (folder, file) => import(pathToFileURL(join(folder, file)));

// Names of values in the type declarations that an entry's own one is made of.
const promised = (folder, files) =>
  files.flatMap((file) => [...readFileSync(join(folder, file), "utf8").matchAll(/^export (?:declare )?(?:function|class|const) (\w+)/gm)].map(([, name]) => name));

test("every value that the types promise is exported, and no other", async (t) => {
  const folder = installed(t);
  const names = promised(folder, ["errors.d.ts", "gateway-client.d.ts", "tables.d.ts", "wasm/runward.d.ts"]);
  assert.deepEqual(Object.keys(await load(folder, "index.js")).sort(), [...new Set(names)].sort());
});

test("the small entry gives the same reports, verdicts and tables as the whole", async (t) => {
  const folder = installed(t);
  const [whole, small] = [await load(folder, "index.js"), await load(folder, "validate.js")];
  const told = ({ validateRun, validateTransition, lifecycle, allowedNext, capabilities, transitions }) => ({
    report: validateRun("hatchet", facts.run),
    step: validateTransition("hatchet", facts.running, facts.finished),
    table: lifecycle("hatchet"),
    next: allowedNext("hatchet", "QUEUED"),
    can: capabilities.hatchet,
    all: [...transitions.checkAll("hatchet", new Uint8Array([1, 2, 2, 1]))],
  });
  assert.deepEqual(told(small), told(whole));
  assert.equal(told(small).report.valid, true);
});

test("wrong arguments are ArgumentErrors that say what to give", async (t) => {
  const { validateRun, parseRun, transitions, Hatchet, ArgumentError, DecodeError } = await load(installed(t), "index.js");
  const codeOf = (call, Kind) => {
    try {
      call();
    } catch (error) {
      assert.ok(error instanceof Kind, String(error));
      return error.code;
    }
  };
  const itself = {};
  itself.itself = itself;
  assert.equal(codeOf(() => validateRun("temporal", "{}"), ArgumentError), "unknown_system");
  for (const source of [undefined, null, 7, true, () => {}, itself]) assert.equal(codeOf(() => validateRun("hatchet", source), ArgumentError), "invalid_source");
  for (const wrong of [{ level: "strict" }, { what: "story" }, { maxDepth: -1 }, { maxDepth: 513 }, { maxFindings: NaN }, { maxBytes: 1.5 }]) {
    const [name] = Object.keys(wrong);
    assert.throws(() => validateRun("hatchet", "{}", wrong), { name: "ArgumentError", code: "invalid_options", message: new RegExp(`^\`${name}\` must be`) });
  }
  assert.equal(codeOf(() => validateRun("hatchet", "{}", "wire"), ArgumentError), "invalid_options");
  assert.equal(codeOf(() => transitions.check("temporal", 1, 2), ArgumentError), "unknown_system");
  assert.equal(codeOf(() => new Hatchet({}), ArgumentError), "missing_token");
  assert.equal(codeOf(() => parseRun("hatchet", `{"run":7}`), DecodeError), "invalid_document");
});
