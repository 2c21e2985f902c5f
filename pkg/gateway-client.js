// A system behind a gateway, for browsers: no token of its, and the same methods as its own client.
import { ArgumentError, NetworkError, TimeoutError, UnknownOutcomeError, errorOf } from "./errors.js";
import { Flow } from "./download.js";
import { events } from "./events.js";
import { addOperations, capabilities, unsupported } from "./operations.js";
import { absence, presence, present } from "./presence.js";
import { PagePromise, endOf, finished, idOf, outcomeOf, unfinished } from "./runs.js";

const DEFAULTS = { timeout: 30_000, retries: 2 };
const PAUSE = 250;
// What a system answers while it makes a file is nowhere written: any of these may mean that.
const WAITING = [404, 409, 422, 425];
// The gateway's streams show every ten seconds that they live.
const SILENCE = 30_000;

export class GatewayClient {
  #options;
  #base;

  constructor(options = {}) {
    const { baseUrl = "/api", system = "hatchet" } = options;
    if (!/^https?:\/\//.test(baseUrl) && globalThis.location === undefined) {
      throw new ArgumentError({ code: "invalid_base_url", message: "`baseUrl` must be absolute where there is no page: http(s)://…" });
    }
    if (capabilities[system] === undefined) {
      const known = Object.keys(capabilities).join(", ");
      throw new ArgumentError({ code: "unknown_system", message: `\`system\` is one of ${known}.` });
    }
    this.#base = `${baseUrl.replace(/\/+$/, "")}/${encodeURIComponent(system)}`;
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    this.#options = { ...DEFAULTS, ...Object.fromEntries(given) };
    this.runs = this.#runs(system);
    addOperations(this, system, (operation, args, options) => this.#operate(operation, args, begun(options)));
  }

  /** The list's first page, now and whenever it moved. */
  async *events({ filter, ...options } = {}) {
    yield* this.#stream(`/events${query(filter)}`, "page", begun(options));
  }

  #runs(system) {
    const at = (id, rest = "") => `/runs/${segment(id)}${rest}`;
    const act = (name, checked) => async (run, { confirm, force, ...options } = {}) => {
      if (!capabilities[system][name]) throw unsupported(system, name);
      return this.#send("POST", at(force ? idOf(run) : checked(run), `/${name}${query({ confirm, force })}`), undefined, begun(options));
    };
    const many = (name) => async (which, { confirm, force, most, ...options } = {}) => {
      if (!capabilities[system][name]) throw unsupported(system, name);
      const body = Array.isArray(which) ? { runs: which, most } : { filter: query(which).slice(1), most };
      const all = await this.#send("POST", `/runs/${name}${query({ confirm, force })}`, body, begun(options));
      return all.map(outcomeOf);
    };
    const watch = (id, options) => this.#stream(at(id, "/events"), "change", begun(options));
    return {
      create: (request, { key, ...options } = {}) => this.#create({ ...request, key }, begun(options)),
      get: async (id, options) => this.#read(at(id), begun(options)),
      list: (filter = {}, options) =>
        new PagePromise((cursor = filter.cursor) => this.#read(`/runs${query({ ...filter, cursor })}`, begun(options))),
      watch,
      wait: async (id, options) => endOf(watch(id, options)),
      cancel: act("cancel", unfinished),
      replay: act("replay", finished),
      cancelMany: many("cancel"),
      replayMany: many("replay"),
    };
  }

  #create(request, options) {
    const lost = "Whether the run was created is unknown: look for it in the list before creating it again.";
    return unsure(this.#send("POST", "/runs", request, options), lost);
  }

  #operate({ name, get, safety, file }, args, { force, as = "bytes", ...options }) {
    const path = `/do/${name}${query({ force })}`;
    const take = file ? files[as] : decoded;
    if (take === undefined) throw new ArgumentError({ code: "invalid_options", message: '`as` is "bytes" or "response".' });
    if (get) return this.#read(`${path}${query(args)}`, options, { take });
    if (safety === "read") return this.#read(path, options, { take, method: "POST", body: args });
    const sent = this.#send("POST", path, args, options, take);
    return safety === "again" ? sent : unsure(sent, "Whether it was done is unknown: look before you ask for it again.");
  }

  async #read(path, options, { method = "GET", body, take } = {}) {
    const retries = options.retries ?? this.#options.retries;
    const ended = any(options.limit, options.signal);
    const until = Date.now() + (options.wait ?? 0);
    for (let tried = 0; ; tried++) {
      try {
        return await this.#send(method, path, body, options, take);
      } catch (error) {
        if (!ended.aborted && Date.now() < until && WAITING.includes(error?.status)) {
          await pause(Math.min(PAUSE * 2 ** tried, 3_000), ended);
          continue;
        }
        if (ended.aborted || !error?.retryable || tried >= retries) throw error;
        await pause(Math.max(error.retryAfter ?? 0, PAUSE * 2 ** tried * (0.5 + Math.random())), ended);
        if (ended.aborted) throw told(error, ended, options);
      }
    }
  }

  async #send(method, path, body, options, take = decoded) {
    const timer = new AbortController();
    const limit = options.timeout ?? this.#options.timeout;
    const alarm = setTimeout(() => timer.abort(late(`No answer of the gateway within ${limit} ms.`)), limit);
    try {
      const response = await this.#fetch(method, path, body, any(timer.signal, options.limit, options.signal));
      return await take(response, { timer, limit, signals: [options.limit, options.signal].filter(Boolean) });
    } catch (error) {
      throw told(error, timer.signal, options);
    } finally {
      clearTimeout(alarm);
    }
  }

  // A page that is hidden or offline listens to nothing; when it is back it opens its stream again, and tells no state twice.
  async *#stream(path, wanted, options) {
    let last;
    for (let again = false; ; again = true) {
      await presence(any(options.limit, options.signal));
      const away = absence();
      try {
        let first = again && last !== undefined;
        for await (const item of this.#listen(path, wanted, options, away.signal)) {
          const told = first ? behind(last, item) : item;
          first = false;
          last = item;
          if (told !== undefined) yield told;
        }
        return;
      } catch (error) {
        if (error?.retryable !== true || options.signal?.aborted || options.limit?.aborted || (present() && !away.signal.aborted)) throw error;
      } finally {
        away.end();
      }
    }
  }

  async *#listen(path, wanted, options, away) {
    const timer = new AbortController();
    let alarm;
    const listen = () => {
      clearTimeout(alarm);
      alarm = setTimeout(() => timer.abort(late("The gateway's stream fell silent.")), SILENCE);
    };
    try {
      listen();
      const response = await this.#fetch("GET", path, undefined, any(timer.signal, away, options.limit, options.signal));
      if (!response.ok) await decoded(response);
      for await (const { name, data } of events(response.body)) {
        listen();
        if (name === wanted) yield JSON.parse(data);
        if (name === "end") return;
        if (name === "error") throw errorOf(JSON.parse(data));
      }
      throw new NetworkError({ code: "network", message: "The gateway's stream broke off: open it again.", retryable: true });
    } catch (error) {
      throw told(error, timer.signal, options);
    } finally {
      clearTimeout(alarm);
      timer.abort();
    }
  }

  #fetch(method, path, body, signal) {
    const { fetch = globalThis.fetch, token } = this.#options;
    const headers = { accept: "application/json, text/event-stream, */*" };
    if (body !== undefined) headers["content-type"] = "application/json";
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    return fetch(this.#base + path, { method, headers, body: body && JSON.stringify(body), signal });
  }
}

// Without an id the way would lead to the list, and dots lead up.
function segment(id) {
  if (typeof id === "string" && !/^\.{0,2}$/.test(id)) return encodeURIComponent(id);
  throw new ArgumentError({ code: "invalid_id", message: "The id of a run is a text, neither empty nor dots." });
}

function query(filter = {}) {
  const { metadata = {}, ...rest } = filter;
  const pairs = Object.entries(rest).flatMap(([name, value]) => [value].flat().map((one) => [name, plain(name, one)]));
  const all = [...pairs, ...Object.entries(metadata).map(([key, value]) => ["metadata", `${key}:${value}`])];
  const text = new URLSearchParams(all.filter(([, value]) => value !== undefined)).toString();
  return text && `?${text}`;
}

// A time as milliseconds; nothing else that is an object can stand in a query.
function plain(name, value) {
  if (value instanceof Date) return +value;
  if (typeof value !== "object" || value === null) return value ?? undefined;
  throw new ArgumentError({ code: "wrong_argument", message: `\`${name}\` must be a text or a number.` });
}

// A file, in the form that is asked for.
const files = {
  bytes: async (response) => (response.ok ? new Uint8Array(await response.arrayBuffer()) : decoded(response)),
  response: async (response, { timer, limit, signals }) => {
    if (!response.ok) return decoded(response);
    return new Flow(response.body, timer, limit).bind(signals).response(response.headers.get("content-type") ?? "");
  },
};

/** What is done only once, and whether it was is not known when the answer is lost. */
async function unsure(sent, what) {
  try {
    return await sent;
  } catch (error) {
    if (!(error instanceof NetworkError || error instanceof TimeoutError)) throw error;
    throw new UnknownOutcomeError({ code: "unknown_outcome", message: `${error.message} ${what}` }, { cause: error });
  }
}

async function decoded(response) {
  const text = await response.text();
  if (response.status === 204) return undefined;
  let value;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const message = `The gateway answered ${response.status} without JSON: is ${new URL(response.url || "http://unknown").pathname} its address?`;
    throw errorOf({ kind: response.ok ? "Decode" : "Http", code: "unexpected_answer", message, status: response.status, retryable: response.status >= 500 }, cause);
  }
  if (!response.ok) throw errorOf({ kind: "Http", code: "http", message: `The gateway answered ${response.status}.`, status: response.status, ...value });
  return value;
}

/** What a failed call rejects with: the abort's own reason, an error of ours as it is, anything else as lost on the way. */
function told(error, timer, { signal, limit }) {
  if (signal?.aborted) return signal.reason;
  if (limit?.aborted) return late("The call's deadline was reached.");
  if (timer.aborted && timer.reason instanceof TimeoutError) return timer.reason;
  if (error?.code !== undefined && error.retryable !== undefined) return error;
  return new NetworkError({ code: "network", message: "The gateway cannot be reached.", retryable: true }, { cause: error });
}

/** What the first item of a stream that was opened again tells beyond the last: nothing, if it shows the same. */
function behind(last, item) {
  const state = ({ after, provisional, confirmedAt, ...page }) => JSON.stringify(after === undefined ? page : [after, provisional, confirmedAt !== undefined]);
  if (state(last) === state(item)) return undefined;
  return last.after === undefined ? item : { ...item, before: item.before ?? last.after };
}

const late = (message) => new TimeoutError({ code: "timeout", message, retryable: true });
const any = (...signals) => AbortSignal.any(signals.filter((signal) => signal !== undefined));
// The options of a call whose deadline runs from now on.
const begun = ({ deadline, ...options } = {}) => ({ ...options, limit: deadline && AbortSignal.timeout(deadline) });

function pause(millis, signal) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(alarm);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const alarm = setTimeout(end, millis);
    signal.addEventListener("abort", end);
  });
}
