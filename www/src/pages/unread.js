import { fill, h, icon, setText } from "../ui/dom.js";
import { number } from "../ui/format.js";

/** Rows drawn at once. */
const DRAWN = 50;

/** The rows of a list that cannot be read as runs: each with what is wrong with it, above those that can. */
export function unreadNotice() {
  const text = h("span", { role: "status" });
  const list = h("ul.unread-rows");
  const element = h("details.unread", { hidden: true }, h("summary", {}, icon("warning"), text), list);
  let shown = "";
  return {
    element,
    /** @param {{ index: number, findings: object[] }[]} rows */
    show(rows) {
      element.hidden = rows.length === 0;
      const key = JSON.stringify(rows);
      if (key === shown) return;
      shown = key;
      setText(text, rows.length === 1 ? "1 row of the list could not be read, and is not shown as a run" : `${number(rows.length)} rows of the list could not be read, and are not shown as runs`);
      fill(list, rows.slice(0, DRAWN).map(item), rows.length > DRAWN && h("li.quiet", {}, `… and ${number(rows.length - DRAWN)} more`));
    },
  };
}

function item({ index, findings }) {
  return h("li", {}, h("strong", {}, `Row ${number(index + 1)}`), findings.map((finding) => h("span.unread-finding", {}, h("code", {}, finding.code), " ", h("code", {}, finding.pointer || "(whole)"), ` ${finding.message} (${finding.evidence})`)));
}
