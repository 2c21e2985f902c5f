import assert from "node:assert/strict";
import { test } from "node:test";
import { RunStore, Seen } from "../src/data/store.js";

const run = (id, createdAt, status = "QUEUED", more = {}) => ({ system: "hatchet", id, createdAt, status, phase: status === "COMPLETED" ? "finished" : "queued", outcome: status === "COMPLETED" ? "succeeded" : undefined, attempt: 1, tags: [], ...more });

test("runs stand newest first, and equal times by id", () => {
  const store = new RunStore();
  store.take([run("b", 1), run("c", 2), run("a", 1)]);
  assert.deepEqual(store.all().map(({ id }) => id), ["c", "a", "b"]);
});

test("a change of status keeps a run's place", () => {
  const store = new RunStore();
  store.take([run("a", 2), run("b", 1)]);
  assert.deepEqual(store.take([run("b", 1, "COMPLETED")]), { added: [], moved: ["hatchet/b"] });
  assert.deepEqual(store.all().map(({ id }) => id), ["a", "b"]);
});

test("an equal read moves nothing, a new attempt does", () => {
  const store = new RunStore();
  store.take([run("a", 1)]);
  assert.deepEqual(store.take([run("a", 1)]), { added: [], moved: [] });
  assert.deepEqual(store.take([run("a", 1, "QUEUED", { attempt: 2 })]).moved, ["hatchet/a"]);
});

test("the filter takes every word, in any field, and the kind", () => {
  const store = new RunStore();
  store.take([run("a", 2, "COMPLETED", { name: "charge-card-1", metadata: { customer: "acme" } }), run("b", 1, "QUEUED", { name: "charge-card-2" })]);
  assert.deepEqual(store.filter({ kind: "", text: "CHARGE acme" }).map(({ id }) => id), ["a"]);
  assert.deepEqual(store.filter({ kind: "queued", text: "charge" }).map(({ id }) => id), ["b"]);
  assert.deepEqual(store.counts(), { succeeded: 1, queued: 1 });
});

test("a stage that moves is no step of its run", () => {
  const seen = new Seen();
  const read = run("a", 1);
  seen.note(read);
  seen.note(read, { before: read, after: read, verdict: "advance", cause: "finished", findings: [], provisional: false });
  assert.equal(seen.of(read).length, 1);
  assert.equal(seen.of(read)[0].verdict, undefined);
});

test("a status is noted once, and what confirms it is added to it", () => {
  const seen = new Seen();
  assert.equal(seen.note(run("a", 1)).from, undefined);
  assert.equal(seen.note(run("a", 1)), undefined);
  const before = run("a", 1);
  const after = run("a", 1, "COMPLETED");
  seen.note(after, { before, after, verdict: "advance", cause: "finished", findings: [], provisional: true });
  seen.note(after, { before: after, after, verdict: "same", findings: [], provisional: false, confirmedAt: 5 });
  const [first, second, ...rest] = seen.of(before);
  assert.equal(rest.length, 0);
  assert.equal(first.to, "QUEUED");
  assert.deepEqual([second.from, second.to, second.verdict, second.cause, second.confirmedAt], ["QUEUED", "COMPLETED", "advance", "finished", 5]);
});
