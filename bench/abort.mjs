// How soon an abort is observed, in every phase of a call: milliseconds from `abort()` to the rejection, and to the end of the
// connection as the server sees it. Beside it: how long a bare `fetch` takes for the same. Out of the built package.
//
// cargo xtask bench abort
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { Hatchet } from "runward";

const TIMES = 60;
const recorded = new URL("../tests/fixtures/hatchet/recorded/run-standalone-running.json", import.meta.url);
const running = JSON.parse(readFileSync(recorded)).response.body;
const id = JSON.parse(running).run.metadata.id;

const silent = () => {};
const begun = (_, response) => void response.writeHead(200, { "content-type": "application/json" }).write("{");
const failing = (_, response) => void response.writeHead(503, { "retry-after": "5", connection: "close" }).end();
const whole = (_, response) => void response.writeHead(200, { "content-type": "application/json", connection: "close" }).end(running);

let handler = silent;
let asked = resolvers();
const server = createServer((request, response) => {
  handler(request, response);
  request.socket.on("error", () => {});
  // In an array, because a promise would be waited for.
  asked.resolve([new Promise((resolve) => request.socket.once("close", () => resolve(performance.now())))]);
}).listen(0, "127.0.0.1");
await once(server, "listening");
const url = `http://127.0.0.1:${server.address().port}`;

function resolvers() {
  let resolve;
  const promise = new Promise((settle) => (resolve = settle));
  return { promise, resolve };
}

const client = (more) => new Hatchet({ baseUrl: url, token: "a-token", tenant: "t", ...more });
const get = (signal) => client().runs.get(id, { signal });
const watch = async (signal) => {
  for await (const change of client().runs.watch(id, { signal })) void change;
};

/** Phases: what the server does, what is called, milliseconds until the call is in that phase, and is a connection left to end, does the server hear of it? */
const phases = {
  "before the headers": [silent, get, 20, true],
  "in the body": [begun, get, 20, true],
  "in the pause before another try": [failing, get, 60, false],
  "between two reads of a watch": [whole, watch, 60, false],
  "while the token is fetched": [silent, (signal) => client({ token: () => sleep(1_000, "a-token") }).runs.get(id, { signal }), 20, false, false],
  "before the headers, of a bare fetch": [silent, (signal) => fetch(url, { signal }), 20, true],
};

/** One abort: when, and how long until the call rejected. */
async function aborted(does, call, wait, reaches) {
  handler = does;
  asked = resolvers();
  const controller = new AbortController();
  const outcome = call(controller.signal).then(() => Promise.reject(new Error("it ended by itself")), () => performance.now());
  if (reaches) await asked.promise;
  await sleep(wait);
  const from = performance.now();
  controller.abort("enough");
  const rejected = (await outcome) - from;
  return { from, rejected };
}

const sorted = (numbers) => numbers.toSorted((a, b) => a - b);
const print = (name, value, goal, unit) => console.log(JSON.stringify({ name, value, goal, unit }));

for (const [phase, [does, call, wait, connected, reaches = true]] of Object.entries(phases)) {
  const seen = [];
  const closed = [];
  for (let i = 0; i < TIMES; i++) {
    const { from, rejected } = await aborted(does, call, wait, reaches);
    seen.push(rejected);
    if (connected) closed.push((await (await asked.promise)[0]) - from);
  }
  print(`abort ${phase}: rejected after`, sorted(seen)[TIMES / 2], 5, "ms, median");
  print(`abort ${phase}: rejected after`, sorted(seen).at(-1), null, "ms, at the most");
  if (connected) print(`abort ${phase}: the connection ended after`, sorted(closed)[TIMES / 2], 20, "ms, median");
}
server.closeAllConnections();
server.close();
process.exit(0);
