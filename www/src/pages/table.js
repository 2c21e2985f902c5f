import { lifecycle } from "runward/validate";
import { systemOf } from "../systems/index.js";
import { fill, h, icon } from "../ui/dom.js";
import { statusBadge } from "../ui/status.js";
import { systemTabs } from "../ui/tabs.js";
import { lifecyclePicture, stateOf } from "./lifecycle.js";

/** What may follow what in a system: the picture, what may be asked of a run, the rules beside the table, and its rows. */
export function lifecyclePage(place, signal, name) {
  const { title } = systemOf(name);
  const table = lifecycle(name);
  const { picture } = lifecyclePicture(name, title);
  fill(place, h("div.page-head", {}, h("h1", {}, "Lifecycle"), h("p.fresh", {}, "What may follow what, and why this is believed")), systemTabs("lifecycle", name), picture, h("div.table-columns", {}, moves(table), rules(table)), rows("Steps of a run", table), rows("Steps of a stage", table.stages));
  return `Lifecycle of ${title}`;
}

function moves({ moves }) {
  const item = ({ operation, of, from, otherwise, evidence }) => h("li", {}, h("p", {}, h("code.finding-code", {}, operation), ` while ${of === "runs" ? "the run" : "the stage"} is ${from.map((status) => status).join(", ")}`), h("p.quiet", {}, `Else: ${otherwise} (${evidence}).`));
  return h("section.card", {}, h("h2", {}, "What may be asked"), h("ul.said", {}, moves.map(item)));
}

function rules({ rules, endsHold }) {
  const item = ({ name, doc, evidence }) => h("li", {}, h("p", {}, h("code.finding-code", {}, name)), h("p", {}, doc, " ", h("span.quiet", {}, evidence)));
  const ends = h("p.quiet", {}, endsHold ? "An end that was confirmed stays, but for an operator's hand." : "No end is final: a run may be opened anew.");
  return h("section.card", {}, h("h2", {}, "Rules beside the table"), ends, rules.length > 0 ? h("ul.said", {}, rules.map(item)) : h("p.quiet", {}, "None: nothing is published that could be held against a run."));
}

/** The table's rows, those that differ in their end alone as one. */
function rows(title, table) {
  const groups = new Map();
  for (const { from, to, cause, newAttempt, evidence } of table.rows) {
    const key = [from, cause, newAttempt, evidence].join("\n");
    const group = groups.get(key) ?? { from, cause, newAttempt, evidence, to: [] };
    group.to.push(to);
    groups.set(key, group);
  }
  const badge = (status) => (status === "" ? h("span.quiet", {}, "nothing yet") : statusBadge(stateOf(table, status) ?? { status, phase: "unknown" }));
  const row = ({ from, to, cause, newAttempt, evidence }) => h("tr", {}, h("td", {}, badge(from)), h("td.rule-to", {}, h("span.rule-arrow", {}, icon("arrow")), to.map(badge)), h("td", {}, cause, newAttempt && h("span.quiet", {}, " (new attempt)")), h("td.quiet", {}, evidence));
  const head = h("tr", {}, ["From", "To", "By", "Evidence"].map((word) => h("th", { scope: "col" }, word)));
  return h("section.card.steps-card", {}, h("h2", {}, title), h("div.steps-scroll", { tabindex: "0", role: "group", "aria-label": title }, h("table.steps", {}, h("thead", {}, head), h("tbody", {}, [...groups.values()].map(row)))));
}
