import { Formance, Gateway, Hatchet, MeshX, Onfido } from "runward";
import { POLICY } from "./policy.js";

/** A plain directory service tells no types; a platform's own asset service does, and is believed. */
const TYPES = { html: "text/html; charset=utf-8", js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8", svg: "image/svg+xml", wasm: "application/wasm", json: "application/json" };

/** A name that a person types may be mistaken, and Hatchet takes any. */
const CLIENTS = { hatchet: (options) => new Hatchet({ checkWorkflow: true, ...options }), formance: (options) => new Formance(options), onfido: (options) => new Onfido(options), meshx: (options) => new MeshX(options) };

/** Beside the runs: what only reads and gives no file, and the two moves by which a person answers a run that waits. */
const OPERATIONS = {
  formance: ["instances.sendEvent", "instances.history", "instances.stageHistory", "workflows.list", "workflows.get", "workflows.create"],
  onfido: ["tasks.list", "tasks.get", "tasks.complete"],
};

let gateway;

/** The gateway lives as long as the isolate: its watches are shared between requests, and the secrets stay in here. */
function gatewayOf(env) {
  gateway ??= new Gateway({ systems: systemsOf(JSON.parse(env.SYSTEMS)), operations: OPERATIONS });
  return gateway;
}

/** A client for each system of `{ [name]: options }`. */
function systemsOf(wanted) {
  return Object.fromEntries(Object.entries(wanted).map(([name, options]) => [name, CLIENTS[name](options)]));
}

export default {
  /** Answers the gateway's routes under `/api`, the operator's names of workflows, and everything else from the dashboard's files. */
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === "/workflows.json") return Response.json(JSON.parse(env.WORKFLOWS ?? "{}"), { headers: { "Cache-Control": "no-cache" } });
    if (pathname === "/api" || pathname.startsWith("/api/")) return gatewayOf(env).handle(request);
    return asset(request, env, pathname);
  },
};

async function asset(request, env, pathname) {
  if (request.method !== "GET" && request.method !== "HEAD") return new Response("Method not allowed", { status: 405, headers: { Allow: "GET, HEAD" } });
  const path = pathname === "/" ? "/index.html" : pathname;
  const found = await env.ASSETS.fetch(new Request(new URL(path, request.url), { method: request.method }));
  const headers = new Headers(found.headers);
  if (found.ok) describe(headers, path);
  headers.set("Content-Security-Policy", `${POLICY}; frame-ancestors 'none'`);
  headers.set("X-Content-Type-Options", "nosniff");
  headers.set("Referrer-Policy", "no-referrer");
  return new Response(found.body, { status: found.status, headers });
}

function describe(headers, path) {
  const type = headers.get("Content-Type");
  if (!type || type.startsWith("application/octet-stream")) headers.set("Content-Type", TYPES[path.split(".").at(-1)] ?? "application/octet-stream");
  // Built files carry a hash of their content in their name.
  headers.set("Cache-Control", path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache");
}
