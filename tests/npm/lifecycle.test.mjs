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
    const { states, rows, terminals, stages, rules, system: named } = runward.lifecycle(system);
    assert.equal(named, system);
    assert.deepEqual(terminals, states.filter(({ phase }) => phase === "finished").map(({ status }) => status));
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

const formance = (name) => runward.parseRun("formance", JSON.parse(readFileSync(repository(`tests/fixtures/formance/recorded/${name}.json`))).response.body);
const onfido = (name) => JSON.parse(readFileSync(repository(`tests/fixtures/onfido/${name}.json`)));
const refusal = (system, code) => ({ name: "TransitionError", code, system, message: /was not sent: .*`force: true`/ });

test("what may be asked of a run is told with the states in which it is legal", () => {
  const moves = Object.fromEntries(["hatchet", "formance", "onfido", "meshx"].flatMap((system) => runward.lifecycle(system).moves.map(({ operation, of, from }) => [`${system} ${operation}`, [of, from]])));
  assert.deepEqual(moves["hatchet cancel"], ["runs", ["QUEUED", "RUNNING", "EVICTED"]]);
  assert.deepEqual(moves["onfido tasks.complete"], ["stages", ["started"]]);
  assert.deepEqual(moves["formance instances.sendEvent"], ["stages", ["running"]]);
  assert.equal(Object.keys(moves).length, 7);
});

test("an illegal move of what is handed in is refused before the request, and forced it is sent", async (t) => {
  const seen = [];
  const origin = await serve(t, (request, response) => {
    seen.push(`${request.method} ${request.url.split("/").at(-1)}`);
    response.writeHead(200, { "content-type": "application/json" }).end(`{"ids":[]}`);
  });
  const flows = new runward.Formance({ baseUrl: origin });
  const studio = new runward.Onfido({ baseUrl: origin, token: "a-token" });
  const { runs } = new runward.Hatchet({ token: "a-token", tenant: "t", baseUrl: origin, retries: 0 });
  const approved = runward.parseRun("onfido", onfido("run-approved"));
  const done = onfido("task-list-output");
  const force = { force: true };
  const moves = [
    [(options) => runs.cancel(finished(), options), refusal("hatchet", "already_finished")],
    [(options) => runs.replay(running(), options), refusal("hatchet", "illegal_move")],
    [(options) => flows.runs.cancel(formance("instance-succeeded"), options), refusal("formance", "already_finished")],
    [(options) => flows.instances.abort(formance("instance-succeeded"), options), refusal("formance", "already_finished")],
    [(options) => flows.instances.sendEvent(formance("instance-succeeded"), { name: "paid" }, options), refusal("formance", "already_finished")],
    [(options) => studio.tasks.complete("r", done, { data: {} }, options), refusal("onfido", "already_finished")],
    [(options) => studio.tasks.complete(approved, "t", { data: {} }, options), refusal("onfido", "already_finished")],
  ];
  for (const [ask, why] of moves) await assert.rejects(ask(), why);
  assert.deepEqual(seen, []);
  for (const [ask] of moves) await ask(force);
  assert.deepEqual(seen, ["POST cancel", "POST replay", "PUT abort", "PUT abort", "POST events", "POST complete", "POST complete"]);
  await flows.instances.sendEvent(formance("instance-waiting"), { name: "paid" });
  await studio.tasks.complete("r", onfido("task-null-output"), { data: {} });
  assert.equal(seen.length, 9);
  await assert.rejects(runs.cancel({ id: "x" }), { name: "ArgumentError", code: "invalid_run" });
  await assert.rejects(runs.cancel(""), { name: "ArgumentError", code: "invalid_id" });
  await assert.rejects(runs.replay(7), { name: "ArgumentError", code: "invalid_id" });
  await assert.rejects(runs.cancel(formance("instance-waiting")), { name: "ArgumentError", code: "wrong_system" });
});

test("a move is refused behind a gateway as it is before one, and nothing reaches the system", async (t) => {
  const seen = [];
  const origin = await serve(t, (request, response) => {
    seen.push(`${request.method} ${request.url.split("/").at(-1)}`);
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  const systems = { formance: new runward.Formance({ baseUrl: origin }), onfido: new runward.Onfido({ baseUrl: origin, token: "a-token" }) };
  const { handle } = new runward.Gateway({ systems, operations: "all" });
  const behind = (system) => new runward.GatewayClient({ baseUrl: "http://gateway/api", system, fetch: (url, init) => handle(new Request(url, init)) });
  const { instances } = behind("formance");
  const { tasks } = behind("onfido");
  const force = { force: true };
  const moves = [
    [(options) => instances.sendEvent(formance("instance-succeeded"), { name: "paid" }, options), "formance"],
    [(options) => instances.abort(formance("instance-succeeded"), options), "formance"],
    [(options) => tasks.complete("r", onfido("task-list-output"), { data: {} }, options), "onfido"],
  ];
  for (const [ask, system] of moves) await assert.rejects(ask(), { ...refusal(system, "already_finished"), status: 409 });
  assert.deepEqual(seen, []);
  for (const [ask] of moves) await ask(force);
  assert.deepEqual(seen, ["POST events", "PUT abort", "POST complete"]);
});

test("a cancel is refused after this client saw the end confirmed, here and behind a gateway, and never after one read", async (t) => {
  const seen = [];
  const { id } = finished();
  const origin = await serve(t, (request, response) => {
    if (request.method === "POST") seen.push(request.url.split("/").at(-1));
    response.writeHead(200, { "content-type": "application/json" }).end(request.method === "POST" ? `{"ids":["${id}"]}` : body("run-standalone-completed"));
  });
  const hatchet = new runward.Hatchet({ token: "a-token", tenant: "707d0855-80ab-4e1f-a156-f1c4546cbf52", baseUrl: origin, retries: 0 });
  const { handle } = new runward.Gateway({ systems: { hatchet } });
  const behind = new runward.GatewayClient({ baseUrl: "http://gateway/api", fetch: (url, init) => handle(new Request(url, init)) });
  await hatchet.runs.get(id);
  for (const { runs } of [hatchet, behind]) await runs.cancel(id);
  assert.deepEqual(seen, ["cancel", "cancel"]);
  await hatchet.runs.wait(id);
  await assert.rejects(hatchet.runs.cancel(id), refusal("hatchet", "already_finished"));
  await assert.rejects(behind.runs.cancel(id), { ...refusal("hatchet", "already_finished"), status: 409 });
  assert.equal(seen.length, 2);
  for (const { runs } of [hatchet, behind]) await runs.cancel(id, { force: true });
  await behind.runs.replay(id);
  await hatchet.runs.cancel(id);
  assert.deepEqual(seen, ["cancel", "cancel", "cancel", "cancel", "replay", "cancel"]);
});

test("a cancel of a run that has ended and a replay of one that has not are refused before the request, unless forced", async (t) => {
  const seen = [];
  const origin = await serve(t, (request, response) => {
    seen.push(`${request.method} ${request.url.split("/").at(-1)}`);
    response.writeHead(200, { "content-type": "application/json" }).end(`{"ids":[]}`);
  });
  const { runs } = new runward.Hatchet({ token: "a-token", tenant: "707d0855-80ab-4e1f-a156-f1c4546cbf52", baseUrl: origin, retries: 0 });
  const gateway = new runward.GatewayClient({ baseUrl: `${origin}/api` });
  for (const client of [runs, gateway.runs]) {
    await assert.rejects(client.cancel(finished()), { name: "TransitionError", code: "already_finished", system: "hatchet" });
    await assert.rejects(client.replay(running()), { name: "TransitionError", code: "illegal_move", system: "hatchet" });
  }
  assert.deepEqual(seen, []);
  const effects = [await runs.cancel(finished(), { force: true }), await runs.cancel(running()), await runs.cancel(finished().id)];
  assert.deepEqual(effects.map(({ effect }) => effect), ["unknown", "unknown", "unknown"]);
  await gateway.runs.cancel(running(), { confirm: true });
  await gateway.runs.replay(running(), { force: true });
  await gateway.runs.replay(finished());
  assert.deepEqual(seen, ["POST cancel", "POST cancel", "POST cancel", "POST cancel?confirm=true", "POST replay?force=true", "POST replay"]);
});
