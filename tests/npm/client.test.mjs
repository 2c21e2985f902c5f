// The client from the packed package over real sockets: aborts, faults, creates and secrets, as JavaScript sees them.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { before, test } from "node:test";
import { inspect } from "node:util";
import { consumer, repository, serve } from "./support.mjs";

const ID = "a16ccbaf-84c7-4547-bdd9-6f0922c76346";
const SECRET = "s3cret-token";
const recorded = (name) => JSON.parse(readFileSync(repository(`tests/fixtures/hatchet/recorded/${name}.json`))).response.body;
const json = (body, status = 200) => (_, response) => response.writeHead(status, { "content-type": "application/json" }).end(body);
const options = { token: SECRET, tenant: "707d0855-80ab-4e1f-a156-f1c4546cbf52", timeout: 500, deadline: 2_000, retries: 0 };

let runward;
before(async (t) => {
  const folder = consumer({ after: (work) => t.after?.(work) });
  runward = await import(join(folder, "node_modules/runward/index.js"));
});

const client = (baseUrl, more) => new runward.Hatchet({ baseUrl, ...options, ...more });

function withResolvers() {
  let resolve;
  const promise = new Promise((settle) => (resolve = settle));
  return { promise, resolve };
}

/** A server that sends these bytes to whoever asks, and then closes, resets or holds the connection. */
async function raw(t, bytes, then = (socket) => socket.end()) {
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.write(bytes);
      then(socket);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

test("an abort rejects with the signal's own reason in every phase, and ends the request", async (t) => {
  const phases = { headers: () => {}, body: (_, response) => response.writeHead(200).write("{") };
  for (const handler of Object.values(phases)) {
    for (const reason of ["a text", new Error("an error"), { odd: true }, undefined]) {
      const controller = new AbortController();
      const { promise: closed, resolve } = withResolvers();
      const url = await serve(t, (request, response) => {
        handler(request, response);
        response.once("close", resolve);
        setTimeout(() => controller.abort(reason), 50);
      });
      const read = client(url).runs.get(ID, { signal: controller.signal, timeout: 20_000, deadline: 20_000 });
      await assert.rejects(read, (error) => error === controller.signal.reason);
      await closed;
    }
  }
});

test("what was aborted before is not begun", async (t) => {
  let requests = 0;
  const url = await serve(t, () => requests++);
  await assert.rejects(client(url).runs.get(ID, { signal: AbortSignal.abort("early") }), (error) => error === "early");
  await assert.rejects(client(url, { signal: AbortSignal.abort("client") }).runs.get(ID), (error) => error === "client");
  assert.equal(requests, 0);
});

const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
const FAULTS = {
  reset: ["", (socket) => socket.resetAndDestroy(), "NetworkError"],
  close: ["", undefined, "NetworkError"],
  "no HTTP": ["SSH-2.0-OpenSSH_9\r\n\r\n", undefined, "NetworkError"],
  "truncated length": [`${HEAD}content-length: 100\r\n\r\n{"run"`, undefined, "NetworkError"],
  "truncated chunk": [`${HEAD}transfer-encoding: chunked\r\n\r\n20\r\n{"run"`, undefined, "NetworkError"],
  "bad gzip": [`${HEAD}content-encoding: gzip\r\ncontent-length: 5\r\n\r\nhello`, undefined, "NetworkError"],
  "stalled headers": ["HTTP/1.1 200 OK\r\n", () => {}, "TimeoutError"],
  "stalled body": [`${HEAD}content-length: 9\r\n\r\n{`, () => {}, "TimeoutError"],
  "HTML 200": ["HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n<p>", undefined, "DecodeError"],
  "HTML 502": ["HTTP/1.1 502 x\r\ncontent-length: 3\r\n\r\n<p>", undefined, "HttpError"],
  "null": [`${HEAD}content-length: 4\r\n\r\nnull`, undefined, "DecodeError"],
  "401": [`HTTP/1.1 401 x\r\ncontent-length: ${SECRET.length}\r\n\r\n${SECRET}`, undefined, "AuthError"],
  "404": ["HTTP/1.1 404 x\r\ncontent-length: 0\r\n\r\n", undefined, "NotFoundError"],
  "429 for a day": ["HTTP/1.1 429 x\r\nretry-after: 100000\r\ncontent-length: 0\r\n\r\n", undefined, "RateLimitError"],
  "cross-origin 307": [`HTTP/1.1 307 x\r\nlocation: http://localhost:1/${SECRET}\r\ncontent-length: 0\r\n\r\n`, undefined, "HttpError"],
};

for (const [name, [bytes, then, expected]] of Object.entries(FAULTS)) {
  test(`a read that meets ${name} ends in a ${expected} without a secret`, async (t) => {
    const url = await raw(t, bytes, then);
    const error = await client(url).runs.get(ID).then(() => assert.fail("it was taken"), (error) => error);
    assert.equal(error.name, expected, inspect(error));
    assert.ok(runward.isRunwardError(error) && error instanceof Error);
    for (const shown of [JSON.stringify(error), String(error), error.stack, inspect(error, { depth: 9, showHidden: true })]) {
      assert.ok(!shown.includes(SECRET), shown);
    }
  });
}

test("a body larger than allowed is not taken to its end", async (t) => {
  const url = await serve(t, (_, response) => {
    const piece = Buffer.alloc(1 << 20, 32);
    const more = () => { while (!response.destroyed && response.write(piece)); };
    response.on("drain", more).on("error", () => {});
    more();
  });
  await assert.rejects(client(url, { maxBytes: 5_000_000, timeout: 20_000, deadline: 20_000 }).runs.get(ID), { name: "DecodeError", code: "too_large" });
});

test("a create is sent once, and its loss is told", async (t) => {
  let posts = 0;
  const url = await serve(t, (_, response) => (posts++, response.writeHead(500).end()));
  await assert.rejects(client(url, { retries: 5 }).runs.create({ workflow: "w" }), { name: "UnknownOutcomeError", status: 500 });
  assert.equal(posts, 1);
});

test("a read recovers, with a token that a function gives", async (t) => {
  const answers = [json("null", 500), json(recorded("run-standalone-completed"))];
  const seen = [];
  const url = await serve(t, (request, response) => (seen.push(request.headers.authorization), answers.shift()(request, response)));
  const run = await client(url, { token: async () => SECRET, retries: 2 }).runs.get(ID);
  assert.deepEqual([run.id, run.status, run.phase, run.wire.run.status], [ID, "COMPLETED", "finished", "COMPLETED"]);
  assert.deepEqual(seen, [`Bearer ${SECRET}`, `Bearer ${SECRET}`]);
});

test("a watch confirms the end, and can be left", async (t) => {
  const url = await serve(t, json(recorded("run-standalone-completed")));
  const watching = client(url, { deadline: 10_000 }).runs.watch(ID);
  const steps = [];
  for (let step; !(step = await watching.next()).done; ) steps.push(step.value);
  assert.deepEqual(steps.map(({ provisional }) => provisional), [true, false]);
  const left = client(await serve(t, () => {})).runs.watch(ID);
  const pending = left.next();
  await left.return();
  assert.deepEqual(await pending, { done: true, value: undefined });
});

test("an injected fetch that misbehaves is told of", async () => {
  const read = (fetch) => client("http://127.0.0.1:9", { fetch }).runs.get(ID);
  await assert.rejects(read(() => { throw "a text"; }), { name: "NetworkError", code: "before_headers" });
  await assert.rejects(read(async () => { throw undefined; }), { name: "NetworkError" });
  await assert.rejects(read(() => 5), { name: "ArgumentError", code: "invalid_fetch" });
  const run = await read(async () => new Response(recorded("run-standalone-completed")));
  assert.equal(run.id, ID);
});

test("wrong options throw at once", () => {
  for (const wrong of [undefined, {}, { token: 5 }, { token: SECRET, baseUrl: "nowhere" }, { token: SECRET, timeout: -1 }, { token: SECRET, fetch: 5 }]) {
    assert.throws(() => new runward.Hatchet(wrong), { name: "ArgumentError" });
  }
});

test("a page is no place for a token", (t) => {
  globalThis.window = globalThis;
  globalThis.document = {};
  t.after(() => {
    delete globalThis.window;
    delete globalThis.document;
  });
  assert.throws(() => new runward.Hatchet({ token: SECRET }), { name: "ArgumentError", code: "secret_in_browser" });
  assert.ok(new runward.Hatchet({ token: SECRET, iKnowThisTokenIsPublic: true }));
});

test("a gateway answers, streams, and stops reading when nobody listens", async (t) => {
  let reads = 0;
  const url = await serve(t, (request, response) => {
    reads++;
    json(recorded(request.url.includes("?") ? "list-limit-3" : "run-standalone-completed"))(request, response);
  });
  const gateway = new runward.Gateway({ systems: { hatchet: client(url) } });
  const ask = (path, init) => gateway.handle(new Request(`http://gateway.example/api${path}`, init));
  assert.equal((await (await ask(`/hatchet/runs/${ID}`)).json()).id, ID);
  const text = await (await ask(`/hatchet/runs/${ID}/events`)).text();
  assert.deepEqual([...text.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name), ["change", "change", "end"]);
  const list = (await ask("/hatchet/events")).body.getReader();
  await list.read();
  await list.read();
  await list.cancel();
  const then = reads;
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  assert.equal(reads, then);
  assert.equal((await ask("/hatchet/runs", { method: "POST", headers: { origin: "https://evil.example" } })).status, 403);
  const wrong = await ask("/hatchet/runs", { method: "POST", body: "[]", headers: { "content-type": "application/json" } });
  assert.deepEqual([wrong.status, (await wrong.json()).findings[0].code], [400, "not_an_object"]);
});

test("a trigger answers a form with the place of its run", async (t) => {
  let sent;
  const url = await serve(t, async (request, response) => {
    sent = JSON.parse(Buffer.concat(await request.toArray()));
    json(recorded("trigger-only-id"))(request, response);
  });
  const handle = runward.trigger({ client: client(url), workflow: "charge-card" });
  const answer = await handle(new Request("http://shop.example/", { method: "POST", body: new URLSearchParams({ order: "A-1" }) }));
  assert.deepEqual([answer.status, answer.headers.get("location")], [202, `/api/hatchet/runs/${ID}`]);
  assert.deepEqual([sent.workflowName, sent.input], ["charge-card", { order: "A-1" }]);
  assert.equal((await handle(new Request("http://shop.example/"))).status, 405);
});
