import { lifecycle } from "runward/validate";
import { findingLine } from "../ui/finding.js";
import { h, icon } from "../ui/dom.js";
import { clockMs, exact } from "../ui/format.js";
import { statusBadge, word } from "../ui/status.js";

const VERDICTS = {
  advance: "step forward",
  newAttempt: "new attempt",
  revision: "revised",
  stale: "older state read later",
  conflict: "cannot be",
};

/** The transitions of one run, newest first. */
export class Transitions {
  #shown = "";
  #system;
  #list = h("ol.transitions", { "aria-live": "polite" });
  element = this.#list;

  /** @param {string} system whose tables explain the steps */
  constructor(system) {
    this.#system = system;
  }

  /** Shows these steps, oldest first in the argument. */
  show(steps) {
    const key = JSON.stringify(steps);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#list.replaceChildren(...steps.map((step, index) => item(this.#system, step, index)).reverse());
  }
}

function item(system, step, index) {
  const after = { status: step.to, phase: step.phase, outcome: step.outcome };
  const rows = rulesOf(system, step);
  const line = h("div.step-line", {}, step.from ? [h("span.step-from", {}, word(step.from)), icon("arrow")] : h("span.step-from", {}, "First seen"), statusBadge(after));
  const time = h("time", { datetime: new Date(step.at).toISOString(), title: exact(step.at) }, clockMs(step.at));
  return h("li.step", { data: { from: step.from ?? "", to: step.to, verdict: step.verdict ?? "" } }, line, h("div.step-facts", {}, time, ...facts(step, rows, index)), ...step.findings.map((finding) => findingLine(finding, system)));
}

function facts(step, rows, index) {
  const verdict = step.verdict ?? (rows.length > 0 ? (rows[0].newAttempt ? "newAttempt" : "advance") : undefined);
  const causes = [...new Set(rows.map((row) => row.cause))].join(" or ");
  const evidence = [...new Set(rows.map((row) => row.evidence))].join(" or ");
  return [
    verdict && h("span.verdict", { data: { verdict } }, VERDICTS[verdict] ?? verdict),
    causes && h("span", { title: "What makes this step happen" }, `by ${causes}`),
    evidence && h("span", { title: "Why this rule is believed" }, evidence),
    (step.attempt > 1 || index === 0) && h("span", {}, `attempt ${step.attempt}`),
    step.confirmedAt ? h("span", { title: exact(step.confirmedAt) }, "confirmed") : step.provisional && h("span.provisional", {}, "provisional"),
  ].filter(Boolean);
}

/** The rows of the lifecycle table that a step may go by: one, where the watcher knows the cause. */
function rulesOf(system, step) {
  if (!step.from) return [];
  const rows = lifecycle(system).rows.filter((row) => row.from === step.from && row.to === step.to);
  const exact = rows.filter((row) => row.cause === step.cause);
  return exact.length > 0 ? exact : rows;
}

