// The browser's client, against a gateway that a test plays on loopback.
import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { consumer, serve } from "./support.mjs";

async function client(t, handler, options) {
  const { GatewayClient, ...runward } = await import(pathToFileURL(join(consumer(t), "node_modules/runward/index.js")));
  const seen = [];
  const origin = await serve(t, async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    seen.push({ line: `${request.method} ${request.url}`, headers: request.headers, body });
    await handler(request, response, seen.length);
  });
  return { gateway: new GatewayClient({ baseUrl: `${origin}/api`, ...options }), seen, ...runward };
}

const json = (response, status, value) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
const problem = (response, status, fields) => json(response, status, { code: "odd", message: "Odd.", status, retryable: false, ...fields });

test("a list gives its first page, every page, and every run", async (t) => {
  const pages = { "/api/hatchet/runs?limit=1": { runs: [{ id: "a" }], next: "1" }, "/api/hatchet/runs?limit=1&cursor=1": { runs: [{ id: "b" }] } };
  const { gateway } = await client(t, (request, response) => json(response, 200, pages[request.url]));
  const list = () => gateway.runs.list({ limit: 1 });
  assert.deepEqual((await list()).runs, [{ id: "a" }]);
  const ids = [];
  for await (const run of list()) ids.push(run.id);
  assert.deepEqual(ids, ["a", "b"]);
  let count = 0;
  for await (const page of list().pages()) count += page.runs.length;
  assert.equal(count, 2);
});

test("a list that nobody asks for is never read", async (t) => {
  const { gateway, seen } = await client(t, (_, response) => json(response, 200, { runs: [] }));
  gateway.runs.list();
  await gateway.runs.list();
  assert.equal(seen.length, 1);
});

test("a filter becomes a query, with every value escaped", async (t) => {
  const { gateway, seen } = await client(t, (_, response) => json(response, 200, { runs: [] }));
  await gateway.runs.list({ status: ["RUNNING", "QUEUED"], since: 7, metadata: { "a b": "c&d" }, workflow: undefined });
  assert.equal(seen[0].line, "GET /api/hatchet/runs?status=RUNNING&status=QUEUED&since=7&metadata=a+b%3Ac%26d");
});

test("a create sends the run once, with its key and the access token", async (t) => {
  const { gateway, seen } = await client(t, (_, response) => json(response, 202, { id: "a" }), { token: "0123456789abcdef" });
  assert.deepEqual(await gateway.runs.create({ workflow: "w", input: { n: 1 } }, { key: "k" }), { id: "a" });
  assert.deepEqual(JSON.parse(seen[0].body), { workflow: "w", input: { n: 1 }, key: "k" });
  assert.equal(seen[0].headers.authorization, "Bearer 0123456789abcdef");
});

test("a create whose answer is lost is not sent again and says that nothing is known", async (t) => {
  const { gateway, seen, isRunwardError } = await client(t, (_, response) => response.destroy());
  await assert.rejects(gateway.runs.create({ workflow: "w" }), (error) => isRunwardError(error, "UnknownOutcomeError"));
  assert.equal(seen.length, 1);
});

test("a read is tried again after an answer that may pass", async (t) => {
  const { gateway, seen } = await client(t, (_, response, n) => (n < 3 ? problem(response, 502, { kind: "Network", retryable: true }) : json(response, 200, { id: "a" })));
  assert.equal((await gateway.runs.get("a/b")).id, "a");
  assert.deepEqual(seen.map(({ line }) => line), Array(3).fill("GET /api/hatchet/runs/a%2Fb"));
});

test("a problem becomes the error of its class, with its findings", async (t) => {
  const findings = [{ code: "missing_field", pointer: "/workflow" }];
  const { gateway, NotFoundError, ArgumentError } = await client(t, (request, response) =>
    request.method === "GET" ? problem(response, 404, { kind: "NotFound" }) : problem(response, 400, { kind: "Argument", findings }));
  await assert.rejects(gateway.runs.get("a"), (error) => error instanceof NotFoundError && error.status === 404);
  await assert.rejects(gateway.runs.create({}), (error) => error instanceof ArgumentError && error.findings[0].pointer === "/workflow");
});

test("an answer that is no JSON says whether the address can be right", async (t) => {
  const { gateway, HttpError } = await client(t, (_, response) => response.writeHead(404).end("<html>"));
  await assert.rejects(gateway.runs.get("a"), (error) => error instanceof HttpError && /is \/api\/hatchet\/runs\/a its address/.test(error.message));
});

test("an abort rejects with the signal's own reason", async (t) => {
  const { gateway } = await client(t, () => {});
  const abort = new AbortController();
  const read = gateway.runs.get("a", { signal: abort.signal });
  abort.abort("enough");
  await assert.rejects(read, (reason) => reason === "enough");
});

test("an answer that does not come is a TimeoutError", async (t) => {
  const { gateway, TimeoutError } = await client(t, () => {});
  await assert.rejects(gateway.runs.get("a", { timeout: 20, retries: 0 }), TimeoutError);
  await assert.rejects(gateway.runs.get("a", { deadline: 20 }), TimeoutError);
});

const stream = (response, text) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const piece of text) response.write(piece);
};

test("changes arrive however the stream is cut, and end with it", async (t) => {
  const text = `retry: 2000\r\n\r\n:\n\nid: 1\nevent: change\ndata: {"after":\ndata: {"id":"ä"}}\n\nevent: change\rdata: {"after":{"id":"b"},"confirmedAt":7}\r\revent: end\ndata: {}\n\n`;
  const bytes = Buffer.from(text);
  const { gateway } = await client(t, (_, response) => {
    stream(response, Array.from(bytes, (_, i) => bytes.subarray(i, i + 1)));
    response.end();
  });
  const ids = [];
  for await (const change of gateway.runs.watch("a")) ids.push(change.after.id);
  assert.deepEqual(ids, ["ä", "b"]);
  assert.equal((await gateway.runs.wait("a")).id, "b");
});

test("a stream that breaks off is an error that may pass", async (t) => {
  const { gateway, NetworkError } = await client(t, (_, response) => stream(response, [`event: page\ndata: {"runs":[]}\n\n`]) ?? response.end());
  const pages = [];
  const read = async () => {
    for await (const page of gateway.events()) pages.push(page);
  };
  await assert.rejects(read(), (error) => error instanceof NetworkError && error.retryable);
  assert.deepEqual(pages, [{ runs: [] }]);
});

test("whoever stops listening ends the request", async (t) => {
  let ended;
  const { gateway } = await client(t, (request, response) => {
    ended = once(response, "close");
    stream(response, [`event: page\ndata: {"runs":[]}\n\n`]);
  });
  for await (const page of gateway.events()) {
    assert.deepEqual(page, { runs: [] });
    break;
  }
  await ended;
});

test("an error in a stream is thrown as what it is", async (t) => {
  const { gateway, AuthError } = await client(t, (_, response) => stream(response, [`event: error\ndata: {"kind":"Auth","code":"x","message":"No."}\n\n`]));
  await assert.rejects(gateway.events()[Symbol.asyncIterator]().next(), AuthError);
});

test("an id that would lead elsewhere is refused, and nothing is asked", async (t) => {
  const { gateway, seen, ArgumentError } = await client(t, (_, response) => json(response, 200, { runs: [] }));
  for (const id of ["", ".", "..", undefined]) {
    for (const call of [() => gateway.runs.get(id), () => gateway.runs.wait(id), () => gateway.runs.cancel(id), () => gateway.runs.replay(id)]) {
      await assert.rejects(call(), (error) => error instanceof ArgumentError && error.code === "invalid_id");
    }
  }
  assert.equal(seen.length, 0);
});
