// Whom to ask: servers that the caller names, or else the local engine, started here with what it happens to serve.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const repository = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const ENGINE = repository(`target/debug/runward-local${process.platform === "win32" ? ".exe" : ""}`);
// Work, lags and limits take a fifth of their time.
const SPEED = 5;
// Applicants are not made there: any id will do.
const APPLICANT = "d16cee46-82f5-4d66-95e2-13f3b544b5a3";

/** Starts the local engine; gives the targets that it is, and `end`. */
export async function engine() {
  if (!existsSync(ENGINE)) throw new Error(`${ENGINE} is not built: run this as \`cargo xtask conform\`.`);
  const child = spawn(ENGINE, ["--memory", "--print-json", "--speed", String(SPEED)], { stdio: ["ignore", "pipe", "inherit"] });
  const reap = () => child.kill("SIGKILL");
  process.once("exit", reap);
  const line = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("error", reject);
    child.once("exit", (code, signal) => reject(new Error(`the engine ended (${signal ?? code}) before it was ready`)));
  });
  const end = () => (process.off("exit", reap), child.kill());
  try {
    return { targets: await served(JSON.parse(line)), end };
  } catch (error) {
    end();
    throw error;
  }
}

/** What a caller who knows the engine would name. */
async function served({ url, token, tenant, control, systems: { formance, onfido, meshx } }) {
  const workflows = named(await json(`${control}/onfido/workflows`), "id");
  const headers = { authorization: `Bearer ${meshx.token}`, "x-org": meshx.org };
  const products = named((await json(`${meshx.url}/api/data/data_product/list`, { headers })).entities, "identifier");
  const card = (input) => ({ workflow: "charge-card", input });
  return [
    {
      system: "hatchet",
      access: { baseUrl: url, token, tenant },
      given: { workflow: { ok: card({}), fails: card({ behaviour: "fail" }), slow: card({ sleepMs: 250_000 }), dag: { workflow: "two-steps", input: {} }, claims: { workflow: "send-invoice", input: { invoiceId: "" } } }, event: await pushed(url, tenant, control) },
    },
    { system: "formance", access: { baseUrl: formance.url, clientId: formance.clientId, clientSecret: formance.clientSecret }, given: {} },
    {
      system: "onfido",
      access: { baseUrl: onfido.url, token: onfido.token },
      given: {
        workflow: { ok: { workflow: workflows["instant-approval"] }, waits: { workflow: workflows["data-from-client"] } },
        applicant: APPLICANT,
        document: await signed(onfido, workflows["signed-contract"], APPLICANT),
        "page-size": "20",
      },
    },
    {
      system: "meshx",
      access: { baseUrl: meshx.url, token: meshx.token, org: meshx.org },
      given: { workflow: { ok: { workflow: products.orders }, slow: { workflow: products["orders-stuck"] } }, user: meshx.user, password: meshx.password },
    },
  ];
}

/** An event, which a webhook pushed. */
async function pushed(url, tenant, control) {
  const headers = { "content-type": "application/json", "x-key": "a-key-of-conform" };
  const webhook = { name: "conform", auth: { type: "API_KEY", header: "x-key", key: headers["x-key"] }, eventKey: "conform:{{kind}}", returnsEvent: true };
  await json(`${control}/inbound`, { method: "POST", headers, body: JSON.stringify(webhook) });
  const { event } = await json(`${url}/api/v1/stable/tenants/${tenant}/webhooks/conform`, { method: "POST", headers, body: `{"kind":"paid"}` });
  return event.metadata.id;
}

/** A run that signs documents, and where they are: `RUN/FILE` by the kind of their signatures. */
async function signed({ url, token }, workflow, applicant) {
  const headers = { authorization: `Token token=${token}`, "content-type": "application/json" };
  const { id } = await json(`${url}/workflow_runs`, { method: "POST", headers, body: JSON.stringify({ applicant_id: applicant, workflow_id: workflow }) });
  const tasks = await json(`${url}/workflow_runs/${id}/tasks`, { headers });
  const signing = tasks.filter(({ task_def_id: def }) => def.endsWith("_electronic_signature"));
  const places = signing.map(async ({ id: task, task_def_id: def }) => {
    const { output } = await json(`${url}/workflow_runs/${id}/tasks/${task}`, { headers });
    return [def.split("_")[0], `${id}/${output.document.id}`];
  });
  return Object.fromEntries(await Promise.all(places));
}

async function json(url, init) {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`${new URL(url).pathname} answered ${response.status}`);
  return response.json();
}

const named = (all, id) => Object.fromEntries(all.map((one) => [one.name, one[id]]));

/** A target's secrets: what nothing may print. */
export function secretsOf({ access, given }) {
  const all = [access.token, access.clientSecret, given.password];
  return all.filter((secret) => typeof secret === "string" && secret.length > 5);
}
