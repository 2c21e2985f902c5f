// The vendors' official clients and ours send the same request for the same call, but for the differences that are listed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { capabilities } from "runward";
import { composed, differences, pairs, recorder } from "./requests.mjs";

const used = new Set();

/** The fields in which two requests differ and should not. */
function unlisted(system, call, theirs, ours) {
  const fields = new Set([...Object.keys(theirs), ...Object.keys(ours)]);
  const differing = [...fields].filter((field) => !isDeepStrictEqual(theirs[field], ours[field]));
  return differing.filter((field) => {
    const listed = differences.find((one) => one.system === system && one.field === field && (one.calls?.includes(call) ?? true));
    if (listed) used.add(listed);
    return !listed;
  });
}

for (const [system, groups] of Object.entries(pairs)) {
  for (const { theirs, ours, calls } of groups) {
    for (const [call, [their, our, which = -1]] of Object.entries(calls)) {
      test(`${system}: ${call}`, async (t) => {
        const server = await recorder();
        t.after(server.close);
        // What either makes of the answer is not the matter here.
        const sent = async (client, ask) => {
          await Promise.resolve(ask(client(server.url))).catch(() => {});
          return server.take();
        };
        const [official, own] = [await sent(theirs, their), await sent(ours, our)];
        assert.equal(own.length, official.length, "as many requests");
        const [a, b] = [official.at(which), own.at(which)];
        const wrong = unlisted(system, call, a, b).map((field) => ({ field, theirs: a[field], ours: b[field] }));
        assert.deepEqual(wrong, []);
      });
    }
  }
}

test("every listed difference is still one, names one field and says why", () => {
  assert.deepEqual(differences.filter((one) => !used.has(one) || !one.field || !one.reason), []);
});

test("every operation of a system with an official client is compared", () => {
  for (const [system, groups] of Object.entries(pairs)) {
    const compared = new Set(groups.flatMap(({ calls }) => Object.keys(calls).map((call) => call.split(",")[0])));
    const missing = Object.entries(capabilities[system]).filter(([name, can]) => can && !compared.has(name) && !composed[system][name]);
    assert.deepEqual(missing.map(([name]) => name), [], system);
  }
});
