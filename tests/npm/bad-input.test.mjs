// Input that is not what it should be, given to both WebAssembly modules of the packed package: a report or a typed error, never
// a trap, and no prototype is touched.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { facts } from "./recorded.mjs";
import { consumer, repository } from "./support.mjs";

const cleanups = [];
after(() => cleanups.forEach((work) => work()));
let entries;
before(async () => {
  const folder = join(consumer({ after: (work) => cleanups.push(work) }), "node_modules/runward");
  entries = await Promise.all(["index.js", "validate.js"].map((file) => import(pathToFileURL(join(folder, file)))));
});

const bytes = (text) => new TextEncoder().encode(text);
const codes = (report) => report.findings.filter(({ severity }) => severity !== "info").map(({ code, pointer }) => `${code} ${pointer}`);
const run = JSON.parse(facts.run);
const changed = (change) => {
  const copy = structuredClone(run);
  change(copy.run);
  return JSON.stringify(copy);
};
const withText = (from, to) => {
  assert.ok(facts.run.includes(from), from);
  return facts.run.replace(from, to);
};

/** What both modules report, which must be the same; and what cannot be parsed is a DecodeError with the same findings. */
function report(source, options, system = "hatchet") {
  const [whole, small] = entries.map(({ validateRun }) => validateRun(system, source, options));
  assert.deepEqual(small, whole);
  if (!whole.valid) {
    for (const { parseRun, isRunwardError } of entries) {
      assert.throws(() => parseRun(system, source, options), (error) => {
        assert.ok(error instanceof Error && isRunwardError(error, "DecodeError"));
        assert.deepEqual(error.findings, whole.findings);
        return true;
      });
    }
  }
  return whole;
}

test("what is not JSON is told where it breaks, as text and as bytes", () => {
  for (const [text, expected] of [["nope", "bad_json "], ["", "empty_input "], [" \n", "empty_input "], ['{"run":{"status":tru}}', "bad_json /run/status"]]) {
    for (const source of [text, bytes(text)]) assert.equal(codes(report(source)).at(-1), expected, text);
  }
});

test("a byte order mark is skipped with a word", () => {
  for (const source of [`\uFEFF${facts.run}`, bytes(`\uFEFF${facts.run}`)]) {
    const { valid, findings } = report(source);
    assert.ok(valid && findings.some(({ code }) => code === "byte_order_mark"));
  }
});

test("bytes that are no UTF-8 are told", () => {
  const source = bytes(withText(run.run.displayName, "@@@@"));
  source[source.indexOf(64)] = 0xff;
  assert.deepEqual(codes(report(source)), ["bad_utf8 /run/displayName"]);
});

test("a hundred thousand levels are told at the level that is too deep, and the next call works", () => {
  for (const deep of ["[".repeat(100_000), "[".repeat(100_000) + "]".repeat(100_000), '{"a":'.repeat(100_000)]) {
    for (const options of [undefined, { maxDepth: 512 }]) assert.match(codes(report(deep, options)).at(-1), /^too_deep /);
  }
  const inside = withText('"output":{', `"output":{"deep":${"[".repeat(100_000)}${"]".repeat(100_000)},`);
  assert.match(codes(report(inside)).at(-1), /^too_deep \/run\/output\/deep\/0/);
  assert.ok(report(facts.run).valid);
});

test("an object that is deeper than JSON can be written is an argument's fault, not a trap", () => {
  const circle = {};
  circle.run = circle;
  for (const { validateRun, isRunwardError } of entries) {
    assert.throws(() => validateRun("hatchet", circle), (error) => isRunwardError(error, "ArgumentError"));
  }
});

test("a name that stands twice is told", () => {
  assert.deepEqual(codes(report(withText('"run":{', '"run":{"status":"QUEUED",'))), ["duplicate_key /run/status"]);
});

test("members called __proto__ are members, and touch no prototype", () => {
  const source = withText('"output":{', '"__proto__":{"polluted":1},"output":{"__proto__":{"polluted":2},"constructor":{"prototype":{"polluted":3}},');
  assert.ok(report(source).valid);
  for (const { parseRun } of entries) {
    const { wire } = parseRun("hatchet", source);
    assert.equal(Object.getPrototypeOf(wire.run), Object.prototype);
    assert.deepEqual(Object.getOwnPropertyDescriptor(wire.run, "__proto__").value, { polluted: 1 });
  }
  assert.equal({}.polluted, undefined);
  assert.deepEqual(codes(report(`{"__proto__":${facts.run}}`)), ["unrecognised "]);
});

test("numbers that JavaScript cannot hold are told, with the digits it would round", () => {
  const { valid, findings } = report(withText('"output":{', '"output":{"n":9007199254740993,"x":1e400,'));
  assert.ok(valid);
  const found = Object.fromEntries(findings.map(({ pointer, ...finding }) => [pointer, finding]));
  assert.equal(found["/run/output/x"].code, "number_beyond_double");
  assert.equal(found["/run/output/n"].code, "number_beyond_2_53");
  assert.match(found["/run/output/n"].message, /9007199254740993/);
});

test("half a surrogate pair is told where it is escaped, and never traps where a string holds it", () => {
  assert.deepEqual(codes(report(withText(run.run.displayName, "\\ud83d"))), ["lone_surrogate /run/displayName"]);
  // JavaScript itself makes U+FFFD of it on the way to UTF-8
  assert.ok(report(withText(run.run.displayName, "\ud83d")).valid);
  // and escapes it when it writes an object
  assert.deepEqual(codes(report(JSON.parse(changed((run) => (run.displayName = "\udc00"))))), ["lone_surrogate /run/displayName"]);
});

test("a string of 64 MB is too large unless it is allowed, and then read", () => {
  const source = bytes(withText('"output":{', `"output":{"long":"${"x".repeat(64_000_000)}",`));
  assert.deepEqual(codes(report(source)), ["too_large "]);
  assert.ok(report(source, { maxBytes: 100_000_000 }).valid);
});

test("an array where an object belongs is told", () => {
  assert.deepEqual(codes(report(changed((run) => (run.metadata = [])))), ["type_mismatch /run/metadata"]);
});

test("another system's run is one finding that says which system's it looks like", () => {
  const fixture = (path) => readFileSync(repository(`tests/fixtures/${path}.json`), "utf8");
  const others = {
    formance: JSON.parse(fixture("formance/recorded/instance-failed")).response.body,
    onfido: fixture("onfido/run-approved"),
    meshx: fixture("meshx/run-completed"),
  };
  for (const [other, text] of Object.entries(others)) {
    const { findings } = report(text);
    assert.deepEqual(findings.map(({ code, pointer }) => [code, pointer]), [["other_system", ""]]);
    assert.match(findings[0].message, new RegExp(`looks like one of ${other}`));
  }
});

test("eight mebibytes of nothing but errors are reported up to the limit, and all of them when asked", () => {
  const source = bytes(`{"pagination":{},"rows":[${"null,".repeat(1_600_000)}null]}`);
  const { findings } = report(source);
  assert.deepEqual([findings.length, findings.at(-1).code], [1000, "too_many_findings"]);
  const every = entries[1].validateRun("hatchet", source, { maxFindings: 2_000_000 });
  assert.deepEqual([every.findings.length, every.findings.at(-1).pointer], [1_600_001, "/rows/1600000"]);
});
