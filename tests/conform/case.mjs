// One case: what it is of, what it stands on, and what it is given to do its work with.
import { bodyOf, recorder } from "./recorder.mjs";
import { object, text } from "./shape.mjs";

/** An operation's name; the runs' own go without theirs, as the table of capabilities has most of them. */
export const operation = (name) => name.replace(/^runs\./, "");

const define = (use) => (of, name, stands, ...rest) => {
  const test = rest.pop();
  return { name, of: [of].flat().map(operation), use, stands, needs: [], ...rest[0], test };
};

/** A right use of an operation: `right(operation, name, what of the wire facts it stands on, { needs?, only? }?, test)`. */
export const right = define("right");
/** A wrong use of an operation, likewise. */
export const wrong = define("wrong");

/** Why a case cannot be asked in a page; Node asks it. */
export const NODE = {
  secrets: "a page holds no credentials of a system",
  loss: "a page does not see what is lost between gateway and system",
};

// Where credentials are exchanged for a token: no request of an operation.
const GRANTS = /\/(oauth\/token|iam\/login|iam\/refresh)$/;

/** What a case works with. */
export class Context {
  differences = [];
  called = new Set();
  #suite;
  #recorder;

  constructor(suite) {
    this.#suite = suite;
    this.#recorder = recorder(suite.fetch);
    this.client = this.make();
  }

  /** The package. */
  get runward() {
    return this.#suite.runward;
  }

  /** What the caller gave: workflows, products, an applicant. */
  get given() {
    return this.#suite.given;
  }

  /** Speaks through a gateway? */
  get behind() {
    return this.#suite.behind;
  }

  /** Milliseconds to wait for what a server does by itself. */
  get patience() {
    return this.#suite.patience;
  }

  /** A client like the suite's own, with other options. */
  make(options = {}) {
    return traced(this.#suite.make({ fetch: this.#recorder.fetch, ...options }), (name) => this.called.add(name), this.#suite);
  }

  /** The answer to the next such request is lost. */
  loses(which) {
    this.#recorder.loses(which);
  }

  /** What several cases share is made once, by a client of its own. */
  shared(name, make) {
    return this.#suite.shared(name, make);
  }

  /** To be done when all cases are over, the last first. */
  cleanup(what, work) {
    this.#suite.cleanups.unshift({ what, work });
  }

  /** A text that nobody used before. */
  unique(what = "conform") {
    return this.#suite.unique(what);
  }

  differs(what, expected, got) {
    this.differences.push({ what, expected, got });
  }

  equal(what, expected, got) {
    if (JSON.stringify(expected) !== JSON.stringify(got)) this.differs(what, expected, got);
  }

  ensure(what, expected, got, holds) {
    if (!holds) this.differs(what, expected, got);
  }

  /** What the value is not, place by place. */
  fits(what, matcher, value) {
    for (const { at, expected, got } of matcher.check(value)) this.differs(what + at, expected, got);
  }

  /**
   * Does a call and judges it: what it `gives` (a matcher) or how it `fails` (`{ name, code?, status? }`, behind a gateway
   * `{ …, behind: { … } }`), how many requests it `sends`, and by `wire` what the server answered. Gives what the call gave.
   */
  async does(call, { gives, fails, sends, wire } = {}) {
    const begin = this.#recorder.exchanges.length;
    const outcome = await settled(call);
    const exchanges = this.#recorder.exchanges.slice(begin);
    if (fails) this.#failure(outcome, this.behind ? { ...fails, ...fails.behind } : fails);
    else if (outcome.error !== undefined) throw outcome.error;
    else if (gives) this.fits("what the call gives: ", gives, outcome.value);
    if (this.behind) return outcome.value;
    const asked = exchanges.filter(({ path }) => !GRANTS.test(path));
    if (sends !== undefined) this.equal("how many requests were sent", sends, asked.length);
    for (const wanted of [wire ?? []].flat()) await this.#exchange(exchanges, wanted);
    return outcome.value;
  }

  #failure({ error, value }, { name, code, status }) {
    if (error === undefined) return this.differs("the call", `a ${name}`, value);
    if (!this.runward.isRunwardError(error)) return this.differs("the call", `a ${name}`, `${error?.name}: ${error?.message}`);
    const told = `${error.name} (${error.code}): ${error.message}`;
    if (![name].flat().includes(error.name)) this.differs("the error", `a ${name}`, told);
    else if (code !== undefined && ![code].flat().includes(error.code)) this.differs("the error's code", code, told);
    if (status !== undefined && ![status].flat().includes(error.status)) this.differs("the error's status", status, error.status);
  }

  /** One exchange: `at` finds it, as a pattern of "METHOD /path"; else it is the last. */
  async #exchange(exchanges, { at, status, headers = {}, body, valid, raw }) {
    const line = ({ method, path }) => `${method} ${path}`;
    const exchange = at === undefined ? exchanges.at(-1) : exchanges.find((exchange) => at.test(line(exchange)));
    if (exchange === undefined) return this.differs("requests", `one of ${at ?? "any kind"}`, exchanges.map(line).join(", ") || "none");
    const where = (what) => `${line(exchange)}: ${what}`;
    if (status !== undefined && ![status].flat().includes(exchange.status)) this.differs(where("status"), status, exchange.status);
    for (const [name, wanted] of Object.entries(headers)) {
      const value = exchange.headers?.get(name) ?? undefined;
      const fits = wanted instanceof RegExp ? value !== undefined && wanted.test(value) : value === (wanted ?? undefined);
      if (!fits) this.differs(where(`header ${name}`), wanted === null ? "absent" : String(wanted), value);
    }
    const { text, json } = await bodyOf(exchange);
    if (raw) this.fits(where("body "), raw, text);
    if (body) this.fits(where("body"), body, json === undefined ? text : json);
    if (valid) this.valid(where("body"), valid, text);
  }

  /** What the package's own check finds in a document: an error or a warning is a difference. */
  valid(what, kind, source) {
    const report = this.runward.validateRun(this.#suite.system, source ?? "", { what: kind });
    for (const { severity, pointer, message } of report.findings) {
      if (severity !== "info") this.differs(`${what}${pointer}`, `a ${kind} of the wire`, message);
    }
  }

  #mayPass(error) {
    return this.runward.isRunwardError(error) && !["ArgumentError", "AuthError", "UnsupportedError"].includes(error.name);
  }

  /** Asks until the answer is there; what is not found yet may come. */
  async until(what, ask) {
    const begun = Date.now();
    for (;;) {
      const { value, error } = await settled(ask);
      if (value !== undefined && value !== false) return value;
      if (error !== undefined && !this.#mayPass(error)) throw error;
      if (Date.now() - begun > this.patience) throw error ?? new Error(`${what}: not within ${this.patience} ms`);
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
  }
}

async function settled(call) {
  try {
    return { value: await call() };
  } catch (error) {
    return { error: error ?? new Error("rejected with nothing") };
  }
}

/** The client, telling which of its operations are called, and which runs it created. */
function traced(target, note, suite, path = []) {
  return new Proxy(target, {
    get(_, name) {
      const value = Reflect.get(target, name);
      const here = [...path, name];
      if (typeof value === "object" && value !== null) return traced(value, note, suite, here);
      if (typeof value !== "function") return value;
      return (...given) => {
        const called = operation(here.join("."));
        note(called);
        const result = value.apply(target, given);
        if (called === "create") result.then((run) => suite.created.add(run.id), () => {});
        return result;
      };
    },
  });
}

/** A run in the common shape. */
export const commonRun = (system, more = {}) =>
  object({ system: { name: system, check: (value) => (value === system ? [] : [{ at: "", expected: system, got: value }]) }, id: text, status: text, phase: text, ...more });
