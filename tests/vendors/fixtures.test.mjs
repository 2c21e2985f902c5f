// The vendors' official clients, unmodified, read what servers really sent: the recorded answers of Hatchet and Formance, and
// Onfido's signed bodies and composed documents, each served over loopback HTTP with the status and the bytes of the fixture.
// Whatever no entry of FAILS names must be read; what it names must fail just so.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import formance from "@formance/formance-sdk";
import rest from "@hatchet-dev/typescript-sdk/clients/rest/api.js";
import onfido from "@onfido/api";
import { FAILS } from "./fails.mjs";

const folder = (path) => new URL(`../fixtures/${path}`, import.meta.url);
const names = (path) => readdirSync(folder(path)).filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -5)).sort();
const read = (path) => readFileSync(folder(`${path}.json`), "utf8");

let server, url;
let answer = { status: 500, body: "" };
let asked;
before(async () => {
  server = createServer((request, response) => {
    request.resume();
    asked = { method: request.method, path: request.url.split("?")[0] };
    response.writeHead(answer.status, { "content-type": answer.type }).end(answer.body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${server.address().port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const used = new Set();

/** Serves an answer to one call of a client; what becomes of it must be what is listed. */
async function outcome(client, name, served, call, holds) {
  answer = served;
  asked = undefined;
  const expected = FAILS[client][name];
  let failure;
  try {
    holds(await call());
  } catch (error) {
    // the SDK's own message says only that validation failed; its cause says where
    const places = error.cause?.issues?.map(({ path, message }) => ` at ${path.join(".")}: ${message}`) ?? [];
    failure = `${error.name}: ${error.message}${places.join("")}`.replaceAll(/\s+/g, " ");
  }
  assert.ok(asked, `${name}: the client asked nothing: ${failure}`);
  if (expected === undefined) return assert.equal(failure, undefined, `${client} does not read ${name}: list it in fails.mjs`);
  used.add(`${client} ${name}`);
  assert.ok(failure, `${client} reads ${name} by now: delete its line of fails.mjs`);
  assert.ok(failure.includes(expected), `${name} fails otherwise than listed: ${failure}`);
}

/** The recorded exchanges whose answers are JSON, and the call that asks for each. */
function recorded(system, calls) {
  const exchanges = [];
  for (const name of names(`${system}/recorded`)) {
    const { request, response } = JSON.parse(read(`${system}/recorded/${name}`));
    if (!response?.body) continue;
    const path = request.path.split("?")[0];
    const found = calls.find(([method, pattern]) => method === request.method && pattern.test(path));
    if (!found) continue;
    const type = response.headers?.["content-type"] ?? response.headers?.["Content-Type"] ?? "application/json";
    const ids = found[1].exec(path).slice(1);
    exchanges.push({ name, method: request.method, path, call: (api) => found[2](api, ...ids), served: { status: response.status, body: response.body, type } });
  }
  return exchanges;
}

/** What axios makes of an answer: its JSON, or an error that has it. */
const ofAxios = async (call) => {
  try {
    return (await call()).data;
  } catch (error) {
    if (!error.response) throw error;
    return error.response.data;
  }
};

const H = "/api/v1/stable";
const HATCHET = [
  ["POST", new RegExp(`^${H}/tenants/([^/]+)/workflow-runs/trigger$`), (api, tenant) => api.v1WorkflowRunCreate(tenant, { workflowName: "x", input: {} })],
  ["GET", new RegExp(`^${H}/tenants/([^/]+)/workflow-runs$`), (api, tenant) => api.v1WorkflowRunList(tenant, { since: "2026-11-22T00:00:00Z", only_tasks: false })],
  ["GET", new RegExp(`^${H}/tenants/([^/]+)/workflow-runs/display-names$`), (api, tenant) => api.v1WorkflowRunDisplayNamesList(tenant, { external_ids: [] })],
  ["GET", new RegExp(`^${H}/tenants/([^/]+)/workflow-runs/external-ids$`), (api, tenant) => api.v1WorkflowRunExternalIdsList(tenant, { since: "2030-01-01T00:00:00Z" })],
  ["GET", new RegExp(`^${H}/workflow-runs/([^/]+)$`), (api, id) => api.v1WorkflowRunGet(id)],
  ["GET", new RegExp(`^${H}/workflow-runs/([^/]+)/status$`), (api, id) => api.v1WorkflowRunGetStatus(id)],
  ["GET", new RegExp(`^${H}/workflow-runs/([^/]+)/task-events$`), (api, id) => api.v1WorkflowRunTaskEventsList(id)],
  ["GET", new RegExp(`^${H}/workflow-runs/([^/]+)/task-timings$`), (api, id) => api.v1WorkflowRunGetTimings(id)],
  ["GET", new RegExp(`^${H}/tasks/([^/]+)$`), (api, id) => api.v1TaskGet(id)],
  ["GET", new RegExp(`^${H}/tasks/([^/]+)/task-events$`), (api, id) => api.v1TaskEventList(id)],
  ["GET", new RegExp(`^${H}/tasks/([^/]+)/logs$`), (api, id) => api.v1LogLineList(id)],
  ["GET", new RegExp(`^${H}/tenants/([^/]+)/task-metrics$`), (api, tenant) => api.v1TaskListStatusMetrics(tenant, { since: "2026-11-22T00:00:00Z" })],
  ["POST", new RegExp(`^${H}/tenants/([^/]+)/tasks/cancel$`), (api, tenant) => api.v1TaskCancel(tenant, { externalIds: [] })],
  ["POST", new RegExp(`^${H}/tenants/([^/]+)/tasks/replay$`), (api, tenant) => api.v1TaskReplay(tenant, { externalIds: [] })],
  ["GET", /^\/api\/v1\/tenants\/([^/]+)\/workflows$/, (api, tenant) => api.workflowList(tenant)],
  ["GET", /^\/api\/v1\/version$/, (api) => api.infoGetVersion()],
];

test("Hatchet's client reads every recorded answer, or fails as listed", async () => {
  const api = rest.default(url, "token", { validateStatus: () => true });
  const exchanges = recorded("hatchet", HATCHET);
  assert.ok(exchanges.length > 110, `${exchanges.length} exchanges`);
  for (const { name, method, path, served, call } of exchanges) {
    await outcome("hatchet", name, served, () => ofAxios(() => call(api)), (data) => {
      assert.deepEqual(asked, { method, path });
      assert.deepEqual(data, JSON.parse(served.body));
    });
  }
});

/** What Formance's client makes of an answer; its typed errors are answers that were read. */
const ofFormance = (call) => call().catch((error) => {
  if (error.name !== "V2Error") throw error;
  return error;
});

const FORMANCE = [
  ["GET", /^\/v2\/instances$/, ({ v2 }) => v2.listInstances({})],
  ["GET", /^\/v2\/instances\/([^/]+)$/, ({ v2 }, instanceID) => v2.getInstance({ instanceID })],
  ["GET", /^\/v2\/instances\/([^/]+)\/history$/, ({ v2 }, instanceID) => v2.getInstanceHistory({ instanceID })],
  ["GET", /^\/v2\/instances\/([^/]+)\/stages\/(\d+)\/history$/, ({ v2 }, instanceID, number) => v2.getInstanceStageHistory({ instanceID, number: Number(number) })],
  ["PUT", /^\/v2\/instances\/([^/]+)\/abort$/, ({ v2 }, instanceID) => v2.cancelEvent({ instanceID })],
  ["POST", /^\/v2\/instances\/([^/]+)\/events$/, ({ v2 }, instanceID) => v2.sendEvent({ instanceID, requestBody: { name: "go" } })],
  ["GET", /^\/v2\/workflows$/, ({ v2 }) => v2.listWorkflows({})],
  ["POST", /^\/v2\/workflows$/, ({ v2 }) => v2.createWorkflow({ name: "x", stages: [] })],
  ["GET", /^\/v2\/workflows\/([^/]+)$/, ({ v2 }, flowId) => v2.getWorkflow({ flowId })],
  ["POST", /^\/v2\/workflows\/([^/]+)\/instances$/, ({ v2 }, workflowID) => v2.runWorkflow({ workflowID, requestBody: {} })],
  ["GET", /^\/v2\/triggers$/, ({ v2 }) => v2.listTriggers({})],
  ["POST", /^\/v2\/triggers$/, ({ v2 }) => v2.createTrigger({ event: "x", workflowID: "x" })],
  ["GET", /^\/v2\/triggers\/([^/]+)$/, ({ v2 }, triggerID) => v2.readTrigger({ triggerID })],
  ["POST", /^\/v2\/triggers\/([^/]+)\/test$/, ({ v2 }, triggerID) => v2.testTrigger({ triggerID, requestBody: {} })],
  ["GET", /^\/v2\/triggers\/([^/]+)\/occurrences$/, ({ v2 }, triggerID) => v2.listTriggersOccurrences({ triggerID })],
  ["GET", /^\/instances$/, ({ v1 }) => v1.listInstances({})],
  ["GET", /^\/instances\/([^/]+)$/, ({ v1 }, instanceID) => v1.getInstance({ instanceID })],
];

test("Formance's client reads every recorded answer, or fails as listed", async () => {
  const { orchestration } = new formance.SDK({ serverURL: url });
  const exchanges = recorded("formance", FORMANCE);
  assert.ok(exchanges.length > 70, `${exchanges.length} exchanges`);
  for (const { name, method, path, served, call } of exchanges) {
    await outcome("formance", name, served, () => ofFormance(() => call(orchestration)), (read) => {
      assert.deepEqual(asked, { method, path: `/api/orchestration${path}` });
      if (served.status >= 400) return assert.equal(read.errorCode, JSON.parse(served.body).errorCode);
      const body = Object.values(read).find((value) => typeof value === "object" && ("data" in value || "cursor" in value));
      const [ours, theirs] = [JSON.parse(served.body), body];
      assert.equal((theirs.data ?? theirs.cursor.data).length, (ours.data ?? ours.cursor.data).length);
      assert.equal((theirs.data ?? theirs.cursor.data).id, (ours.data ?? ours.cursor.data).id);
    });
  }
});

const ONFIDO = [
  [/^run-/, (api) => api.findWorkflowRun("id")],
  [/^page/, (api) => api.listWorkflowRuns()],
  [/^task-/, (api) => api.findTask("id", "task")],
  [/^tasks$/, (api) => api.listTasks("id")],
  [/^timeline-file$/, (api) => api.createTimelineFile("id")],
  [/^webhooks-list$/, (api) => api.listWebhooks()],
  [/^error-/, (api) => api.findWorkflowRun("id"), 422],
];

test("Onfido's client reads every composed document, or fails as listed", async () => {
  const api = new onfido.DefaultApi(new onfido.Configuration({ apiToken: "token", basePath: url }));
  let count = 0;
  for (const name of names("onfido")) {
    const found = ONFIDO.find(([pattern]) => pattern.test(name));
    if (!found) continue;
    count++;
    const body = read(`onfido/${name}`);
    await outcome("onfido", name, { status: found[2] ?? 200, body, type: "application/json" }, () => ofAxios(() => found[1](api)), (data) => {
      assert.deepEqual(data, JSON.parse(body));
    });
  }
  assert.ok(count > 25, `${count} documents`);
});

test("Onfido's verifier reads every signed body and refuses its damaged twin", () => {
  const { vectors } = JSON.parse(read("onfido/webhooks/vectors"));
  assert.ok(vectors.length >= 6, `${vectors.length} vectors`);
  for (const { name, body_file, token, signature, valid } of vectors) {
    const body = readFileSync(folder(`onfido/webhooks/${body_file}`));
    const verify = () => new onfido.WebhookEventVerifier(token).readPayload(body, signature);
    if (valid) assert.ok(verify().payload, name);
    else assert.throws(verify, /Invalid signature/, name);
  }
});

test("no line of what fails is unused", () => {
  const listed = Object.entries(FAILS).flatMap(([client, fails]) => Object.keys(fails).map((name) => `${client} ${name}`));
  assert.deepEqual(listed.filter((line) => !used.has(line)), []);
});
