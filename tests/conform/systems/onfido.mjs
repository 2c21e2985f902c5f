// Onfido Studio, v3.6: what the suite asks of it. Runs are billed and cannot be removed, so the caller names the workflows
// and the applicant. Where only other people's clients tell of something, the case says so.
import { NODE, commonRun, right, wrong } from "../case.mjs";
import { absent, anything, date, exactly, integer, is, list, match, maybe, members, object, oneOf, orNull, some, text, url, uuid } from "../shape.mjs";

export const client = (runward, options) => new runward.Onfido(options);

/** There is no way to end a run, or to remove one. */
export async function end() {}

const UNKNOWN = "11111111-2222-4333-8444-555555555555";
const JSON_TYPE = { "content-type": /^application\/json\b/ };
// §6: seconds and `Z` in every official sample; the official tests allow a fraction.
const TIME = date(0, 6);
const STATUS = oneOf("processing", "awaiting_input", "awaiting_client_input", "approved", "declined", "review", "abandoned", "error");
const LINK = object({ url, completed_redirect_url: orNull(text), expired_redirect_url: orNull(text), expires_at: orNull(TIME), language: orNull(text) });
const RUN = object({
  id: uuid, applicant_id: uuid, workflow_id: uuid, workflow_version_id: integer, dashboard_url: url, status: STATUS, output: orNull(members), reasons: list(text),
  error: orNull(object({ type: maybe(text), message: maybe(text) })), link: LINK, created_at: TIME, updated_at: TIME, tags: list(some), customer_user_id: text,
  sdk_token: orNull(match("a JWT", /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/)),
});
const taskId = match("an id of a task", /^[0-9a-z_-]+$/);
const ITEM = object({ id: taskId, task_def_id: taskId, workflow_run_id: uuid, task_def_version: orNull(text), created_at: TIME, updated_at: TIME, input: absent, output: absent });
const TASK = object({ id: taskId, task_def_id: taskId, workflow_run_id: uuid, task_def_version: orNull(text), created_at: TIME, updated_at: TIME, input: anything, output: anything });
const failed = (type) => object({ error: object({ type: type ? exactly(type) : some, message: maybe(text), fields: maybe(anything) }) });
// §7: `resource_not_found` for a run that is unknown or malformed, by other people's clients; its status is not recorded.
const NOT_FOUND = { status: [404, 400, 422], headers: JSON_TYPE, body: failed("resource_not_found") };
const gone = { fails: { name: "NotFoundError" }, wire: NOT_FOUND };
const INVALID = { status: [422, 400], headers: JSON_TYPE, body: failed("validation_error") };
const noRequest = (code, name = "ArgumentError") => ({ fails: { name, code, behind: { code: [code, "invalid_request"] } }, sends: 0 });
const at = (method, path) => new RegExp(`^${method} .*${path}$`);

const GIVEN = commonRun("onfido");
const OK = { needs: ["workflow.ok", "applicant"] };
const WAITS = { needs: ["workflow.waits", "applicant"] };
const ask = (c, what, more = {}) => ({ applicantId: c.given.applicant, ...c.given.workflow[what], ...more });

const ended = (c) =>
  c.shared("ended run", async (root) => {
    const { id } = await root.client.runs.create(ask(root, "ok", { tags: [root.unique("ended")], customerUserId: "conform" }));
    return root.client.runs.wait(id, { deadline: root.patience });
  });

/** A run that waits for data of the client's, with the task that does. */
async function waiting(c, more) {
  const { id } = await c.client.runs.create(ask(c, "waits", more));
  await c.until("the run waits for its client", async () => (await c.client.runs.get(id)).status === "awaiting_client_input");
  const tasks = await c.client.tasks.list(id);
  const ongoing = await Promise.all(tasks.map(async ({ id: task }) => (await c.client.tasks.get(id, task)).output === null && task));
  return { id, task: ongoing.filter((task) => task).at(-1) };
}

const PDF = (c, what, bytes) => c.ensure(what, "the bytes of a PDF", head(bytes), head(bytes) === "%PDF-");
const head = (bytes) => (bytes instanceof Uint8Array ? new TextDecoder("latin1").decode(bytes.subarray(0, 5)) : typeof bytes);
/** Files come late: whatever is said until then, it is an error, and one that may pass. */
const ready = (c, ask) => c.until("the file is ready", ask);
const FILE = (type) => [{ at: /^GET .*\/(signed_evidence_file|evidence_folder|timeline_file\/[^/]+)$/, status: [302, 200] }, { status: 200, headers: { "content-type": type } }];

const a = (kind) => (kind === "advanced" ? `an ${kind}` : `a ${kind}`);
const document = (kind) => [
  right(`documents.${kind}`, `a document with ${a(kind)} signature comes as the bytes of a PDF`, "§3", { needs: [`document.${kind}`] }, async (c) => {
    const [run, file] = c.given.document[kind].split("/");
    await ready(c, () => c.client.documents[kind](run, file));
    PDF(c, "the document", await c.does(() => c.client.documents[kind](run, file), { wire: { at: at("GET", `/${kind}_electronic_signature/documents`), status: [302, 200] } }));
  }),
  wrong(`documents.${kind}`, `a document with ${a(kind)} signature that nobody made is told by a typed error`, "§3, §7", async (c) => {
    await c.does(() => c.client.documents[kind](UNKNOWN, UNKNOWN), { fails: { name: ["NotFoundError", "HttpError"] }, wire: { status: [404, 400, 422], headers: JSON_TYPE, body: failed() } });
  }),
  wrong(`documents.${kind}`, `a document with ${a(kind)} signature without its id is refused before it is asked for`, "§3", async (c) => {
    await c.does(() => c.client.documents[kind](UNKNOWN), noRequest("missing_argument"));
  }),
];

export const cases = [
  right("create", "a run is created with 201 and all its members", "§2.1, §3", WAITS, async (c) => {
    const tags = [c.unique("tag"), "conform"];
    const run = await c.does(() => c.client.runs.create(ask(c, "waits", { tags, customerUserId: "conform-1", link: { language: "de_DE" } })), {
      gives: GIVEN,
      wire: { at: at("POST", "/workflow_runs"), status: 201, headers: JSON_TYPE, body: RUN, valid: "run" },
    });
    const { wire } = run;
    c.equal("what was given comes back", [c.given.applicant, tags, "conform-1", "de_DE"], [wire.applicant_id, wire.tags, wire.customer_user_id, wire.link.language]);
    c.equal("output and error of a fresh run", [null, null], [wire.output, wire.error]);
    c.ensure("dashboard_url and link.url", "end with the id of the run", [wire.dashboard_url, wire.link.url], wire.dashboard_url.endsWith(run.id) && (c.behind || wire.link.url.endsWith(run.id)));
  }),
  right("create", "a page never sees the token of the applicant's session, nor the address that leads into it", "§6 secrets", WAITS, async (c) => {
    const { id, wire } = await c.client.runs.create(ask(c, "waits"));
    const read = await c.client.runs.get(id);
    const fits = (sent) => (c.behind ? sent.sdk_token === "[redacted]" && sent.link.url === "[redacted]" : /^eyJ/.test(sent.sdk_token) && sent.link.url.endsWith(id));
    c.ensure("sdk_token and link.url", c.behind ? "redacted" : "a JWT and an address", "something else", fits(wire) && fits(read.wire));
  }),
  wrong("create", "a run of an unknown workflow is a validation_error or not found", "§7", { needs: ["applicant"] }, async (c) => {
    await c.does(() => c.client.runs.create({ workflow: UNKNOWN, applicantId: c.given.applicant }), {
      fails: { name: ["HttpError", "NotFoundError"] },
      wire: { at: at("POST", "/workflow_runs"), status: [422, 400, 404], headers: JSON_TYPE, body: failed() },
    });
  }),
  wrong("create", "a run for an applicant that is no UUID is a validation_error", "§7", { needs: ["workflow.ok"] }, async (c) => {
    await c.does(() => c.client.runs.create({ ...c.given.workflow.ok, applicantId: "nobody" }), { fails: { name: ["HttpError", "NotFoundError"] }, wire: { ...INVALID, at: at("POST", "/workflow_runs") } });
  }),
  wrong("create", "a run without an applicant is refused before it is sent", "§2.2", async (c) => {
    await c.does(() => c.client.runs.create({ workflow: UNKNOWN }), noRequest("missing_applicant"));
  }),
  wrong("create", "more than 30 tags, or an empty one, are refused before they are sent", "§2.1 tags", async (c) => {
    const tags = Array.from({ length: 31 }, (_, i) => `t${i}`);
    await c.does(() => c.client.runs.create({ workflow: UNKNOWN, applicantId: UNKNOWN, tags }), noRequest("invalid_tag"));
    await c.does(() => c.client.runs.create({ workflow: UNKNOWN, applicantId: UNKNOWN, tags: [""] }), noRequest("invalid_tag"));
  }),
  wrong("create", "metadata, which Onfido does not keep, are refused before they are sent", "§2.2", async (c) => {
    await c.does(() => c.client.runs.create({ workflow: UNKNOWN, applicantId: UNKNOWN, metadata: {} }), noRequest("unsupported_field"));
  }),
  right("findByKey", "a create whose answer is lost is found again by its tag, and made once", "§10", { ...OK, only: NODE.loss }, async (c) => {
    const key = c.unique("key");
    c.loses(({ method, path }) => method === "POST" && path.endsWith("/workflow_runs"));
    const run = await c.does(() => c.client.runs.create(ask(c, "ok"), { key, deadline: c.patience }));
    for (const filter of [{ tags: key }, { key }]) {
      const { runs } = await c.client.runs.list(filter);
      c.equal("the runs with this tag", [run.id], runs.map(({ id }) => id));
    }
  }),
  wrong("findByKey", "a key with a comma, which no tag can be found by, is refused before it is sent", "§8 tags", async (c) => {
    await c.does(() => c.client.runs.create({ workflow: UNKNOWN, applicantId: UNKNOWN }, { key: "a,b" }), noRequest("invalid_key"));
  }),
  wrong("list", "keys that workflows claim, of which Onfido has none, are refused before they are sent", "§8", async (c) => {
    await c.does(() => c.client.runs.list({ idempotencyKeys: "a" }), { fails: { name: "UnsupportedError" }, sends: 0 });
  }),

  right("get", "a run at its end is read bare, with 200", "§2.1, §3", OK, async (c) => {
    const { id } = await ended(c);
    const run = await c.does(() => c.client.runs.get(id), { gives: GIVEN, wire: { status: 200, headers: JSON_TYPE, body: RUN, valid: "run" } });
    c.equal("phase", "finished", run.phase);
    c.ensure("error", "null unless the status is `error`", run.wire.error, run.wire.status === "error" || run.wire.error === null);
    c.equal("customer_user_id", "conform", run.wire.customer_user_id);
  }),
  wrong("get", "an unknown run is resource_not_found", "§7, by other people's clients", async (c) => {
    await c.does(() => c.client.runs.get(UNKNOWN), gone);
  }),
  wrong("get", "an id that is no UUID is resource_not_found, too", "§6 ids, §7", async (c) => {
    await c.does(() => c.client.runs.get("no-uuid"), gone);
  }),
  wrong("get", "an id that leads elsewhere is refused before it is sent", "§3", async (c) => {
    await c.does(() => c.client.runs.get(".."), { fails: { name: "ArgumentError" }, sends: 0 });
    await c.does(() => c.client.runs.get(""), { fails: { name: "ArgumentError" }, sends: 0 });
  }),
  wrong("get", "a wrong token is refused", "§4", async (c) => {
    const stranger = c.make({ token: "api_sandbox.wrong-token-of-nobody" });
    await c.does(() => stranger.runs.get(UNKNOWN), { fails: { name: "AuthError" }, wire: { status: [401, 403], headers: JSON_TYPE, body: failed() } });
  }),

  right("list", "a page is a bare array, with links to its neighbours and a count", "§3, §8, the headers by other people's clients", OK, async (c) => {
    const tag = c.unique("one");
    const { id } = await c.client.runs.create(ask(c, "ok", { tags: [tag] }));
    const page = await c.does(() => c.client.runs.list({ tags: tag }), {
      wire: { at: at("GET", "/workflow_runs"), status: 200, headers: { ...JSON_TYPE, "x-total-count": "1", link: /rel="?first"?.*rel="?last"?/ }, body: list(RUN, { exact: 1 }), valid: "page" },
    });
    c.equal("the runs of this tag", [id], page.runs.map((run) => run.id));
  }),
  right("list", "tags are searched for together, and so is the status", "§8", OK, async (c) => {
    const [one, two] = [c.unique("a"), c.unique("b")];
    const both = await c.client.runs.create(ask(c, "ok", { tags: [one, two] }));
    await c.client.runs.create(ask(c, "ok", { tags: [two] }));
    const run = await c.client.runs.wait(both.id, { deadline: c.patience });
    const page = await c.client.runs.list({ tags: one, status: run.status });
    c.equal("the runs of a tag and a status", [run.id], page.runs.map(({ id }) => id));
    const none = await c.client.runs.list({ tags: one, status: run.status === "declined" ? "abandoned" : "declined" });
    c.equal("the runs of another status", [], none.runs.map(({ id }) => id));
  }),
  right("list", "pages neither skip nor repeat a run, the newest first", "§8", { needs: [...OK.needs, "page-size"] }, async (c) => {
    const tag = c.unique("paged");
    const size = Number(c.given["page-size"]);
    const ids = [];
    for (let i = 0; i <= size; i++) ids.push((await c.client.runs.create(ask(c, "ok", { tags: [tag] }))).id);
    const pages = [];
    for await (const page of c.client.runs.list({ tags: tag }).pages()) pages.push(page.runs);
    c.equal("sizes of the pages that hold any", [size, 1], pages.map(({ length }) => length).filter((length) => length > 0));
    c.equal("all runs, each once", ids.toSorted(), pages.flat().map(({ id }) => id).toSorted());
    const times = pages.flat().map(({ createdAt }) => createdAt);
    c.equal("when they were created, newest first", times.toSorted((a, b) => b - a), times);
  }),
  wrong("list", "a cursor of nobody is refused before it is sent", "§8", async (c) => {
    await c.does(() => c.client.runs.list({ cursor: "!!!" }), { fails: { name: "ArgumentError" }, sends: 0 });
  }),
  wrong("list", "a tag with a comma, which cannot be searched for, is refused before it is sent", "§8 tags", async (c) => {
    await c.does(() => c.client.runs.list({ tags: "a,b" }), noRequest("invalid_tag"));
  }),

  right("watch", "a watch sees a run from the data it waits for to its confirmed end", "§5", WAITS, async (c) => {
    const { id, task } = await waiting(c);
    const changes = [];
    for await (const change of c.client.runs.watch(id, { deadline: c.patience })) {
      if (changes.length === 0) await c.client.tasks.complete(id, task, { data: { conform: true } });
      changes.push(change);
    }
    const end = changes.at(-1);
    c.equal("phase at the end", "finished", end?.after.phase);
    c.ensure("the end", "confirmed by a second read", end?.confirmedAt, Number.isFinite(end?.confirmedAt));
    c.equal("conflicts between the reads", [], changes.filter(({ verdict }) => verdict === "conflict").map(({ findings }) => findings));
  }),
  wrong("watch", "a watch of an unknown run ends in a NotFoundError", "§7", { slow: true }, async (c) => {
    await c.does(async () => { for await (const _ of c.client.runs.watch(UNKNOWN, { deadline: c.patience })); }, { fails: { name: "NotFoundError" } });
  }),
  right("wait", "a wait ends with the run at its end", "§5", OK, async (c) => {
    const { id } = await c.client.runs.create(ask(c, "ok"));
    const run = await c.does(() => c.client.runs.wait(id, { deadline: c.patience }), { gives: GIVEN });
    c.equal("phase", "finished", run.phase);
  }),
  wrong("wait", "a wait for a run that waits for somebody ends at its deadline", "§5.4", WAITS, async (c) => {
    const { id } = await waiting(c);
    await c.does(() => c.client.runs.wait(id, { deadline: 600 }), { fails: { name: "TimeoutError" } });
  }),
  wrong("cancel", "a cancel, which Onfido does not know, fails at once", "§3", async (c) => {
    await c.does(() => c.client.runs.cancel(UNKNOWN), noRequest("unsupported_operation", "UnsupportedError"));
  }),
  wrong("replay", "a replay, which Onfido does not know, fails at once", "§3", async (c) => {
    await c.does(() => c.client.runs.replay(UNKNOWN), noRequest("unsupported_operation", "UnsupportedError"));
  }),
  wrong("cancelMany", "a cancel of many runs, which Onfido does not know, fails at once", "§3", async (c) => {
    await c.does(() => c.client.runs.cancelMany([UNKNOWN]), { fails: { name: "UnsupportedError", code: "unsupported_operation" }, sends: 0 });
  }),
  wrong("replayMany", "a replay of many runs, which Onfido does not know, fails at once", "§3", async (c) => {
    await c.does(() => c.client.runs.replayMany([UNKNOWN]), { fails: { name: "UnsupportedError", code: "unsupported_operation" }, sends: 0 });
  }),

  right("tasks.list", "tasks come in the order of their beginning, without what they were given and yielded", "§2.3, §3, §5.3", WAITS, async (c) => {
    const { id, task } = await waiting(c);
    // Times are whole seconds: what begins after the next one shows its place.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await c.client.tasks.complete(id, task, { data: {} });
    await c.client.runs.wait(id, { deadline: c.patience });
    const tasks = await c.does(() => c.client.tasks.list(id), { gives: list(ITEM, { least: 1 }), wire: { status: 200, headers: JSON_TYPE, body: list(ITEM, { least: 1 }) } });
    const times = tasks.map(({ created_at }) => Date.parse(created_at));
    c.equal("created_at, ascending", times.toSorted((a, b) => a - b), times);
    c.equal("the run of every task", [id], [...new Set(tasks.map(({ workflow_run_id }) => workflow_run_id))]);
  }),
  wrong("tasks.list", "the tasks of an unknown run are resource_not_found", "§7", async (c) => {
    await c.does(() => c.client.tasks.list(UNKNOWN), gone);
  }),
  right("tasks.get", "a task is read with what it was given and yielded", "§2.3", WAITS, async (c) => {
    const { id, task } = await waiting(c);
    const read = await c.does(() => c.client.tasks.get(id, task), { gives: TASK, wire: { status: 200, headers: JSON_TYPE, body: TASK } });
    c.equal("the task, and its output while it goes on", [task, null], [read.id, read.output]);
  }),
  wrong("tasks.get", "an unknown task is resource_not_found", "§7", OK, async (c) => {
    const { id } = await ended(c);
    await c.does(() => c.client.tasks.get(id, "no_such_task"), gone);
  }),
  right("tasks.complete", "data for the task that waits for them are taken with 200 and an empty object", "§3, §5.1", WAITS, async (c) => {
    const { id, task } = await waiting(c);
    await c.does(() => c.client.tasks.complete(id, task, { data: { conform: ["a", 1] } }), { gives: is("nothing", (value) => value === undefined || value === null), wire: { status: 200, headers: JSON_TYPE, body: exactly({}) } });
    const run = await c.until("the run goes on", async () => {
      const run = await c.client.runs.get(id);
      return run.status !== "awaiting_client_input" && run;
    });
    c.fits("its status ", STATUS, run.status);
  }),
  wrong("tasks.complete", "an unknown task cannot be completed", "§7", OK, async (c) => {
    const { id } = await ended(c);
    await c.does(() => c.client.tasks.complete(id, "no_such_task", { data: {} }, { force: true }), gone);
  }),
  wrong("tasks.complete", "a task of a run that was seen to end is not completed without force", "§10: what a second call does is not known", OK, async (c) => {
    const run = await ended(c);
    await c.does(() => c.client.tasks.complete(run, "any_task", { data: {} }), { fails: { name: "TransitionError", code: "already_finished" }, sends: 0 });
  }),
  wrong("tasks.complete", "a task is not completed without data", "§2.3", async (c) => {
    await c.does(() => c.client.tasks.complete(UNKNOWN, "task", {}), noRequest("missing_argument"));
  }),

  right("timelineFile.create", "a timeline file is promised with 202, its id and its place", "§2.4, §3", OK, async (c) => {
    const { id } = await ended(c);
    const reference = object({ workflow_timeline_file_id: uuid, href: some });
    const file = await c.does(() => c.client.timelineFile.create(id), { gives: reference, wire: { at: at("POST", "/timeline_file"), status: 202, headers: JSON_TYPE, body: reference } });
    c.ensure("its place", "ends with the ids of run and file", file.href, file.href.endsWith(`/workflow_runs/${id}/timeline_file/${file.workflow_timeline_file_id}`));
  }),
  wrong("timelineFile.create", "there is no timeline of an unknown run", "§7", async (c) => {
    await c.does(() => c.client.timelineFile.create(UNKNOWN), gone);
  }),
  right("timelineFile.get", "a timeline file comes as the bytes of a PDF, once it is ready", "§3", OK, async (c) => {
    const { id } = await ended(c);
    const { workflow_timeline_file_id: file } = await c.client.timelineFile.create(id);
    await ready(c, () => c.client.timelineFile.get(id, file));
    PDF(c, "the timeline", await c.does(() => c.client.timelineFile.get(id, file), { wire: FILE(/^application\/pdf\b/) }));
  }),
  wrong("timelineFile.get", "an unknown timeline file is told by a typed error", "§3, §7", OK, async (c) => {
    const { id } = await ended(c);
    await c.does(() => c.client.timelineFile.get(id, UNKNOWN), { fails: { name: ["NotFoundError", "HttpError"] } });
  }),
  right("evidence", "the signed evidence comes as the bytes of a PDF, without credentials from elsewhere", "§3", OK, async (c) => {
    const { id } = await ended(c);
    await ready(c, () => c.client.evidence(id));
    PDF(c, "the evidence", await c.does(() => c.client.evidence(id), { wire: FILE(/^application\/pdf\b/) }));
  }),
  wrong("evidence", "there is no evidence of an unknown run", "§7", async (c) => {
    await c.does(() => c.client.evidence(UNKNOWN), gone);
  }),
  right("evidenceFolder", "the evidence folder comes as the bytes of a ZIP", "§3", OK, async (c) => {
    const { id } = await ended(c);
    await ready(c, () => c.client.evidenceFolder(id));
    const bytes = await c.does(() => c.client.evidenceFolder(id), { wire: FILE(/^application\/zip\b/) });
    c.ensure("the folder", "the bytes of a ZIP", head(bytes), head(bytes).startsWith("PK"));
  }),
  wrong("evidenceFolder", "there is no evidence folder of an unknown run", "§7", async (c) => {
    await c.does(() => c.client.evidenceFolder(UNKNOWN), gone);
  }),
  ...["qualified", "advanced", "simple"].flatMap(document),
];
