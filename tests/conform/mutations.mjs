// Ways in which a server may stop to behave, one change each. The suite must find every one, by a case of the operation that
// it strikes: a suite that passes everything proves nothing.

const on = (method, path, change) => ({ answer: (answer, asked) => asked.method === method && path.test(asked.path) && change(answer, asked) });
const body = (change) => (answer, asked) => {
  if (answer.status >= 300 || !answer.body) return;
  const value = JSON.parse(answer.body);
  answer.body = `${JSON.stringify(change(value, asked) ?? value)}\n`;
};
const status = (from, to) => (answer) => {
  if (answer.status === from) answer.status = to;
};
const instead = (method, path, answer) => ({
  instead: (asked) => (asked.method === method && path.test(asked.path) ? { status: 200, headers: { "content-type": "application/json" }, text: true, body: Buffer.from(""), ...answer(asked) } : undefined),
});
const renamed = (object, from, to) => Object.fromEntries(Object.entries(object).map(([name, value]) => [name === from ? to : name, value]));

const RUN = /\/workflow-runs\/[0-9a-f-]{36}$/;
const RUNS = /\/tenants\/[^/]+\/workflow-runs$/;
const hatchet = [
  ["an unknown run is 400 instead of 404", "get", on("GET", RUN, status(404, 400))],
  ["displayName is called display_name", "get", on("GET", RUN, body((it) => void (it.run = renamed(it.run, "displayName", "display_name"))))],
  ["duration comes as a text", "get", on("GET", RUN, body((it) => void (it.run.duration = String(it.run.duration))))],
  ["times that are not yet come as null", "get", on("GET", RUN, body((it) => {
    for (const name of ["startedAt", "finishedAt"]) if (it.run[name].startsWith("0001-")) it.run[name] = null;
  }))],
  ["a new status, EVICTED, is told for RUNNING", "get", on("GET", RUN, body((it) => void (it.run.status === "RUNNING" && (it.run.status = "EVICTED"))))],
  ["the list is oldest first", "list", on("GET", RUNS, body((it) => void it.rows.reverse()))],
  ["a page begins with the last row of the page before", "list", {
    async answer(answer, { method, path, query }) {
      if (method !== "GET" || !RUNS.test(path)) return;
      const page = JSON.parse(answer.body);
      if (Number(query.get("offset")) > 0 && this.last) page.rows = [this.last, ...page.rows].slice(0, Number(query.get("limit")));
      else if (query.get("limit") === "2") this.last = page.rows.at(-1);
      answer.body = JSON.stringify(page);
    },
  }],
  ["rows hold their payloads unasked", "list", on("GET", RUNS, body((it) => it.rows.forEach((row) => (row.output = { unasked: true }))))],
  ["rows do not tell what their runs claimed", "list", on("GET", RUNS, body((it) => it.rows.forEach((row) => delete row.idempotencyKey)))],
  ["a claim that is taken is 409", "create", on("POST", /\/trigger$/, status(500, 409))],
  ["a cancel is answered and not done", "cancel", instead("POST", /\/tasks\/cancel$/, ({ body }) => ({ body: Buffer.from(JSON.stringify({ ids: JSON.parse(body).externalIds })) }))],
  ["a replay echoes ids that nobody knows", "replay", on("POST", /\/tasks\/replay$/, (answer, asked) => void (answer.body = JSON.stringify({ ids: JSON.parse(asked.body).externalIds })))],
  ["the status comes in an object", "status", on("GET", /\/status$/, (answer) => void (answer.status === 200 && (answer.body = `{"status":${answer.body}}`)))],
  ["events come oldest first", "tasks.events", on("GET", /\/task-events$/, body((it) => void it.rows.reverse()))],
  ["a status that nobody is in is not counted", "metrics", on("GET", /\/task-metrics$/, body((it) => it.slice(0, 4)))],
  ["bodies end without a line feed", "get", on("GET", RUN, (answer) => void (answer.body = answer.body.trim()))],
  ["answers are labelled as plain text", "create", on("POST", /\/trigger$/, (answer) => void (answer.headers["content-type"] = "text/plain; charset=UTF-8"))],
];

const INSTANCE = /\/v2\/instances\/[^/]+$/;
const formance = [
  ["a created run is 200 instead of 201", "create", on("POST", /\/instances$/, status(201, 200))],
  ["a page of runs comes without its cursor", "list", on("GET", /\/v2\/instances$/, body((it) => ({ data: it.cursor.data })))],
  ["terminated comes as a text", "get", on("GET", INSTANCE, body((it) => void (it.data.terminated = String(it.data.terminated))))],
  ["deletedAt is absent instead of null", "workflows.get", on("GET", /\/v2\/workflows\/[^/]+$/, body((it) => void delete it.data.deletedAt))],
  ["a run's own id stands before its workflow's", "get", on("GET", INSTANCE, body((it) => void (it.data = { id: it.data.id, ...it.data })))],
  ["reads print an offset for Z", "get", on("GET", INSTANCE, body((it) => void (it.data.createdAt = it.data.createdAt.replace("Z", "+00:00"))))],
  ["a run that succeeded has an empty error", "get", on("GET", INSTANCE, body((it) => void (it.data.error ??= "")))],
  ["a refused token is told without a content type", "get", { answer: (answer) => void (answer.status === 401 && delete answer.headers["content-type"]) }],
  ["an event is taken and lost", "instances.sendEvent", instead("POST", /\/events$/, () => ({ status: 204 }))],
  ["stages are counted from 1", "get", on("GET", INSTANCE, body((it) => it.data.status?.forEach((row) => row.stage++)))],
];

const ONFIDO = /\/workflow_runs\/[^/]+$/;
const ONFIDOS = /\/workflow_runs$/;
const onfido = [
  ["a created run is 200 instead of 201", "create", on("POST", ONFIDOS, status(201, 200))],
  ["error is absent instead of null", "get", on("GET", ONFIDO, body((it) => void (it.error === null && delete it.error)))],
  ["the list has an envelope", "list", on("GET", ONFIDOS, body((it) => ({ workflow_runs: it })))],
  ["the list has neither links nor a count", "list", on("GET", ONFIDOS, (answer) => ["link", "x-total-count"].forEach((name) => delete answer.headers[name]))],
  ["times come without a zone, and with a blank", "get", on("GET", ONFIDO, body((it) => void (it.created_at = it.created_at.replace("T", " ").replace("Z", ""))))],
  ["data for a task are taken and lost", "tasks.complete", instead("POST", /\/complete$/, () => ({ body: Buffer.from("{}") }))],
  ["tasks come newest first", "tasks.list", on("GET", /\/tasks$/, body((it) => void it.reverse()))],
  ["a promised timeline is 201 instead of 202", "timelineFile.create", on("POST", /\/timeline_file$/, status(202, 201))],
  ["an unknown run has an error of another type", "get", on("GET", ONFIDO, (answer) => void (answer.status === 404 && (answer.body = answer.body.replace("resource_not_found", "not_here"))))],
];

const MESHX = /\/orchestrator_workflow$/;
const meshx = [
  ["a created run is 201 instead of 200", "create", on("POST", MESHX, status(200, 201))],
  ["the list is called workflows", "list", on("GET", /\/orchestrator_workflow\/list$/, body((it) => renamed(it, "orchestrator_workflows", "workflows")))],
  ["the list repeats its first run at its end", "list", on("GET", /\/orchestrator_workflow\/list$/, body((it) => void it.orchestrator_workflows.push(it.orchestrator_workflows[0])))],
  ["what is null is left out", "get", on("GET", MESHX, body((it) => Object.fromEntries(Object.entries(it).filter(([, value]) => value !== null))))],
  ["times come as numbers", "get", on("GET", MESHX, body((it) => void (it.created_at = Date.parse(it.created_at))))],
  ["a cancel is 204 without the run", "cancel", on("DELETE", MESHX, (answer) => void Object.assign(answer, answer.status === 200 && { status: 204, body: "" }))],
  ["an update is answered with the run and not done", "update", {
    instead({ method, path, query, body }) {
      if (method !== "PUT" || !MESHX.test(path)) return undefined;
      const run = { identifier: query.get("identifier"), data_product_identifier: query.get("identifier"), name: "x", run_type: "single", created_by: null, created_at: "2026-09-25T06:40:00Z", started_at: null, ...JSON.parse(body) };
      return { status: 200, headers: { "content-type": "application/json" }, text: true, body: Buffer.from(JSON.stringify(run)) };
    },
  }],
  ["a wrong token is 403 instead of 401", "get", { answer: status(401, 403) }],
];

const of = (system) => ([name, operation, mutate]) => ({ system, name, operation, mutate });

/** All of them: `{ system, name, operation, mutate }`. */
export const mutations = Object.entries({ hatchet, formance, onfido, meshx }).flatMap(([system, all]) => all.map(of(system)));
