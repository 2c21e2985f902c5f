// Calls that the vendors' clients and ours both know: what each sends for the same. The requests are compared field by field,
// and where ours are other than theirs, that is wished: each difference stands below with its reason.
import { createServer } from "node:http";
import formance from "@formance/formance-sdk";
import rest from "@hatchet-dev/typescript-sdk/clients/rest/api.js";
import onfido from "@onfido/api";
import { Formance, Hatchet, Onfido } from "runward";

const [A, B, TENANT] = ["a16ccbaf-84c7-4547-bdd9-6f0922c76346", "84ac0840-0c2e-4606-9510-eb5c809a1671", "707d0855-80ab-4e1f-a156-f1c4546cbf52"];
const [SINCE, UNTIL] = [Date.UTC(2026, 10, 22, 16, 2, 3, 123), Date.UTC(2026, 10, 24, 1, 2, 3, 456)];
const iso = (millis) => new Date(millis).toISOString();
const day = (millis) => iso(millis).slice(0, 10);
const DAY = 86_400_000;
const TOKEN = "a-token";
const SECRET = "a-secret";

const schedule = { triggerAt: iso(UNTIL), input: { id: "A-1" }, additionalMetadata: { by: "us" }, priority: 2 };
const cron = { cronName: "nightly", cronExpression: "0 3 * * *", input: {}, additionalMetadata: {} };
const hatchet = {
  theirs: (url) => rest.default(url, TOKEN),
  ours: (baseUrl) => new Hatchet({ baseUrl, token: TOKEN, tenant: TENANT, retries: 0 }),
  calls: {
    create: [
      (api) => api.v1WorkflowRunCreate(TENANT, { workflowName: "order", input: { id: "A-1", n: 1.5 }, additionalMetadata: { by: "us" }, priority: 2 }),
      (own) => own.runs.create({ workflow: "order", input: { id: "A-1", n: 1.5 }, metadata: { by: "us" }, priority: 2 }),
    ],
    get: [(api) => api.v1WorkflowRunGet(A), (own) => own.runs.get(A)],
    list: [
      (api) => api.v1WorkflowRunList(TENANT, {
        since: iso(SINCE), only_tasks: false, limit: 20, until: iso(UNTIL), statuses: ["RUNNING", "FAILED"], workflow_ids: [A, B],
        additional_metadata: ["by:us", "with space:a,b&c"], additional_metadata_operator: "AND",
      }),
      (own) => own.runs.list({ since: SINCE, until: UNTIL, limit: 20, status: ["RUNNING", "FAILED"], workflow: [A, B], metadata: { by: "us", "with space": "a,b&c" } }),
    ],
    "list, the next page": [
      (api) => api.v1WorkflowRunList(TENANT, { since: iso(SINCE), only_tasks: false, limit: 20, offset: 20, until: iso(UNTIL), statuses: ["RUNNING"] }),
      (own) => own.runs.list({ since: SINCE, limit: 20, status: "RUNNING", cursor: `20~${iso(UNTIL)}` }),
    ],
    cancel: [(api) => api.v1TaskCancel(TENANT, { externalIds: [A] }), (own) => own.runs.cancel(A)],
    replay: [(api) => api.v1TaskReplay(TENANT, { externalIds: [A] }), (own) => own.runs.replay(A, { force: true })],
    cancelMany: [(api) => api.v1TaskCancel(TENANT, { externalIds: [A, B] }), (own) => own.runs.cancelMany([A, B], { force: true })],
    "runs.status": [(api) => api.v1WorkflowRunGetStatus(A), (own) => own.runs.status(A)],
    "runs.events": [(api) => api.v1WorkflowRunTaskEventsList(A), (own) => own.runs.events(A)],
    "runs.timings": [(api) => api.v1WorkflowRunGetTimings(A, { depth: 2 }), (own) => own.runs.timings(A, { depth: 2 })],
    "tasks.list": [
      (api) => api.v1WorkflowRunList(TENANT, {
        since: iso(SINCE), only_tasks: true, limit: 20, until: iso(UNTIL), statuses: ["FAILED", "RUNNING"], workflow_ids: [A, B],
        additional_metadata: ["by:us"], additional_metadata_operator: "AND", worker_id: B, include_payloads: true,
      }),
      (own) => own.tasks.list({ since: SINCE, until: UNTIL, limit: 20, status: ["FAILED", "RUNNING"], workflow: [A, B], metadata: { by: "us" }, worker: B, payloads: true }),
    ],
    "tasks.get": [(api) => api.v1TaskGet(A, { attempt: 2 }), (own) => own.tasks.get(A, { attempt: 2 })],
    "tasks.events": [(api) => api.v1TaskEventList(A, { limit: 20 }), (own) => own.tasks.events(A, { limit: 20 })],
    "tasks.logs": [
      (api) => api.v1LogLineList(A, { limit: 20, since: iso(SINCE), until: iso(UNTIL), search: "a b", levels: ["INFO", "WARN"], order_by_direction: "ASC", attempt: 1 }),
      (own) => own.tasks.logs(A, { limit: 20, since: SINCE, until: UNTIL, search: "a b", level: ["INFO", "WARN"], order: "ASC", attempt: 1 }),
    ],
    logs: [
      (api) => api.v1TenantLogLineList(TENANT, { limit: 20, since: iso(SINCE), taskExternalIds: [A, B], workflow_ids: [A] }),
      (own) => own.logs({ limit: 20, since: SINCE, task: [A, B], workflow: A }),
    ],
    metrics: [
      (api) => api.v1TaskListStatusMetrics(TENANT, { since: iso(SINCE), until: iso(UNTIL), workflow_ids: [A, B], additional_metadata: ["by:us"] }),
      (own) => own.metrics({ since: SINCE, until: UNTIL, workflow: [A, B], metadata: { by: "us" } }),
    ],
    histogram: [
      (api) => api.v1TaskGetPointMetrics(TENANT, { createdAfter: iso(SINCE), finishedBefore: iso(UNTIL) }),
      (own) => own.histogram({ since: SINCE, until: UNTIL }),
    ],
    "workflows.list": [(api) => api.workflowList(TENANT, { limit: 20, name: "or der" }), (own) => own.workflows.list({ limit: 20, name: "or der" })],
    "workflows.get": [(api) => api.workflowGet(A), (own) => own.workflows.get(A)],
    "schedules.list": [(api) => api.workflowScheduledList(TENANT, { limit: 20, offset: 40, workflowId: A }), (own) => own.schedules.list({ limit: 20, cursor: "40", workflow: A })],
    "schedules.get": [(api) => api.workflowScheduledGet(TENANT, A), (own) => own.schedules.get(A)],
    "schedules.create": [(api) => api.scheduledWorkflowRunCreate(TENANT, "or der", schedule), (own) => own.schedules.create("or der", schedule)],
    "schedules.delete": [(api) => api.workflowScheduledDelete(TENANT, A), (own) => own.schedules.delete(A)],
    "crons.list": [(api) => api.cronWorkflowList(TENANT, { limit: 20, offset: 40, workflowId: A }), (own) => own.crons.list({ limit: 20, cursor: "40", workflow: A })],
    "crons.get": [(api) => api.workflowCronGet(TENANT, A), (own) => own.crons.get(A)],
    "crons.create": [(api) => api.cronWorkflowTriggerCreate(TENANT, "order", cron), (own) => own.crons.create("order", cron)],
    "crons.delete": [(api) => api.workflowCronDelete(TENANT, A), (own) => own.crons.delete(A)],
    "pushedEvents.list": [
      (api) => api.v1EventList(TENANT, { limit: 20, offset: 40, keys: ["a:b", "c"], since: iso(SINCE), until: iso(UNTIL), workflowIds: [A, B], additionalMetadata: ["by:us"], scopes: ["s"] }),
      (own) => own.pushedEvents.list({ limit: 20, cursor: "40", key: ["a:b", "c"], since: SINCE, until: UNTIL, workflow: [A, B], metadata: { by: "us" }, scope: "s" }),
    ],
    "pushedEvents.get": [(api) => api.v1EventGet(TENANT, A), (own) => own.pushedEvents.get(A)],
    "pushedEvents.keys": [(api) => api.v1EventKeyList(TENANT), (own) => own.pushedEvents.keys()],
    version: [(api) => api.infoGetVersion(), (own) => own.version()],
  },
};

const flows = ({ orchestration }) => orchestration.v2;
const config = { name: "a flow", stages: [{ noop: {} }, { wait_event: { event: "go" } }] };
const trigger = { event: "SAVED_PAYMENT", workflowID: A, name: "ours", filter: "event.amount > 1", vars: { amount: "event.amount" } };

const formanceCalls = {
  theirs: (url) => new formance.SDK({ serverURL: url, security: { clientID: "us", clientSecret: SECRET, tokenURL: `${url}/api/auth/oauth/token` } }),
  ours: (baseUrl) => new Formance({ baseUrl, clientId: "us", clientSecret: SECRET, retries: 0 }),
  calls: {
    grant: [(api) => flows(api).getInstance({ instanceID: A }), (own) => own.runs.get(A), 0],
    create: [
      (api) => flows(api).runWorkflow({ workflowID: A, requestBody: { orderId: "7", amount: "12345678901234567890" } }),
      (own) => own.runs.create({ workflow: A, input: { orderId: "7", amount: "12345678901234567890" } }),
    ],
    "create, without variables": [(api) => flows(api).runWorkflow({ workflowID: A }), (own) => own.runs.create({ workflow: A })],
    get: [(api) => flows(api).getInstance({ instanceID: A }), (own) => own.runs.get(A)],
    list: [(api) => flows(api).listInstances({ workflowID: A, running: true }), (own) => own.runs.list({ workflow: A, status: "running" })],
    "instances.sendEvent": [
      (api) => flows(api).sendEvent({ instanceID: A, requestBody: { name: "go" } }),
      (own) => own.instances.sendEvent(A, { name: "go" }),
    ],
    "instances.abort": [(api) => flows(api).cancelEvent({ instanceID: A }), (own) => own.instances.abort(A)],
    cancel: [(api) => flows(api).cancelEvent({ instanceID: A }), (own) => own.runs.cancel(A)],
    "instances.history": [(api) => flows(api).getInstanceHistory({ instanceID: A }), (own) => own.instances.history(A)],
    "instances.stageHistory": [(api) => flows(api).getInstanceStageHistory({ instanceID: A, number: 1 }), (own) => own.instances.stageHistory(A, 1)],
    "workflows.list": [(api) => flows(api).listWorkflows({ pageSize: 20 }), (own) => own.workflows.list({ limit: 20 })],
    "workflows.list, the next page": [(api) => flows(api).listWorkflows({ cursor: "abc" }), (own) => own.workflows.list({ cursor: "abc" })],
    "workflows.create": [(api) => flows(api).createWorkflow(config), (own) => own.workflows.create(config)],
    "workflows.get": [(api) => flows(api).getWorkflow({ flowId: A }), (own) => own.workflows.get(A)],
    "workflows.delete": [(api) => flows(api).deleteWorkflow({ flowId: A }), (own) => own.workflows.delete(A)],
    "triggers.list": [(api) => flows(api).listTriggers({ pageSize: 20 }), (own) => own.triggers.list({ limit: 20 })],
    "triggers.create": [(api) => flows(api).createTrigger(trigger), (own) => own.triggers.create(trigger)],
    "triggers.get": [(api) => flows(api).readTrigger({ triggerID: A }), (own) => own.triggers.get(A)],
    "triggers.delete": [(api) => flows(api).deleteTrigger({ triggerID: A }), (own) => own.triggers.delete(A)],
    "triggers.test": [(api) => flows(api).testTrigger({ triggerID: A, requestBody: { amount: 5 } }), (own) => own.triggers.test(A, { amount: 5 })],
    "triggers.occurrences": [(api) => flows(api).listTriggersOccurrences({ triggerID: A, pageSize: 20 }), (own) => own.triggers.occurrences(A, { limit: 20 })],
    info: [(api) => flows(api).getServerInfo(), (own) => own.info()],
  },
};

const builder = { applicant_id: A, workflow_id: B, tags: ["a b", "c"], customer_user_id: "us", link: { language: "en_US" }, custom_data: { n: 1.5 } };

const onfidoCalls = {
  theirs: (url) => new onfido.DefaultApi(new onfido.Configuration({ apiToken: TOKEN, basePath: `${url}/v3.6` })),
  ours: (baseUrl) => new Onfido({ baseUrl, token: TOKEN, retries: 0 }),
  calls: {
    create: [
      (api) => api.createWorkflowRun(builder),
      (own) => own.runs.create({ applicantId: A, workflow: B, tags: ["a b", "c"], customerUserId: "us", link: { language: "en_US" }, input: { n: 1.5 } }),
    ],
    get: [(api) => api.findWorkflowRun(A), (own) => own.runs.get(A)],
    list: [
      (api) => api.listWorkflowRuns(2, "approved,declined", day(SINCE - DAY), day(UNTIL + DAY), undefined, A, ["a b", "c"]),
      (own) => own.runs.list({ cursor: "2", status: ["approved", "declined"], since: SINCE, until: UNTIL, metadata: { applicant_id: A }, tags: ["a b", "c"] }),
    ],
    "tasks.list": [(api) => api.listTasks(A), (own) => own.tasks.list(A)],
    "tasks.get": [(api) => api.findTask(A, B), (own) => own.tasks.get(A, B)],
    "tasks.complete": [(api) => api.completeTask(A, B, { data: { first_name: "Jane" } }), (own) => own.tasks.complete(A, B, { data: { first_name: "Jane" } })],
    "timelineFile.create": [(api) => api.createTimelineFile(A), (own) => own.timelineFile.create(A)],
    "timelineFile.get": [(api) => api.findTimelineFile(A, B), (own) => own.timelineFile.get(A, B)],
    evidence: [(api) => api.downloadSignedEvidenceFile(A), (own) => own.evidence(A)],
    evidenceFolder: [(api) => api.downloadEvidenceFolder(A), (own) => own.evidenceFolder(A)],
    "documents.qualified": [(api) => api.downloadQesDocument(A, B), (own) => own.documents.qualified(A, B)],
    "documents.advanced": [(api) => api.downloadAesDocument(A, B), (own) => own.documents.advanced(A, B)],
    "documents.simple": [(api) => api.downloadSesDocument(A, B), (own) => own.documents.simple(A, B)],
  },
};

const onfidoGrant = {
  theirs: (url) => new onfido.DefaultApi(new onfido.Configuration({ oauthClientId: "us", oauthClientSecret: SECRET, basePath: `${url}/v3.6` })),
  ours: (baseUrl) => new Onfido({ baseUrl, clientId: "us", clientSecret: SECRET, retries: 0 }),
  calls: {
    grant: [(api) => api.findWorkflowRun(A), (own) => own.runs.get(A), 0],
    "get, by a granted token": [(api) => api.findWorkflowRun(A), (own) => own.runs.get(A)],
  },
};

/** Each system's calls: theirs, ours, and which of their requests is meant where there are several (the last, when absent). */
export const pairs = { hatchet: [hatchet], formance: [formanceCalls], onfido: [onfidoCalls, onfidoGrant] };

/** What ours have on purpose other than theirs: the calls (all of a system when absent), one field, and why. */
export const differences = [
  {
    system: "hatchet", field: "header.accept",
    reason: "the SDK leaves it to axios, which takes anything; ours takes JSON, and nothing that a proxy puts in its place",
  },
  {
    system: "hatchet", calls: ["create"], field: "body.return_only_id",
    reason: "a full answer takes a second at least, and is a 500 when the read store lags though the run exists; ours asks for one with `full` alone",
  },
  { system: "hatchet", calls: ["create"], field: "body, as text", reason: "it holds `return_only_id`" },
  {
    system: "formance", calls: ["grant"], field: "header.accept",
    reason: "the SDK's hook leaves it to fetch, which takes anything; a token's answer is JSON",
  },
  {
    system: "formance", calls: ["grant"], field: "body.scope",
    reason: "the SDK fetches a token for each scope it comes to need; ours fetches one for all that it can do",
  },
  { system: "formance", calls: ["grant"], field: "body, as text", reason: "it holds the scope" },
  {
    system: "formance", calls: ["create, without variables"], field: "header.content-type",
    reason: "the SDK tells the type of a body that it does not send",
  },
  {
    system: "formance", calls: ["triggers.create"], field: "body, as text",
    reason: "the SDK puts the members in an order of its own; ours leaves them as they were given",
  },
  {
    system: "formance", calls: ["info"], field: "path",
    reason: "the SDK asks for /v2/_info, where servers route nothing: the service's version is at /_info",
  },
  {
    system: "onfido", field: "header.accept",
    reason: "the SDK leaves it to axios, which takes anything; ours takes JSON, or with a file whatever kind it is of",
  },
  {
    system: "onfido", calls: ["timelineFile.create"], field: "header.content-type",
    reason: "axios calls the body that it does not send a form",
  },
];

/** Operations that are made of others, and so send no request of their own. */
export const composed = {
  hatchet: { watch: "reads", wait: "reads", findByKey: "lists", replayMany: "a replay of each, with what a single one is checked by" },
  formance: { watch: "reads", wait: "reads", cancelMany: "an abort of each" },
  onfido: { watch: "reads", wait: "reads", findByKey: "lists" },
};

const HEADERS = ["authorization", "content-type", "accept"];

/** A server that keeps every request, and answers so that either client goes on to the next. */
export async function recorder() {
  const requests = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    requests.push(kept(request, Buffer.concat(chunks).toString()));
    const answer = request.url.includes("/oauth/token") ? { access_token: "granted", expires_in: 3600, token_type: "Bearer" } : { ids: [A, B] };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const close = () => (server.closeAllConnections(), server.close());
  return { url: `http://127.0.0.1:${server.address().port}`, take: () => requests.splice(0), close };
}

/** A request as flat fields: what a server makes of it, and of a body the exact text as well. */
function kept({ method, url, headers }, body) {
  const { pathname, searchParams } = new URL(url, "http://any");
  const fields = { method, path: pathname };
  const names = [...new Set(searchParams.keys())];
  for (const name of names) fields[`query.${name}`] = searchParams.getAll(name);
  fields["query, in order"] = names;
  for (const name of HEADERS) fields[`header.${name}`] = headers[name];
  // How a body's end is told: a server may take one in chunks for none.
  fields.framing = headers["transfer-encoding"] ?? (headers["content-length"] > 0 ? "a length" : "no body");
  const form = headers["content-type"]?.startsWith("application/x-www-form-urlencoded");
  const members = form ? Object.fromEntries(new URLSearchParams(body)) : parsed(body);
  for (const [name, value] of Object.entries(members)) fields[`body.${name}`] = value;
  fields["body, as text"] = body;
  return fields;
}

function parsed(body) {
  if (body === "") return {};
  const value = JSON.parse(body);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : { "": value };
}
