// Asks a server all cases of its system, several at once, and tells what differs. It knows a client and what the caller gave,
// and nothing else of who answers.
import { Context, operation } from "./case.mjs";
import { systems } from "./systems.mjs";

/** A run of the cases of one system. */
export class Suite {
  created = new Set();
  cleanups = [];
  #memory = new Map();
  #drawn = 0;

  /**
   * `make(options)` gives a client; `behind` says that it is one of a gateway. `given` is what the caller named; `patience` and
   * `together` are how long to wait, in milliseconds, and how many cases to ask at once; who is `hurried` leaves the slow ones out.
   */
  constructor({ system, runward, make, behind = false, given = {}, patience = 60_000, together = 8, hurried = false, cases = systems[system].cases, fetch }) {
    Object.assign(this, { system, runward, make, behind, given, patience, together, hurried, cases, fetch });
    this.mark = `conform-${runward.newId()}`;
    this.root = new Context(this);
  }

  unique(what) {
    return `${this.mark}-${what}-${++this.#drawn}`;
  }

  shared(name, make) {
    if (!this.#memory.has(name)) this.#memory.set(name, make(this.root));
    return this.#memory.get(name);
  }

  /**
   * Asks all cases, or those whose names hold `only`, or those `of` an operation; gives a result for each, in their order, and
   * what could not be taken back.
   */
  async run({ only, of } = {}) {
    const cases = this.cases.filter((one) => (only === undefined || one.name.includes(only)) && (of === undefined || one.of.includes(of)));
    const results = [];
    const waiting = cases.entries();
    const work = async () => {
      for (const [index, one] of waiting) results[index] = await this.#ask(one);
    };
    await Promise.all(Array.from({ length: this.together }, work));
    if (only === undefined && of === undefined) results.push(...uncovered(this, cases));
    return { system: this.system, behind: this.behind, results, left: await this.#tidy() };
  }

  async #ask({ test, ...about }) {
    const result = { ...about, differences: [] };
    const why = this.#unasked(about);
    if (why) return { ...result, outcome: "not asked", why };
    const context = new Context(this);
    const begun = Date.now();
    try {
      await within(test(context), 4 * this.patience);
    } catch (error) {
      context.differs("the case", "to come to its end", told(error));
    }
    // The cases are data of ours; that they do what they say is checked like anything else.
    const silent = about.of.filter((name) => !context.called.has(name) && !CREATES.includes(name));
    if (silent.length > 0 && context.differences.length === 0) context.differs("the case", `a call of ${silent.join(", ")}`, "none");
    const outcome = context.differences.length > 0 ? "differs" : "passed";
    return { ...result, outcome, differences: context.differences, millis: Date.now() - begun };
  }

  #unasked({ needs, only, slow }) {
    if (slow && this.hurried) return "it is slow";
    if (this.behind && only !== undefined) return only;
    const missing = needs.filter((need) => lookUp(this.given, need) === undefined);
    return missing.length > 0 ? `needs ${missing.map(option).join(" and ")}` : undefined;
  }

  async #tidy() {
    const left = [];
    const attempt = (what, work) => work().catch((error) => left.push({ what, why: told(error) }));
    for (const { what, work } of this.cleanups) await attempt(what, work);
    const { end } = systems[this.system];
    await Promise.all([...this.created].map((id) => attempt(`run ${id}`, () => end(this.root.client, id))));
    return left;
  }
}

/** Nothing hangs: a case that does not come to its end is a difference. */
async function within(work, millis) {
  let alarm;
  const late = new Promise((_, reject) => (alarm = setTimeout(() => reject(new Error(`not within ${millis} ms`)), millis)));
  await Promise.race([work, late]).finally(() => clearTimeout(alarm));
}

/** Operations that are called under another's name: a key is given to a create. */
const CREATES = ["findByKey"];

/** What the table of capabilities names and no case is of, right and wrong use alike; and methods that no table names. */
function uncovered({ system, runward, root }, cases) {
  const missing = (use, name) => ({
    name: `${name} is used ${use === "right" ? "rightly" : "wrongly"}`, of: [name], use, stands: "the table of capabilities", outcome: "differs",
    differences: [{ what: "the suite", expected: `a case of a ${use} use of ${name}`, got: "none" }],
  });
  const able = Object.entries(runward.capabilities[system]).map(([name, can]) => [operation(name), can]);
  // Of many runs can be asked what can be asked of one.
  const can = new Map(able);
  const all = new Map([...methods(root.client).map((name) => [name, can.get(name.replace(/Many$/, "")) ?? true]), ...able]);
  return [...all].flatMap(([name, can]) =>
    (can ? ["right", "wrong"] : ["wrong"]).filter((use) => !cases.some((one) => one.use === use && one.of.includes(name))).map((use) => missing(use, name)));
}

/** The operations that a client has methods for, as the table names them. */
const methods = (client, path = "") =>
  Object.keys(client).flatMap((name) => {
    const here = path + name;
    return typeof client[name] === "function" ? [operation(here)] : methods(client[name], `${here}.`);
  });

const option = (need) => {
  const [kind, name] = need.split(".");
  return name === undefined ? `--${kind}` : `--${kind} ${name}=…`;
};
const lookUp = (given, need) => need.split(".").reduce((at, part) => at?.[part], given);

const told = (error) => (error instanceof Error ? `${error.name}${error.code ? ` (${error.code})` : ""}: ${error.message}` : String(error));
