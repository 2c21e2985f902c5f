// What networks and servers do to a read, once, for every runtime: 19 cases that must fail as ours, 5 that must recover.
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as pause } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { isDeepStrictEqual } from "node:util";
import { facts } from "./recorded.mjs";

const SECRET = "s3cret-token-of-the-fault-matrix";
const ID = JSON.parse(facts.run).run.metadata.id;

const raw = (status, headers, body = "") =>
  Buffer.concat([Buffer.from(`HTTP/1.1 ${status} x\r\n${headers.map((line) => `${line}\r\n`).join("")}connection: close\r\n\r\n`), Buffer.from(body)]);
const whole = (status, body, ...headers) => raw(status, [`content-length: ${Buffer.byteLength(body)}`, ...headers], body);
const JSON_TYPE = "content-type: application/json";
const says = (bytes) => (socket) => socket.end(bytes);
const json = (body, status = 200) => says(whole(status, body, JSON_TYPE));
const html = (status) => says(whole(status, `<!doctype html><h1>${SECRET}</h1>`, "content-type: text/html"));
const stalls = (bytes) => (socket) => socket.write(bytes);
const resets = (socket) => socket.resetAndDestroy();
const good = json(facts.run);

const MEGABYTE = Buffer.alloc(1e6, "1,");
const MEGABYTES = 80;

function* megabytes() {
  yield raw(200, [JSON_TYPE, `content-length: ${MEGABYTES * MEGABYTE.length + 3}`], "[");
  for (let sent = 0; sent < MEGABYTES; sent++) yield MEGABYTE;
  yield Buffer.from("1]");
}

// Whoever has had enough of it goes.
const large = (socket) => pipeline(Readable.from(megabytes()), socket).catch(() => {});

let packed;
const bomb = (socket) => {
  packed ??= gzipSync(`[${"1,".repeat(32 << 20)}1]`);
  socket.end(whole(200, packed, JSON_TYPE, "content-encoding: gzip"));
};

const date = (millis) => new Date(millis).toUTCString();
const later = (socket) => socket.end(whole(429, "", `date: ${date(Date.now())}`, `retry-after: ${date(Date.now() + 1_000)}`));

/** A case: what the server does with each request, the last for all that follow, and the error; none where a read recovers. */
export const cases = [
  { name: "reset", does: [resets], error: ["NetworkError", "before_headers"] },
  { name: "close", does: [(socket) => socket.end()], error: ["NetworkError", "before_headers"] },
  { name: "truncated length", does: [says(raw(200, [JSON_TYPE, "content-length: 100"], `{"run"`))], error: ["NetworkError", "in_body"] },
  { name: "truncated chunk", does: [says(raw(200, [JSON_TYPE, "transfer-encoding: chunked"], `20\r\n{"run"`))], error: ["NetworkError", "in_body"] },
  { name: "stalled headers", does: [stalls("HTTP/1.1 200 OK\r\n")], error: ["TimeoutError", "timeout"], timeout: 700 },
  { name: "stalled body", does: [stalls(raw(200, [JSON_TYPE, "content-length: 9"], "{"))], error: ["TimeoutError", "timeout"], timeout: 700 },
  { name: "HTML 200", does: [html(200)], error: ["DecodeError", "not_json"] },
  { name: "HTML 404", does: [html(404)], error: ["NotFoundError", "not_found"] },
  { name: "HTML 502", does: [html(502)], error: ["HttpError", "server_error"] },
  { name: "bad JSON", does: [json(`{"run":${SECRET}`)], error: ["DecodeError", "not_json"] },
  { name: "empty JSON", does: [json("")], error: ["DecodeError", "not_json"] },
  { name: "null JSON", does: [json("null")], error: ["DecodeError", "invalid_document"] },
  { name: "bad gzip", does: [says(whole(200, facts.run, JSON_TYPE, "content-encoding: gzip"))], error: ["NetworkError", "in_body"] },
  { name: "401", does: [json(`{"errors":[{"description":"no such token: ${SECRET}"}]}`, 401)], error: ["AuthError", "unauthorized"] },
  { name: "429 for a day", does: [says(whole(429, "", "retry-after: 100000"))], error: ["RateLimitError", "rate_limited"] },
  { name: "cross-origin 307", does: [says(whole(307, "", `location: http://localhost:1/${SECRET}`))], error: ["HttpError", "cross_origin_redirect"] },
  { name: "80 MB body", does: [large], error: ["DecodeError", "too_large"] },
  { name: "64 MB gzip bomb", does: [bomb], error: ["DecodeError", "too_large"] },
  { name: "100,000-deep body", does: [json("[".repeat(100_000) + "]".repeat(100_000))], error: ["DecodeError", "too_deep"] },

  { name: "500, then 200", does: [json("null", 500), good] },
  { name: "503 with Retry-After, then 200", does: [says(whole(503, "", "retry-after: 1")), good] },
  { name: "429 with seconds, then 200", does: [says(whole(429, "", "retry-after: 1")), good] },
  { name: "429 with a date, then 200", does: [later, good] },
  { name: "reset, then 200", does: [resets, good] },
];

/** Where a runtime shows another error than the rest: `runtime`, `name` of the case, `error`, and why. */
export const differences = [
  {
    runtime: "chromium", name: "cross-origin 307", error: ["HttpError", "redirect_refused"],
    reason: "a page is told that there is a redirect, and not where it leads: all of them are refused",
  },
];

/** The runtimes that meet them. */
export const runtimes = ["node", "deno", "bun", "workerd", "edge-runtime", "chromium"];

/** Milliseconds that a socket has to end after the call it was opened for. */
const GRACE = 5_000;

/** The server behind one runtime's cases, as a handler below `/api/`: `/api/{case}/…`, and `/api/left/{case}`. */
function server() {
  const requests = new Map();
  const open = new Map();
  const sockets = (name) => open.get(name) ?? open.set(name, new Set()).get(name);

  async function left(name, response) {
    const until = Date.now() + GRACE;
    while (sockets(name).size > 0 && Date.now() < until) await pause(10);
    response.setHeader("content-type", "application/json").end(JSON.stringify({ left: sockets(name).size, requests: requests.get(name) ?? 0 }));
  }

  return (request, response) => {
    const [, , first, second] = request.url.split("/").map(decodeURIComponent);
    if (first === "left") return left(second, response);
    const { socket } = request;
    const { does } = cases.find(({ name }) => name === first);
    const before = requests.get(first) ?? 0;
    requests.set(first, before + 1);
    sockets(first).add(socket);
    // The client may go at any time, and by any way.
    socket.on("error", () => {}).once("close", () => sockets(first).delete(socket));
    return does[Math.min(before, does.length - 1)](socket);
  };
}

/** The whole list as a job for one runtime. */
export const job = () => ({
  module: "faults-program.mjs",
  facts: { cases: cases.map(({ name, timeout }) => ({ name, timeout })), id: ID, secret: SECRET, tenant: facts.tenant },
  handler: server(),
});

/** What each case must come to, in that runtime. */
export function expected(runtime) {
  const own = ({ name }) => differences.find((difference) => difference.runtime === runtime && difference.name === name);
  const failed = (which) => ({ error: (own(which) ?? which).error, ours: true, leaks: [], left: 0 });
  const read = { run: [ID, "COMPLETED"], requests: 2, left: 0 };
  return Object.fromEntries(cases.map((which) => [which.name, which.error ? failed(which) : read]));
}

/** Differences that are none any more: each must still be needed. */
export const unused = (runtime, told) =>
  differences.filter((difference) => difference.runtime === runtime && isDeepStrictEqual(told[difference.name]?.error, usual(difference.name)));

const usual = (wanted) => cases.find(({ name }) => name === wanted)?.error;
