// Hatchet's shapes, and what several of its cases do.
import { commonRun } from "../case.mjs";
import { absent, anything, count, date, exactly, flag, integer, list, match, maybe, members, nothing, object, oneOf, some, sorted, text, uuid } from "../shape.mjs";

export const UNKNOWN = "11111111-2222-4333-8444-555555555555";
export const ZERO = "0001-01-01T00:00:00Z";
export const NIL = "00000000-0000-0000-0000-000000000000";
export const JSON_TYPE = { "content-type": /^application\/json\b/ };
export const LINE_END = match("a text that ends with a line feed", /\n$/);
export const MICRO = date(0, 6, "offset");
export const CLOCK = date(0, 9, "offset");
export const STATUS = oneOf("QUEUED", "RUNNING", "COMPLETED", "CANCELLED", "FAILED");

const meta = (at) => object({ createdAt: at, id: uuid, updatedAt: at }, { closed: true, ordered: true });
export const META = meta(MICRO);
export const RUN = sorted({
  additionalMetadata: members, createdAt: MICRO, displayName: match("a name and milliseconds", /-\d{13}$/), duration: integer, errorMessage: text,
  finishedAt: MICRO, id: absent, input: members, metadata: meta(MICRO), output: members, parentTaskExternalId: maybe(uuid), startedAt: MICRO,
  status: STATUS, tenantId: uuid, workflowId: uuid, workflowVersionId: maybe(uuid), payloadsRestricted: maybe(exactly(true)),
});
const common = {
  actionId: text, additionalMetadata: members, attempt: integer, createdAt: MICRO, displayName: some, duration: maybe(integer), errorMessage: text,
  finishedAt: maybe(MICRO), id: absent, input: members, metadata: meta(MICRO), numSpawnedChildren: count, output: members,
  parentTaskExternalId: maybe(uuid), retryCount: count, startedAt: maybe(MICRO), status: STATUS, stepId: uuid, taskExternalId: uuid,
  taskId: count, taskInsertedAt: MICRO, tenantId: uuid, type: oneOf("DAG", "TASK"), workflowId: uuid, workflowRunExternalId: uuid,
};
export const TASK = sorted({ ...common, isDurable: flag, isEvicted: flag, workflowVersionId: uuid });
export const ROW = sorted({ ...common, actionId: exactly(""), workflowName: maybe(some), workflowVersionId: uuid, children: maybe(list(anything)), isEvicted: maybe(exactly(true)), isDurable: absent });
/** A row of a list of tasks. */
export const TASK_ROW = sorted({ ...common, workflowName: maybe(text), workflowVersionId: uuid, isEvicted: maybe(exactly(true)), isDurable: absent });
export const SHAPE = sorted({ childrenStepIds: list(uuid), stepId: uuid, taskExternalId: uuid, taskName: some });
export const DETAILS = sorted({ run: RUN, shape: list(SHAPE, { least: 1 }), taskEvents: list(anything), tasks: list(TASK, { least: 1 }), workflowConfig: object({ Name: text, Tasks: list(members) }) }, { closed: true });
export const ONLY_ID = sorted({
  run: sorted({ displayName: exactly(""), input: exactly({}), metadata: meta(CLOCK), output: exactly({}), status: exactly(""), tenantId: exactly(NIL), workflowId: exactly(NIL), id: absent, createdAt: absent, duration: absent }, { closed: true }),
  shape: nothing, taskEvents: nothing, tasks: nothing,
}, { closed: true });
export const PAGE = sorted({ pagination: sorted({ current_page: count, next_page: count, num_pages: count }, { closed: true }), rows: list(ROW) }, { closed: true });
export const IDS = object({ ids: list(uuid) }, { closed: true });
export const message = (words) => object({ message: exactly(words) }, { closed: true });
export const NOT_FOUND = { status: 404, headers: JSON_TYPE, body: message("not found") };
export const noRequest = (code, name = "ArgumentError") => ({ fails: { name, code, behind: { code: [code, "invalid_request"] } }, sends: 0 });
export const at = (method, path) => new RegExp(`^${method} .*${path}$`);
export const TRIGGER = at("POST", "/workflow-runs/trigger");

export const GIVEN = commonRun("hatchet");
export const ask = (c, what, more = {}) => ({ ...c.given.workflow[what], ...more });

/** A finished run of the given workflow, one for all cases. */
export const ended = (c, what) =>
  c.shared(`ended run ${what}`, async (root) => {
    const { id } = await root.client.runs.create(ask(root, what, { metadata: { conform: root.unique(what) } }));
    return root.client.runs.wait(id, { deadline: root.patience });
  });

/** A run that does not end by itself soon, once it is known. */
export async function going(c, metadata = {}) {
  const { id } = await c.client.runs.create(ask(c, "slow", { metadata }));
  await c.until("the run is known", () => c.client.runs.get(id));
  return id;
}

/** The page of the runs with this metadata, once it holds so many rows: the list learns of runs later than the run itself begins. */
export const listed = (c, metadata, size, more = {}) =>
  c.until(`${size} rows`, async () => {
    const page = await c.client.runs.list({ metadata, limit: 100, ...more });
    return page.runs.length >= size && page;
  });

export const within = async (c, of) => {
  let change;
  for await (change of of);
  return change;
};
