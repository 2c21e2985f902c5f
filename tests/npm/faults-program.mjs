// Meets every fault of the list, in whichever runtime this is, and tells what came of each.
import { Hatchet, isRunwardError, RunwardError } from "runward";

// A page's connections to one origin are six, so no more of the cases than that wait at once.
const AT_ONCE = 5;
const USUAL = { timeout: 15_000, deadline: 20_000 };

export async function program(origin, { cases, ...facts }) {
  const escaped = [];
  const escapes = (event) => void escaped.push(String(event.reason ?? event));
  globalThis.addEventListener?.("unhandledrejection", escapes);
  globalThis.process?.on?.("unhandledRejection", escapes);
  const told = {};
  const waiting = [...cases];
  const work = async () => {
    for (let next; (next = waiting.shift()); ) told[next.name] = await meet(origin, next, facts);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { told, escaped, timers: timers() };
}

/** How many timers still run, where a runtime tells. */
function timers() {
  const told = globalThis.process?.release?.name === "node" && globalThis.navigator?.userAgent !== "Cloudflare-Workers";
  return told ? (process.getActiveResourcesInfo?.() ?? []).filter((name) => name === "Timeout").length : 0;
}

async function meet(origin, { name, timeout = USUAL.timeout }, { id, secret, tenant }) {
  const place = encodeURIComponent(name);
  const retries = timeout === USUAL.timeout ? {} : { retries: 1 };
  const client = new Hatchet({ token: secret, baseUrl: `${origin}/api/${place}`, tenant, iKnowThisTokenIsPublic: true, ...USUAL, timeout, ...retries });
  const outcome = await settled(client.runs.get(id), USUAL.deadline + 3_000);
  const { left, requests } = await (await fetch(`${origin}/api/left/${place}`)).json();
  if (outcome.run) return { run: [outcome.run.id, outcome.run.status], requests, left };
  const { error } = outcome;
  const ours = isRunwardError(error) && error instanceof RunwardError && error instanceof Error;
  return { error: [error?.name, error?.code], ours, leaks: leaks(error, secret), left };
}

/** What a promise comes to, or that it hangs. */
async function settled(promise, most) {
  let alarm;
  const hangs = new Promise((resolve) => (alarm = setTimeout(resolve, most, { error: { name: "it hangs" } })));
  const outcome = await Promise.race([promise.then((run) => ({ run }), (error) => ({ error })), hangs]);
  clearTimeout(alarm);
  return outcome;
}

/** By which ways of showing an error the secret is seen. */
function leaks(error, secret) {
  const { Deno, Bun, process } = globalThis;
  const inspect = process?.getBuiltinModule?.("node:util")?.inspect;
  const shown = {
    "JSON.stringify": JSON.stringify(error),
    String: String(error),
    stack: error?.stack,
    "util.inspect": inspect?.(error, { depth: 9, showHidden: true }),
    "Deno.inspect": Deno?.inspect(error, { depth: 9 }),
    "Bun.inspect": Bun?.inspect(error),
    members: members(error).join("\n"),
  };
  return Object.entries(shown).filter(([, text]) => text?.includes(secret)).map(([way]) => way);
}

/** All texts inside a value, hidden ones too: what the tools of browsers and edges may show. */
function members(value, seen = new Set()) {
  if (typeof value === "string") return [value];
  if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value)) return [];
  seen.add(value);
  return Reflect.ownKeys(value).flatMap((key) => [String(key), ...members(Reflect.getOwnPropertyDescriptor(value, key).value, seen)]);
}
