// The gateway's client is JavaScript alone, so the page opens without waiting for any WebAssembly.
import { GatewayClient, capabilities, isRunwardError } from "runward/slim";
import { SYSTEMS, systemOf } from "../systems/index.js";
import { known, learn } from "./names.js";

const clients = new Map();
/** What the gateway offers of each of its systems; unknown until it was asked. */
let offers;
let asking;

/** The only way to the systems: the gateway on the page's own origin, which holds their tokens. */
export function clientOf(system) {
  if (!clients.has(system)) clients.set(system, new GatewayClient({ baseUrl: "/api", system }));
  return clients.get(system);
}

/** The systems behind this gateway; all that the package knows until it has told. */
export const present = () => SYSTEMS.filter(({ name }) => offers === undefined || offers.has(name));

/** Can this be asked of a system here? What the gateway withholds cannot. */
export const can = (system, operation) => (offers?.get(system) ?? (offers === undefined ? capabilities[system] : {}))[operation] === true;

/** Which systems there are, and of which runs can be created. */
const outline = () => JSON.stringify(present().map(({ name }) => [name, can(name, "create")]));

/**
 * Asks the gateway once what it offers; a failure leaves the package's own word, and is asked again by the next caller. Says
 * whether a page that is drawn already would look otherwise.
 */
export function askOffers() {
  asking ??= readOffers().finally(() => (asking = undefined));
  return offers === undefined ? asking : Promise.resolve(false);
}

async function readOffers() {
  try {
    const response = await fetch("/api", { headers: { accept: "application/json" }, signal: AbortSignal.timeout(10_000) });
    if (!response.ok) return false;
    const { systems } = await response.json();
    const before = outline();
    offers = new Map(systems.map(({ name, capabilities }) => [name, capabilities]));
    return outline() !== before;
  } catch {
    return false;
  }
}

let operators;

/** Learns the names of a system's workflows where its runs carry ids alone. Says whether any was news. */
export async function askNames(name, signal) {
  operators ??= fetch("/workflows.json", { signal: AbortSignal.timeout(10_000) }).then((response) => (response.ok ? response.json() : {})).catch(() => ({}));
  const given = (await operators)[name] ?? {};
  let news = learn(name, Object.entries(given));
  const system = systemOf(name);
  if (name !== "meshx" || known(name).length > 0 || !can(name, "products")) return news;
  const all = await system.workflows(clientOf(name), signal).catch(() => []);
  news = learn(name, all.map(({ value, label }) => [value, label])) || news;
  return news;
}

/** The workflows that runs of a system can be created of: what it lists, what its operator named, what its runs showed. */
export async function workflowsOf(system, signal) {
  const listed = system.workflows ? await system.workflows(clientOf(system.name), signal) : [];
  await askNames(system.name, signal);
  const values = new Set(listed.map(({ value }) => value));
  const others = system.name === "hatchet" ? [] : known(system.name).filter(([id]) => !values.has(id)).map(([value, label]) => ({ value, label }));
  return [...listed, ...others].sort((a, b) => (a.label < b.label ? -1 : 1));
}

/** A system's name as its maker writes it. */
export const title = (system) => systemOf(system)?.title ?? system;

/** Says in one sentence what went wrong with a system, for people. */
export function sentence(error, system) {
  return unanswered(error) ?? answered(error, title(system)) ?? (error?.message || String(error));
}

function unanswered(error) {
  if (error?.status !== undefined) return undefined;
  if (navigator.onLine === false) return "This device is offline.";
  if (isRunwardError(error, "NetworkError") || error instanceof TypeError) return "The gateway cannot be reached.";
  if (isRunwardError(error, "TimeoutError")) return "The gateway does not answer in time.";
  return undefined;
}

function answered({ status, code, retryAfter }, system) {
  if (code === "no_route") return `This gateway does not speak to ${system}.`;
  if (code === "access_denied") return "The gateway asks for an access token, and this page has none (401).";
  if (code === "operation_not_offered" || code === "read_only") return "This gateway does not offer that (403).";
  if (status === 502 || status === 503 || status === 504) return `The gateway answers, but ${system} cannot be reached (${status}).`;
  if (status === 401 || status === 403) return `${system} refused the gateway's credentials (${status}).`;
  if (status === 429) return `Too many requests: ${system} asks to slow down${retryAfter ? ` for ${Math.ceil(retryAfter / 1000)} s` : ""} (429).`;
  if (status === 404) return "There is no such run (404).";
  return undefined;
}
