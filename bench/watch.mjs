// How soon the end of a run is known, at how many requests, and how many ends are believed that are none: `watch` beside
// polling each second, which is what Hatchet's own dashboard does. 200 runs of 0.3 to 120 s of the local engine, in real time:
// single tasks, tasks that fail and are tried again, DAGs, and DAGs that are replayed. Then a thousand watches of one client.
// Out of the built package; takes five minutes.
//
// cargo xtask bench watch
import { spawn } from "node:child_process";
import { setMaxListeners } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Hatchet } from "runward";

const RUNS = Number(process.env.RUNS ?? 200);
const [SHORTEST, LONGEST] = [300, Number(process.env.LONGEST ?? 120_000)];
const MANY = 1_000;
const MANY_FOR = 30_000;
const POLL = 1_000;
const SPREAD = 600;
// The policy's rate, and what may come at once: src/policy.rs.
const [BURST, RATE] = [50, 50];
const ENDS = ["COMPLETED", "FAILED", "CANCELLED"];

const program = fileURLToPath(new URL("../target/load/runward-local", import.meta.url));
const child = spawn(program, ["--memory", "--print-json"], { stdio: ["ignore", "pipe", "inherit"] });
const engine = JSON.parse((await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next()).value);
process.on("exit", () => child.kill());

/** A client, and how many requests it has sent. */
function counted() {
  const count = { requests: 0 };
  const options = { baseUrl: engine.url, token: engine.token, tenant: engine.tenant, hooks: { onRequest: () => count.requests++ } };
  return { client: new Hatchet(options), count };
}

const plain = async (path, init) => {
  const answer = await fetch(`${engine.url}${path}`, { ...init, headers: { authorization: `Bearer ${engine.token}`, "content-type": "application/json" } });
  return answer.ok ? answer.json() : undefined;
};

/** Kinds of runs of about this length; `replay` has a finished DAG done again, and watches that. */
const kinds = [
  { workflow: "ship-parcel", input: (length) => ({ sleepMs: length }) },
  { workflow: "charge-card", input: (length) => ({ behaviour: "fail-until", until: 2, sleepMs: length / 3 }) },
  { workflow: "charge-card", input: (length) => ({ behaviour: "fail", sleepMs: length / 4 }) },
  { workflow: "nightly-report", input: (length) => ({ stepMs: Math.min(length / 3, 50_000) }) },
  { workflow: "nightly-report", input: (length) => ({ stepMs: Math.min(length / 6, 25_000) }), replay: true },
];

async function begin(client, { workflow, input, replay }, length) {
  const { id } = await client.runs.create({ workflow, input: input(length) });
  if (!replay) return { id, begun: Date.now() };
  await client.runs.wait(id);
  const begun = Date.now();
  await plain(`/api/v1/stable/tenants/${engine.tenant}/tasks/replay`, { method: "POST", body: JSON.stringify({ externalIds: [id] }) });
  return { id, begun };
}

/** When `watch` knew, and at how many requests. */
async function watched({ client, count }, id) {
  for await (const { confirmedAt } of client.runs.watch(id)) {
    if (confirmedAt !== undefined) return { known: Date.now(), requests: count.requests };
  }
}

/** When whoever polls each second knew. */
async function polled(id) {
  for (let requests = 1; ; requests++) {
    const details = await plain(`/api/v1/stable/workflow-runs/${id}`);
    if (ENDS.includes(details?.run.status)) return { known: Date.now(), requests };
    await sleep(POLL);
  }
}

/** One run, watched by a client of its own, by one that watches them all, and by polling. */
async function measure(index, shared) {
  const kind = kinds[index % kinds.length];
  const length = SHORTEST + ((LONGEST - SHORTEST) * index) / Math.max(1, RUNS - 1);
  // One after the other, the short among the long, so that no more of them are under way than a server has to bear.
  await sleep(((index * 73) % RUNS) * SPREAD);
  const { id, begun } = await begin(counted().client, kind, length);
  const [own, many, poll] = await Promise.all([watched(counted(), id), watched(shared, id), polled(id)]);
  return { id, begun, length, kind, own, many, poll };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const print = (name, value, goal, unit) => console.log(JSON.stringify({ name, value, goal, unit }));

function report(name, runs, way, goals) {
  const seen = runs.map((run) => ({ late: run[way].known - run.end, allowed: Math.max(0.1 * (run.end - run.begun), 900), requests: run[way].requests, age: run.end - run.begun }));
  const honest = seen.filter(({ late }) => late > -20);
  print(`${name}: false ends believed`, seen.length - honest.length, goals ? 0 : null, `of ${seen.length}`);
  print(`${name}: the end is known after`, median(honest.map(({ late }) => late)), null, "ms, median");
  print(`${name}: of what is allowed (10 % of the run's age, or 900 ms)`, median(honest.map(({ late, allowed }) => late / allowed)), goals ? 1 : null, "median");
  for (const [from, to] of [[0, 5], [5, 20], [20, 60], [60, 125]]) {
    const some = honest.filter(({ age }) => age >= from * 1_000 && age < to * 1_000).map(({ late, allowed }) => late / allowed);
    print(`${name}: the same, of ${some.length} runs of ${from} to ${to} s`, median(some), null, "median");
  }
  print(`${name}: known within that`, (100 * honest.filter(({ late, allowed }) => late <= allowed).length) / honest.length, null, "% of runs");
  if (way === "many") return;
  print(`${name}: requests a run`, median(seen.map(({ requests }) => requests)), null, "median");
  const minute = seen.filter(({ age }) => age > 50_000 && age < 66_000).map(({ requests }) => requests);
  print(`${name}: requests for a run of a minute`, Math.max(...minute), goals ? 30 : null, `at the most, of ${minute.length} runs`);
}

const shared = counted();
const started = Date.now();
const runs = await Promise.all(Array.from({ length: RUNS }, (_, index) => measure(index, shared)));
const seconds = (Date.now() - started) / 1_000;
// The engine's own record, when all is long over.
await sleep(1_000);
for (const run of runs) run.end = Date.parse((await plain(`/api/v1/stable/workflow-runs/${run.id}`)).run.finishedAt);
report("watch", runs, "own", true);
report("watch, all of one client", runs, "many", true);
print("watch, all of one client: requests a run", shared.count.requests / RUNS, null, "mean");
report("polling each second", runs, "poll", false);

const { client, count } = counted();
const ids = await Promise.all(Array.from({ length: MANY }, async () => (await counted().client.runs.create({ workflow: "ship-parcel", input: { sleepMs: 240_000 } })).id));
const ended = new AbortController();
setMaxListeners(0, ended.signal);
const from = Date.now();
const seen = new Set();
const all = ids.map(async (id) => {
  for await (const { after } of client.runs.watch(id, { signal: ended.signal })) seen.add(after.id);
});
await sleep(MANY_FOR);
ended.abort("enough");
await Promise.allSettled(all);
const lasted = (Date.now() - from) / 1_000;
print("1,000 watches of one client: requests", count.requests, Math.round(BURST + RATE * lasted), `in ${lasted.toFixed(1)} s`);
print("1,000 watches of one client: runs read", seen.size, MANY, "runs");
print("200 runs took", seconds, null, "s");
process.exit(0);
