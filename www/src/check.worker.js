import { RunTable, recognise, validateHistory, validateRun } from "runward/validate";

/** The runs of the text that was checked last, where it holds several; and those of them that are looked at, in order. */
let table;
let view;

/** Checks a text, or shows what is in it, away from the page's own thread, so that typing and scrolling never wait for it. */
addEventListener("message", ({ data }) => {
  if (data.query) postMessage({ asked: data.asked, ...query(data.query) });
  else if (data.rows) postMessage({ asked: data.asked, rows: rows(...data.rows) });
  else postMessage(check(data));
});

function check({ serial, system: named, what, level, text }) {
  const start = performance.now();
  const answer = answered(named, what, level, text);
  const ms = performance.now() - start;
  return { serial, ms, ...answer, several: hold(answer.report, text) };
}

function answered(named, what, level, text) {
  try {
    const system = named === "auto" ? recognised(text) : named;
    return what === "history" ? checkHistory(system, text) : checkDocument(system, text, { what, level, maxBytes: Math.max(8 << 20, text.length * 4) });
  } catch (error) {
    return { failure: { code: error?.code, message: error?.message ?? String(error), findings: error?.findings ?? [] } };
  }
}

/** Keeps the runs of a page, or of several documents, as bytes and columns; a run is decoded when it is shown. Says how many there are. */
function hold(report, text) {
  table?.[Symbol.dispose ?? Symbol.for("Symbol.dispose")]();
  table = undefined;
  if (report?.what !== "page") return 0;
  table = new RunTable(report.system);
  table.push(new TextEncoder().encode(text));
  table.end();
  view = table.query();
  return table.length;
}

/** The text may have become another one since it was asked. */
function query(wanted) {
  if (!table) return { length: 0, counts: {} };
  view = table.query(wanted);
  return { length: view.length, counts: table.counts("phase") };
}

function rows(from, to) {
  if (!table) return [];
  return table.rows(view, from, to).map(({ id, name, status, phase, outcome, attempt, createdAt, startedAt, finishedAt, duration }) => ({ id, name, status, phase, outcome, attempt, createdAt, startedAt, finishedAt, duration }));
}

/** The system that was told last: a text in which a bracket is missing for a moment is still its. */
let last;

function recognised(text) {
  last = recognise(text) ?? last;
  if (last) return last;
  const message = "It looks like no document of Hatchet, Formance Flows, Onfido Studio or meshX. Choose the system to see what is wrong with it.";
  throw Object.assign(new Error(message), { code: "not_recognised" });
}

function checkDocument(system, text, options) {
  return { report: validateRun(system, text, options) };
}

/** A history is an array of snapshots, or one snapshot a line; its report has the shape of any other. */
function checkHistory(system, text) {
  const { steps, findings, final } = validateHistory(system, snapshots(text));
  const valid = !findings.some((finding) => finding.severity === "error");
  return { report: { valid, system, what: "history", runs: steps.length + 1, findings }, verdicts: steps.map(({ verdict, cause }) => ({ verdict, cause })), final: final?.status };
}

function snapshots(text) {
  const trimmed = text.trim();
  if (trimmed.startsWith("[")) return JSON.parse(trimmed);
  return trimmed.split(/\r?\n/).filter((line) => line.trim() !== "");
}
