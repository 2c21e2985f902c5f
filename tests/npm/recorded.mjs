// Hatchet, as far as the small program asks: bodies that a real server sent.
import { readFileSync } from "node:fs";

const read = (name) => JSON.parse(readFileSync(new URL(`../fixtures/hatchet/recorded/${name}.json`, import.meta.url)));
const created = read("trigger-only-id");
const run = read("run-standalone-completed");
const finished = read("run-dag-completed");
const running = read("run-dag-running");
const page = read("list-mixed");
const unknown = read("run-unknown");

const routes = [
  [created.request.method, created.request.path, created],
  ["GET", run.request.path, run],
  ["GET", page.request.path.split("?")[0], page],
];

const webhooks = new URL("../fixtures/onfido/webhooks/", import.meta.url);
const [delivery, twin] = JSON.parse(readFileSync(new URL("vectors.json", webhooks))).vectors.map(({ body_file, signature, token }) => ({
  body: readFileSync(new URL(body_file, webhooks), "utf8"), headers: { "X-SHA2-Signature": signature }, secret: token,
}));

/** What the program is told beside the server's address. */
export const facts = {
  list: page.response.body, delivery, twin,
  tenant: page.request.path.split("/")[5], run: run.response.body, running: running.response.body, finished: finished.response.body,
};

/** Answers with recordings, and what it has no recording for with Hatchet's 404. */
export function hatchet(request, response) {
  const path = request.url.split("?")[0];
  const [, , found] = routes.find(([method, route]) => method === request.method && route === path) ?? [, , unknown];
  response.writeHead(found.response.status, { "content-type": "application/json" }).end(found.response.body);
}
