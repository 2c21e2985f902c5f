// What goes wrong on the way ends in an error of ours, in every runtime, with nothing left running and no secret told.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cases, differences, expected, job, runtimes as names, unused } from "./faults.mjs";
import { runtimes } from "./runtimes.mjs";

test("every runtime meets every fault", { concurrency: names.length }, async (t) => {
  await Promise.all(names.map((runtime) => t.test(runtime, async (t) => {
    const { told, escaped, timers } = await runtimes[runtime](t, job());
    for (const [name, outcome] of Object.entries(expected(runtime))) {
      await t.test(`${runtime}: ${name}`, () => assert.deepEqual(told[name], outcome));
    }
    assert.deepEqual({ escaped, timers }, { escaped: [], timers: 0 });
    assert.deepEqual(unused(runtime, told), [], "a difference that is none");
  })));
});

test("a difference is one of a case and a runtime that there are, and says why", () => {
  const odd = differences.filter(({ runtime, name, reason }) => !names.includes(runtime) || !cases.some((one) => one.name === name) || !reason);
  assert.deepEqual(odd, []);
});
