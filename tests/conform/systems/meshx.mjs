// meshX Foundation: what the suite asks of it. Its words for statuses are not published, so none is expected.
import { NODE, commonRun, right, wrong } from "../case.mjs";
import { anything, date, each, either, exactly, flag, is, list, maybe, members, object, oneOf, orNull, some, text, uuid } from "../shape.mjs";

export const client = (runward, options) => new runward.MeshX(options);

/** A run that goes on after the cases is cancelled. */
export async function end(client, id) {
  const { phase } = await client.runs.get(id);
  if (phase !== "finished") await client.runs.cancel(id);
}

const UNKNOWN = "11111111-2222-4333-8444-555555555555";
const JSON_TYPE = { "content-type": /^application\/json\b/ };
// §6: only `date-time` is promised; how a server prints it is not known.
const TIME = date(0, 9, "any");
const RUN = object({
  identifier: uuid, data_product_identifier: uuid, name: text, run_type: some, config: orNull(members), status: some, created_by: orNull(text), created_at: TIME,
  updated_at: orNull(TIME), started_at: orNull(TIME), completed_at: orNull(TIME), error_message: orNull(text),
});
const PRODUCT = object({ identifier: uuid, urn: some, name: text, description: text, label: text, created_at: TIME, state: object({ code: anything, reason: anything, healthy: anything }), host_mesh_identifier: uuid });
const COMPUTE = object({ identifier: some, urn: some, name: text, is_system: flag, status: object({ run_type: oneOf("single", "schedule") }) });
// §7: the declared form of a failure, and the one that was seen.
const VALIDATION = object({ detail: list(object({ loc: list(anything), msg: text, type: text })) });
const PROBLEM = object({ type: text, title: text, status: maybe(anything) });
const FAILURE = either(VALIDATION, object({ detail: text }), PROBLEM);
const REFUSED = { status: [400, 403, 404, 409, 422], headers: JSON_TYPE, body: FAILURE };
const gone = { fails: { name: ["NotFoundError", "HttpError", "AuthError"] }, wire: REFUSED };
const INVALID = { status: 422, headers: JSON_TYPE, body: either(VALIDATION, PROBLEM) };
const noRequest = (code, name = "ArgumentError") => ({ fails: { name, code, behind: { code: [code, "invalid_request"] } }, sends: 0 });
const at = (method, path) => new RegExp(`^${method} .*${path}$`);
const PATH = "/api/data/orchestrator_workflow";

const GIVEN = commonRun("meshx");
const OK = { needs: ["workflow.ok"] };
const SLOW = { needs: ["workflow.slow"] };
const ask = (c, what, name = c.unique(what)) => ({ ...c.given.workflow[what], name });

const ended = (c) =>
  c.shared("ended run", async (root) => {
    const { id } = await root.client.runs.create(ask(root, "ok"));
    return root.client.runs.wait(id, { deadline: root.patience });
  });
const whole = ({ status, config, error_message, updated_at, completed_at }, more) => ({ status, config, error_message, updated_at, completed_at, ...more });

export const cases = [
  right("create", "a run is created with 200, not 201, and has all twelve members", "§2.1, §3", OK, async (c) => {
    const name = c.unique("created");
    const run = await c.does(() => c.client.runs.create({ ...c.given.workflow.ok, name, createdBy: "conform" }), {
      gives: GIVEN,
      wire: { at: at("POST", PATH), status: 200, headers: JSON_TYPE, body: RUN, valid: "run" },
    });
    const { wire } = run;
    c.equal("what was given comes back", [c.given.workflow.ok.workflow, name, "single", "conform"], [wire.data_product_identifier, wire.name, wire.run_type, wire.created_by]);
    c.equal("completed_at and error_message of a fresh run", [null, null], [wire.completed_at, wire.error_message]);
  }),
  wrong("create", "a data product that is no UUID is 422, with its place", "§3, §7", async (c) => {
    await c.does(() => c.client.runs.create({ workflow: "no-uuid", name: "x" }), { fails: { name: "HttpError", status: 422 }, wire: { ...INVALID, at: at("POST", PATH) } });
  }),
  wrong("create", "a run without a name is refused before it is sent", "§2.2", async (c) => {
    await c.does(() => c.client.runs.create({ workflow: UNKNOWN }), noRequest("missing_name"));
  }),
  wrong("create", "an input, which a create does not take, is refused before it is sent", "§2.2", async (c) => {
    await c.does(() => c.client.runs.create({ workflow: UNKNOWN, name: "x", input: {} }), noRequest("unsupported_field"));
  }),
  right("findByKey", "a create whose answer is lost is found again by its name, and made once", "§10", { ...OK, only: NODE.loss }, async (c) => {
    const key = c.unique("key");
    c.loses(({ method, path }) => method === "POST" && path.endsWith(PATH));
    const run = await c.does(() => c.client.runs.create(ask(c, "ok"), { key, deadline: c.patience }));
    const all = [];
    for await (const one of c.client.runs.list()) if (one.wire.name.includes(key)) all.push(one.id);
    c.equal("the runs with this key", [run.id], all);
    c.equal("the list of this key", [run.id], (await c.client.runs.list({ key })).runs.map(({ id }) => id));
  }),
  wrong("findByKey", "an empty key is refused before it is sent", "§10", async (c) => {
    await c.does(() => c.client.runs.create({ workflow: UNKNOWN, name: "x" }, { key: "" }), noRequest("invalid_key"));
  }),

  right("get", "a run at its end is read bare, by its id in the query", "§2.1, §3", OK, async (c) => {
    const { id } = await ended(c);
    const run = await c.does(() => c.client.runs.get(id), { gives: GIVEN, wire: { at: at("GET", PATH), status: 200, headers: JSON_TYPE, body: RUN, valid: "run" } });
    c.equal("phase and id", ["finished", id], [run.phase, run.wire.identifier]);
  }),
  wrong("get", "an unknown run is told by a typed error", "§7, its status is not published", async (c) => {
    await c.does(() => c.client.runs.get(UNKNOWN), gone);
  }),
  wrong("get", "an id that is no UUID is 422", "§3, §7", async (c) => {
    await c.does(() => c.client.runs.get("no-uuid"), { fails: { name: "HttpError", status: 422 }, wire: INVALID });
  }),
  wrong("get", "an empty id is refused before it is sent", "§3", async (c) => {
    await c.does(() => c.client.runs.get(""), { fails: { name: "ArgumentError" }, sends: 0 });
  }),
  wrong("get", "a wrong token is 401", "§7", async (c) => {
    const stranger = c.make({ token: "wrong-token-of-nobody" });
    await c.does(() => stranger.runs.get(UNKNOWN), { fails: { name: "AuthError", status: 401 }, wire: { status: 401, headers: JSON_TYPE, body: FAILURE } });
  }),
  wrong("get", "another organisation's runs are refused", "§3: x-org", { only: NODE.secrets }, async (c) => {
    const stranger = c.make({ org: "conform-nobody" });
    await c.does(() => stranger.runs.get(UNKNOWN), { fails: { name: ["AuthError", "NotFoundError", "HttpError"] }, wire: { ...REFUSED, status: [401, 403, 404, 422] } });
  }),
  wrong("get", "a client without an organisation is refused at once", "§3: x-org is required", { only: NODE.secrets }, async (c) => {
    await c.does(async () => c.make({ org: "" }).runs.get(UNKNOWN), noRequest("missing_org"));
  }),
  right("get", "a login is exchanged for a token that reads", "§4", { needs: ["user", "password"], only: NODE.secrets }, async (c) => {
    const client = c.make({ token: undefined, login: { user: c.given.user, password: c.given.password } });
    await c.does(() => client.user(), { gives: members, wire: { at: at("POST", "/api/iam/login"), status: 200, headers: JSON_TYPE, body: object({ access_token: some, refresh_token: some, expires_in: anything, token_type: some }) } });
    await c.does(() => client.runs.get(UNKNOWN), gone);
  }),

  right("list", "everything comes in one envelope", "§3, §8", OK, async (c) => {
    const { id } = await ended(c);
    const page = await c.does(() => c.client.runs.list(), {
      wire: { at: at("GET", `${PATH}/list`), status: 200, headers: JSON_TYPE, body: object({ orchestrator_workflows: each(RUN, ({ identifier }) => identifier) }), valid: "page" },
    });
    c.ensure("the page", "holds runs", page.runs.length, page.runs.length > 0);
    const all = [];
    for await (const run of c.client.runs.list()) all.push(run.id);
    c.equal("how often the ended run comes", 1, all.filter((one) => one === id).length);
  }),
  right("list", "pages are cut here, and neither skip nor repeat a run", "§8", OK, async (c) => {
    for (let i = 0; i < 2; i++) await c.client.runs.create(ask(c, "ok"));
    const sizes = [];
    const ids = [];
    for await (const page of c.client.runs.list({ limit: 2 }).pages()) {
      sizes.push(page.runs.length);
      ids.push(...page.runs.map(({ id }) => id));
      if (sizes.length === 20) break;
    }
    c.ensure("sizes of the pages", "2 at the most", sizes, sizes.every((size) => size <= 2));
    c.equal("runs, each once", new Set(ids).size, ids.length);
  }),
  wrong("list", "a cursor of nobody is refused", "§8", async (c) => {
    await c.does(() => c.client.runs.list({ cursor: "!!!" }), { fails: { name: "ArgumentError" } });
  }),
  wrong("list", "tags, which meshX does not know, are refused before they are sent", "§8", async (c) => {
    await c.does(() => c.client.runs.list({ tags: "a" }), { fails: { name: "UnsupportedError" }, sends: 0 });
  }),

  right("watch", "a watch sees a run to its confirmed end", "§5", OK, async (c) => {
    const { id } = await c.client.runs.create(ask(c, "ok"));
    let end;
    for await (const change of c.client.runs.watch(id, { deadline: c.patience })) end = change;
    c.equal("phase at the end", "finished", end?.after.phase);
    c.ensure("the end", "confirmed by a second read", end?.confirmedAt, Number.isFinite(end?.confirmedAt));
  }),
  wrong("watch", "a watch of an unknown run ends in a typed error", "§7", { slow: true }, async (c) => {
    await c.does(async () => { for await (const _ of c.client.runs.watch(UNKNOWN, { deadline: c.patience })); }, { fails: { name: ["NotFoundError", "HttpError", "AuthError"] } });
  }),
  right("wait", "a wait ends with the run at its end", "§5", OK, async (c) => {
    const { id } = await c.client.runs.create(ask(c, "ok"));
    const run = await c.does(() => c.client.runs.wait(id, { deadline: c.patience }), { gives: GIVEN });
    c.equal("phase", "finished", run.phase);
  }),
  wrong("wait", "a wait for a run that goes on ends at its deadline", "§5.5", SLOW, async (c) => {
    const { id } = await c.client.runs.create(ask(c, "slow"));
    await c.does(() => c.client.runs.wait(id, { deadline: 500 }), { fails: { name: "TimeoutError" } });
  }),

  right("cancel", "a cancel answers 200 with the cancelled run, and a read says the same", "§3, §5.1, §13.6", SLOW, async (c) => {
    const { id } = await c.client.runs.create(ask(c, "slow"));
    const effect = await c.does(() => c.client.runs.cancel(id), {
      gives: object({ accepted: exactly(true), effect: exactly("unknown"), run: members }),
      wire: { at: at("DELETE", PATH), status: 200, headers: JSON_TYPE, body: RUN, valid: "run" },
    });
    c.equal("the run in the answer", id, effect.run?.id);
    const run = await c.until("the run has ended", async () => {
      const run = await c.client.runs.get(id);
      return run.phase === "finished" && run;
    });
    c.equal("outcome", "cancelled", run.outcome);
  }),
  wrong("cancel", "a cancel of an unknown run is told by a typed error", "§7", async (c) => {
    await c.does(() => c.client.runs.cancel(UNKNOWN), gone);
  }),
  wrong("cancel", "a run that has ended is not cancelled again without force", "§10: what a second DELETE answers is not known", OK, async (c) => {
    const run = await ended(c);
    await c.does(() => c.client.runs.cancel(run), { fails: { name: "TransitionError", code: "already_finished" }, sends: 0 });
  }),
  wrong("replay", "a replay, which meshX does not know, fails at once", "§3", async (c) => {
    await c.does(() => c.client.runs.replay(UNKNOWN), noRequest("unsupported_operation", "UnsupportedError"));
  }),
  right("cancelMany", "many runs are cancelled one by one, with a result for each", "§3, §5.1", SLOW, async (c) => {
    const ids = [];
    for (let i = 0; i < 2; i++) ids.push((await c.client.runs.create(ask(c, "slow"))).id);
    const all = await c.does(() => c.client.runs.cancelMany(ids), { sends: 2, wire: { at: at("DELETE", PATH), status: 200, headers: JSON_TYPE, body: RUN } });
    c.equal("what was taken", ids.map((id) => [id, true]).toSorted(), all.map((one) => [one.id, one.accepted]).toSorted());
    for (const id of ids) c.equal("phase", "finished", (await c.client.runs.get(id)).phase);
  }),
  wrong("cancelMany", "what is wrong with one run is its own result", "§7", async (c) => {
    const all = await c.does(() => c.client.runs.cancelMany([UNKNOWN]), { wire: REFUSED });
    c.equal("what was taken", [[UNKNOWN, false, true]], all.map(({ id, accepted, error }) => [id, accepted, c.runward.isRunwardError(error)]));
  }),
  wrong("replayMany", "a replay of many runs, which meshX does not know, fails at once", "§3", async (c) => {
    await c.does(() => c.client.runs.replayMany([UNKNOWN]), { fails: { name: "UnsupportedError", code: "unsupported_operation" }, sends: 0 });
  }),

  right("update", "an update replaces what can be replaced, and a read says the same", "§2.2, §3, §13.7", SLOW, async (c) => {
    const { id } = await c.client.runs.create(ask(c, "slow"));
    const { wire } = await c.client.runs.get(id);
    const config = { conform: { big: "9007199254740993", list: [1, null] } };
    const updated = await c.does(() => c.client.update(id, whole(wire, { config, updated_at: "2026-09-25T06:40:00Z" })), {
      gives: RUN,
      wire: { at: at("PUT", PATH), status: 200, headers: JSON_TYPE, body: RUN, valid: "run" },
    });
    c.equal("the config in the answer", config, updated.config);
    c.equal("the config of a read", config, (await c.client.runs.get(id)).wire.config);
  }),
  wrong("update", "an update without one of its five keys is refused before it is sent", "§2.2: it would be lost", async (c) => {
    await c.does(() => c.client.update(UNKNOWN, { status: "FAILED" }), noRequest("missing_argument"));
  }),
  wrong("update", "an update of an unknown run is told by a typed error", "§7", async (c) => {
    await c.does(() => c.client.update(UNKNOWN, { status: "FAILED", config: null, error_message: null, updated_at: null, completed_at: null }), gone);
  }),
  right("graph", "the graph of a run is an object of whatever members", "§2.4, §3", OK, async (c) => {
    const { id } = await ended(c);
    await c.does(() => c.client.graph(id), { gives: members, wire: { at: at("GET", `${PATH}/graph`), status: 200, headers: JSON_TYPE, body: members } });
  }),
  wrong("graph", "there is no graph of an unknown run", "§7", async (c) => {
    await c.does(() => c.client.graph(UNKNOWN), gone);
  }),
  right("products", "the data products are listed, the given one among them", "§2.3", OK, async (c) => {
    const products = await c.does(() => c.client.products(), { gives: list(PRODUCT), wire: { status: 200, headers: JSON_TYPE, body: object({ entities: list(PRODUCT) }) } });
    c.ensure("the product of the runs", c.given.workflow.ok.workflow, products.length, products.some(({ identifier }) => identifier === c.given.workflow.ok.workflow));
  }),
  wrong("products", "products are not listed for a wrong token", "§7", async (c) => {
    const stranger = c.make({ token: "wrong-token-of-nobody" });
    await c.does(() => stranger.products(), { fails: { name: "AuthError" }, wire: { status: 401, headers: JSON_TYPE, body: FAILURE } });
  }),
  right("compute.get", "the compute of a product tells how it runs", "§2.3, §3", OK, async (c) => {
    await c.does(() => c.client.compute.get(c.given.workflow.ok.workflow, {}), { gives: COMPUTE, wire: { at: at("GET", "/api/data/compute"), status: 200, headers: JSON_TYPE, body: COMPUTE } });
  }),
  wrong("compute.get", "there is no compute of an unknown product", "§7", async (c) => {
    await c.does(() => c.client.compute.get(UNKNOWN), gone);
  }),
  right("compute.logs", "the log of a compute is a list of lines", "§2.3, §3", OK, async (c) => {
    await c.does(() => c.client.compute.logs(c.given.workflow.ok.workflow, {}), { gives: list(text), wire: { at: at("GET", "/api/data/compute/log"), status: 200, headers: JSON_TYPE, body: object({ logs: list(text) }) } });
  }),
  wrong("compute.logs", "there is no log of an unknown product", "§7", async (c) => {
    await c.does(() => c.client.compute.logs(UNKNOWN), gone);
  }),
  right("user", "the token tells who it belongs to", "§4", async (c) => {
    await c.does(() => c.client.user(), { gives: object({ user_id: some }), wire: { at: at("GET", "/api/iam/principal/user"), status: 200, headers: JSON_TYPE, body: object({ user_id: some }) } });
  }),
  wrong("user", "a wrong token belongs to nobody", "§7", async (c) => {
    const stranger = c.make({ token: "wrong-token-of-nobody" });
    await c.does(() => stranger.user(), { fails: { name: "AuthError" }, wire: { status: 401, headers: JSON_TYPE, body: FAILURE } });
  }),
  right("errorCodes", "the server tells what errors it knows", "§2.3, §4", async (c) => {
    const entry = object({ class_name: text, type: text, title: text });
    await c.does(() => c.client.errorCodes(), { gives: list(entry), wire: { status: 200, headers: JSON_TYPE, body: object({ errors: list(entry) }) } });
  }),
  wrong("errorCodes", "errors are not told for a wrong token", "§4", async (c) => {
    const stranger = c.make({ token: "wrong-token-of-nobody" });
    await c.does(() => stranger.errorCodes(), { fails: { name: "AuthError" }, wire: { status: 401, headers: JSON_TYPE, body: FAILURE } });
  }),
];
