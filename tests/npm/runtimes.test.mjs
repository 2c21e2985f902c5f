// The packed package, installed as a consumer would, gives the same answers in every runtime.
import assert from "node:assert/strict";
import { test } from "node:test";
import { expected } from "./expected.mjs";
import { facts, hatchet } from "./recorded.mjs";
import { runtimes } from "./runtimes.mjs";

const job = { module: "program.mjs", facts, handler: hatchet };

for (const [name, answer] of Object.entries(runtimes)) {
  test(`${name} runs the installed package`, async (t) => assert.deepEqual(await answer(t, job), expected));
}
