// The clients of all systems from the packed package, over real sockets, and the gateway in front of them.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { inspect } from "node:util";
import { build } from "esbuild";
import { consumer, repository, serve, workerd } from "./support.mjs";

const SECRET = "s3cret-token";
const fixture = (path) => readFileSync(repository(`tests/fixtures/${path}.json`), "utf8");
const recorded = (name) => JSON.parse(fixture(`formance/recorded/${name}`)).response;
const INSTANCE = "e2dd9421-43cd-4361-bb4c-1b158bf9fa38";
const RUN = "d5b39162-c198-4cc4-89c6-de1db050fcb1";

let runward;
before(async (t) => {
  const folder = consumer({ after: (work) => t.after?.(work) });
  runward = await import(join(folder, "node_modules/runward/index.js"));
});

async function bodyOf(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

/** A server that answers by `"METHOD /path"`, and what it was asked for. */
async function answering(t, answers) {
  const got = [];
  const url = await serve(t, async (request, response) => {
    const body = await bodyOf(request);
    got.push({ method: request.method, url: request.url, headers: request.headers, body });
    const key = `${request.method} ${request.url.split("?")[0]}`;
    const { status = 200, headers = { "content-type": "application/json" }, body: text = "" } = answers[key] ?? { status: 404 };
    response.writeHead(status, headers).end(text);
  });
  return { url, got };
}

const stack = {
  "POST /api/auth/oauth/token": { body: `{"access_token":"granted","expires_in":3600}` },
  "POST /api/orchestration/v2/workflows/w/instances": recorded("run-with-vars"),
  [`GET /api/orchestration/v2/instances/${INSTANCE}`]: recorded("instance-succeeded"),
  [`GET /api/orchestration/v2/instances/${INSTANCE}/history`]: recorded("history-succeeded"),
  [`GET /api/orchestration/v2/instances/${INSTANCE}/stages/1/history`]: recorded("stage-history-send"),
  [`POST /api/orchestration/v2/instances/${INSTANCE}/events`]: { status: 204 },
  "GET /api/orchestration/v2/instances": recorded("list-empty"),
  "GET /api/orchestration/v2/triggers/x/occurrences": recorded("trigger-occurrences"),
  "POST /api/orchestration/v2/workflows": recorded("workflow-create"),
};

test("Formance: a token is fetched once, and every operation has its request and answer", async (t) => {
  const { url, got } = await answering(t, stack);
  const formance = new runward.Formance({ baseUrl: url, clientId: "id", clientSecret: async () => SECRET });
  const [run, history, stage] = await Promise.all([
    formance.runs.get(INSTANCE),
    formance.instances.history(INSTANCE),
    formance.instances.stageHistory(INSTANCE, 1),
  ]);
  assert.deepEqual([run.status, run.wire.data.id, history.length, stage[0].name], ["succeeded", INSTANCE, 2, "CreateTransaction"]);
  assert.equal(await formance.instances.sendEvent(INSTANCE, { name: "paid" }), undefined);
  assert.equal((await formance.runs.create({ workflow: "w", input: { orderId: "10058" } })).id, INSTANCE);
  assert.equal(typeof (await formance.workflows.create({ name: "x", stages: [] })).id, "string");
  const page = await formance.triggers.occurrences("x", { limit: 2 });
  assert.ok(Array.isArray(page.items));
  assert.deepEqual((await formance.runs.list({ status: "running" })).runs, []);
  assert.equal(got.filter(({ url }) => url.endsWith("/oauth/token")).length, 1);
  const sent = got.find(({ url }) => url.endsWith("/events"));
  assert.deepEqual([sent.body, sent.headers.authorization], [`{"name":"paid"}`, "Bearer granted"]);
  const created = got.find(({ url }) => url.endsWith("/w/instances"));
  assert.deepEqual([created.headers["content-length"], created.body], ["19", `{"orderId":"10058"}`]);
  assert.ok(got.some(({ url }) => url.endsWith("/occurrences?pageSize=2")));
});

test("Formance: wrong arguments and failures are typed, and show no secret", async (t) => {
  const { url } = await answering(t, { "POST /api/auth/oauth/token": { status: 401, body: `{"error":"${SECRET}"}` } });
  const formance = new runward.Formance({ baseUrl: url, clientId: "id", clientSecret: SECRET, retries: 0 });
  const error = await formance.runs.get("x").catch((error) => error);
  assert.ok(error instanceof runward.AuthError, inspect(error));
  assert.ok(!`${inspect(error)}${JSON.stringify(error)}${error.stack}`.includes(SECRET));
  assert.ok(!inspect(formance, { depth: 9, showHidden: true }).includes(SECRET));
  const plain = new runward.Formance({ baseUrl: (await answering(t, {})).url });
  await assert.rejects(plain.instances.history(), { name: "ArgumentError", code: "missing_argument" });
  await assert.rejects(plain.instances.sendEvent("x", {}), { name: "ArgumentError", code: "missing_argument" });
  await assert.rejects(plain.runs.replay("x"), { name: "UnsupportedError", code: "unsupported_operation" });
  await assert.rejects(plain.runs.create({ workflow: "w", input: { n: 1 } }), { name: "ArgumentError", code: "not_a_text" });
});

test("Onfido: files come as bytes, from elsewhere without credentials", async (t) => {
  const bytes = new Uint8Array([37, 80, 68, 70, 0, 255, 254, 128]);
  const store = await answering(t, { "GET /file": { headers: { "content-type": "application/pdf" }, body: bytes } });
  const { url, got } = await answering(t, {
    "GET /v3.6/workflow_runs/r/signed_evidence_file": { status: 302, headers: { location: `${store.url.replace("127.0.0.1", "localhost")}/file?x=1` } },
    "POST /v3.6/workflow_runs": { status: 201, body: fixture("onfido/run-created") },
    "POST /v3.6/workflow_runs/r/tasks/t/complete": { body: "{}" },
    "GET /v3.6/workflow_runs": { body: fixture("onfido/page") },
  });
  const onfido = new runward.Onfido({ baseUrl: url, token: SECRET });
  const file = await onfido.evidence("r");
  assert.ok(file instanceof Uint8Array);
  assert.deepEqual([...file], [...bytes]);
  assert.equal(store.got[0].headers.authorization, undefined);
  assert.equal(got[0].headers.authorization, `Token token=${SECRET}`);
  const run = await onfido.runs.create({ workflow: "w", applicantId: "a", tags: ["x"], input: { plan: "gold" } });
  assert.equal(run.status, "awaiting_input");
  assert.deepEqual(JSON.parse(got.find(({ method }) => method === "POST").body), { applicant_id: "a", workflow_id: "w", tags: ["x"], custom_data: { plan: "gold" } });
  assert.equal(await onfido.tasks.complete("r", "t", { data: { ok: true } }), undefined);
  await onfido.runs.list({ tags: ["a b", "c"] });
  assert.ok(got.some(({ url }) => url.endsWith("tags=a+b%2Cc") || url.endsWith("tags=a%20b%2Cc")), JSON.stringify(got.map(({ url }) => url)));
  await assert.rejects(onfido.runs.cancel("r"), { name: "UnsupportedError", code: "unsupported_operation" });
  assert.throws(() => new runward.Onfido({ token: SECRET, region: "moon" }), { name: "ArgumentError", code: "unknown_region" });
});

test("meshX: the organisation is told, ids stand in the query, a login is exchanged", async (t) => {
  const path = "/api/data/orchestrator_workflow";
  const { url, got } = await answering(t, {
    "POST /api/iam/login": { body: fixture("meshx/token") },
    [`GET ${path}`]: { body: fixture("meshx/run-completed") },
    [`DELETE ${path}`]: { body: fixture("meshx/run-cancelled") },
    [`GET ${path}/list`]: { body: fixture("meshx/list") },
    [`GET ${path}/graph`]: { body: `{"response":{}}` },
    [`POST ${path}`]: { body: fixture("meshx/run-created") },
  });
  const meshx = new runward.MeshX({ baseUrl: url, org: "acme", login: { user: "ana", password: SECRET } });
  assert.equal((await meshx.runs.get("a b")).status, "COMPLETED");
  assert.deepEqual(await meshx.graph("x"), { response: {} });
  const effect = await meshx.runs.cancel("x");
  assert.deepEqual([effect.accepted, effect.effect, effect.run.status], [true, "unknown", "CANCELLED"]);
  assert.equal((await meshx.runs.create({ workflow: "p", name: "n" })).status, "STARTING_UP");
  const all = [];
  for await (const run of meshx.runs.list({ limit: 1 })) all.push(run.id);
  assert.equal(new Set(all).size, 3);
  assert.ok(got.slice(1).every(({ headers }) => headers["x-org"] === "acme"));
  assert.match(got[1].url, /\?identifier=a(\+|%20)b$/);
  assert.deepEqual(JSON.parse(got[0].body), { user: "ana", password: SECRET, remember_me: false });
});

test("one gateway serves all four systems, and keeps a run's secrets from browsers", async (t) => {
  const { url: flows } = await answering(t, stack);
  const { url: studio } = await answering(t, {
    [`GET /v3.6/workflow_runs/${RUN}`]: { body: fixture("onfido/run-created") },
    "GET /v3.6/workflow_runs": { body: fixture("onfido/page") },
  });
  const { url: mesh } = await answering(t, { "GET /api/data/orchestrator_workflow/list": { body: fixture("meshx/list") } });
  const { Formance, Gateway, GatewayClient, Hatchet, MeshX, Onfido } = runward;
  const systems = {
    hatchet: new Hatchet({ baseUrl: flows, token: SECRET, tenant: "t" }),
    formance: new Formance({ baseUrl: flows, clientId: "id", clientSecret: SECRET }),
    onfido: new Onfido({ baseUrl: studio, token: SECRET }),
    meshx: new MeshX({ baseUrl: mesh, org: "acme", token: SECRET }),
  };
  const { handle } = new Gateway({ systems });
  const fetch = (url, init) => handle(new Request(url, init));
  const of = (system) => new GatewayClient({ baseUrl: "http://gateway/api", system, fetch });
  assert.equal((await of("formance").runs.get(INSTANCE)).status, "succeeded");
  assert.equal((await of("meshx").runs.list()).runs.length, 3);
  const read = await of("onfido").runs.get(RUN);
  assert.equal(read.wire.sdk_token, "[redacted]");
  assert.equal(JSON.parse(fixture("onfido/run-created")).id, read.id);
  const page = await of("onfido").runs.list();
  assert.ok(page.runs.every(({ wire }) => !wire.sdk_token || wire.sdk_token === "[redacted]"));
  const told = await (await fetch("http://gateway/api")).json();
  assert.deepEqual(told.systems.map(({ name }) => name).sort(), ["formance", "hatchet", "meshx", "onfido"]);
  assert.equal(told.systems.find(({ name }) => name === "onfido").capabilities.cancel, false);
  await assert.rejects(of("onfido").runs.cancel("x"), { name: "UnsupportedError" });
});

/** A gateway in workerd to this system. */
async function inWorkerd(t, system, clients) {
  const folder = consumer(t);
  writeFileSync(join(folder, "main.mjs"), `import * as runward from "runward";
    let gateway;
    export default { fetch(request, env) {
      gateway ??= new runward.Gateway({ systems: { ${clients} } });
      return gateway.handle(request);
    } };`);
  await build({ absWorkingDir: folder, entryPoints: ["main.mjs"], outfile: join(folder, "worker.js"), bundle: true, target: "es2022", logLevel: "warning", format: "esm", conditions: ["workerd", "worker"], loader: { ".wasm": "copy" }, assetNames: "[name]" });
  return workerd(t, folder, "worker.js", { SYSTEM: system });
}

test("in workerd, requests that come while a token is fetched for another are answered like any", async (t) => {
  let tokens = 0;
  const url = await serve(t, async (request, response) => {
    if (!request.url.endsWith("/oauth/token")) return response.writeHead(200, { "content-type": "application/json" }).end(recorded("instance-succeeded").body);
    tokens++;
    await new Promise((resolve) => setTimeout(resolve, 300));
    response.writeHead(200, { "content-type": "application/json" }).end(`{"access_token":"granted","expires_in":3600}`);
  });
  const gateway = await inWorkerd(t, url, `formance: new runward.Formance({ baseUrl: env.SYSTEM, clientId: "id", clientSecret: "${SECRET}" })`);
  const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(`${gateway}/api/formance/runs/${INSTANCE}`)));
  assert.deepEqual(answers.map(({ status }) => status), Array(20).fill(200));
  assert.equal(tokens, 1);
});

test("in workerd, a hundred pages that follow one list cost one poll, and those that leave hold up nobody", async (t) => {
  const page = JSON.parse(readFileSync(repository("tests/fixtures/hatchet/recorded/list-limit-3.json"), "utf8")).response.body;
  const moved = JSON.parse(readFileSync(repository("tests/fixtures/hatchet/recorded/list-meta-one.json"), "utf8")).response.body;
  let reads = 0;
  let body = page;
  const url = await serve(t, async (_, response) => {
    reads++;
    await new Promise((resolve) => setTimeout(resolve, 100));
    response.writeHead(200, { "content-type": "application/json" }).end(body);
  });
  const gateway = await inWorkerd(t, url, `hatchet: new runward.Hatchet({ baseUrl: env.SYSTEM, token: "${SECRET}", tenant: "t" })`);
  const follow = (signal) => new runward.GatewayClient({ baseUrl: `${gateway}/api` }).events({ signal });
  const pages = Array.from({ length: 100 }, () => {
    const left = new AbortController();
    const stream = follow(left.signal);
    return { left, end: () => stream.return(), next: async () => (await stream.next()).value.runs.length };
  });
  assert.deepEqual(new Set(await Promise.all(pages.map(({ next }) => next()))), new Set([3]));
  assert.ok(reads <= 5, `${reads} reads for the first page of a hundred`);
  const rest = pages.splice(0, 10);
  const waiting = pages.map(({ next }) => next().catch((reason) => reason));
  // They leave while one of them may be reading.
  for (const { left } of pages) left.abort("left");
  assert.deepEqual(new Set(await Promise.all(waiting)), new Set(["left"]));
  body = moved;
  const before = reads;
  assert.deepEqual(new Set(await Promise.all(rest.map(({ next }) => next()))), new Set([1]));
  assert.ok(reads - before <= 15, `${reads - before} reads until a move is told`);
  await Promise.all(rest.map(({ end }) => end()));
});

test("an operation that only other systems have says what this one can do", async () => {
  const { capabilities } = runward;
  const clients = {
    hatchet: new runward.Hatchet({ token: "t", tenant: "t", baseUrl: "http://127.0.0.1:9" }),
    formance: new runward.Formance({ baseUrl: "http://127.0.0.1:9" }),
    onfido: new runward.Onfido({ token: "t" }),
    meshx: new runward.MeshX({ token: "t", org: "o", baseUrl: "http://127.0.0.1:9" }),
  };
  const all = new Set(Object.values(capabilities).flatMap(Object.keys));
  // Those of all runs are methods of `runs`; the key is one of a create's options.
  const place = (name) => (Object.values(capabilities).every((can) => name in can) ? `runs.${name}` : name);
  let refused = 0;
  for (const [system, direct] of Object.entries(clients)) {
    const behind = new runward.GatewayClient({ baseUrl: "http://127.0.0.1:9", system });
    for (const [name, client] of [...all].flatMap((name) => [[name, direct], [name, behind]])) {
      if (capabilities[system][name] || name === "findByKey") continue;
      const method = place(name).split(".").reduce((at, part) => at?.[part], client);
      assert.equal(typeof method, "function", `${system} ${name}`);
      await assert.rejects(method(name.endsWith("Many") ? ["a"] : "a"), (error) => {
        assert.deepEqual([error.name, error.code, error.system], ["UnsupportedError", "unsupported_operation", system], name);
        return error.message.startsWith(`${system} cannot do that: ${name.replace("Many", "")}`) && /; it can do .*\blist\b/.test(error.message);
      });
      refused++;
    }
    assert.ok(!Object.keys(direct).some((name) => !Object.keys(capabilities[system]).some((known) => known === name || known.startsWith(`${name}.`)) && name !== "runs"), system);
  }
  assert.ok(refused > 150, String(refused));
  // A page's client has a method of its own, which no table's name may hide.
  for (const system of Object.keys(clients)) assert.equal(typeof new runward.GatewayClient({ baseUrl: "http://127.0.0.1:9", system }).events, "function");
});
