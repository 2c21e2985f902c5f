// A page that nobody sees, or that is offline, reads nothing; back again it goes on by itself. In a real Chromium.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { consumer, files, page, repository, serve } from "./support.mjs";

const recorded = (name) => JSON.parse(readFileSync(repository(`tests/fixtures/hatchet/recorded/${name}.json`))).response.body;
const RUNNING = recorded("run-standalone-running");
const ID = JSON.parse(RUNNING).run.metadata.id;

/** A page in which `script` has run, with the package; `handler` answers below /api/. */
async function open(t, script, handler) {
  const folder = consumer(t);
  const imports = JSON.stringify({ imports: { runward: "/node_modules/runward/index.js" } });
  writeFileSync(join(folder, "index.html"), `<!doctype html><script type="importmap">${imports}</script><script type="module" src="/main.mjs"></script>`);
  writeFileSync(join(folder, "main.mjs"), script);
  const origin = await serve(t, (request, response) => (request.url.startsWith("/api/") ? handler : files(folder))(request, response));
  const tab = await page(t);
  await tab.goto(`${origin}/index.html`);
  return tab;
}

/** Hides the page or shows it, as its own script sees that: no window is there that could be covered. */
const shown = (tab, state) =>
  tab.evaluate((state) => {
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state });
    document.dispatchEvent(new Event("visibilitychange"));
  }, state);

/** Waits until it is so, and no longer than a test may take. */
async function until(isSo) {
  for (const end = Date.now() + 20_000; !isSo(); await sleep(20)) assert.ok(Date.now() < end, `never so: ${isSo}`);
}

test("a watch in a page reads nothing while it is hidden, and at once when it is seen again", async (t) => {
  let reads = 0;
  const script = `
    import { Hatchet } from "runward";
    const client = new Hatchet({ baseUrl: location.origin + "/api", token: "a-token", tenant: "t", iKnowThisTokenIsPublic: true });
    for await (const change of client.runs.watch(${JSON.stringify(ID)})) globalThis.last = change.after.status;`;
  const tab = await open(t, script, (_, response) => (reads++, response.writeHead(200, { "content-type": "application/json" }).end(RUNNING)));
  await until(() => reads >= 3);
  await shown(tab, "hidden");
  await sleep(300);
  const then = reads;
  await sleep(3_000);
  assert.equal(reads, then);
  await shown(tab, "visible");
  await until(() => reads > then);
});

test("a stream of the gateway ends while nobody sees it or it is offline, and tells no state twice", async (t) => {
  const streams = [];
  const run = (status) => ({ id: ID, status, system: "hatchet" });
  const change = (status) => ({ after: run(status), verdict: "advance", findings: [], provisional: false });
  const script = `
    import { GatewayClient } from "runward";
    globalThis.changes = [];
    for await (const { before, after } of new GatewayClient().runs.watch(${JSON.stringify(ID)})) changes.push([before?.status, after.status]);
    globalThis.ended = true;`;
  const tab = await open(t, script, (_, response) => {
    const stream = { open: true, tell: (status) => response.write(`event: change\ndata: ${JSON.stringify(change(status))}\n\n`) };
    response.writeHead(200, { "content-type": "text/event-stream" }).on("close", () => (stream.open = false));
    streams.push(stream);
    stream.end = () => response.end("event: end\ndata: {}\n\n");
  });
  const told = (count) => tab.waitForFunction((count) => globalThis.changes.length >= count, count);
  await until(() => streams.length === 1);
  streams[0].tell("RUNNING");
  await told(1);
  await shown(tab, "hidden");
  await until(() => !streams[0].open);
  await sleep(500);
  assert.equal(streams.length, 1, "nothing is opened that nobody sees");
  await shown(tab, "visible");
  await until(() => streams.length === 2);
  streams[1].tell("RUNNING");
  await tab.context().setOffline(true);
  await until(() => !streams[1].open);
  await tab.context().setOffline(false);
  await until(() => streams.length === 3);
  streams[2].tell("COMPLETED");
  await told(2);
  streams[2].end();
  await tab.waitForFunction(() => globalThis.ended);
  assert.deepEqual(await tab.evaluate(() => globalThis.changes.map((pair) => pair.map((status) => status ?? null))), [[null, "RUNNING"], ["RUNNING", "COMPLETED"]]);
});
