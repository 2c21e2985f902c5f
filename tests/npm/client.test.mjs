// The client from the packed package over real sockets: aborts, faults, creates and secrets, as JavaScript sees them.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { before, test } from "node:test";
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

test("a thousand concurrent reads of a dead server are no storm", async (t) => {
  const closed = createServer().listen(0, "127.0.0.1");
  await once(closed, "listening");
  const refused = `http://127.0.0.1:${closed.address().port}`;
  await new Promise((resolve) => closed.close(resolve));
  const busy = await serve(t, (_, response) => response.writeHead(503, { "retry-after": "1" }).end());
  for (const [url, name] of [[refused, "NetworkError"], [busy, "HttpError"]]) {
    let sent = 0;
    const reader = client(url, { timeout: 60_000, deadline: 120_000, retries: 3, hooks: { onRequest: () => sent++ } });
    const outcomes = await Promise.allSettled(Array.from({ length: 1_000 }, () => reader.runs.get(ID)));
    assert.deepEqual([...new Set(outcomes.map(({ reason }) => reason?.name))], [name]);
    assert.ok(sent >= 1_000 && sent <= 1_200, `${name}: ${sent} requests`);
  }
});

test("hooks and a logger are told of requests, responses and retries, and of no secret", async (t) => {
  let asked = 0;
  let trace;
  const url = await serve(t, (request, response) => {
    trace = request.headers.traceparent;
    if (asked++ === 0) return response.writeHead(503, { "retry-after": "0" }).end();
    response.setHeader("x-request-id", "req-7");
    json(recorded("list-mixed"))(request, response);
  });
  const told = [];
  const tell = (name) => (...given) => {
    told.push([name, ...given]);
    throw new Error("a hook's own");
  };
  const hooks = Object.fromEntries(["onRequest", "onResponse", "onRetry"].map((name) => [name, tell(name)]));
  const reader = client(url, { retries: 1, deadline: 20_000, hooks, logger: { debug: tell("debug"), warn: tell("warn") } });
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  await reader.runs.list({ metadata: { card: "private" } }, { traceparent });
  assert.equal(trace, traceparent);
  const hook = ["onRequest", "onResponse", "onRetry", "onRequest", "onResponse"];
  assert.deepEqual(told.filter(([name]) => name.startsWith("on")).map(([name]) => name), hook);
  const logged = [["debug", "request"], ["debug", "response"], ["warn", "retry"], ["debug", "request"], ["debug", "response"]];
  assert.deepEqual(told.filter(([name]) => !name.startsWith("on")).map(([name, line]) => [name, line]), logged.map(([name, what]) => [name, `runward: ${what}`]));
  const [, first] = told.find(([name]) => name === "onRequest");
  assert.deepEqual([first.method, first.attempt, new URL(first.url).search], ["GET", 1, ""]);
  const answers = told.filter(([name]) => name === "onResponse").map(([, { method, url, status, requestId }]) => [method, url, status, requestId]);
  assert.deepEqual(answers, [["GET", first.url, 503, undefined], ["GET", first.url, 200, "req-7"]]);
  assert.ok(!/private|s3cret/.test(JSON.stringify(told)));
  assert.throws(() => client(url, { logger: { warn: "loud" } }), { name: "ArgumentError", message: /^`warn` must be a function/ });
});

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
