import { lifecycle } from "runward/validate";
import { h, icon } from "./dom.js";

/** What a rule of a system's lifecycle says, by the code of the findings that tell of it. */
const ruleOf = (system, code) => lifecycle(system).rules.find(({ name }) => name === code);

/** A finding: its code, its words, where it is, why it is believed; and the rule that was broken, where it was one. */
export function findingLine({ code, severity, message, pointer, evidence }, system) {
  const rule = system && ruleOf(system, code);
  const facts = [pointer && h("code", {}, pointer), evidence && h("span", { title: "Why this is believed" }, evidence)].filter(Boolean);
  return h("div.step-finding", { data: { severity, code } }, icon(severity), h("div", {}, h("p", {}, h("code.finding-code", {}, code), ` ${message}`), rule && h("p.rule", {}, h("span.rule-word", {}, "Rule: "), rule.doc), facts.length > 0 && h("p.finding-facts", {}, facts)));
}
