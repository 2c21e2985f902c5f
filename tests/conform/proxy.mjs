// A server that stands before another and passes everything on, but for what a mutation changes in its answers.
import { once } from "node:events";
import { createServer } from "node:http";

const HOP = new Set(["connection", "keep-alive", "transfer-encoding", "content-length", "host"]);

/** Starts it before `target`; `mutate(answer, request)` changes `{ status, headers, body }` in place, `body` being a text. */
export async function proxy(target, mutate) {
  const { origin } = new URL(target);
  const server = createServer((request, response) => pass(origin, mutate, request, response).catch(() => response.destroy()));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const end = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: target.replace(origin, `http://127.0.0.1:${server.address().port}`), end };
}

async function pass(origin, mutate, request, response) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const sent = Buffer.concat(pieces);
  const url = new URL(request.url, origin);
  const asked = { method: request.method, path: url.pathname, query: url.searchParams, body: sent.toString() };
  const answer = (await mutate.instead?.(asked)) ?? (await forward(url, request, sent));
  if (answer.text) {
    const changed = { ...answer, body: answer.body.toString() };
    await mutate.answer?.(changed, asked);
    response.writeHead(changed.status, changed.headers).end(changed.body);
  } else {
    await mutate.answer?.(answer, asked);
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }
}

async function forward(url, { method, headers }, sent) {
  const kept = Object.entries(headers).filter(([name]) => !HOP.has(name));
  const body = sent.length > 0 ? sent : undefined;
  const got = await fetch(url, { method, headers: kept, body, redirect: "manual" });
  const text = /json|text/.test(got.headers.get("content-type") ?? "");
  return { status: got.status, headers: Object.fromEntries([...got.headers].filter(([name]) => !HOP.has(name))), body: Buffer.from(await got.arrayBuffer()), text };
}
