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
  const { validateRun, parseRun, validateHistory, transitions, Hatchet, ArgumentError, DecodeError } = await load(installed(t), "index.js");
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
  assert.equal(codeOf(() => transitions.checkAll("hatchet", new Uint8Array(3)), ArgumentError), "invalid_pairs");
  assert.equal(codeOf(() => validateHistory("hatchet", "[]"), ArgumentError), "invalid_source");
  assert.equal(codeOf(() => parseRun("hatchet", `{"run":7}`), DecodeError), "invalid_document");
});

test("a misspelt option, filter or member of a request is refused, and no request is sent", async (t) => {
  const { validateRun, verifyWebhook, RunTable, Hatchet, Gateway, trigger } = await load(installed(t), "index.js");
  let sent = 0;
  const fetch = async () => {
    sent++;
    throw new TypeError("no way");
  };
  const usual = { token: "t", baseUrl: "http://127.0.0.1:9", tenant: "t", fetch };
  const client = new Hatchet(usual);
  const table = new RunTable("hatchet");
  for (const [name, call] of [
    ["maxdepth", () => validateRun("hatchet", "{}", { maxdepth: 5 })],
    ["tolerance", () => verifyWebhook("onfido", { body: "{}", headers: {}, secret: "s", tolerance: 5 })],
    ["states", () => table.query({ states: "FAILED" })],
    ["baseURL", () => new Hatchet({ ...usual, baseURL: "http://127.0.0.1:9" })],
    ["onretry", () => new Hatchet({ ...usual, hooks: { onretry() {} } })],
    ["tokens", () => new Gateway({ systems: { hatchet: client }, tokens: ["0123456789abcdef"] })],
    ["workflows", () => trigger({ client, workflows: "w" })],
    ["operations", () => trigger({ client, operations: "none" })],
    ["readOnly", () => trigger({ client, readOnly: true })],
    ["statuses", () => client.runs.list({ statuses: "FAILED" })],
    ["inputs", () => client.runs.create({ workflow: "w", inputs: {} })],
    ["deadLine", () => client.runs.get("r", { deadLine: 5 })],
    ["Confirm", () => client.runs.cancel("r", { Confirm: true })],
    ["interval", async () => client.runs.watch("r", { interval: 5 }).next()],
  ]) {
    await assert.rejects(async () => call(), { name: "ArgumentError", code: "unknown_option", message: new RegExp(`^there is no \`${name}\` here; there are `) });
  }
  for (const [name, call] of [
    ["timeout", () => client.runs.get("r", { timeout: "5" })],
    ["signal", () => client.runs.get("r", { signal: 5 })],
    ["limit", () => client.runs.list({ limit: -1 })],
    ["status", () => client.runs.list({ status: [5] })],
    ["metadata", () => client.runs.list({ metadata: { a: 1 } })],
    ["full", () => client.runs.create({ workflow: "w", full: "yes" })],
    ["fetch", () => new Hatchet({ ...usual, fetch: true })],
  ]) {
    await assert.rejects(async () => call(), { name: "ArgumentError", code: "invalid_options", message: new RegExp(`^\`${name}\` must be`) });
  }
  assert.equal(sent, 0);
  assert.equal((await client.runs.get("r", { retries: 0, deadline: null, signal: undefined }).catch((error) => error)).name, "NetworkError");
});

test("what a caller's own object throws is no defect of ours", async (t) => {
  const { validateRun, parsePage, verifyWebhook, Gateway, Hatchet } = await load(installed(t), "index.js");
  const thrower = new Proxy({}, { get: () => { throw new RangeError("mine"); }, ownKeys: () => { throw new RangeError("mine"); } });
  const sentAway = new ArrayBuffer(8);
  structuredClone(sentAway, { transfer: [sentAway] });
  assert.throws(() => validateRun("hatchet", thrower), { name: "ArgumentError", code: "invalid_source" });
  assert.throws(() => validateRun("hatchet", "{}", thrower), { name: "ArgumentError", code: "invalid_options" });
  assert.throws(() => validateRun("hatchet", "{}", { get level() { throw new RangeError("mine"); } }), { name: "ArgumentError", code: "invalid_options" });
  assert.throws(() => parsePage("hatchet", sentAway), { name: "DecodeError" });
  for (const headers of [thrower, [null], [[]], [[1, 2]]]) {
    assert.throws(() => verifyWebhook("onfido", { body: "{}", headers, secret: "s" }), { name: "ArgumentError", code: "invalid_headers" });
  }
  const gateway = new Gateway({ systems: { hatchet: new Hatchet({ token: "t", baseUrl: "http://127.0.0.1:9", tenant: "t" }) } });
  for (const request of [undefined, {}, thrower, { url: "/api", headers: {}, method: "GET" }]) {
    await assert.rejects(gateway.handle(request), { name: "ArgumentError", code: "invalid_request" });
  }
});

test("a page of runs may be one on each line, or a bare array of them", async (t) => {
  const { parsePage } = await load(installed(t), "index.js");
  const run = JSON.parse(facts.run);
  for (const page of [`${JSON.stringify(run)}\n${JSON.stringify(run)}\n`, [run, run]]) {
    const { runs } = parsePage("hatchet", page);
    assert.deepEqual(runs.map((run) => run.wire), [run, run]);
  }
});
