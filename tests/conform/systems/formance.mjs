// Formance Flows: what the suite asks of it. It makes its own workflows, and takes them away again.
import { NODE, commonRun, right, wrong } from "../case.mjs";
import { absent, anything, count, date, either, exactly, flag, list, match, maybe, members, nothing, object, oneOf, orNull, some, text, uuid } from "../shape.mjs";

export const client = (runward, options) => new runward.Formance(options);

/** An abort does nothing on servers of today; the event that a run waits for does. */
export async function end(client, id) {
  const { phase } = await client.runs.get(id);
  if (phase !== "finished") await client.instances.sendEvent(id, { name: EVENT });
}

const EVENT = "conform-go-on";
const UNKNOWN = "11111111-2222-4333-8444-555555555555";
const JSON_TYPE = { "content-type": "application/json" };

// §6: reads print microseconds with `Z`, trailing zeros cut off; what POST answers has up to nine digits and an offset.
const READ = date(0, 6);
const SENT = date(0, 9, "offset");
const HISTORY = date(0, 9);
const instanceId = match("an id, a UUID or one with a number behind it", /^[0-9a-f-]{36}(_\d+)?$/);

const STAGE = object({ stage: count, instanceID: instanceId, temporalRunID: uuid, startedAt: READ, terminatedAt: maybe(READ), error: maybe(text) }, { ordered: true });
const workflow = (at) => object({ id: uuid, config: object({ name: text, stages: orNull(list(members)) }), createdAt: at, updatedAt: at, deletedAt: orNull(READ) }, { closed: true, ordered: true });
const instance = (at, more) => object({ workflowID: uuid, ...more, id: instanceId, createdAt: at, updatedAt: at, terminated: flag, terminatedAt: maybe(READ), status: absent, error: maybe(some) }, { ordered: true });
const READ_INSTANCE = object({ workflowID: uuid, workflow: workflow(READ), id: instanceId, createdAt: READ, updatedAt: READ, terminated: flag, terminatedAt: maybe(READ), status: maybe(list(STAGE, { least: 1 })), error: maybe(some) }, { ordered: true });
const data = (of) => object({ data: of }, { closed: true });
const cursor = (of) => object({ cursor: object({ pageSize: maybe(count), hasMore: flag, previous: maybe(some), next: maybe(some), data: list(of) }, { closed: true, ordered: true }) }, { closed: true });
const TRIGGER = object({ name: text, event: some, version: maybe(text), filter: maybe(text), workflowID: uuid, workflow: nothing, vars: maybe(members), id: uuid, createdAt: READ }, { ordered: true });
const failure = (code, message) => object({ errorCode: exactly(code), errorMessage: message }, { closed: true, ordered: true });

// §7: today a server answers 500 for what it does not know, and 404 once it is mended: both are promised.
const unknown = (message) => ({ status: [500, 404], headers: JSON_TYPE, body: either(failure("INTERNAL", message), failure("NOT_FOUND", message)) });
const absentRun = { fails: { name: "NotFoundError" } };
const noRequest = (code) => ({ fails: { name: "ArgumentError", code, behind: { code: [code, "invalid_request"] } }, sends: 0 });
const EMPTY = { status: 204, headers: JSON_TYPE, raw: exactly("") };

// Stages that are over at once, and one that waits until it is told to go on.
const NOOP = { noop: {} };
const WAIT = { wait_event: { event: EVENT } };
// Refused at its start: the account has no id.
const REFUSED = { send: { amount: { amount: "1", asset: "EUR/2" }, source: { account: { ledger: "conform" } }, destination: { account: { id: "conform" } } } };

async function made(c, what, stages) {
  return c.shared(`workflow ${what}`, async (root) => {
    const { id } = await root.client.workflows.create({ name: root.unique(what), stages });
    root.cleanup(`workflow ${id}`, () => root.client.workflows.delete(id));
    return id;
  });
}
const ok = (c) => made(c, "ok", [NOOP]);
const waits = (c) => made(c, "waits", [WAIT, NOOP]);
const fails = (c) => made(c, "fails", [REFUSED]);

/** A run of the workflow at its end, one for all cases. */
const ended = (c, what, of) =>
  c.shared(`ended run ${what}`, async (root) => {
    const { id } = await root.client.runs.create({ workflow: await of(root) });
    return root.client.runs.wait(id, { deadline: root.patience });
  });
const done = (c) => ended(c, "ok", ok);

/** A run that waits for its event, with its first stage open. */
async function waiting(c) {
  const { id } = await c.client.runs.create({ workflow: await waits(c) });
  await c.until("a stage is open", async () => (await c.client.runs.get(id)).stages.some(({ phase }) => phase !== "finished"));
  return id;
}

/** Behind stands the stage's own process, which begins a moment after its row: until then an event is refused. */
const told = (c, id, name = EVENT) => c.until("the event is taken", async () => (await c.client.instances.sendEvent(id, { name }), true));

const trigger = (c, more = {}) => async () => {
  const made = await c.client.triggers.create({ event: c.unique("event"), workflowID: await ok(c), ...more });
  c.cleanup(`trigger ${made.id}`, () => c.client.triggers.delete(made.id).catch(missing(c)));
  return made;
};
const missing = (c) => (error) => {
  if (!c.runward.isRunwardError(error, "NotFoundError")) throw error;
};

const RUN = commonRun("formance");
const at = (method, path) => new RegExp(`^${method} .*${path}$`);

export const cases = [
  right("create", "a run is created with 201, its dates as the process prints them", "§2.1, §3 run, §6", async (c) => {
    const workflow = await ok(c);
    const run = await c.does(() => c.client.runs.create({ workflow }), {
      gives: RUN,
      wire: { at: at("POST", "/instances"), status: 201, headers: JSON_TYPE, body: data(instance(SENT, { workflow: absent })), valid: "run" },
    });
    c.equal("the workflow of the run", workflow, run.workflowId);
  }),
  right("create", "the variables of a run reach its stages", "§3 run, §6 variables", async (c) => {
    const workflow = await made(c, "variables", [{ wait_event: { event: "${go}" } }]);
    const { id } = await c.client.runs.create({ workflow, input: { go: EVENT } });
    const [stage] = await c.until("the stage has begun", async () => {
      const history = await c.client.instances.history(id);
      return history.length > 0 && history;
    });
    c.equal("the input of the stage", { event: EVENT }, stage.input);
  }),
  wrong("create", "a run of an unknown workflow is refused", "§3 run, §7", async (c) => {
    await c.does(() => c.client.runs.create({ workflow: UNKNOWN }), {
      fails: { name: ["UnknownOutcomeError", "NotFoundError"] },
      wire: unknown(exactly("sql: no rows in result set")),
    });
  }),
  wrong("create", "a variable that is no text is refused before it is sent", "§3 run: a number is 400", async (c) => {
    await c.does(() => c.client.runs.create({ workflow: UNKNOWN, input: { amount: 5 } }), noRequest("not_a_text"));
  }),
  wrong("create", "a run without a workflow is refused before it is sent", "§3 run", async (c) => {
    await c.does(() => c.client.runs.create({ workflow: "" }), noRequest("missing_workflow"));
  }),
  wrong("create", "metadata, which Flows does not keep, are refused before they are sent", "§2.1", async (c) => {
    await c.does(() => c.client.runs.create({ workflow: UNKNOWN, metadata: { a: 1 } }), noRequest("unsupported_field"));
  }),
  wrong("findByKey", "a create whose answer is lost says that its outcome is unknown", "§10", { only: NODE.loss }, async (c) => {
    const workflow = await ok(c);
    c.loses(({ method, path }) => method === "POST" && path.endsWith("/instances"));
    await c.does(() => c.client.runs.create({ workflow }), { fails: { name: "UnknownOutcomeError" }, sends: 1 });
  }),
  wrong("list", "a key, which Flows does not keep, is refused before it is sent", "§10", async (c) => {
    for (const filter of [{ key: "a" }, { idempotencyKeys: "a" }]) await c.does(() => c.client.runs.list(filter), { fails: { name: "UnsupportedError" }, sends: 0 });
  }),
  wrong("findByKey", "a key by which Flows cannot look is refused or leaves the create unsure", "§10", async (c) => {
    await c.does(() => c.client.runs.create({ workflow: UNKNOWN }, { key: c.unique("key") }), { fails: { name: ["UnsupportedError", "ArgumentError", "UnknownOutcomeError", "NotFoundError"] } });
  }),

  right("get", "a run that succeeded has its workflow, its stages and its end", "§2.1, §2.2, §2.8, §5.5", async (c) => {
    const { id } = await done(c);
    const run = await c.does(() => c.client.runs.get(id), { gives: RUN, wire: { status: 200, headers: JSON_TYPE, body: data(READ_INSTANCE), raw: match("a text that ends with a line feed", /\n$/), valid: "run" } });
    c.equal("phase and outcome", ["finished", "succeeded"], [run.phase, run.outcome]);
    const { data: sent } = run.wire;
    c.equal("updatedAt, which never changes", sent.createdAt, sent.updatedAt);
    c.ensure("terminatedAt of an ended run", "present", sent.terminatedAt, sent.terminatedAt !== undefined);
    c.equal("how many stages it went through", 1, sent.status?.length);
    c.ensure("every stage of an ended run", "ended", sent.status, sent.status?.every((stage) => stage.terminatedAt !== undefined) === true);
    c.ensure("error of a run that succeeded", "absent", sent.error, !("error" in sent));
  }),
  right("get", "a run that failed says so on itself and on its last stage", "§5.1, §5.5", async (c) => {
    const { id } = await ended(c, "fails", fails);
    const run = await c.does(() => c.client.runs.get(id), { gives: RUN, wire: { status: 200, body: data(READ_INSTANCE), valid: "run" } });
    c.equal("phase and outcome", ["finished", "failed"], [run.phase, run.outcome]);
    c.equal("the error of the run, which is that of its last stage", run.wire.data.status?.at(-1)?.error, run.wire.data.error);
    c.ensure("the error in the common view", "the system's words", run.error, typeof run.error === "string" && run.error !== "");
  }),
  right("get", "a run that waits has one open stage and no end", "§5.2, §5.5", async (c) => {
    const id = await waiting(c);
    const run = await c.does(() => c.client.runs.get(id), { wire: { status: 200, body: data(READ_INSTANCE), valid: "run" } });
    c.ensure("the phase", "not finished", run.phase, run.phase !== "finished");
    c.equal("open stages", [0], (run.wire.data.status ?? []).filter((stage) => !("terminatedAt" in stage)).map(({ stage }) => stage));
    await told(c, id);
  }),
  wrong("get", "an unknown run is told by 500 or 404 and becomes a NotFoundError", "§3 get instance, §7", async (c) => {
    await c.does(() => c.client.runs.get(UNKNOWN), { ...absentRun, wire: unknown(exactly("Instance not found")) });
  }),
  wrong("get", "an id that leads elsewhere is refused before it is sent", "§6 ids", async (c) => {
    await c.does(() => c.client.runs.get(".."), { fails: { name: "ArgumentError" }, sends: 0 });
    await c.does(() => c.client.runs.get(""), { fails: { name: "ArgumentError" }, sends: 0 });
  }),
  wrong("get", "a wrong token is refused with 401 and an empty body", "§4, §7", async (c) => {
    const stranger = c.make({ clientId: undefined, clientSecret: undefined, token: "wrong-token-of-nobody" });
    await c.does(() => stranger.runs.get(UNKNOWN), {
      fails: { name: "AuthError", status: 401 },
      wire: { status: 401, headers: { ...JSON_TYPE, "www-authenticate": null }, raw: exactly("") },
    });
  }),

  right("list", "a page has its cursor, and rows with their workflow and without stages", "§2.1, §2.8, §8", async (c) => {
    const { workflowId } = await done(c);
    const page = await c.does(() => c.client.runs.list({ workflow: workflowId, limit: 2 }), {
      wire: { status: 200, headers: JSON_TYPE, body: cursor(instance(READ, { workflow: workflow(READ) })), valid: "page" },
    });
    c.ensure("runs of the page", "at least one", page.runs.length, page.runs.length > 0);
  }),
  right("list", "pages of a workflow's ended runs neither skip nor repeat one", "§8", async (c) => {
    const workflow = await made(c, "paged", [NOOP]);
    const ids = [];
    for (let i = 0; i < 5; i++) ids.push((await c.client.runs.create({ workflow })).id);
    for (const id of ids) await c.client.runs.wait(id, { deadline: c.patience });
    const pages = [];
    for await (const page of c.client.runs.list({ workflow, limit: 2 }).pages()) pages.push(page.runs.map(({ id }) => id));
    c.equal("sizes of the pages", [2, 2, 1], pages.map(({ length }) => length));
    c.equal("all runs, each once", ids.toSorted(), pages.flat().toSorted());
  }),
  right("list", "a page of 101 is cut to 100, so the client asks for no more than 100", "§8", async (c) => {
    await c.does(() => c.client.runs.list({ limit: 100 }), { wire: { status: 200, body: object({ cursor: object({ pageSize: exactly(100) }) }) } });
    await c.does(() => c.client.runs.list({ limit: 101 }), noRequest("invalid_page_size"));
  }),
  wrong("list", "a page of nothing is refused before it is sent", "§8", async (c) => {
    await c.does(() => c.client.runs.list({ limit: 0 }), { fails: { name: "ArgumentError" }, sends: 0 });
  }),
  wrong("list", "a cursor of nobody is 400 VALIDATION", "§3, §8", async (c) => {
    await c.does(() => c.client.runs.list({ cursor: "!!!" }), { fails: { name: "HttpError", status: 400 }, wire: { status: 400, headers: JSON_TYPE, body: failure("VALIDATION", some) } });
  }),
  wrong("list", "tags, which Flows does not know, are refused before they are sent", "§8", async (c) => {
    await c.does(() => c.client.runs.list({ tags: "a" }), { fails: { name: "UnsupportedError" }, sends: 0 });
  }),

  right("watch", "a watch sees a run from its event to its confirmed end", "§5", async (c) => {
    const id = await waiting(c);
    const changes = [];
    let sent = false;
    for await (const change of c.client.runs.watch(id, { deadline: c.patience })) {
      changes.push(change);
      if (!sent) await told(c, id);
      sent = true;
    }
    const last = changes.at(-1);
    c.equal("how it ended", ["finished", "succeeded"], [last?.after.phase, last?.after.outcome]);
    c.ensure("the end", "confirmed by a second read", last?.confirmedAt, Number.isFinite(last?.confirmedAt));
    c.equal("conflicts between the reads", [], changes.filter(({ verdict }) => verdict === "conflict").map(({ findings }) => findings));
  }),
  wrong("watch", "a watch of an unknown run ends in a NotFoundError", "§3, §7", { slow: true }, async (c) => {
    await c.does(() => last(c.client.runs.watch(UNKNOWN, { deadline: c.patience })), absentRun);
  }),
  right("wait", "a wait ends with the run at its end", "§5", async (c) => {
    const { id } = await c.client.runs.create({ workflow: await ok(c) });
    const run = await c.does(() => c.client.runs.wait(id, { deadline: c.patience }), { gives: RUN });
    c.equal("phase", "finished", run.phase);
  }),
  wrong("wait", "a wait for a run that does not end ends at its deadline", "§5.3", async (c) => {
    const id = await waiting(c);
    await c.does(() => c.client.runs.wait(id, { deadline: 700 }), { fails: { name: "TimeoutError" } });
    await told(c, id);
  }),

  right("cancel", "a cancel is accepted with 204, and a later look tells what it did", "§3 abort, §5.4", async (c) => {
    const id = await waiting(c);
    const effect = await c.does(() => c.client.runs.cancel(id), { gives: object({ accepted: exactly(true), effect: oneOf("unknown") }), wire: { ...EMPTY, at: at("PUT", "/abort") } });
    c.ensure("the effect", "accepted", effect, effect.accepted);
    const run = await c.client.runs.get(id);
    // Today nothing happens; once both fixes are in, the run ends with this error.
    const fits = run.phase !== "finished" || run.wire.data.error === "canceled";
    c.ensure("the run after the abort", "still open, or ended by `canceled`", run.wire.data, fits);
    if (run.phase !== "finished") await told(c, id);
  }),
  wrong("cancel", "a cancel of an unknown run is refused", "§3 abort, §7", async (c) => {
    await c.does(() => c.client.runs.cancel(UNKNOWN), { ...absentRun, wire: unknown(exactly("retrieving workflow execution: sql: no rows in result set")) });
  }),
  wrong("cancel", "a run that has ended is not cancelled again without force", "§3 abort: 204 for an ended run", async (c) => {
    const run = await done(c);
    await c.does(() => c.client.runs.cancel(run), { fails: { name: "TransitionError", code: "already_finished" }, sends: 0 });
    await c.does(() => c.client.runs.cancel(run, { force: true }), { wire: EMPTY });
    c.equal("the run afterwards", "succeeded", (await c.client.runs.get(run.id)).outcome);
  }),
  wrong("replay", "a replay, which Flows does not know, fails at once", "§5.7", async (c) => {
    await c.does(() => c.client.runs.replay(UNKNOWN), { fails: { name: "UnsupportedError", code: "unsupported_operation" }, sends: 0 });
  }),

  right("cancelMany", "many runs are asked to end, with a result for each", "§3 abort, §5.4", async (c) => {
    const ids = [await waiting(c), await waiting(c)];
    const all = await c.does(() => c.client.runs.cancelMany(ids), { wire: { ...EMPTY, at: at("PUT", "/abort") } });
    c.equal("what was taken", ids.map((id) => [id, true, "unknown"]).toSorted(), all.map((one) => [one.id, one.accepted, one.effect]).toSorted());
    for (const id of ids) if ((await c.client.runs.get(id)).phase !== "finished") await told(c, id);
  }),
  wrong("cancelMany", "what is wrong with one run is its own result", "§7", async (c) => {
    const id = await waiting(c);
    const all = await c.does(() => c.client.runs.cancelMany([UNKNOWN, id]));
    c.equal("what was taken", [[UNKNOWN, false], [id, true]].toSorted(), all.map((one) => [one.id, one.accepted]).toSorted());
    c.equal("what went wrong", ["NotFoundError"], all.filter(({ error }) => error !== undefined).map(({ error }) => error.name));
    if ((await c.client.runs.get(id)).phase !== "finished") await told(c, id);
  }),
  wrong("replayMany", "a replay of many runs, which Flows does not know, fails at once", "§5.7", async (c) => {
    await c.does(() => c.client.runs.replayMany([UNKNOWN]), { fails: { name: "UnsupportedError", code: "unsupported_operation" }, sends: 0 });
  }),

  right("instances.sendEvent", "the event that a stage waits for ends it", "§3 send event", async (c) => {
    const id = await waiting(c);
    await told(c, id, "another-name");
    await c.does(() => told(c, id), { wire: EMPTY });
    // Behind another event it may wait in a queue, which any further one moves on.
    const run = await c.until("the run has ended", async () => {
      const run = await c.client.runs.get(id);
      if (run.phase === "finished") return run;
      await c.client.instances.sendEvent(id, { name: "another-name" });
    });
    c.equal("outcome", "succeeded", run.outcome);
  }),
  wrong("instances.sendEvent", "an event for an ended run is 500 with the reason", "§3 send event", async (c) => {
    const { id } = await done(c);
    await c.does(() => c.client.instances.sendEvent(id, { name: EVENT }, { force: true }), {
      fails: { name: ["HttpError", "NotFoundError", "UnknownOutcomeError"] },
      wire: { status: [500, 400, 404], headers: JSON_TYPE, body: object({ errorMessage: match("the reason", /already completed|workflow not found/) }) },
    });
  }),
  wrong("instances.sendEvent", "an event for a run that was seen to end is not sent without force", "§3 send event", async (c) => {
    const run = await done(c);
    await c.does(() => c.client.instances.sendEvent(run, { name: EVENT }), { fails: { name: "TransitionError", code: "already_finished" }, sends: 0 });
  }),
  wrong("instances.sendEvent", "an event for an unknown run is refused", "§3 send event, §7", async (c) => {
    await c.does(() => c.client.instances.sendEvent(UNKNOWN, { name: EVENT }), {
      fails: { name: ["NotFoundError", "HttpError", "UnknownOutcomeError"] },
      wire: unknown(exactly("retrieving workflow: sql: no rows in result set")),
    });
  }),
  wrong("instances.sendEvent", "an event without a name is refused before it is sent", "§3 send event", async (c) => {
    await c.does(() => c.client.instances.sendEvent(UNKNOWN, {}), noRequest("missing_argument"));
  }),
  right("instances.abort", "an abort of an ended run, too, is answered with 204", "§3 abort", async (c) => {
    const { id } = await done(c);
    await c.does(() => c.client.instances.abort(id, { force: true }), { wire: EMPTY });
  }),
  wrong("instances.abort", "an abort of a run that was seen to end is not sent without force", "§3 abort", async (c) => {
    const run = await done(c);
    await c.does(() => c.client.instances.abort(run), { fails: { name: "TransitionError", code: "already_finished" }, sends: 0 });
  }),
  wrong("instances.abort", "an abort of an unknown run is refused", "§3 abort, §7", async (c) => {
    await c.does(() => c.client.instances.abort(UNKNOWN), { ...absentRun, wire: unknown(exactly("retrieving workflow execution: sql: no rows in result set")) });
  }),
  right("instances.history", "the history names each stage that began, and what it was given", "§2.4", async (c) => {
    const { id } = await done(c);
    const item = object({ name: match("the name of a stage's workflow", /^Run[A-Z]\w+$/), input: members, error: maybe(text), terminated: flag, startedAt: HISTORY, terminatedAt: maybe(HISTORY) }, { ordered: true });
    const history = await c.does(() => c.client.instances.history(id), { gives: list(item, { exact: 1 }), wire: { status: 200, headers: JSON_TYPE, body: data(list(item, { exact: 1 })) } });
    c.equal("its stage", ["RunNoop", true], [history[0].name, history[0].terminated]);
  }),
  wrong("instances.history", "the history of an unknown run is refused", "§3 history, §7", async (c) => {
    await c.does(() => c.client.instances.history(UNKNOWN), { ...absentRun, wire: unknown(exactly(`workflow not found for ID: ${UNKNOWN}-main`)) });
  }),
  right("instances.stageHistory", "a stage without activities has an empty history", "§2.5", async (c) => {
    const { id } = await done(c);
    await c.does(() => c.client.instances.stageHistory(id, 0), { gives: list(anything, { exact: 0 }), wire: { status: 200, headers: JSON_TYPE, body: exactly({ data: [] }) } });
  }),
  wrong("instances.stageHistory", "a stage that is not there is 404 NOT_FOUND", "§3 stage history", async (c) => {
    const { id } = await done(c);
    await c.does(() => c.client.instances.stageHistory(id, 7), { fails: { name: "NotFoundError", status: 404 }, wire: { status: 404, headers: JSON_TYPE, body: failure("NOT_FOUND", exactly("Instance not found")) } });
  }),
  wrong("instances.stageHistory", "a stage that is no number is 404 with an empty body", "§3 stage history", async (c) => {
    const { id } = await done(c);
    await c.does(() => c.client.instances.stageHistory(id, "first"), { fails: { name: "NotFoundError" }, wire: { status: 404, headers: JSON_TYPE, raw: exactly("") } });
  }),

  right("workflows.create", "a workflow comes back with its stages and sorted keys inside them", "§2.3, §6", async (c) => {
    const name = c.unique("sorted");
    const made = await c.does(() => c.client.workflows.create({ name, stages: [{ update: { account: { metadata: { b: "1" }, ledger: "conform", id: "conform" } } }] }), {
      gives: workflow(SENT),
      wire: { status: 201, headers: JSON_TYPE, body: data(workflow(SENT)) },
    });
    c.cleanup(`workflow ${made.id}`, () => c.client.workflows.delete(made.id));
    c.equal("the name", name, made.config.name);
    c.equal("the keys inside a stage", ["id", "ledger", "metadata"], Object.keys(made.config.stages[0].update.account));
    c.equal("deletedAt", null, made.deletedAt);
  }),
  wrong("workflows.create", "a stage of an unknown kind is 500 INTERNAL", "§3 create workflow", async (c) => {
    await c.does(() => c.client.workflows.create({ name: c.unique("bad"), stages: [{ teleport: {} }] }), {
      fails: { name: ["HttpError", "UnknownOutcomeError"] },
      wire: { status: [500, 400], headers: JSON_TYPE, body: object({ errorCode: some, errorMessage: match("the reason", /creating workflow: /) }) },
    });
  }),
  wrong("workflows.create", "a workflow without stages is refused before it is sent", "§2.3: stages may be null then", async (c) => {
    await c.does(() => c.client.workflows.create({ name: "x" }), noRequest("missing_argument"));
  }),
  right("workflows.get", "a workflow is read by its id, its dates in microseconds", "§2.3, §6", async (c) => {
    const id = await ok(c);
    const read = await c.does(() => c.client.workflows.get(id), { gives: workflow(READ), wire: { status: 200, headers: JSON_TYPE, body: data(workflow(READ)) } });
    c.equal("its id and stages", [id, [NOOP]], [read.id, read.config.stages]);
  }),
  wrong("workflows.get", "an unknown workflow is told by 500 or 404", "§3 get workflow, §7", async (c) => {
    await c.does(() => c.client.workflows.get(UNKNOWN), { ...absentRun, wire: unknown(exactly("sql: no rows in result set")) });
  }),
  right("workflows.list", "pages of workflows hold each once", "§2.3, §8", async (c) => {
    const id = await ok(c);
    const seen = [];
    let next;
    do {
      const page = await c.does(() => c.client.workflows.list({ limit: 100, cursor: next }), {
        gives: object({ items: list(workflow(READ)), next: maybe(some) }, { closed: true }),
        wire: { status: 200, headers: JSON_TYPE, body: cursor(workflow(READ)) },
      });
      seen.push(...page.items.map((item) => item.id));
      next = page.next;
    } while (next !== undefined);
    c.equal("how often the workflow comes", 1, seen.filter((one) => one === id).length);
  }),
  wrong("workflows.list", "a cursor of nobody is 400 VALIDATION", "§3, §8", async (c) => {
    await c.does(() => c.client.workflows.list({ cursor: "!!!" }), { fails: { name: "HttpError", status: 400 }, wire: { status: 400, body: failure("VALIDATION", some) } });
  }),
  right("workflows.delete", "a deleted workflow is hidden from the list and still read", "§3 delete workflow", async (c) => {
    const { id } = await c.client.workflows.create({ name: c.unique("deleted"), stages: [NOOP] });
    await c.does(() => c.client.workflows.delete(id), { wire: EMPTY });
    await c.does(() => c.client.workflows.delete(id), { wire: EMPTY });
    const read = await c.client.workflows.get(id);
    c.fits("deletedAt ", READ, read.deletedAt);
    const { items } = await c.client.workflows.list({ limit: 100 });
    c.equal("the workflow in the list", false, items.some((item) => item.id === id));
  }),
  wrong("workflows.delete", "an unknown workflow is 404, an id that is no UUID 400", "§3 delete workflow", async (c) => {
    await c.does(() => c.client.workflows.delete(UNKNOWN), { fails: { name: "NotFoundError", status: 404 }, wire: { status: 404, headers: JSON_TYPE, body: failure("NOT_FOUND", exactly("Workflow not found")) } });
    await c.does(() => c.client.workflows.delete("no-uuid"), { fails: { name: "HttpError", status: 400 }, wire: { status: 400, headers: JSON_TYPE, body: failure("VALIDATION", some) } });
  }),

  right("triggers.create", "a trigger comes back with null for its workflow", "§2.6", async (c) => {
    const event = c.unique("event");
    const workflowID = await ok(c);
    const made = await c.does(trigger(c, { event, workflowID, name: "conform", filter: "event.amount > 10", vars: { order: "event.order" } }), {
      gives: TRIGGER,
      wire: { at: at("POST", "/triggers"), status: 201, headers: JSON_TYPE, body: data(TRIGGER) },
    });
    c.equal("what it was made of", [event, workflowID, { order: "event.order" }], [made.event, made.workflowID, made.vars]);
  }),
  wrong("triggers.create", "a trigger of an unknown workflow is 404 NOT_FOUND", "§3 create trigger", async (c) => {
    await c.does(() => c.client.triggers.create({ event: c.unique("event"), workflowID: UNKNOWN }), { fails: { name: "NotFoundError", status: 404 }, wire: { status: 404, headers: JSON_TYPE, body: failure("NOT_FOUND", some) } });
  }),
  wrong("triggers.create", "a trigger without an event is refused before it is sent", "§3 create trigger: 400 VALIDATION", async (c) => {
    await c.does(() => c.client.triggers.create({ workflowID: UNKNOWN }), noRequest("missing_argument"));
  }),
  right("triggers.get", "a trigger is read by its id", "§2.6", async (c) => {
    const made = await trigger(c)();
    const read = await c.does(() => c.client.triggers.get(made.id), { gives: TRIGGER, wire: { status: 200, headers: JSON_TYPE, body: data(TRIGGER) } });
    c.equal("the trigger", made.id, read.id);
  }),
  wrong("triggers.get", "an unknown trigger is 404 NOT_FOUND", "§3 read trigger, §7", async (c) => {
    await c.does(() => c.client.triggers.get(UNKNOWN), { fails: { name: "NotFoundError", status: 404 }, wire: { status: 404, headers: JSON_TYPE, body: failure("NOT_FOUND", exactly("sql: no rows in result set")) } });
  }),
  right("triggers.list", "pages of triggers hold each", "§2.6, §8", async (c) => {
    const made = await trigger(c)();
    const seen = [];
    for (let next, page; page === undefined || next !== undefined; ) {
      page = await c.does(() => c.client.triggers.list({ limit: 100, cursor: next }), { wire: { status: 200, headers: JSON_TYPE, body: cursor(TRIGGER) } });
      seen.push(...page.items.map(({ id }) => id));
      next = page.next;
    }
    c.ensure("the trigger in the list", made.id, `${seen.length} others`, seen.includes(made.id));
  }),
  wrong("triggers.list", "a page size below nought is 400 VALIDATION", "§8", async (c) => {
    await c.does(() => c.client.triggers.list({ limit: -1 }), { fails: { name: ["HttpError", "ArgumentError"] }, wire: { status: 400, body: failure("VALIDATION", some) } });
  }),
  right("triggers.test", "a test tells what the filter and the variables would make of an event", "§2.6", async (c) => {
    const made = await trigger(c, { filter: "event.amount > 10", vars: { order: "event.order" } })();
    const result = object({ filter: orNull(object({ match: flag, error: maybe(text) })), variables: orNull(members) }, { closed: true, ordered: true });
    const hit = await c.does(() => c.client.triggers.test(made.id, { amount: 42, order: "7" }), { gives: result, wire: { status: 200, headers: JSON_TYPE, body: data(result) } });
    c.equal("a match", { filter: { match: true }, variables: { order: { value: "7" } } }, hit);
    const miss = await c.client.triggers.test(made.id, { amount: 2, order: "7" });
    c.equal("no match", { filter: { match: false }, variables: null }, miss);
    const plain = await trigger(c)();
    c.equal("neither filter nor variables", { filter: null, variables: null }, await c.client.triggers.test(plain.id, {}));
  }),
  wrong("triggers.test", "a test of an unknown trigger is told by 500 or 404", "§3 test trigger", async (c) => {
    await c.does(() => c.client.triggers.test(UNKNOWN, {}), { fails: { name: ["NotFoundError", "HttpError"] }, wire: { status: [500, 404], headers: JSON_TYPE, body: object({ errorCode: some, errorMessage: text }) } });
  }),
  wrong("triggers.test", "a payload that is no object is refused before it is sent", "§3 test trigger", async (c) => {
    await c.does(() => c.client.triggers.test(UNKNOWN, 5), { fails: { name: "ArgumentError" }, sends: 0 });
  }),
  right("triggers.occurrences", "a trigger that nothing set off has an empty page", "§2.6, §3 occurrences", async (c) => {
    const made = await trigger(c)();
    const page = await c.does(() => c.client.triggers.occurrences(made.id, { limit: 5 }), { wire: { status: 200, headers: JSON_TYPE, body: cursor(anything) } });
    c.equal("the page", { items: [] }, page);
  }),
  wrong("triggers.occurrences", "an unknown trigger has an empty page, too", "§3 occurrences", async (c) => {
    const page = await c.does(() => c.client.triggers.occurrences(UNKNOWN), { wire: { status: 200, headers: JSON_TYPE, body: cursor(anything) } });
    c.equal("the page", { items: [] }, page);
  }),
  right("triggers.delete", "a deleted trigger is gone", "§3 delete trigger", async (c) => {
    const made = await trigger(c)();
    await c.does(() => c.client.triggers.delete(made.id), { wire: EMPTY });
    await c.does(() => c.client.triggers.get(made.id), { fails: { name: "NotFoundError" } });
  }),
  wrong("triggers.delete", "an unknown trigger is 404", "§3 delete trigger", async (c) => {
    await c.does(() => c.client.triggers.delete(UNKNOWN), { fails: { name: "NotFoundError", status: 404 }, wire: { status: 404, headers: JSON_TYPE, body: object({ errorCode: exactly("NOT_FOUND") }) } });
  }),

  right("info", "the server tells its version without an envelope", "§2.8, §3 info", async (c) => {
    const version = object({ version: some });
    await c.does(() => c.client.info(), { gives: version, wire: { status: 200, headers: JSON_TYPE, body: version } });
  }),
  wrong("info", "an info that is aborted before it began sends nothing", "§3 info takes nothing that could be wrong", async (c) => {
    const reason = new Error("not any more");
    const error = await c.client.info({ signal: AbortSignal.abort(reason) }).then(() => undefined, (error) => error);
    c.ensure("the rejection", "the signal's own reason", String(error), error === reason);
  }),
];

async function last(changes) {
  let change;
  for await (change of changes);
  return change;
}
