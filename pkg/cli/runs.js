// `runward create`, `get`, `list`, `watch`, `cancel`: a system's runs.
import { jsonOf, oneOf, systemOf, Unusable } from "./unusable.js";

const CLASSES = { hatchet: "Hatchet", formance: "Formance", onfido: "Onfido", meshx: "MeshX" };
const ENVIRONMENT = { token: "RUNWARD_TOKEN", clientId: "RUNWARD_CLIENT_ID", clientSecret: "RUNWARD_CLIENT_SECRET" };
const DETAILS = "The token comes from the environment: RUNWARD_TOKEN, or RUNWARD_CLIENT_ID and RUNWARD_CLIENT_SECRET.";

const shared = {
  system: { type: "string", value: "SYSTEM", about: "whose runs: hatchet, formance, onfido, meshx" },
  "base-url": { type: "string", value: "URL", about: "where the system's API begins; read from a Hatchet token when absent" },
  tenant: { type: "string", value: "ID", about: "Hatchet's tenant; read from the token when absent" },
  org: { type: "string", value: "NAME", about: "meshX's organisation" },
  region: { type: "string", value: "REGION", about: "Onfido's region: eu, us, ca" },
  format: { type: "string", value: "FORMAT", about: "text; json: one object a line" },
};

const textOf = ({ id, status, phase, outcome, name, createdAt }) =>
  [id, status, outcome ?? phase, createdAt === undefined ? "-" : new Date(createdAt).toISOString(), name ?? ""].join("  ").trimEnd();

async function clientOf({ system, "base-url": baseUrl, tenant, org, region }) {
  const runward = await import("runward");
  const Class = runward[CLASSES[systemOf(system)]];
  if (Class === undefined) throw new Unusable(`This version of runward has no client of ${system}.`);
  const secrets = Object.entries(ENVIRONMENT).map(([name, variable]) => [name, process.env[variable]]);
  const given = Object.entries({ baseUrl, tenant, org, region }).concat(secrets).filter(([, value]) => value !== undefined && value !== "");
  if (!given.some(([name]) => name === "token" || name === "clientSecret")) throw new Unusable(`No token. ${DETAILS}`);
  return new Class(Object.fromEntries(given));
}

function command(name, words, about, options, work) {
  const usage = `${name} ${words && `${words} `}--system SYSTEM [--base-url URL]`;
  const run = async (values, positionals) => {
    const as = oneOf(["text", "json"], values.format, "format");
    const print = (value, text = textOf) => process.stdout.write(`${as === "json" ? JSON.stringify(value) : text(value)}\n`);
    const wanted = words === "" ? 0 : 1;
    if (positionals.length !== wanted) throw new Unusable(wanted === 0 ? "No argument is taken beside the options." : `Exactly one ${words} is wanted.`);
    return (await work((await clientOf(values)).runs, values, print, positionals[0])) ?? 0;
  };
  return { usage, about, details: DETAILS, options: { ...shared, ...options }, run };
}

export const create = command("create", "WORKFLOW", "Creates a run of a workflow and prints it.", {
  input: { type: "string", value: "JSON|@FILE", about: "what the run is given: an object" },
  metadata: { type: "string", value: "JSON|@FILE", about: "your own data about it: an object" },
  key: { type: "string", value: "KEY", about: "a key of yours, by which the run is found again when an answer is lost" },
}, async (runs, { input, metadata, key }, print, workflow) => {
  const request = { workflow, input: jsonOf(input, "input"), metadata: jsonOf(metadata, "metadata") };
  print(await runs.create(request, key === undefined ? undefined : { key }));
});

export const get = command("get", "ID", "Reads a run and prints it.", {}, async (runs, _, print, id) => print(await runs.get(id)));

export const list = command("list", "", "Lists runs, the newest page of them; exit code 1 if rows could not be read.", {
  status: { type: "string", multiple: true, value: "STATUS", about: "the system's own word; once for each" },
  workflow: { type: "string", multiple: true, value: "ID", about: "a workflow's id; once for each" },
  key: { type: "string", value: "KEY", about: "the key that it was created with" },
  since: { type: "string", value: "TIME", about: "created at or after: ISO 8601" },
  until: { type: "string", value: "TIME", about: "created at or before: ISO 8601" },
  limit: { type: "string", value: "NUMBER", about: "how many runs a page holds" },
  all: { type: "boolean", about: "every page, not the first alone" },
}, async (runs, { status, workflow, key, since, until, limit, all }, print) => {
  const filter = { status, workflow, key, since: time(since, "since"), until: time(until, "until"), limit: whole(limit) };
  const pages = runs.list(Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)));
  let unread = 0;
  for await (const page of all ? pages.pages() : [await pages]) {
    for (const run of page.runs) print(run);
    for (const { index, findings } of page.unreadable ?? []) {
      unread++;
      const wrong = findings.map(({ pointer, message }) => `at "${pointer}": ${message}`);
      process.stderr.write(`row ${index} of a page cannot be read as a run: ${wrong.join("; ")}\n`);
    }
  }
  return unread === 0 ? 0 : 1;
});

export const watch = command("watch", "ID", "Prints every change of a run until its confirmed end.", {
  follow: { type: "boolean", about: "go on after the end: a run may be opened again" },
}, async (runs, { follow = false }, print, id) => {
  for await (const change of runs.watch(id, { follow })) {
    print(change, ({ before, after, verdict, provisional }) => `${verdict}  ${before?.status ?? "-"} → ${after.status}${provisional ? "  (provisional)" : ""}`);
  }
});

export const cancel = command("cancel", "ID", "Asks for a run's end; exit code 1 if it had no effect.", {
  confirm: { type: "boolean", about: "look for the effect" },
}, async (runs, { confirm = false }, print, id) => {
  const effect = await runs.cancel(id, { confirm });
  print(effect, ({ accepted, effect, run }) => `${accepted ? "accepted" : "refused"}  ${effect}${run === undefined ? "" : `  ${run.status}`}`);
  return effect.accepted && effect.effect !== "ineffective" ? 0 : 1;
});

function time(text, name) {
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new Unusable(`--${name} must be a time such as 2026-11-22T16:00:00Z, and not ${JSON.stringify(text)}.`);
  return at;
}

function whole(text) {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d*$/.test(text)) throw new Unusable(`--limit must be a whole number from 1, and not ${JSON.stringify(text)}.`);
  return Number(text);
}
