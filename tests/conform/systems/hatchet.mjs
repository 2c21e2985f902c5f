// Hatchet v1: what the suite asks of it. Workflows need a worker, so the caller names them.
import { NODE, right, wrong } from "../case.mjs";
import { absent, exactly, list, match, members, nothing, object, oneOf, some, sorted, uuid } from "../shape.mjs";
import { operations } from "./hatchet-operations.mjs";
import { LINE_END, UNKNOWN, ZERO, NIL, JSON_TYPE, DETAILS, ONLY_ID, PAGE, IDS, message, NOT_FOUND, noRequest, at, TRIGGER, GIVEN, ask, ended, going, listed, within } from "./hatchet-shapes.mjs";

export const client = (runward, options) => new runward.Hatchet(options);

/** A run that goes on after the cases is cancelled; one that nothing knows has not begun. */
export async function end(client, id) {
  const run = await client.runs.get(id).catch((error) => {
    if (error.name !== "NotFoundError") throw error;
  });
  if (run !== undefined && run.phase !== "finished") await client.runs.cancel(id);
}

export const cases = [
  right("create", "a trigger that asks for the id alone is answered 200 with a skeleton", "§2.2, §10, §13.2", { needs: ["workflow.ok"] }, async (c) => {
    const run = await c.does(() => c.client.runs.create(ask(c, "ok")), { wire: { at: TRIGGER, status: 200, headers: JSON_TYPE, body: ONLY_ID, valid: "created" } });
    c.fits("the id of the run ", uuid, run.id);
    await c.until("the run is known", () => c.client.runs.get(run.id));
  }),
  right("create", "metadata come back with the run, of every type, and the server's `traceparent` with them", "§6 additionalMetadata", { needs: ["workflow.ok"] }, async (c) => {
    const metadata = { order: c.unique("order"), retries: 3, sure: true, nested: { a: [1, "b"] } };
    const { id } = await c.client.runs.create(ask(c, "ok", { metadata }));
    const run = await c.until("the run is known", () => c.client.runs.get(id));
    const { traceparent, ...kept } = run.wire.run.additionalMetadata;
    c.equal("the metadata", Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1))), kept);
    c.fits("traceparent ", match("a traceparent", /^00-[0-9a-f]{32}-[0-9a-f]{16}-0\d$/), traceparent);
  }),
  right("create", "the input comes back in the server's wrapper, and without it in the common view", "§6 input envelope, numbers", { needs: ["workflow.ok"] }, async (c) => {
    const input = { ...c.given.workflow.ok.input, big: "9007199254740993", b: 12.5, a: ["<&>", null] };
    const { id } = await c.client.runs.create(ask(c, "ok", { input }));
    const run = await c.until("the run is known", () => c.client.runs.get(id));
    const wrapper = sorted({ input: members, overrides: nothing, parents: exactly({}), triggered_by: exactly("manual"), triggers: members, user_data: nothing });
    if (run.stages.length === 1) c.fits("run/input", wrapper, run.wire.run.input);
    const byName = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
    c.equal("the input in the common view", byName(input), byName(run.input ?? {}));
  }),
  wrong("create", "a priority out of range is refused before it is sent", "§6 priority, §13.5", async (c) => {
    await c.does(() => c.client.runs.create({ workflow: "any", priority: 7 }), noRequest("invalid_priority"));
  }),
  wrong("create", "an input that is no object is refused before it is sent", "§10: 400", async (c) => {
    await c.does(() => c.client.runs.create({ workflow: "any", input: [1] }), noRequest("not_an_object"));
  }),
  wrong("create", "a run without a workflow is refused before it is sent", "§10: a phantom id otherwise", async (c) => {
    await c.does(() => c.client.runs.create({ workflow: "" }), noRequest("missing_workflow"));
  }),
  wrong("create", "tags, which Hatchet does not know, are refused before they are sent", "§2.7", async (c) => {
    await c.does(() => c.client.runs.create({ workflow: "any", tags: ["a"] }), noRequest("unsupported_field"));
  }),
  wrong("create", "an unknown workflow gets an id that stays unknown for ever", "§10 unknown workflow name", { only: NODE.loss }, async (c) => {
    const name = c.unique("no-such-workflow");
    const { id } = await c.does(() => c.client.runs.create({ workflow: name }), { wire: { at: TRIGGER, status: 200, body: ONLY_ID } });
    await new Promise((resolve) => setTimeout(resolve, 400));
    const stranger = c.make();
    await c.does(() => stranger.runs.get(id), { fails: { name: "NotFoundError", status: 404 }, wire: NOT_FOUND });
  }),
  right("create", "a workflow that is there is looked for once", "§10: check the name through the workflows list", { needs: ["workflow.ok"], only: NODE.secrets }, async (c) => {
    const client = c.make({ checkWorkflow: true });
    await c.does(() => client.runs.create(ask(c, "ok")), { sends: 2, wire: { at: at("GET", "/workflows"), status: 200 } });
    await c.does(() => client.runs.create(ask(c, "ok")), { sends: 1 });
  }),
  wrong("create", "an unknown workflow is refused where the client looks for it", "§10: check the name through the workflows list", { only: NODE.secrets }, async (c) => {
    const client = c.make({ checkWorkflow: true });
    await c.does(() => client.runs.create({ workflow: c.unique("no-such-workflow") }), { fails: { name: "ArgumentError", code: "unknown_workflow" }, wire: { at: at("GET", "/workflows"), status: 200 } });
  }),
  right("findByKey", "a create whose answer is lost is found again by its key, and made once", "§10 safe pattern", { needs: ["workflow.ok"], only: NODE.loss }, async (c) => {
    const key = c.unique("key");
    c.loses(({ path }) => path.endsWith("/workflow-runs/trigger"));
    const run = await c.does(() => c.client.runs.create(ask(c, "ok"), { key, deadline: c.patience }));
    const page = await listed(c, { runwardKey: key }, 1);
    c.equal("the runs with this key", [run.id], page.runs.map(({ id }) => id));
  }),
  right("findByKey", "runs are listed by the key that they were created with", "§10 safe pattern", { needs: ["workflow.ok"] }, async (c) => {
    const key = c.unique("key");
    const { id } = await c.client.runs.create(ask(c, "ok"), { key });
    const page = await c.until("the run is listed", async () => {
      const page = await c.client.runs.list({ key });
      return page.runs.length > 0 && page;
    });
    c.equal("the runs with this key", [id], page.runs.map((run) => run.id));
  }),
  right(["create", "list"], "a claim that is taken gives the run that holds it, which is listed by it", "§10: a collision is a bare 500", { needs: ["workflow.claims"] }, async (c) => {
    const idempotencyKey = c.unique("claim");
    const { workflow, input: { ...input } } = c.given.workflow.claims;
    for (const name of Object.keys(input)) input[name] = idempotencyKey;
    const create = () => c.client.runs.create({ workflow, input, idempotencyKey }, { deadline: c.patience });
    const { id } = await create();
    const again = await c.does(create, { wire: { at: TRIGGER, status: 500, headers: JSON_TYPE, body: message("Internal Server Error") } });
    c.equal("the run that holds the claim", id, again.id);
    const { runs } = await c.client.runs.list({ idempotencyKeys: idempotencyKey });
    c.equal("the runs that made the claim", [[id, idempotencyKey]], runs.map((run) => [run.id, run.wire.idempotencyKey]));
    c.equal("the runs that made another", [], (await c.client.runs.list({ idempotencyKeys: [c.unique("other")] })).runs);
  }),
  wrong("findByKey", "a key that cannot be searched for is refused before it is sent", "§8 metadata filter", async (c) => {
    await c.does(() => c.client.runs.create({ workflow: "any" }, { key: "a\u0000b" }), noRequest("invalid_key"));
  }),

  right("get", "a completed run has all its members, in order, with real times", "§2.1, §2.2, §2.3, §4 HTTP, §6", { needs: ["workflow.ok"] }, async (c) => {
    const { id } = await ended(c, "ok");
    const run = await c.does(() => c.client.runs.get(id), { gives: GIVEN, wire: { at: at("GET", id), status: 200, headers: JSON_TYPE, body: DETAILS, raw: LINE_END, valid: "run" } });
    c.equal("phase and outcome", ["finished", "succeeded"], [run.phase, run.outcome]);
    const { run: sent, tasks } = run.wire;
    c.equal("its status", "COMPLETED", sent.status);
    c.ensure("its end", "a real time", sent.finishedAt, sent.finishedAt !== ZERO);
    c.equal("updatedAt, which never changes", sent.metadata.createdAt, sent.metadata.updatedAt);
    c.equal("its error", "", sent.errorMessage);
    c.equal("attempt and retryCount of its tasks", tasks.map(({ retryCount }) => retryCount + 1), tasks.map(({ attempt }) => attempt));
  }),
  right("get", "a failed run has the worker's words and the attempt that it died in", "§2.1, §5.4", { needs: ["workflow.fails"] }, async (c) => {
    const { id } = await ended(c, "fails");
    const run = await c.does(() => c.client.runs.get(id), { wire: { at: at("GET", id), status: 200, body: DETAILS, valid: "run" } });
    c.equal("phase, outcome and status", ["finished", "failed", "FAILED"], [run.phase, run.outcome, run.wire.run.status]);
    c.fits("errorMessage ", some, run.wire.run.errorMessage);
    c.fits("the error in the common view ", some, run.error);
  }),
  right("get", "a run that goes on has the zero time for its end and a sentinel for its duration", "§6 zero time, duration", { needs: ["workflow.slow"] }, async (c) => {
    const id = await going(c);
    const run = await c.until("the run is RUNNING", async () => {
      const run = await c.client.runs.get(id);
      return run.status !== "QUEUED" && run;
    });
    c.fits("", DETAILS, run.wire);
    c.equal("its status", "RUNNING", run.status);
    c.equal("the end of a run that goes on", ZERO, run.wire.run.finishedAt);
    c.equal("its duration", -9223372036854, run.wire.run.duration);
    c.equal("end and duration in the common view", [undefined, undefined], [run.finishedAt, run.duration]);
  }),
  right("get", "a run of several steps has a task for each, and the graph of them", "§2.2 shape", { needs: ["workflow.dag"] }, async (c) => {
    const { id } = await ended(c, "dag");
    const run = await c.does(() => c.client.runs.get(id), { wire: { at: at("GET", id), status: 200, body: DETAILS, valid: "run" } });
    const { shape, tasks, taskEvents } = run.wire;
    c.ensure("the steps", "two or more", shape.length, shape.length > 1);
    c.equal("tasks by the graph", shape.map(({ taskExternalId }) => taskExternalId).filter((id) => id !== NIL).toSorted(), tasks.map(({ taskExternalId }) => taskExternalId).toSorted());
    const times = taskEvents.map(({ timestamp }) => Date.parse(timestamp));
    c.equal("events, newest first", times.toSorted((a, b) => b - a), times);
    c.ensure("events of a run of several steps", "some", taskEvents.length, taskEvents.length > 0);
  }),
  wrong("get", "an unknown run is 404 with a message", "§7, §13.5", async (c) => {
    await c.does(() => c.client.runs.get(UNKNOWN), { fails: { name: "NotFoundError", code: "not_found", status: 404 }, wire: NOT_FOUND });
  }),
  wrong("get", "an id that is no UUID is 400", "§7, §13.5", async (c) => {
    await c.does(() => c.client.runs.get("no-uuid"), { fails: { name: "HttpError", code: "bad_request", status: 400 }, wire: { status: 400, headers: JSON_TYPE, body: message("invalid workflow run id") } });
  }),
  wrong("get", "an id that leads elsewhere is refused before it is sent", "§3.1", async (c) => {
    await c.does(() => c.client.runs.get(".."), { fails: { name: "ArgumentError" }, sends: 0 });
    await c.does(() => c.client.runs.get(""), { fails: { name: "ArgumentError" }, sends: 0 });
  }),
  wrong("get", "a wrong token is refused with 403, never 401", "§4, §7", { needs: ["workflow.ok"] }, async (c) => {
    const { id } = await ended(c, "ok");
    const stranger = c.make({ token: "wrong-token-of-nobody" });
    await c.does(() => stranger.runs.get(id), {
      fails: { name: "AuthError", status: 403, behind: { status: 401 } },
      wire: { status: 403, headers: JSON_TYPE, body: message("Please provide valid credentials") },
    });
  }),

  right("list", "a page has its pagination and rows without payloads, of every type DAG", "§2.3, §8, §13.4", { needs: ["workflow.ok"] }, async (c) => {
    const { metadata } = await ended(c, "ok");
    await listed(c, { conform: metadata.conform }, 1);
    const page = await c.does(() => c.client.runs.list({ metadata: { conform: metadata.conform } }), { wire: { at: at("GET", "/workflow-runs"), status: 200, headers: JSON_TYPE, body: PAGE, valid: "page" } });
    c.equal("rows", 1, page.runs.length);
    const { wire } = page.runs[0];
    c.equal("type, input and output of the row", ["DAG", {}, {}], [wire.type, wire.input, wire.output]);
    c.equal("the ids of the row", [wire.metadata.id, wire.metadata.id], [wire.taskExternalId, wire.workflowRunExternalId]);
  }),
  right("list", "pages neither skip nor repeat a run, the newest first", "§8", { needs: ["workflow.ok"] }, async (c) => {
    const conform = c.unique("paged");
    for (let i = 0; i < 5; i++) await c.client.runs.create(ask(c, "ok", { metadata: { conform } }));
    const { runs } = await listed(c, { conform }, 5);
    const pages = [];
    for await (const page of c.client.runs.list({ metadata: { conform }, limit: 2 }).pages()) pages.push(page.runs);
    c.equal("sizes of the pages", [2, 2, 1], pages.map(({ length }) => length));
    const ids = pages.flat().map(({ id }) => id);
    c.equal("all runs, each once, as on one page", runs.map(({ id }) => id), ids);
    const times = pages.flat().map(({ wire }) => wire.taskInsertedAt);
    c.equal("when they were inserted, newest first", times.toSorted((a, b) => Date.parse(b) - Date.parse(a)), times);
  }),
  right("list", "a status chooses the runs of this status alone", "§8 statuses", { needs: ["workflow.ok", "workflow.slow"] }, async (c) => {
    const conform = c.unique("status");
    const { id } = await c.client.runs.create(ask(c, "ok", { metadata: { conform } }));
    await going(c, { conform });
    await c.client.runs.wait(id, { deadline: c.patience });
    const page = await listed(c, { conform }, 1, { status: "COMPLETED" });
    c.equal("the completed ones", [id], page.runs.map((run) => run.id));
    const none = await c.client.runs.list({ metadata: { conform }, status: "FAILED" });
    c.equal("the failed ones", [], none.runs.map((run) => run.id));
  }),
  right("list", "a time before anything holds no rows", "§8 since, until", async (c) => {
    const page = await c.does(() => c.client.runs.list({ since: 0, until: 1_000 }), { wire: { status: 200, body: sorted({ pagination: object({ current_page: exactly(1), num_pages: exactly(0) }), rows: exactly([]) }) } });
    c.equal("its runs", [[], undefined], [page.runs, page.next]);
  }),
  wrong("list", "a page of nothing, which a server fails at, is refused before it is sent", "§8: limit=0 is 500", async (c) => {
    await c.does(() => c.client.runs.list({ limit: 0 }), { fails: { name: "ArgumentError" }, sends: 0 });
  }),
  wrong("list", "a metadata key with a colon is refused before it is sent", "§8 metadata filter", { only: "a gateway's query splits at the first colon as Hatchet does" }, async (c) => {
    await c.does(() => c.client.runs.list({ metadata: { "a:b": "c" } }), noRequest("invalid_metadata_filter"));
  }),
  wrong("list", "a cursor of nobody is refused before it is sent", "§8", async (c) => {
    await c.does(() => c.client.runs.list({ cursor: "!!!" }), noRequest("invalid_cursor"));
  }),
  wrong("list", "tags, which Hatchet does not know, are refused before they are sent", "§8", async (c) => {
    await c.does(() => c.client.runs.list({ tags: "a" }), { fails: { name: "UnsupportedError" }, sends: 0 });
  }),
  wrong("list", "a tenant that does not exist is 404, without a look at the token", "§4: lookup before auth", { only: NODE.secrets }, async (c) => {
    const stranger = c.make({ tenant: UNKNOWN });
    await c.does(() => stranger.runs.list(), { fails: { name: "NotFoundError", status: 404 }, wire: NOT_FOUND });
  }),
  wrong("list", "a tenant that is no UUID is 400", "§4, §7", { only: NODE.secrets }, async (c) => {
    const stranger = c.make({ tenant: "no-uuid" });
    await c.does(() => stranger.runs.list(), { fails: { name: "HttpError", status: 400 }, wire: { status: 400, headers: JSON_TYPE, body: object({ message: some }) } });
  }),

  right("watch", "a watch sees a run from its beginning to its confirmed end", "§5", { needs: ["workflow.ok"] }, async (c) => {
    const { id } = await c.client.runs.create(ask(c, "ok"));
    const changes = [];
    for await (const change of c.client.runs.watch(id, { deadline: c.patience })) changes.push(change);
    const last = changes.at(-1);
    c.equal("how it ended", ["finished", "succeeded"], [last?.after.phase, last?.after.outcome]);
    c.ensure("the end", "confirmed by a second read", last?.confirmedAt, Number.isFinite(last?.confirmedAt));
    c.equal("conflicts between the reads", [], changes.filter(({ verdict }) => verdict === "conflict").map(({ findings }) => findings));
  }),
  wrong("watch", "a watch of an unknown run ends in a NotFoundError", "§5: 404 for a while is normal", { slow: true }, async (c) => {
    await c.does(() => within(c, c.client.runs.watch(UNKNOWN, { deadline: c.patience })), { fails: { name: "NotFoundError" } });
  }),
  right("wait", "a wait believes no false end between two attempts", "§5.4", { needs: ["workflow.fails"] }, async (c) => {
    const run = await c.does(() => ended(c, "fails"), { gives: GIVEN });
    const read = await c.client.runs.get(run.id);
    c.equal("attempt and status at the end", [read.attempt, read.status], [run.attempt, run.status]);
    c.called.add("wait");
  }),
  right("wait", "a wait ends with the run at its end", "§5", { needs: ["workflow.ok"] }, async (c) => {
    const { id } = await c.client.runs.create(ask(c, "ok"));
    const run = await c.does(() => c.client.runs.wait(id, { deadline: c.patience }), { gives: GIVEN });
    c.equal("phase and outcome", ["finished", "succeeded"], [run.phase, run.outcome]);
  }),
  wrong("wait", "a wait for a run that goes on ends at its deadline", "§5.5", { needs: ["workflow.slow"] }, async (c) => {
    const id = await going(c);
    await c.does(() => c.client.runs.wait(id, { deadline: 500 }), { fails: { name: "TimeoutError" } });
  }),

  right("cancel", "a cancel echoes the id, and the run is CANCELLED soon", "§3.3, §13.3", { needs: ["workflow.slow"] }, async (c) => {
    const id = await going(c);
    await c.does(() => c.client.runs.cancel(id), {
      gives: object({ accepted: exactly(true), effect: exactly("unknown") }),
      wire: { at: at("POST", "/tasks/cancel"), status: 200, headers: JSON_TYPE, body: exactly({ ids: [id] }) },
    });
    const run = await c.until("the run is CANCELLED", async () => {
      const run = await c.client.runs.get(id);
      return run.status === "CANCELLED" && run;
    });
    c.equal("phase and outcome", ["finished", "cancelled"], [run.phase, run.outcome]);
  }),
  right("cancel", "a cancel with `confirm` tells that it was effective", "§3.3", { needs: ["workflow.slow"] }, async (c) => {
    const id = await going(c);
    const effect = await c.does(() => c.client.runs.cancel(id, { confirm: true, deadline: c.patience }));
    c.equal("what it did", [true, "effective", "CANCELLED"], [effect.accepted, effect.effect, effect.run?.status]);
  }),
  wrong("cancel", "an unknown id is echoed all the same, and only a look tells", "§3.3", async (c) => {
    await c.does(() => c.client.runs.cancel(UNKNOWN), { gives: object({ accepted: exactly(true), effect: exactly("unknown") }), wire: { status: 200, headers: JSON_TYPE, body: exactly({ ids: [UNKNOWN] }) } });
  }),
  wrong("cancel", "an id that is no UUID is 400", "§3.3", async (c) => {
    await c.does(() => c.client.runs.cancel("abc"), { fails: { name: "HttpError", status: 400 }, wire: { status: 400, headers: JSON_TYPE, body: message("invalid UUID length: 3") } });
  }),
  wrong("cancel", "a run that has ended is not cancelled again without force: that would move its end", "§3.3", { needs: ["workflow.ok"] }, async (c) => {
    const { id } = await c.client.runs.create(ask(c, "ok"));
    const run = await c.client.runs.wait(id, { deadline: c.patience });
    await c.does(() => c.client.runs.cancel(run), { fails: { name: "TransitionError", code: "already_finished" }, sends: 0 });
    await c.does(() => c.client.runs.cancel(run, { force: true }), { wire: { status: 200, body: exactly({ ids: [id] }) } });
    const after = await c.until("the end has moved", async () => {
      const after = await c.client.runs.get(id);
      return after.wire.run.finishedAt !== run.wire.run.finishedAt && after;
    });
    c.equal("the status, which stays", "COMPLETED", after.status);
  }),
  right("replay", "a replay of a finished run opens a new attempt", "§3.3, §5.4", { needs: ["workflow.ok"] }, async (c) => {
    const { id } = await c.client.runs.create(ask(c, "ok"));
    const before = await c.client.runs.wait(id, { deadline: c.patience });
    await c.does(() => c.client.runs.replay(id), {
      gives: object({ accepted: exactly(true), effect: exactly("unknown") }),
      wire: { at: at("POST", "/tasks/replay"), status: 200, headers: JSON_TYPE, body: IDS },
    });
    const after = await c.until("a new attempt", async () => {
      const after = await c.client.runs.get(id);
      return after.attempt > before.attempt && after;
    });
    c.ensure("the attempt", `above ${before.attempt}`, after.attempt, after.attempt > before.attempt);
  }),
  wrong("replay", "an unknown run is answered with no ids", "§3.3", async (c) => {
    await c.does(() => c.client.runs.replay(UNKNOWN), { gives: object({ accepted: exactly(false) }), wire: { status: 200, headers: JSON_TYPE, body: exactly({ ids: [] }) } });
  }),
  right("cancelMany", "many runs are cancelled by one request, with a result for each", "§3.3", { needs: ["workflow.slow"] }, async (c) => {
    const ids = [await going(c), await going(c)];
    await c.does(() => c.client.runs.cancelMany(ids), {
      gives: list(object({ id: oneOf(...ids), accepted: exactly(true), effect: exactly("unknown"), error: absent }), { exact: 2 }),
      sends: 1,
      wire: { at: at("POST", "/tasks/cancel"), status: 200, headers: JSON_TYPE, body: exactly({ ids }) },
    });
    for (const id of ids) await c.until("the run is CANCELLED", async () => (await c.client.runs.get(id)).status === "CANCELLED");
  }),
  right("cancelMany", "of the runs of a filter those that go on are cancelled, and no others", "§3.3", { needs: ["workflow.ok", "workflow.slow"] }, async (c) => {
    const conform = c.unique("many");
    const { id: over } = await c.client.runs.create(ask(c, "ok", { metadata: { conform } }));
    const end = await c.client.runs.wait(over, { deadline: c.patience });
    const id = await going(c, { conform });
    await listed(c, { conform }, 1, { status: "COMPLETED" });
    await listed(c, { conform }, 2);
    const all = await c.does(() => c.client.runs.cancelMany({ metadata: { conform } }, { confirm: true, deadline: c.patience }));
    c.equal("what was cancelled", [[id, true, "effective"]], all.map((one) => [one.id, one.accepted, one.effect]));
    c.equal("the end of the other", end.wire.run.finishedAt, (await c.client.runs.get(over)).wire.run.finishedAt);
  }),
  wrong("cancelMany", "more runs than are allowed, and all there are, are refused before they are asked for", "§3.3", async (c) => {
    await c.does(() => c.client.runs.cancelMany([UNKNOWN, NIL], { most: 1 }), noRequest("too_many_runs"));
    await c.does(() => c.client.runs.cancelMany({}), noRequest("empty_filter"));
  }),
  right("replayMany", "many runs are replayed, with a result for each", "§3.3", { needs: ["workflow.ok"] }, async (c) => {
    const ids = [];
    for (let i = 0; i < 2; i++) ids.push((await c.client.runs.create(ask(c, "ok"))).id);
    for (const id of ids) await c.client.runs.wait(id, { deadline: c.patience });
    const all = await c.does(() => c.client.runs.replayMany(ids), { wire: { at: at("POST", "/tasks/replay"), status: 200, headers: JSON_TYPE, body: IDS } });
    c.equal("what was taken", ids.map((id) => [id, true]).toSorted(), all.map((one) => [one.id, one.accepted]).toSorted());
  }),
  wrong("replayMany", "an unknown run is not taken", "§3.3", async (c) => {
    await c.does(() => c.client.runs.replayMany([UNKNOWN]), { gives: list(object({ id: exactly(UNKNOWN), accepted: exactly(false) }), { exact: 1 }), wire: { status: 200, body: exactly({ ids: [] }) } });
  }),
  ...operations,
];
