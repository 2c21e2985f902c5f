// The same small program in every runtime. What it gives back is plain JSON, so that the runtimes can be compared.
import {
  Hatchet, isRunwardError, lifecycle, newId, NotFoundError, parseRun, RunTable, RunwardError, SignatureError, transitions, validateRun,
  validateTransition, verifyWebhook,
} from "runward";

export async function program(baseUrl, { tenant, run, running, finished, list, delivery, twin }) {
  const hatchet = new Hatchet({ token: "a-token", baseUrl, tenant, iKnowThisTokenIsPublic: true });
  const created = await hatchet.runs.create({ workflow: "order", input: { n: 1 } });
  const read = await hatchet.runs.get(created.id);
  const page = await hatchet.runs.list({ limit: 10 });
  const missing = await hatchet.runs.get(newId()).catch((error) => error);
  const table = new RunTable("hatchet");
  table.push(new TextEncoder().encode(list));
  table.end();
  const refused = await (async () => verifyWebhook("onfido", twin))().catch((error) => error);
  const errors = validateRun("hatchet", run).findings.filter(({ severity }) => severity === "error");
  return {
    ids: newId() < newId(),
    errors,
    forms: [new TextEncoder().encode(run), new TextEncoder().encode(run).buffer, JSON.parse(run)].map((source) => validateRun("hatchet", source).valid),
    parsed: parseRun("hatchet", run).status,
    sameAsRead: JSON.stringify(parseRun("hatchet", run)) === JSON.stringify(read),
    wire: JSON.stringify(read.wire) === JSON.stringify(JSON.parse(run)),
    created: created.id,
    read: { status: read.status, phase: read.phase, outcome: read.outcome },
    page: page.runs.map(({ status }) => status),
    step: [validateTransition("hatchet", running, finished).verdict, validateTransition("hatchet", running, run).verdict],
    code: transitions.code("hatchet", "RUNNING") === lifecycle("hatchet").states.findIndex(({ status }) => status === "RUNNING") + 1,
    counts: table.counts("phase"),
    longest: table.rows(table.query({ sort: "duration", order: "desc" }), 0, 1).map(({ status }) => status),
    webhook: [verifyWebhook("onfido", delivery).type, refused instanceof SignatureError && refused.code],
    missing: { ...missing.toJSON(), message: undefined, real: missing instanceof NotFoundError && missing instanceof RunwardError && isRunwardError(missing) },
  };
}
