import { recognise, validateHistory, validateRun } from "runward/validate";

/** Checks a text away from the page's own thread, so that typing never waits for it. */
addEventListener("message", ({ data: { serial, system: named, what, level, text } }) => {
  const start = performance.now();
  let answer;
  try {
    const system = named === "auto" ? recognised(text) : named;
    answer = what === "history" ? checkHistory(system, text) : checkDocument(system, text, { what, level, maxBytes: Math.max(8 << 20, text.length * 4) });
  } catch (error) {
    answer = { failure: { code: error?.code, message: error?.message ?? String(error), findings: error?.findings ?? [] } };
  }
  postMessage({ serial, ms: performance.now() - start, ...answer });
});

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
