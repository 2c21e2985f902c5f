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

test("runs_of_several_systems_are_one_list_and_equal_ids_do_not_meet", () => {
  const store = new RunStore();
  store.take([run("a", 1), run("a", 2, "QUEUED", { system: "meshx" })]);
  assert.deepEqual(store.all().map(({ key }) => key), ["meshx/a", "hatchet/a"]);
  assert.deepEqual(store.filter({ system: "meshx" }).map(({ key }) => key), ["meshx/a"]);
  assert.deepEqual(store.counts("hatchet"), { queued: 1 });
});

test("by_duration_what_has_none_comes_last_either_way", () => {
  const store = new RunStore();
  store.take([run("a", 1, "QUEUED", { duration: 5 }), run("b", 2), run("c", 3, "QUEUED", { startedAt: 1, finishedAt: 10 })]);
  assert.deepEqual(store.filter({ sort: "duration" }).map(({ id }) => id), ["c", "a", "b"]);
  assert.deepEqual(store.filter({ sort: "duration", up: true }).map(({ id }) => id), ["a", "c", "b"]);
  store.take([run("a", 1, "QUEUED", { duration: 50 })]);
  assert.deepEqual(store.filter({ sort: "duration" })[0].id, "a", "a run that took longer by now moves");
});

test("a_filter_by_time_and_workflow_takes_what_fits_both", () => {
  const store = new RunStore();
  store.take([run("a", 10, "QUEUED", { workflowId: "w" }), run("b", 20, "QUEUED", { workflowId: "v" }), run("c", 5, "QUEUED", { workflowId: "w" })]);
  assert.deepEqual(store.filter({ since: 10, workflow: "w" }).map(({ id }) => id), ["a"]);
});

test("what_a_list_does_not_show_is_not_kept", () => {
  const store = new RunStore();
  store.take([run("a", 1, "QUEUED", { wire: { secret: 1 }, stages: [1], input: {}, output: {} })]);
  for (const name of ["wire", "stages", "input", "output"]) assert.equal(name in store.get("hatchet", "a"), false, name);
});
