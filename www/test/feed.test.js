import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { setImmediate } from "node:timers/promises";

const bus = new EventTarget();
globalThis.addEventListener = bus.addEventListener.bind(bus);
const { follow } = await import("../src/data/feed.js");

/** Follows what the test says, on a clock that it moves; keeps the kinds of the states. */
function start(t, { read = async () => {}, stream, ends }) {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const end = new AbortController();
  const states = [];
  const items = [];
  const feed = follow({ read, stream, ends, onItem: (item) => items.push(item), onState: ({ kind }) => states.at(-1) !== kind && states.push(kind), signal: end.signal });
  t.after(async () => {
    end.abort();
    await feed.done;
    mock.timers.reset();
  });
  return { states, items, feed, end };
}

/** Lets every promise that can go on do so, then time pass. */
async function pass(ms = 0) {
  await setImmediate();
  mock.timers.tick(ms);
  await setImmediate();
}

const never = (signal) => new Promise((resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

async function* talking(signal, ...items) {
  yield* items;
  await never(signal);
}

test("a_stream_is_called_live_only_once_it_spoke", async (t) => {
  let speak;
  const spoken = new Promise((resolve) => (speak = resolve));
  const { states, items } = start(t, {
    async *stream(signal) {
      await spoken;
      yield* talking(signal, "a");
    },
  });
  await pass();
  assert.deepEqual(states, ["connecting"]);
  speak();
  await pass();
  assert.deepEqual([states, items], [["connecting", "live"], ["a"]]);
});

test("a_read_that_fails_is_an_outage_that_ends_by_itself", async (t) => {
  let up = false;
  const read = async () => {
    if (!up) throw new Error("refused");
  };
  const { states } = start(t, { read, stream: (signal) => talking(signal, "a") });
  await pass();
  assert.deepEqual(states, ["connecting", "down"]);
  up = true;
  await pass(500);
  assert.deepEqual(states, ["connecting", "down", "connecting", "live"]);
});

test("asking_again_does_not_wait_for_the_pause", async (t) => {
  let up = false;
  const read = async () => {
    if (!up) throw new Error("refused");
  };
  const { states, feed } = start(t, { read, stream: (signal) => talking(signal, "a") });
  await pass();
  up = true;
  feed.retryNow();
  await pass();
  assert.equal(states.at(-1), "live");
});

test("a_stream_that_cannot_be_had_while_reads_work_is_polling", async (t) => {
  let reads = 0;
  const { states } = start(t, {
    read: async () => void reads++,
    async *stream() {
      throw new Error("no stream");
    },
  });
  await pass();
  assert.deepEqual([states, reads], [["connecting", "polling"], 2]);
  await pass(3_000);
  assert.equal(reads, 4);
});

test("a_stream_that_lives_while_the_system_is_gone_is_found_out", async (t) => {
  let up = true;
  const read = async () => {
    if (!up) throw new Error("the engine is down");
  };
  const { states } = start(t, { read, stream: (signal) => talking(signal, "a") });
  await pass();
  up = false;
  await pass(6_000);
  await pass();
  assert.deepEqual(states, ["connecting", "live", "down"]);
});

test("the_end_of_a_stream_that_ends_is_the_end", async (t) => {
  const { states, feed } = start(t, {
    ends: true,
    async *stream() {
      yield "a";
    },
  });
  await pass();
  await pass(200);
  await feed.done;
  assert.deepEqual(states, ["connecting", "live", "over"]);
});

test("without_a_stream_reads_come_by_the_clock_and_that_is_no_outage", async (t) => {
  let reads = 0;
  const { states } = start(t, { read: async () => void reads++ });
  await pass();
  await pass(3_000);
  await pass(3_000);
  assert.deepEqual([states, reads], [["connecting", "fresh"], 3]);
});

test("one_failure_that_may_be_over_at_once_is_no_outage_and_a_second_is", async (t) => {
  let failing = 1;
  const read = async () => {
    if (failing-- > 0) throw Object.assign(new Error("a blip"), { retryable: true });
  };
  const { states } = start(t, { read, stream: (signal) => talking(signal, "a") });
  await pass();
  await pass(500);
  assert.deepEqual(states, ["connecting", "live"]);
  failing = 2;
  await pass(6_000);
  await pass(500);
  await pass();
  assert.deepEqual(states.at(-1), "down");
});

test("an_outage_that_says_how_long_it_lasts_is_not_asked_before", async (t) => {
  let reads = 0;
  const read = async () => {
    reads++;
    throw Object.assign(new Error("slow down"), { retryable: true, retryAfter: 60_000 });
  };
  const { states } = start(t, { read, stream: (signal) => talking(signal, "a") });
  await pass();
  await pass(59_000);
  assert.deepEqual([states, reads], [["connecting", "down"], 1]);
  await pass(1_000);
  assert.equal(reads, 2);
});

test("a_device_that_goes_offline_is_found_out_at_once", async (t) => {
  let up = true;
  const read = async () => {
    if (!up) throw new Error("offline");
  };
  const { states } = start(t, { read, stream: (signal) => talking(signal, "a") });
  await pass();
  up = false;
  bus.dispatchEvent(new Event("offline"));
  await pass();
  await pass();
  assert.deepEqual(states, ["connecting", "live", "down"]);
});

test("nothing_is_said_after_the_end_was_asked_for", async (t) => {
  const { states, feed, end } = start(t, { stream: (signal) => talking(signal, "a") });
  await pass();
  const before = [...states];
  end.abort();
  await feed.done;
  assert.deepEqual(states, before);
});
