// What may follow what, as JavaScript asks for it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { consumer, repository, serve } from "./support.mjs";

const cleanups = [];
after(() => cleanups.forEach((work) => work()));
let runward;
before(async () => {
  const folder = consumer({ after: (work) => cleanups.push(work) });
  runward = await import(pathToFileURL(join(folder, "node_modules/runward/index.js")));
});

const body = (name) => JSON.parse(readFileSync(repository(`tests/fixtures/hatchet/recorded/${name}.json`))).response.body;
const running = () => runward.parseRun("hatchet", body("run-standalone-running"));
const finished = () => runward.parseRun("hatchet", body("run-standalone-completed"));

test("every row of a table leads between its states, and says what makes it happen and why that is believed", () => {
  for (const system of ["hatchet", "formance", "onfido", "meshx"]) {
    const { states, rows, stages, rules, system: named } = runward.lifecycle(system);
    assert.equal(named, system);
    const words = ["", ...states.map(({ status }) => status)];
    for (const { from, to, cause, evidence } of rows) {
      assert.ok(words.includes(from) && words.includes(to) && cause.length > 2, `${system}: ${from} → ${to}`);
      assert.match(evidence, /^(documented|observed|source|inferred|policy)$/);
    }
    assert.ok(stages.states.length > 0 && rules.every(({ name, doc }) => name && doc));
    for (const { status } of states) {
      for (const next of runward.allowedNext(system, status)) assert.notEqual(runward.transitions.code(system, next), 0);
    }
  }
  assert.deepEqual(runward.allowedNext("hatchet", "NO_SUCH_WORD"), []);
});

test("an expectation says what may come next, and hints that a run is stuck", () => {
  const run = running();
  const soon = runward.expectation("hatchet", run, run.startedAt + 1_000);
  assert.deepEqual([soon.mayChange, soon.next.includes("COMPLETED")], [true, true]);
  const late = runward.expectation("hatchet", run, run.startedAt + 30 * 86_400_000);
  assert.deepEqual([soon.hints.length, late.hints.map(({ code }) => code)], [0, ["slow_stage"]]);
  assert.deepEqual(runward.expectation("hatchet", finished(), Date.now()).hints, []);
  assert.throws(() => runward.expectation("hatchet", {}), { name: "ArgumentError", code: "invalid_run" });
});

test("events in any order, and twice, end in the same run", () => {
  const events = JSON.parse(body("task-events-run-dag")).rows;
  const start = runward.parseRun("hatchet", body("run-dag-running"));
  const own = events.filter(({ taskId }) => start.stages.some(({ id }) => id === taskId));
  assert.ok(own.length > 2);
  const after = (list) => list.reduce((run, event) => runward.applyEvent("hatchet", run, event).run, start);
  const { wire, ...run } = after(own);
  assert.deepEqual(wire, start.wire);
  assert.deepEqual(after([...own].reverse()), { ...run, wire });
  assert.deepEqual(after([...own, ...own]), { ...run, wire });
  assert.throws(() => runward.applyEvent("hatchet", start, { odd: true }), { name: "DecodeError" });
});

test("a history tells where it broke, and goes on from what it accepted", () => {
  const [before, after, other] = ["run-standalone-running", "run-standalone-completed", "run-dag-completed"].map(body);
  const { steps, findings, final } = runward.validateHistory("hatchet", [before, before, other, after]);
  assert.equal(steps.length, 3);
  assert.deepEqual([steps[0].verdict, steps[1].verdict], ["same", "conflict"]);
  assert.ok(findings.some(({ pointer, code }) => pointer.startsWith("/2") && code === "not_same_run"));
  assert.notEqual(final.id, runward.parseRun("hatchet", other).id);
  assert.deepEqual(runward.validateHistory("hatchet", []), { steps: [], findings: [] });
  assert.throws(() => runward.validateHistory("hatchet", [before, "{}"]), { name: "DecodeError" });
});

test("a cancel of a run that has ended is refused before the request, unless it is forced", async (t) => {
  const seen = [];
  const origin = await serve(t, (request, response) => {
    seen.push(`${request.method} ${request.url.split("/").at(-1)}`);
    response.writeHead(200, { "content-type": "application/json" }).end(`{"ids":[]}`);
  });
  const { runs } = new runward.Hatchet({ token: "a-token", tenant: "707d0855-80ab-4e1f-a156-f1c4546cbf52", baseUrl: origin, retries: 0 });
  const gateway = new runward.GatewayClient({ baseUrl: `${origin}/api` });
  for (const client of [runs, gateway.runs]) {
    await assert.rejects(client.cancel(finished()), { name: "TransitionError", code: "already_finished", system: "hatchet" });
  }
  assert.deepEqual(seen, []);
  const effects = [await runs.cancel(finished(), { force: true }), await runs.cancel(running()), await runs.cancel(finished().id)];
  assert.deepEqual(effects.map(({ effect }) => effect), ["unknown", "unknown", "unknown"]);
  await gateway.runs.cancel(running(), { confirm: true });
  assert.deepEqual(seen, ["POST cancel", "POST cancel", "POST cancel", "POST cancel?confirm=true"]);
});
