// Hatchet's operations beside the runs: status, events, tasks, logs, counts, workflows, schedules, crons, what was pushed.
import { right, wrong } from "../case.mjs";
import { count, date, exactly, flag, integer, list, maybe, members, object, oneOf, some, sorted, text, uuid } from "../shape.mjs";
import { JSON_TYPE, META, MICRO, NOT_FOUND, STATUS, TASK, TASK_ROW, UNKNOWN, ZERO, at, ended, listed, message, noRequest } from "./hatchet-shapes.mjs";

const TIMES = date(0, 6, "offset");
const EVENT = sorted({
  attempt: integer, errorMessage: text, eventType: some, id: integer, message: text, output: maybe(text), retryCount: count, taskDisplayName: some,
  taskId: uuid, timestamp: MICRO, workerId: maybe(uuid),
});
const TIMING = sorted({
  attempt: integer, depth: count, finishedAt: maybe(MICRO), isEvicted: maybe(exactly(true)), metadata: META, parentTaskExternalId: maybe(uuid), queuedAt: maybe(MICRO),
  retryCount: count, startedAt: maybe(MICRO), status: STATUS, taskDisplayName: some, taskExternalId: uuid, taskId: integer, taskInsertedAt: MICRO,
  tenantId: uuid, workflowRunId: uuid,
});
const LINE = sorted({ createdAt: TIMES, message: text, metadata: members, taskExternalId: maybe(uuid), taskDisplayName: maybe(text), retryCount: maybe(count), attempt: maybe(integer), level: maybe(oneOf("DEBUG", "INFO", "WARN", "ERROR")) });
const WORKFLOW = sorted({ description: maybe(text), isPaused: maybe(flag), metadata: META, name: some, tenantId: text });
const rows = (of) => object({ pagination: members, rows: list(of) }, { closed: true, ordered: true });
const items = (of, options) => object({ items: list(of, options), next: maybe(some) }, { closed: true });
const unknown = { fails: { name: "NotFoundError", status: 404 }, wire: NOT_FOUND };
const malformed = { fails: { name: "HttpError", status: 400 }, wire: { status: 400, headers: JSON_TYPE, body: object({ message: some }) } };
/** Of the same tenant, which a real token names itself. */
const stranger = async (c) => c.make({ token: "wrong-token-of-nobody", tenant: (await ended(c, "ok")).wire.run.tenantId });
const refused = { fails: { name: "AuthError" }, wire: { status: 403, headers: JSON_TYPE, body: message("Please provide valid credentials") } };

const PLAN = {
  additionalMetadata: members, input: members, metadata: META, method: oneOf("API", "DEFAULT"), priority: maybe(integer), tenantId: uuid, workflowId: uuid,
  workflowName: some, workflowVersionId: uuid,
};
const SCHEDULE = sorted({
  ...PLAN, triggerAt: TIMES, workflowRunCreatedAt: maybe(TIMES), workflowRunName: maybe(text), workflowRunStatus: maybe(text), workflowRunId: maybe(uuid),
});
const CRON = sorted({ ...PLAN, cron: some, enabled: flag, name: maybe(text) });
const PUSHED = object({
  key: some, metadata: META, tenantId: uuid, workflowRunSummary: sorted({ cancelled: count, failed: count, queued: count, running: count, succeeded: count }),
  payload: maybe(members), additionalMetadata: maybe(members), triggeredRuns: maybe(list(object({ workflowRunId: uuid }))),
});
const ignoreGone = (error) => {
  if (error.name !== "NotFoundError") throw error;
};
/** A schedule of its own for each case. */
async function scheduled(c) {
  const triggerAt = new Date(Date.now() + 86_400_000).toISOString();
  const made = await c.client.schedules.create(c.given.workflow.ok.workflow, { triggerAt, input: {}, additionalMetadata: { conform: c.unique("schedule") } });
  c.cleanup(`schedule ${made.metadata.id}`, () => c.client.schedules.delete(made.metadata.id).catch(ignoreGone));
  return made;
}
async function repeated(c) {
  const made = await c.client.crons.create(c.given.workflow.ok.workflow, { cronName: c.unique("cron"), cronExpression: "0 0 1 1 *", input: {}, additionalMetadata: {} });
  c.cleanup(`cron ${made.metadata.id}`, () => c.client.crons.delete(made.metadata.id).catch(ignoreGone));
  return made;
}

const OK = { needs: ["workflow.ok"] };
const DAG = { needs: ["workflow.dag"] };

const taskOf = async (c) => (await ended(c, "ok")).wire.tasks[0].metadata.id;

export const operations = [
  right("runs.status", "the status alone is a bare JSON string", "§3.1, §13.5", OK, async (c) => {
    const { id } = await ended(c, "ok");
    await c.does(() => c.client.runs.status(id), { gives: exactly("COMPLETED"), wire: { at: at("GET", "/status"), status: 200, headers: JSON_TYPE, body: exactly("COMPLETED") } });
  }),
  wrong("runs.status", "the status of an unknown run is 404", "§3.1, §7", async (c) => {
    await c.does(() => c.client.runs.status(UNKNOWN), unknown);
  }),
  right("runs.events", "the events of a run of several steps, newest first", "§2.5, §3.1", DAG, async (c) => {
    const { id } = await ended(c, "dag");
    const page = await c.does(() => c.client.runs.events(id), { gives: items(EVENT, { least: 1 }), wire: { at: at("GET", `${id}/task-events`), status: 200, headers: JSON_TYPE, body: rows(EVENT) } });
    const times = page.items.map(({ timestamp }) => Date.parse(timestamp));
    c.equal("timestamps, newest first", times.toSorted((a, b) => b - a), times);
  }),
  right("runs.events", "a run of one task has no events of its own", "§3.1: always empty for a standalone task run", OK, async (c) => {
    const { id, wire } = await ended(c, "ok");
    if (wire.tasks[0].metadata.id === id) c.equal("events", { items: [] }, await c.client.runs.events(id));
    else c.fits("events", items(EVENT), await c.client.runs.events(id));
  }),
  wrong("runs.events", "the events of an unknown run are 404", "§7", async (c) => {
    await c.does(() => c.client.runs.events(UNKNOWN), unknown);
  }),
  right("runs.timings", "the timings of a run name each of its tasks", "§2.5, §3.1", DAG, async (c) => {
    const run = await ended(c, "dag");
    const page = await c.does(() => c.client.runs.timings(run.id), { gives: items(TIMING, { least: 1 }), wire: { at: at("GET", "/task-timings"), status: 200, headers: JSON_TYPE, body: rows(TIMING) } });
    c.equal("the tasks", run.wire.tasks.map(({ metadata }) => metadata.id).toSorted(), page.items.map(({ taskExternalId }) => taskExternalId).toSorted());
  }),
  wrong("runs.timings", "a depth above 10 is 400", "§3.1", DAG, async (c) => {
    const { id } = await ended(c, "dag");
    await c.does(() => c.client.runs.timings(id, { depth: 11 }), { fails: { name: "HttpError", status: 400 }, wire: { status: 400, headers: JSON_TYPE } });
  }),
  wrong("runs.timings", "the timings of an unknown run are 404", "§7", async (c) => {
    await c.does(() => c.client.runs.timings(UNKNOWN), unknown);
  }),

  right("tasks.list", "tasks are listed with their type, the newest first", "§2.3, §8", OK, async (c) => {
    const { metadata } = await ended(c, "ok");
    const ours = { conform: metadata.conform };
    await listed(c, ours, 1);
    const page = await c.until("the task is listed", async () => {
      const page = await c.client.tasks.list({ metadata: ours });
      return page.items.length > 0 && page;
    });
    c.fits("tasks", items(TASK_ROW, { least: 1 }), page);
    await c.does(() => c.client.tasks.list({ metadata: ours }), { wire: { at: at("GET", "/workflow-runs"), status: 200, headers: JSON_TYPE, body: object({ pagination: members, rows: list(TASK_ROW, { least: 1 }) }, { closed: true, ordered: true }) } });
    c.equal("their type", ["TASK"], [...new Set(page.items.map(({ type }) => type))]);
  }),
  wrong("tasks.list", "tasks are not listed for a wrong token", "§4", OK, async (c) => {
    const client = await stranger(c);
    await c.does(() => client.tasks.list(), refused);
  }),
  right("tasks.get", "a task shows its input unwrapped", "§2.3", OK, async (c) => {
    const id = await taskOf(c);
    const task = await c.does(() => c.client.tasks.get(id), { gives: TASK, wire: { at: at("GET", `/tasks/${id}`), status: 200, headers: JSON_TYPE, body: TASK, valid: "task" } });
    c.equal("its id and status", [id, "COMPLETED"], [task.metadata.id, task.status]);
    c.ensure("its input", "without the wrapper", Object.keys(task.input), !("triggered_by" in task.input));
  }),
  wrong("tasks.get", "an unknown task is 404", "§7", async (c) => {
    await c.does(() => c.client.tasks.get(UNKNOWN), unknown);
  }),
  wrong("tasks.get", "an attempt below 1 is 400", "§3.1", OK, async (c) => {
    const id = await taskOf(c);
    await c.does(() => c.client.tasks.get(id, { attempt: 0 }), { fails: { name: "HttpError", status: 400 }, wire: { status: 400, headers: JSON_TYPE } });
  }),
  right("tasks.events", "the events of a task lead from its queue to its end", "§2.5, §3.1", OK, async (c) => {
    const id = await taskOf(c);
    const page = await c.does(() => c.client.tasks.events(id), { gives: items(EVENT, { least: 1 }), wire: { at: at("GET", `/tasks/${id}/task-events`), status: 200, headers: JSON_TYPE, body: rows(EVENT) } });
    const types = page.items.map(({ eventType }) => eventType);
    c.equal("what cannot be missing", ["QUEUED", "STARTED", "FINISHED"], ["QUEUED", "STARTED", "FINISHED"].filter((type) => types.includes(type)));
    const times = page.items.map(({ timestamp }) => Date.parse(timestamp));
    c.equal("timestamps, newest first", times.toSorted((a, b) => b - a), times);
  }),
  wrong("tasks.events", "the events of an unknown task are 404", "§7", async (c) => {
    await c.does(() => c.client.tasks.events(UNKNOWN), unknown);
  }),
  right("tasks.logs", "the log of a task is a page of lines", "§2.5, §3.1", OK, async (c) => {
    const id = await taskOf(c);
    await c.does(() => c.client.tasks.logs(id), { gives: items(LINE), wire: { at: at("GET", `/tasks/${id}/logs`), status: 200, headers: JSON_TYPE, body: object({ rows: list(LINE) }) } });
  }),
  wrong("tasks.logs", "the log of an unknown task is 404", "§7", async (c) => {
    await c.does(() => c.client.tasks.logs(UNKNOWN), unknown);
  }),
  right("logs", "the log of the tenant is a page of lines", "§2.5, §3.1", async (c) => {
    await c.does(() => c.client.logs({ limit: 5 }), { gives: items(LINE), wire: { at: at("GET", "/logs"), status: 200, headers: JSON_TYPE, body: object({ rows: list(LINE) }) } });
  }),
  wrong("logs", "the log is not shown for a wrong token", "§4", OK, async (c) => {
    const client = await stranger(c);
    await c.does(() => client.logs(), refused);
  }),
  right("metrics", "the runs are counted by their status, in the order of its name", "§2.5, §13.5", OK, async (c) => {
    await ended(c, "ok");
    const five = ["CANCELLED", "COMPLETED", "FAILED", "QUEUED", "RUNNING"];
    const entry = sorted({ count, runningDetailCount: maybe(sorted({ evicted: count, onWorker: count })), status: oneOf(...five) }, { closed: true });
    const counts = await c.does(() => c.client.metrics(), { gives: list(entry, { exact: 5 }), wire: { at: at("GET", "/task-metrics"), status: 200, headers: JSON_TYPE, body: list(entry, { exact: 5 }) } });
    c.equal("the statuses", five, counts.map(({ status }) => status));
  }),
  wrong("metrics", "the runs are not counted for a wrong token", "§4", OK, async (c) => {
    const client = await stranger(c);
    await c.does(() => client.metrics(), refused);
  }),
  right("histogram", "ends are counted by the minute", "§2.5, §3.1", OK, async (c) => {
    await ended(c, "ok");
    const entry = sorted({ FAILED: count, SUCCEEDED: count, time: TIMES }, { closed: true });
    const since = Date.now() - 30 * 60_000;
    await c.does(() => c.client.histogram({ since, until: Date.now() }), { gives: list(entry), wire: { at: at("GET", "/task-point-metrics"), status: 200, headers: JSON_TYPE, body: object({ results: list(entry) }) } });
  }),
  wrong("histogram", "a time that is none is refused before it is sent", "§3.1", async (c) => {
    await c.does(() => c.client.histogram({ since: "yesterday" }), noRequest("wrong_argument"));
  }),

  right("workflows.list", "workflows are found by a part of their name", "§2.6, §3.2", OK, async (c) => {
    const name = c.given.workflow.ok.workflow;
    const page = await c.does(() => c.client.workflows.list({ name }), { gives: items(WORKFLOW, { least: 1 }), wire: { at: at("GET", "/workflows"), status: 200, headers: JSON_TYPE, body: object({ pagination: members, rows: list(WORKFLOW, { least: 1 }) }, { closed: true, ordered: true }) } });
    c.ensure("the workflow", name, page.items.map((item) => item.name), page.items.some((item) => item.name === name));
  }),
  wrong("workflows.list", "workflows are not listed for a wrong token", "§4", OK, async (c) => {
    const client = await stranger(c);
    await c.does(() => client.workflows.list(), refused);
  }),
  right("workflows.get", "a workflow is read by its id, and has its tenant here alone", "§2.6, §3.2", OK, async (c) => {
    const { workflowId } = await ended(c, "ok");
    const workflow = await c.does(() => c.client.workflows.get(workflowId), { gives: WORKFLOW, wire: { at: at("GET", `/workflows/${workflowId}`), status: 200, headers: JSON_TYPE, body: WORKFLOW } });
    c.fits("its tenant ", uuid, workflow.tenantId);
    c.equal("its name", c.given.workflow.ok.workflow, workflow.name);
  }),
  wrong("workflows.get", "an unknown workflow is 404", "§7", async (c) => {
    await c.does(() => c.client.workflows.get(UNKNOWN), { fails: { name: "NotFoundError", status: 404 } });
  }),
  right("schedules.create", "a run is scheduled by its workflow's name, and listed until it is taken away", "§2.6, §3.2", OK, async (c) => {
    const triggerAt = new Date(Date.now() + 86_400_000).toISOString();
    const conform = c.unique("schedule");
    const made = await c.does(() => c.client.schedules.create(c.given.workflow.ok.workflow, { triggerAt, input: { conform }, additionalMetadata: { conform } }), {
      gives: SCHEDULE, wire: { at: at("POST", "/scheduled"), status: 200, headers: JSON_TYPE, body: SCHEDULE },
    });
    c.cleanup(`schedule ${made.metadata.id}`, () => c.client.schedules.delete(made.metadata.id).catch(ignoreGone));
    c.equal("what was scheduled", [Date.parse(triggerAt), { conform }, { conform }], [Date.parse(made.triggerAt), made.input, made.additionalMetadata]);
  }),
  wrong("schedules.create", "a schedule without a time is refused before it is sent", "§3.2: all required", async (c) => {
    await c.does(() => c.client.schedules.create("any", { input: {}, additionalMetadata: {} }), noRequest("missing_argument"));
  }),
  wrong("schedules.create", "a schedule of an unknown workflow is 400", "§3.2", async (c) => {
    const schedule = { triggerAt: new Date(Date.now() + 86_400_000).toISOString(), input: {}, additionalMetadata: {} };
    await c.does(() => c.client.schedules.create(c.unique("no-such-workflow"), schedule), { fails: { name: "HttpError", status: 400 }, wire: { status: 400, headers: JSON_TYPE } });
  }),
  right(["schedules.list", "schedules.get"], "a schedule is read by its id, and found in the list of its workflow", "§2.6, §3.2", OK, async (c) => {
    const made = await scheduled(c);
    const read = await c.does(() => c.client.schedules.get(made.metadata.id), { gives: SCHEDULE, wire: { at: at("GET", made.metadata.id), status: 200, headers: JSON_TYPE, body: SCHEDULE } });
    c.equal("its run's time of creation, before it is due", ZERO, read.workflowRunCreatedAt);
    const page = await c.does(() => c.client.schedules.list({ workflow: made.workflowId }), { gives: items(SCHEDULE, { least: 1 }), wire: { at: at("GET", "/scheduled"), status: 200, headers: JSON_TYPE, body: rows(SCHEDULE) } });
    c.ensure("the list", made.metadata.id, page.items.length, page.items.some(({ metadata }) => metadata.id === made.metadata.id));
    c.equal("the list of another workflow", [], (await c.client.schedules.list({ workflow: UNKNOWN })).items);
  }),
  right("schedules.delete", "a schedule that was taken away is 404", "§3.2: 204", OK, async (c) => {
    const { metadata: { id } } = await scheduled(c);
    await c.does(() => c.client.schedules.delete(id), { wire: { at: at("DELETE", id), status: 204 } });
    await c.does(() => c.client.schedules.get(id), { fails: { name: "NotFoundError", status: 404 }, wire: { status: 404, headers: JSON_TYPE, body: message("scheduled workflow run not found") } });
  }),
  wrong("schedules.get", "an unknown schedule is 404", "§2.6", async (c) => {
    await c.does(() => c.client.schedules.get(UNKNOWN), { fails: { name: "NotFoundError", status: 404 } });
  }),
  wrong("schedules.delete", "an unknown schedule cannot be taken away", "§3.2", async (c) => {
    await c.does(() => c.client.schedules.delete(UNKNOWN), { fails: { name: "NotFoundError", status: 404 } });
  }),
  wrong("schedules.list", "schedules are not listed for a wrong token", "§4", OK, async (c) => {
    const client = await stranger(c);
    await c.does(() => client.schedules.list(), refused);
  }),

  right("crons.create", "a cron is made by its workflow's name, its expression unchecked", "§2.6, §3.2", OK, async (c) => {
    const conform = c.unique("cron");
    const made = await c.does(() => c.client.crons.create(c.given.workflow.ok.workflow, { cronName: conform, cronExpression: "0 0 1 1 *", input: { conform }, additionalMetadata: { conform } }), {
      gives: CRON, wire: { at: at("POST", "/crons"), status: 200, headers: JSON_TYPE, body: CRON },
    });
    c.cleanup(`cron ${made.metadata.id}`, () => c.client.crons.delete(made.metadata.id).catch(ignoreGone));
    c.equal("what was made", ["0 0 1 1 *", conform, true, { conform }], [made.cron, made.name, made.enabled, made.input]);
  }),
  wrong("crons.create", "a cron without an expression is refused before it is sent", "§3.2: required", async (c) => {
    await c.does(() => c.client.crons.create("any", { cronName: "a", input: {}, additionalMetadata: {} }), noRequest("missing_argument"));
  }),
  right(["crons.list", "crons.get"], "a cron is read by its id, and found in the list of its workflow", "§2.6, §3.2", OK, async (c) => {
    const made = await repeated(c);
    await c.does(() => c.client.crons.get(made.metadata.id), { gives: CRON, wire: { at: at("GET", made.metadata.id), status: 200, headers: JSON_TYPE, body: CRON } });
    const page = await c.does(() => c.client.crons.list({ workflow: made.workflowId }), { gives: items(CRON, { least: 1 }), wire: { at: at("GET", "/crons"), status: 200, headers: JSON_TYPE, body: rows(CRON) } });
    c.ensure("the list", made.metadata.id, page.items.length, page.items.some(({ metadata }) => metadata.id === made.metadata.id));
  }),
  right("crons.delete", "a cron that was taken away is 404", "§3.2: 204", OK, async (c) => {
    const { metadata: { id } } = await repeated(c);
    await c.does(() => c.client.crons.delete(id), { wire: { at: at("DELETE", id), status: 204 } });
    await c.does(() => c.client.crons.get(id), { fails: { name: "NotFoundError", status: 404 }, wire: { status: 404, headers: JSON_TYPE } });
  }),
  wrong("crons.get", "an unknown cron is 404", "§2.6", async (c) => {
    await c.does(() => c.client.crons.get(UNKNOWN), { fails: { name: "NotFoundError", status: 404 } });
  }),
  wrong("crons.delete", "an unknown cron cannot be taken away", "§3.2", async (c) => {
    await c.does(() => c.client.crons.delete(UNKNOWN), { fails: { name: "NotFoundError", status: 404 } });
  }),
  wrong("crons.list", "crons are not listed for a wrong token", "§4", OK, async (c) => {
    const client = await stranger(c);
    await c.does(() => client.crons.list(), refused);
  }),

  right(["pushedEvents.list", "pushedEvents.get", "pushedEvents.keys"], "an event is read by its id, found by its key, and its key among all", "§2.6, §3.2", { needs: ["event"] }, async (c) => {
    const id = c.given.event;
    const event = await c.does(() => c.client.pushedEvents.get(id), { gives: PUSHED, wire: { at: at("GET", `/events/${id}`), status: 200, headers: JSON_TYPE, body: PUSHED } });
    const page = await c.does(() => c.client.pushedEvents.list({ key: event.key }), { gives: items(PUSHED, { least: 1 }), wire: { at: at("GET", "/events"), status: 200, headers: JSON_TYPE, body: rows(PUSHED) } });
    c.ensure("the list of its key", id, page.items.length, page.items.some(({ metadata }) => metadata.id === id));
    c.equal("the list of another key", [], (await c.client.pushedEvents.list({ key: c.unique("key") })).items);
    const keys = await c.does(() => c.client.pushedEvents.keys(), { gives: items(some, { least: 1 }), wire: { at: at("GET", "/events/keys"), status: 200, headers: JSON_TYPE } });
    c.ensure("the keys", event.key, keys.items, keys.items.includes(event.key));
  }),
  wrong("pushedEvents.get", "an unknown event is 404", "§3.2", async (c) => {
    await c.does(() => c.client.pushedEvents.get(UNKNOWN), { fails: { name: "NotFoundError", status: 404 } });
  }),
  wrong("pushedEvents.list", "a time that is none is refused before it is sent", "§3.2", async (c) => {
    await c.does(() => c.client.pushedEvents.list({ since: "yesterday" }), noRequest("wrong_argument"));
  }),
  wrong("pushedEvents.keys", "keys are not listed for a wrong token", "§4", OK, async (c) => {
    const client = await stranger(c);
    await c.does(() => client.pushedEvents.keys(), refused);
  }),

  right("version", "the server tells its version to everybody", "§3.1", async (c) => {
    await c.does(() => c.client.version(), { gives: some, wire: { at: at("GET", "/api/v1/version"), status: 200, headers: JSON_TYPE, body: object({ version: some }) } });
  }),
  wrong("version", "a version that is not wanted any more is not asked for", "§3.1 takes nothing that could be wrong", async (c) => {
    const reason = new Error("not any more");
    const error = await c.client.version({ signal: AbortSignal.abort(reason) }).then(() => undefined, (error) => error);
    c.ensure("the rejection", "the signal's own reason", String(error), error === reason);
  }),
];
