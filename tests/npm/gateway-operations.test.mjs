// The systems' own operations from a page's side: through a gateway in this process and one in workerd, to the local engine.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { consumer, engine, repository, serve, workerd } from "./support.mjs";

const WORKER = `import * as runward from "runward";
let gateways;
export default {
  fetch(request, env) {
    gateways ??= Object.fromEntries(["usual", "all"].map((name) => [name, gatewayOf(JSON.parse(env.ENGINE), name)]));
    return gateways[new URL(request.url).pathname.split("/")[1]].handle(request);
  },
};
const gatewayOf = (engine, name) => new runward.Gateway({ basePath: "/" + name, systems: systemsOf(runward, engine), ...(name === "all" && { operations: "all" }) });
${systemsOf}
`;

function systemsOf({ Formance, Hatchet, MeshX, Onfido }, { url, token, tenant, systems: { formance, onfido, meshx } }) {
  return {
    hatchet: new Hatchet({ baseUrl: url, token, tenant }),
    formance: new Formance({ baseUrl: formance.url, clientId: formance.clientId, clientSecret: formance.clientSecret }),
    onfido: new Onfido({ baseUrl: onfido.url, token: onfido.token }),
    meshx: new MeshX({ baseUrl: meshx.url, org: meshx.org, token: meshx.token }),
  };
}

let runward, started;
const ends = [];
before(async () => {
  const work = { after: (end) => ends.push(end) };
  runward = await import(join(consumer(work), "node_modules/runward/index.js"));
  started = await engine(work);
});
after(() => ends.forEach((end) => end()));

/** A gateway at an address, where `/usual` offers what it does without a word and `/all` everything. */
const places = {
  async node(t) {
    const handlers = Object.fromEntries(
      ["usual", "all"].map((name) => [name, new runward.Gateway({ basePath: `/${name}`, systems: systemsOf(runward, started), ...(name === "all" && { operations: "all" }) }).handle]),
    );
    return serve(t, async (request, response) => {
      const body = Buffer.concat(await request.toArray());
      const init = { method: request.method, headers: request.headers, ...(body.length && { body }) };
      const answer = await handlers[request.url.split("/")[1]](new Request(`http://${request.headers.host}${request.url}`, init));
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(Buffer.from(await answer.arrayBuffer()));
    });
  },
  async workerd(t) {
    const home = consumer(t);
    writeFileSync(join(home, "main.mjs"), WORKER);
    await build({
      absWorkingDir: home, entryPoints: ["main.mjs"], outfile: join(home, "worker.js"), bundle: true, format: "esm", target: "es2022",
      conditions: ["workerd", "worker"], loader: { ".wasm": "copy" }, assetNames: "[name]", logLevel: "warning",
    });
    return workerd(t, home, "worker.js", { ENGINE: JSON.stringify(started).replaceAll("\\", "\\\\").replaceAll('"', '\\"') });
  },
};

for (const [name, open] of Object.entries(places)) {
  test(`${name}: a page does what each system can beside its runs`, async (t) => {
    const origin = await open(t);
    const of = (system, which = "all") => new runward.GatewayClient({ baseUrl: `${origin}/${which}`, system });

    const formance = of("formance");
    const workflow = await formance.workflows.create({ name: "hold", stages: [{ wait_event: { event: "go" } }] });
    assert.equal((await formance.workflows.get(workflow.id)).config.name, "hold");
    assert.ok((await formance.workflows.list({ limit: 5 })).items.some(({ id }) => id === workflow.id));
    const held = await formance.runs.create({ workflow: workflow.id, input: {} });
    await eventually(async () => (await formance.instances.history(held.id)).length === 1);
    assert.equal(await formance.instances.sendEvent(held.id, { name: "other" }), undefined);
    const trigger = await formance.triggers.create({ event: "PAID", workflowID: workflow.id });
    assert.deepEqual((await formance.triggers.occurrences(trigger.id)).items, []);
    assert.equal(await formance.triggers.delete(trigger.id), undefined);

    const hatchet = of("hatchet");
    const slow = await Promise.all([1, 2].map(() => hatchet.runs.create({ workflow: "ship-parcel", input: {}, metadata: { lot: name } })));
    await Promise.all(slow.map(({ id }) => eventually(async () => (await hatchet.runs.get(id)).status === "RUNNING")));
    assert.ok((await hatchet.tasks.list({ metadata: { lot: name }, limit: 5 })).items.length >= 2);
    assert.ok((await hatchet.tasks.events(slow[0].id, { limit: 10 })).items.some(({ eventType }) => eventType === "STARTED"));
    assert.equal((await hatchet.runs.timings(slow[0].id)).items.length, 1);
    assert.ok((await hatchet.metrics()).find(({ status }) => status === "RUNNING").count >= 2);
    assert.ok((await hatchet.workflows.list({ name: "ship-parcel" })).items.some((one) => one.name === "ship-parcel"));
    const cancelled = await hatchet.runs.cancelMany(slow, { confirm: true });
    assert.deepEqual(cancelled.map(({ accepted, effect }) => [accepted, effect]), [[true, "effective"], [true, "effective"]]);
    const again = await hatchet.runs.cancelMany(cancelled.slice(0, 1).map(({ run }) => run));
    assert.ok(again[0].error instanceof runward.TransitionError);
    const opened = await hatchet.runs.replayMany({ metadata: { lot: name }, since: 0 });
    assert.deepEqual([opened.length, opened.every(({ accepted }) => accepted)], [2, true]);
    await assert.rejects(hatchet.runs.cancelMany({}), { name: "ArgumentError", code: "empty_filter" });
    await assert.rejects(of("onfido").runs.cancelMany(["a"]), { name: "UnsupportedError" });

    const onfido = of("onfido");
    const run = await onfido.runs.create({ workflow: await workflowOf("data-from-client"), applicantId: crypto.randomUUID() });
    assert.ok(Array.isArray(await onfido.tasks.list(run.id)));
    const { workflow_timeline_file_id: file } = await onfido.timelineFile.create(run.id);
    assert.match(file, /^[0-9a-f-]{36}$/);
    const evidence = await onfido.evidence(run.id, { wait: 20_000, as: "response" });
    assert.equal(evidence.headers.get("content-type"), "application/pdf");
    assert.equal(Buffer.from(await evidence.arrayBuffer()).subarray(0, 4).toString(), "%PDF");

    const meshx = of("meshx");
    const [product] = await meshx.products();
    const order = await meshx.runs.create({ workflow: product.identifier, name: "page" });
    const { status, config, error_message, updated_at, completed_at } = order.wire;
    assert.equal((await meshx.update(order.id, { status, config, error_message, updated_at, completed_at })).identifier, order.id);
  });

  test(`${name}: without a word a gateway changes nothing but runs and gives no file`, async (t) => {
    const origin = await open(t);
    const of = (system, options) => new runward.GatewayClient({ baseUrl: `${origin}/usual`, system, ...options });
    assert.ok(Array.isArray((await of("formance").workflows.list()).items));
    const refused = { name: "AuthError", code: "operation_not_offered", status: 403 };
    await assert.rejects(of("formance").workflows.create({ stages: [] }), refused);
    await assert.rejects(of("onfido").evidence("r"), refused);
    await assert.rejects(of("onfido").tasks.complete("r", "t", { data: {} }), refused);
    const told = await (await fetch(`${origin}/usual`)).json();
    const can = Object.fromEntries(told.systems.map(({ name, capabilities }) => [name, capabilities]));
    assert.deepEqual([can.onfido.evidence, can.onfido["tasks.list"], can.meshx.update, can.formance.create], [false, true, false, true]);
  });
}

async function eventually(holds) {
  for (let left = 100; !(await holds()); left--) {
    assert.ok(left > 0, "it does not come to hold");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const workflowOf = async (name) => {
  const all = await (await fetch(`${started.control}/onfido/workflows`)).json();
  return Object.values(all).flat().find((one) => one.name === name).id;
};
