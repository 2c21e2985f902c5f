// What becomes of a page when the WebAssembly panics, which no released version should. These exports panic on purpose.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { readFileSync } from "node:fs";
import { Hatchet, InternalError, isRunwardError, newId } from "../../target/panicking/index.js";
import { Counter, overflow, panicAfter, panicNow, waitFor } from "../../target/panicking/wasm/runward.js";

const uncaught = [];
process.on("uncaughtException", (error) => uncaught.push(error));
process.on("unhandledRejection", (error) => uncaught.push(error));
const turn = () => new Promise((resolve) => setImmediate(resolve));

after(async () => {
  await turn();
  assert.deepEqual(uncaught, []);
});

const isPanic = (error) => {
  assert.ok(error instanceof InternalError && isRunwardError(error, "InternalError"));
  assert.equal(error.code, "panic");
  assert.ok(error.cause instanceof WebAssembly.RuntimeError || error.cause instanceof RangeError);
  return true;
};

test("a call that panics throws an InternalError that names the place", () => {
  assert.throws(() => panicNow(), (error) => isPanic(error) && /src\/wasm\/panics\.rs:\d+/.test(error.message));
});

test("no message of a panic leaves, because it may hold a secret", () => {
  assert.throws(() => panicNow(), (error) => !JSON.stringify(error).includes("on purpose"));
});

test("the next call works", () => {
  assert.throws(() => panicNow(), isPanic);
  assert.match(newId(), /^[0-9a-f]{8}-/);
});

test("a promise whose task panics rejects", async () => {
  await assert.rejects(panicAfter(Promise.resolve()), isPanic);
  assert.equal(await waitFor(Promise.resolve(7)), 7);
});

test("all that is pending rejects when another call panics", async () => {
  const waiting = [waitFor(new Promise(() => {})), waitFor(new Promise(() => {}))];
  await turn();
  assert.throws(() => panicNow(), isPanic);
  for (const promise of waiting) await assert.rejects(promise, isPanic);
});

test("an answer that arrives after the panic is dropped without an uncaught error", async () => {
  let answer;
  const waiting = waitFor(new Promise((resolve) => (answer = resolve)));
  await turn();
  assert.throws(() => panicNow(), isPanic);
  await assert.rejects(waiting, isPanic);
  answer("late");
  await turn();
  assert.deepEqual(uncaught, []);
});

test("an answer that failed after the panic is dropped without an uncaught error", async () => {
  let fail;
  const waiting = waitFor(new Promise((_, reject) => (fail = reject)));
  await turn();
  assert.throws(() => panicNow(), isPanic);
  await assert.rejects(waiting, isPanic);
  fail(new Error("late"));
  await turn();
  assert.deepEqual(uncaught, []);
});

test("an object of before the panic says that it is gone", () => {
  const counter = new Counter();
  assert.equal(counter.next(), 1);
  assert.throws(() => panicNow(), isPanic);
  assert.throws(() => counter.next(), (error) => error instanceof InternalError && error.code === "stale_object");
  assert.equal(new Counter().next(), 1);
});

test("a client of before the panic goes on working", async () => {
  const recorded = JSON.parse(readFileSync(new URL("../fixtures/hatchet/recorded/run-standalone-completed.json", import.meta.url)));
  const fetch = async () => new Response(recorded.response.body, { headers: { "content-type": "application/json" } });
  const { runs } = new Hatchet({ token: "a-token", baseUrl: "http://127.0.0.1", tenant: "707d0855-80ab-4e1f-a156-f1c4546cbf52", fetch });
  const id = "a16ccbaf-84c7-4547-bdd9-6f0922c76346";
  assert.equal((await runs.get(id)).status, "COMPLETED");
  assert.throws(() => panicNow(), isPanic);
  assert.equal((await runs.get(id)).status, "COMPLETED");
});

test("a stack that overflows is a panic like others", () => {
  assert.throws(() => overflow(1), isPanic);
  assert.match(newId(), /^[0-9a-f]{8}-/);
});

test("a thousand panics in a row each leave a working instance", () => {
  const panic = () => assert.throws(() => panicNow(), isPanic);
  for (let i = 0; i < 1000; i++) panic();
  assert.match(newId(), /^[0-9a-f]{8}-/);
});
