import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, bytes, duration, runDuration, shownDuration } from "../src/ui/format.js";

test("durations have at most two units", () => {
  const shown = [0, 840, 999.6, 3_249, 59_999, 60_000, 245_000, 3_600_000, 7_860_000, 200_000_000].map(duration);
  assert.deepEqual(shown, ["0 ms", "840 ms", "0.9 s", "3.2 s", "59.9 s", "1 m 00 s", "4 m 05 s", "1 h 00 m", "2 h 11 m", "2 d 7 h"]);
});

test("a duration that is not known is a dash, and a negative one is nothing", () => {
  assert.equal(duration(undefined), "–");
  assert.equal(duration(Number.NaN), "–");
  assert.equal(duration(-4), "0 ms");
});

test("a running run ticks in whole seconds from its start", () => {
  const run = { phase: "running", startedAt: 1_000 };
  assert.equal(shownDuration(run, 4_900), "3 s");
  assert.equal(shownDuration({ phase: "queued" }, 4_900), "–");
});

test("a finished run shows the system's own duration before the difference of its times", () => {
  assert.equal(runDuration({ phase: "finished", duration: 27, startedAt: 0, finishedAt: 99 }, 0), 27);
  assert.equal(runDuration({ phase: "finished", startedAt: 10, finishedAt: 99 }, 0), 89);
  assert.equal(runDuration({ phase: "finished", finishedAt: 99 }, 0), undefined);
});

test("how long ago is told in one unit", () => {
  const now = 1_000_000_000;
  assert.deepEqual([0, 12_000, 61_000, 7_200_000, 172_800_000].map((ms) => ago(now - ms, now)), ["now", "12 s ago", "1 min ago", "2 h ago", "2 d ago"]);
  assert.equal(ago(undefined, now), "–");
});

test("sizes are binary", () => {
  assert.deepEqual([12, 2_048, 3_145_728].map(bytes), ["12 B", "2.0 KiB", "3.0 MiB"]);
});
