// The vendors' official clients, unmodified, against the local engine.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import formance from "@formance/formance-sdk";
import rest from "@hatchet-dev/typescript-sdk/clients/rest/api.js";
import onfido from "@onfido/api";
import { engine, until } from "./engine.mjs";

let local;
before(async () => {
  local = await engine();
});
after(async () => {
  await local?.stop();
});

test("Hatchet's REST client creates, reads, lists and cancels a run", async () => {
  const api = rest.default(new URL(local.url).href, local.token);
  const created = await api.v1WorkflowRunCreate(local.tenant, { workflowName: "ship-parcel", input: { sleepMs: 3600000 }, additionalMetadata: { witness: "yes" } });
  const id = created.data.run.metadata.id;
  const read = await until(() => api.v1WorkflowRunGet(id), ({ data }) => data.run.status === "RUNNING");
  assert.equal(read.data.run.metadata.id, id);
  const since = new Date(Date.now() - 3600_000).toISOString();
  const listed = await api.v1WorkflowRunList(local.tenant, { since, only_tasks: false, additional_metadata: ["witness:yes"] });
  assert.deepEqual(listed.data.rows.map((row) => row.metadata.id), [id]);
  const cancelled = await api.v1TaskCancel(local.tenant, { externalIds: [id] });
  assert.deepEqual(cancelled.data.ids, [id]);
  await until(() => api.v1WorkflowRunGet(id), ({ data }) => data.run.status === "CANCELLED");
});

test("Formance's client gets a token, creates, runs, reads, lists, and aborts without effect", async () => {
  const { url, clientId, clientSecret } = local.systems.formance;
  const sdk = new formance.SDK({ serverURL: url, security: { clientID: clientId, clientSecret, tokenURL: `${url}/api/auth/oauth/token` } });
  const flows = sdk.orchestration.v2;
  const stages = [{ wait_event: { event: "go" } }, { noop: {} }];
  const workflow = await flows.createWorkflow({ name: "witness", stages });
  const workflowID = workflow.v2CreateWorkflowResponse.data.id;
  const run = await flows.runWorkflow({ workflowID, requestBody: { orderId: "7" } });
  const instanceID = run.v2RunWorkflowResponse.data.id;
  const read = async () => (await flows.getInstance({ instanceID })).v2GetWorkflowInstanceResponse.data;
  await until(read, ({ status }) => status?.length === 1);
  const listed = await flows.listInstances({ workflowID, running: true });
  assert.deepEqual(listed.v2ListRunsResponse.cursor.data.map(({ id }) => id), [instanceID]);
  assert.equal((await flows.cancelEvent({ instanceID })).statusCode, 204);
  // The stage takes a signal only once its own workflow has begun: until then the client throws.
  const sendEvent = () => flows.sendEvent({ instanceID, requestBody: { name: "go" } }).then(({ statusCode }) => statusCode, () => undefined);
  await until(sendEvent, (status) => status === 204);
  const ended = await until(read, ({ terminated }) => terminated);
  assert.equal(ended.error, undefined, "the abort had no effect");
  const history = await flows.getInstanceHistory({ instanceID });
  assert.deepEqual(history.v2GetWorkflowInstanceHistoryResponse.data.map(({ name }) => name), ["RunWaitEvent", "RunNoop"]);
});

test("Onfido's client creates, reads, lists, completes a task and downloads, with either kind of token", async () => {
  const { url, token } = local.systems.onfido;
  const workflows = await (await fetch(`${local.control}/onfido/workflows`)).json();
  const workflow_id = workflows.find(({ name }) => name === "data-from-client").id;
  const applicant_id = "d16cee46-82f5-4d66-95e2-13f3b544b5a3";
  const api = new onfido.DefaultApi(new onfido.Configuration({ apiToken: token, basePath: url }));
  const created = await api.createWorkflowRun({ applicant_id, workflow_id, tags: ["witness"] });
  assert.equal(created.status, 201);
  const id = created.data.id;
  const oauth = new onfido.DefaultApi(new onfido.Configuration({ oauthClientId: "witness", oauthClientSecret: token, basePath: url }));
  assert.equal((await oauth.findWorkflowRun(id)).data.status, "awaiting_client_input");
  const listed = await api.listWorkflowRuns(1, "awaiting_client_input,approved", undefined, undefined, "asc", undefined, ["witness"]);
  assert.deepEqual(listed.data.map((run) => run.id), [id]);
  const tasks = await api.listTasks(id);
  const task = tasks.data.find((task) => task.task_def_id === "receive_data");
  assert.deepEqual((await api.completeTask(id, task.id, { data: { first_name: "Jane" } })).data, {});
  await until(() => api.findWorkflowRun(id), ({ data }) => data.status === "approved");
  const timeline = await api.createTimelineFile(id);
  assert.equal(timeline.status, 202);
  const binary = { responseType: "arraybuffer", validateStatus: () => true };
  const file = await until(() => api.findTimelineFile(id, timeline.data.workflow_timeline_file_id, binary), ({ status }) => status === 200);
  assert.equal(file.data.buffer.subarray(0, 5).toString(), "%PDF-");
  await assert.rejects(api.findWorkflowRun("00000000-0000-4000-8000-000000000000"), ({ response }) => response.status === 404);
});

test("Onfido's own verifier accepts the engine's webhooks", async () => {
  const { createServer } = await import("node:http");
  const letters = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    letters.push({ body: Buffer.concat(chunks), signature: request.headers["x-sha2-signature"] });
    response.end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { url, token, webhookToken } = local.systems.onfido;
    const api = new onfido.DefaultApi(new onfido.Configuration({ apiToken: token, basePath: url }));
    const webhook = await api.createWebhook({ url: `http://127.0.0.1:${server.address().port}/`, events: ["workflow_run.completed"] });
    assert.equal(webhook.data.token, webhookToken);
    const workflows = await (await fetch(`${local.control}/onfido/workflows`)).json();
    const workflow_id = workflows.find(({ name }) => name === "instant-approval").id;
    const run = await api.createWorkflowRun({ applicant_id: "d16cee46-82f5-4d66-95e2-13f3b544b5a3", workflow_id });
    assert.equal(run.data.status, "approved");
    const [letter] = await until(async () => letters, (letters) => letters.length > 0);
    const event = new onfido.WebhookEventVerifier(webhookToken).readPayload(letter.body, letter.signature);
    assert.equal(event.payload.object.id, run.data.id);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
