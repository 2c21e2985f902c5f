// What the types promise, and what they refuse. A line under `@ts-expect-error` must not compile.
import { allowedNext, ArgumentError, diagram, type DocumentCode, type Finding, Formance, Gateway, GatewayClient, Hatchet, HttpError, isRunwardError, lifecycle, MeshX, newId, NotFoundError, Onfido, parseRun, type Run, RunTable, RunwardError, transitions, type V1TaskStatus, verifyWebhook, type WebhookEvent, type Wire, type WorkflowInstance, type WorkflowRun } from "runward";
import { load } from "runward/slim";

const id: string = newId();
// @ts-expect-error: it takes nothing
newId(7);

const error: RunwardError = new ArgumentError({ code: id, message: "Odd." });
const findings: Finding[] = error.findings ?? [];
// @ts-expect-error: a severity is one of three
const severity: "fatal" = findings[0]!.severity;

declare const caught: unknown;
if (isRunwardError(caught, "NotFoundError")) caught.code satisfies string;
if (caught instanceof NotFoundError) caught satisfies HttpError;

load(new Uint8Array());
declare const compiled: WebAssembly.Module;
load(compiled);
// @ts-expect-error: what is compiled later comes later
load();

const formance = new Formance({ baseUrl: "http://localhost:8080", clientId: "id", clientSecret: async () => "secret" });
formance.instances.sendEvent(id, { name: "paid" }) satisfies Promise<void>;
// @ts-expect-error: an event has a name
formance.instances.sendEvent(id, {});
formance.runs.create({ workflow: id, input: { amount: "1" } });
// @ts-expect-error: variables are texts
formance.runs.create({ workflow: id, input: { amount: 1 } });
const studio = new Onfido({ region: "ca", token: "token" });
studio.evidence(id) satisfies Promise<Uint8Array>;
studio.timelineFile.get(id, id, { as: "response", wait: 60_000 }) satisfies Promise<Response>;
// @ts-expect-error: never as text
studio.evidence(id, { as: "text" });
// @ts-expect-error: a run is of an applicant
studio.runs.create({ workflow: id });
// @ts-expect-error: there is no such region
new Onfido({ region: "moon", token: "token" });
// @ts-expect-error: it is asked whose runs they are
new MeshX({ baseUrl: "http://localhost", token: "token" });
const meshx = new MeshX({ baseUrl: "http://localhost", org: "acme", login: { user: "ana", password: "secret" } });
new Gateway({ systems: { formance, onfido: studio, meshx }, operations: { onfido: ["evidence"], formance: "all" }, readOnly: true });
// @ts-expect-error: there is no such measure
new Gateway({ systems: {}, operations: "some" });
const behind = new GatewayClient({ system: "onfido", baseUrl: "http://localhost/api" });
behind.evidence(id) satisfies Promise<Uint8Array>;
behind.runs.get(id) satisfies Promise<Run<"onfido">>;
// @ts-expect-error: Onfido has no workflows to list
behind.workflows;
const any: GatewayClient = behind;
any.runs satisfies object;
declare const run: Run<"hatchet">;
if ("run" in run.wire && "shape" in run.wire) {
  run.wire.run.displayName satisfies string;
  run.wire.run.status satisfies V1TaskStatus;
  run.wire.tasks?.[0]?.isEvicted satisfies boolean | undefined;
  // @ts-expect-error: no server sends such a member
  run.wire.run.display_name;
}
// @ts-expect-error: Hatchet's wire is none of Formance's
run.wire satisfies Wire<"formance">;
declare const instance: WorkflowInstance;
instance.terminated satisfies boolean;
declare const onfido: WorkflowRun;
onfido.applicant_id satisfies string;
parseRun("formance", "{}").wire satisfies Wire<"formance">;
const code: DocumentCode = "zero_time";
findings[0]!.code === code;

const event: WebhookEvent = verifyWebhook("onfido", { body: "{}", headers: new Headers(), secret: ["old", "new"], now: 0 });
event.runId satisfies string | undefined;
verifyWebhook("hatchet", { body: new Uint8Array(), headers: [["a", "b"]], secret: "s" });
// @ts-expect-error: meshX delivers no webhooks
verifyWebhook("meshx", { body: "", headers: {}, secret: "s" });

function pages(bytes: Uint8Array): Run<"hatchet">[] {
  using table = new RunTable("hatchet");
  table.push(bytes);
  if (!table.end().valid) return [];
  const counts: Record<string, number> = table.counts("phase", table.query({ status: "QUEUED" }));
  // @ts-expect-error: nothing is sorted by a name
  table.query({ sort: "name" });
  return table.rows(table.query({ phase: ["running", "waiting"], sort: "created", order: "desc", since: counts.running! }), 0, 50);
}
pages(new Uint8Array());

declare const hatchet: Hatchet;
(await hatchet.tasks.logs(id, { level: ["ERROR"], since: new Date() })).items[0]?.message satisfies string | undefined;
(await new GatewayClient({ baseUrl: "http://localhost/api" }).runs.timings(id)).items[0]?.startedAt satisfies string | undefined;
(await hatchet.schedules.create("order", { triggerAt: "2030-01-01T00:00:00Z", input: {}, additionalMetadata: {} })).triggerAt satisfies string;
(await hatchet.pushedEvents.list({ key: ["a", "b"], since: 7 })).items[0]?.workflowRunSummary.running satisfies number | undefined;
(await hatchet.runs.list({ key: "mine", idempotencyKeys: ["a"] })).runs satisfies Run<"hatchet">[];
void hatchet.runs.create({ workflow: "order", idempotencyKey: "a" }, { key: "mine" });
new Hatchet({ token: "t", checkWorkflow: true, hooks: { onResponse: ({ url, requestId }) => void `${url} ${requestId}` } });
// @ts-expect-error: Formance's runs have no idempotency key
void formance.runs.create({ workflow: id, idempotencyKey: "a" });
// @ts-expect-error: what only other systems have is none of its methods, though it would say so
void hatchet.evidence;
// @ts-expect-error: an expression is missing
void hatchet.crons.create("order", { cronName: "a", input: {}, additionalMetadata: {} });
// @ts-expect-error: a level is one of four
void hatchet.logs({ level: "FATAL" });
void hatchet.runs.cancel(run, { force: true });
void hatchet.runs.cancel(id);
void hatchet.runs.replay(run, { force: true, confirm: true });
declare const flow: Run<"formance">;
formance.instances.sendEvent(flow, { name: "paid" }, { force: true }) satisfies Promise<void>;
// @ts-expect-error: a run of another system
formance.instances.abort(run);
studio.tasks.complete(id, { id, output: null }, { data: {} }, { force: true }) satisfies Promise<void>;
lifecycle("onfido").moves[0]!.from satisfies string[];
transitions.stages.checkWithinAttempt("hatchet", transitions.stages.code("hatchet", "QUEUED"), 2) satisfies number;
allowedNext("hatchet", "QUEUED", "stages") satisfies string[];
// @ts-expect-error: there are runs and stages
diagram("hatchet", "svg", "tasks");
