// What needs no server, asked of vectors and recordings; the same in every runtime. What it gives back is plain JSON.
import * as runward from "runward";

const { RunTable, diagram, lifecycle, transitions, validateHistory, validateRun, verifyWebhook } = runward;
const VERDICTS = ["same", "advance", "newAttempt", "revision", "stale", "conflict"];
const outcome = (call) => {
  try {
    return call();
  } catch (error) {
    return `${error.name} ${error.code}`;
  }
};

/** Of each kept history its steps, findings and end, in the shape in which they are kept. */
export const histories = (system, kept) =>
  kept.map(({ name, snapshots }) => {
    const { steps, findings, final } = validateHistory(system, snapshots);
    return {
      name, snapshots,
      steps: steps.map(({ verdict, cause }) => ({ verdict, ...(cause && { cause }) })),
      findings: findings.map(({ pointer, code }) => `${pointer} ${code}`),
      final: { status: final.status, attempt: final.attempt },
    };
  });

/** The verdict on every pair of words, through the codes, one by one and at once, in the shape in which they are kept. */
export function pairs(system, of, kept) {
  const steps = of === "runs" ? transitions : transitions[of];
  const known = Object.keys(kept.codes);
  const words = ["(unknown)", ...known];
  const code = (word) => steps.code(system, word);
  const each = (verdict) => Object.fromEntries(words.map((from) => [from, Object.fromEntries(words.map((to) => [to, VERDICTS[verdict(from, to)]]))]));
  const all = steps.checkAll(system, Uint8Array.from(words.flatMap((from) => words.flatMap((to) => [code(from), code(to)]))));
  return {
    allowedNext: Object.fromEntries(known.map((word) => [word, runward.allowedNext(system, word, of)])),
    check: each((from, to) => steps.check(system, code(from), code(to))),
    atOnce: each((from, to) => all[words.indexOf(from) * words.length + words.indexOf(to)]),
    checkWithinAttempt: each((from, to) => steps.checkWithinAttempt(system, code(from), code(to))),
    codes: Object.fromEntries(known.map((word) => [word, code(word)])),
  };
}

/** Of each kept run and its events the verdicts and the run that they make, or what refuses them, as they are kept. */
export const events = (system, kept) =>
  kept.map(({ name, run, events, orders, refused }) => {
    const merge = (order) => {
      const steps = [];
      const after = order.reduce((run, index) => {
        const { verdict, cause, run: next } = runward.applyEvent(system, run, events[index]);
        steps.push([verdict, cause].filter(Boolean).join(" "));
        return next;
      }, run);
      const { wire, ...rest } = after;
      return { order, steps, after: rest };
    };
    if (refused) return { name, run, events, refused: outcome(() => merge([...events.keys()])) };
    const told = Object.entries(orders).map(([order, { order: places }]) => [order, merge(places)]);
    const ends = new Set(told.map(([, { after }]) => JSON.stringify(after)));
    return {
      name, run, events,
      orders: Object.fromEntries(told.map(([name, { order, steps }]) => [name, { order, steps }])),
      after: ends.size === 1 ? JSON.parse([...ends][0]) : [...ends],
    };
  });

/** Of each kept run what may be expected of it. */
export const expectations = (system, kept) =>
  kept.map(({ name, run, now }) => ({ name, run, now, expectation: runward.expectation(system, run, now ?? undefined) }));

/** What the reports of some documents say, in the lines in which they are kept. */
export const reports = (system, documents) =>
  documents.map(([name, body]) => {
    const { what, valid, runs, findings } = validateRun(system, body);
    const capital = (word) => word[0].toUpperCase() + word.slice(1);
    return [`${name}: ${capital(what)}, valid ${valid}, runs ${runs}`, ...findings.map(({ code, severity, pointer }) => `  ${code} ${capital(severity)} ${pointer}`)].join("\n") + "\n";
  }).join("");

/** Of each delivery the event, or what refuses it. */
export const deliveries = (system, all) =>
  all.map(({ body, headers, secret, now }) => outcome(() => verifyWebhook(system, { body: new TextEncoder().encode(body), headers: new Headers(headers), secret: ["another", secret], now })));

/** What a table says of a page. */
export function tabled(page) {
  const table = new RunTable("hatchet");
  const bytes = new TextEncoder().encode(page);
  for (let at = 0; at < bytes.length; at += 1000) table.push(bytes.subarray(at, at + 1000));
  const { valid, runs } = table.end();
  const newest = table.query({ sort: "created", order: "desc" });
  const second = table.rows(newest, 1, 2)[0];
  const told = {
    valid, runs, length: table.length,
    statuses: table.counts("status"),
    phases: table.counts("phase", table.query({ phase: ["finished", "queued"] })),
    newest: table.rows(newest, 0, 2).map(({ createdAt }) => createdAt),
    same: JSON.stringify(table.rows(table.query())) === JSON.stringify(runward.parsePage("hatchet", page).runs),
    found: table.rows(table.query({ text: second.id.slice(5, 20).toUpperCase() })).map(({ id }) => id === second.id),
  };
  table[Symbol.dispose ?? Symbol.for("Symbol.dispose")]();
  return { ...told, disposed: outcome(() => table.query()) };
}

/** The pictures and tables that can be had. */
export const shown = (system) =>
  ["runs", "stages"].map((of) => {
    const words = (of === "runs" ? lifecycle(system) : lifecycle(system)[of]).states.map(({ status }) => status);
    const drawn = (format) => words.every((word) => diagram(system, format, of).includes(word));
    return { words, drawn: ["mermaid", "dot", "svg"].map(drawn), other: outcome(() => diagram(system, "dot", "moons")) };
  });
