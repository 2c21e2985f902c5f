// Lists that move while they are read, of the local engine: no run is skipped, and none comes twice.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { consumer, engine, serve } from "./support.mjs";

let runward, local;
const cleanups = [];
before(async () => {
  const t = { after: (work) => cleanups.push(work) };
  local = await engine(t);
  runward = await import(join(consumer(t), "node_modules/runward/index.js"));
});
after(() => cleanups.forEach((work) => work()));

const hatchet = () => new runward.Hatchet({ baseUrl: local.url, token: local.token, tenant: local.tenant });
const formance = () => new runward.Formance({ baseUrl: local.systems.formance.url, token: local.systems.formance.token });
const onfido = (more) => new runward.Onfido({ baseUrl: local.systems.onfido.url, token: local.systems.onfido.token, ...more });
const meshx = () => new runward.MeshX({ baseUrl: local.systems.meshx.url, org: local.systems.meshx.org, token: local.systems.meshx.token });

const times = (count, make) => Promise.all(Array.from({ length: count }, (_, index) => make(index)));
const twice = (ids) => ids.filter((id, index) => ids.indexOf(id) !== index);

/** Walks a list of which `fresh` makes more between any two pages; the ids in order. */
async function walk(list, fresh) {
  const ids = [];
  for await (const page of list.pages()) {
    ids.push(...page.runs.map(({ id }) => id));
    await fresh();
  }
  return ids;
}

test("Hatchet's pages end where the first began: what comes meanwhile shifts none of them", async () => {
  const client = hatchet();
  const create = () => client.runs.create({ workflow: "ship-parcel", input: { sleepMs: 60_000 }, metadata: { list: "moving" } });
  const before = (await times(23, create)).map(({ id }) => id);
  await times(23, (index) => client.runs.get(before[index]));
  const ids = await walk(client.runs.list({ limit: 5, metadata: { list: "moving" } }), () => times(3, create));
  assert.deepEqual(twice(ids), []);
  assert.deepEqual(before.filter((id) => !ids.includes(id)), []);
});

test("Formance's runs come once each, while they end under the list's offsets", async () => {
  const client = formance();
  const { id: workflow } = await client.workflows.create({ name: "moving", stages: [{ wait_event: { event: "go" } }] });
  const before = (await times(23, () => client.runs.create({ workflow }))).map(({ id }) => id);
  const waiting = [...before];
  const end = () => times(2, () => client.instances.sendEvent(waiting.shift(), { name: "go" }).catch(() => {}));
  const ids = [];
  for await (const run of client.runs.list({ workflow, limit: 5 })) {
    ids.push(run.id);
    if (ids.length % 5 === 0) await end();
  }
  // A server without an order may leave one out; that one comes twice is for us to prevent.
  assert.deepEqual(twice(ids), []);
  assert.deepEqual(ids.filter((id) => !before.includes(id)), []);
  assert.ok(ids.length >= 15, `${ids.length} of 23`);
});

test("Onfido's pages are followed by their links, on the same origin alone", async (t) => {
  const workflows = await (await fetch(`${local.control}/onfido/workflows`)).json();
  const workflow = workflows.find(({ name }) => name === "instant-approval").id;
  const client = onfido();
  const create = () => client.runs.create({ workflow, applicantId: "d16cee46-82f5-4d66-95e2-13f3b544b5a3", tags: ["moving"] });
  const before = (await times(45, create)).map(({ id }) => id);
  const ids = [];
  for await (const run of client.runs.list({ tags: "moving" })) {
    ids.push(run.id);
    if (ids.length % 20 === 0) await create();
  }
  assert.deepEqual(twice(ids), []);
  assert.deepEqual(before.filter((id) => !ids.includes(id)), []);
  // A proxy that rewrites the links to an origin of its own leads nobody there.
  let elsewhere = 0;
  const other = await serve(t, (_, response) => (elsewhere++, response.end("[]")));
  const proxy = await serve(t, async (request, response) => {
    const answer = await fetch(new URL(request.url, local.systems.onfido.url), { headers: { authorization: request.headers.authorization } });
    const link = `<${other}/v3.6/workflow_runs?page=2>; rel="next"`;
    response.writeHead(answer.status, { "content-type": "application/json", link }).end(await answer.text());
  });
  const { pathname } = new URL(local.systems.onfido.url);
  const seen = [];
  for await (const page of onfido({ baseUrl: `${proxy}${pathname}` }).runs.list({ tags: "moving" }).pages()) {
    seen.push(...page.runs.map(({ id }) => id));
    if (page.runs.length === 0) break;
  }
  assert.equal(elsewhere, 0);
  assert.ok(seen.length >= 45, `${seen.length}`);
});

test("meshX is filtered and cut into pages here, behind whatever was the last run of the page before", async () => {
  const client = meshx();
  const [product] = await client.products();
  const create = (index) => client.runs.create({ workflow: product.identifier, name: `moving ${index}` });
  const before = (await times(23, create)).map(({ id }) => id);
  const ids = await walk(client.runs.list({ workflow: product.identifier, limit: 5 }), () => times(2, create));
  assert.deepEqual(twice(ids), []);
  assert.deepEqual(before.filter((id) => !ids.includes(id)), []);
});

test("a row that cannot be read is told when all others were given", async (t) => {
  const client = hatchet();
  const { id } = await client.runs.create({ workflow: "ship-parcel", input: { sleepMs: 60_000 }, metadata: { list: "odd" } });
  await client.runs.get(id);
  const proxy = await serve(t, async (request, response) => {
    const answer = await fetch(new URL(request.url, local.url), { headers: { authorization: request.headers.authorization } });
    const page = await answer.json();
    page.rows.unshift({ status: 7 });
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(page));
  });
  const list = new runward.Hatchet({ baseUrl: `${proxy}${new URL(local.url).pathname}`, token: local.token, tenant: local.tenant }).runs.list({ metadata: { list: "odd" } });
  const page = await list;
  assert.deepEqual([page.runs.map((run) => run.id), page.unreadable.map(({ index, wire }) => [index, wire])], [[id], [[0, { status: 7 }]]]);
  const given = [];
  await assert.rejects(
    async () => {
      for await (const run of list) given.push(run.id);
    },
    (error) => error instanceof runward.DecodeError && error.code === "unreadable_rows" && error.findings.some(({ pointer }) => pointer === "/status"),
  );
  assert.deepEqual(given, [id]);
});
