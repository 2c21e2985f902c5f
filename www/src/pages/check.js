import { Checker } from "../data/checker.js";
import { indent } from "../data/indent.js";
import { offsetAt, tokenEnd } from "../data/jsontext.js";
import { fill, h, icon, setText } from "../ui/dom.js";
import { bytes, number } from "../ui/format.js";
import { title } from "../data/client.js";
import { SYSTEMS } from "../systems/index.js";
import { Editor } from "../ui/editor.js";
import { EXAMPLE } from "./example.js";
import { Sheet } from "./sheet.js";

/** Typing rests this long before a text is checked. */
const REST_MS = 120;
/** Findings drawn at once; a document of nothing but errors has a thousand. */
const DRAWN = 200;
const SEVERITIES = ["error", "warning", "info"];
const WORDS = { error: ["error", "errors"], warning: ["warning", "warnings"], info: ["note", "notes"] };

/** The box in which a pasted run, page or history is validated in the browser. */
export function checkPage(place, signal) {
  new CheckView(place, signal);
  return "Check";
}

class CheckView {
  #timer;
  #text = "";
  #checker = new Checker((answer) => this.#answer(answer));
  #system = select("System", [["auto", "whichever it is"], ...SYSTEMS.map(({ name, title }) => [name, title])]);
  #what = select("Read as", [["auto", "whatever it is"], ["run", "a run"], ["page", "a page of runs"], ["history", "a history"]]);
  #level = select("Measured by", [["wire", "what servers send"], ["schema", "the published contract"]]);
  #editor = new Editor({ label: "JSON to check", placeholder: "Paste a run, a page of runs or a history here, or drop a file.\nNothing leaves this browser.", onChange: () => this.#schedule() });
  #verdict = h("div.verdict-box", { role: "status" });
  #sheet = new Sheet(this.#checker);
  #list = h("ol.findings");
  #more = h("button.button.small", { type: "button", hidden: true });

  constructor(place, signal) {
    const file = h("input.hidden", { type: "file", accept: ".json,.ndjson,.txt,application/json", "aria-label": "Open a file", onchange: () => void this.#open(file.files[0]) });
    const tools = h("div.check-tools", {}, this.#system.element, this.#what.element, this.#level.element, h("div.check-buttons", {}, h("button.button", { type: "button", onclick: () => this.#set(EXAMPLE) }, "Example"), h("label.button", {}, "Open a file", file), h("button.button", { type: "button", title: "Lay the text out over lines; only white space changes", onclick: () => this.#set(indent(this.#editor.text)) }, "Indent"), h("button.button", { type: "button", onclick: () => this.#set("") }, "Clear")));
    const result = h("section.check-result", { "aria-label": "Result" }, this.#verdict, this.#list, this.#more);
    fill(place, h("div.page-head", {}, h("h1", {}, "Check"), h("p.fresh", {}, "Validated in this browser; nothing is sent")), tools, h("div.check-columns", {}, this.#editor.element, result), this.#sheet.element);
    this.#listen(signal);
    this.#rest();
  }

  #listen(signal) {
    for (const { control } of [this.#system, this.#what, this.#level]) control.addEventListener("change", () => this.#check());
    const drop = this.#editor.element;
    drop.addEventListener("dragover", (event) => {
      event.preventDefault();
      drop.dataset.over = "true";
    });
    drop.addEventListener("dragleave", () => delete drop.dataset.over);
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      delete drop.dataset.over;
      const dropped = event.dataTransfer.files[0];
      if (dropped) void this.#open(dropped);
      else this.#set(event.dataTransfer.getData("text"));
    });
    signal.addEventListener("abort", () => {
      clearTimeout(this.#timer);
      this.#checker.end();
    });
  }

  async #open(file) {
    if (file) this.#set(await file.text());
  }

  #set(text) {
    this.#editor.text = text;
    this.#check();
  }

  #schedule() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#check(), REST_MS);
  }

  #check() {
    clearTimeout(this.#timer);
    this.#text = this.#editor.text;
    if (this.#text.trim() === "") {
      this.#checker.forget();
      return this.#rest();
    }
    this.#verdict.dataset.busy = "true";
    this.#checker.ask({ system: this.#system.control.value, what: this.#what.control.value, level: this.#level.control.value, text: this.#text });
  }

  #rest() {
    delete this.#verdict.dataset.busy;
    delete this.#verdict.dataset.valid;
    this.#sheet.show(0);
    fill(this.#verdict, h("p.quiet", {}, "The result stands here as you type."));
    this.#draw([]);
  }

  #answer({ report, failure, verdicts, final, ms, several }) {
    this.#sheet.show(several);
    delete this.#verdict.dataset.busy;
    const findings = report?.findings ?? failure.findings;
    this.#verdict.dataset.valid = String(report?.valid ?? false);
    const facts = report ? [measured(report), counted(findings)] : [failure.message];
    fill(
      this.#verdict,
      h("div.verdict-line", {}, icon(report?.valid ? "succeeded" : "failed"), h("strong", {}, report?.valid ? "Valid" : report ? "Not valid" : "Could not be checked")),
      h("p", {}, facts.filter(Boolean).join(" · ")),
      h("p.quiet", {}, `${bytes(this.#text.length)} in ${ms < 10 ? ms.toFixed(2) : ms.toFixed(0)} ms`),
      verdicts?.length > 0 && h("ol.verdicts", { "aria-label": "Steps" }, verdicts.map(({ verdict, cause }) => h("li.verdict", { data: { verdict } }, cause ? `${verdict} by ${cause}` : verdict)), final && h("li", {}, `ends ${final}`)),
    );
    this.#draw([...findings].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity)));
  }

  #draw(findings) {
    this.#editor.mark(findings);
    fill(this.#list, findings.slice(0, DRAWN).map((finding) => this.#item(finding)));
    this.#more.hidden = findings.length <= DRAWN;
    setText(this.#more, `Show the other ${number(findings.length - DRAWN)}`);
    this.#more.onclick = () => {
      fill(this.#list, findings.map((finding) => this.#item(finding)));
      this.#more.hidden = true;
    };
  }

  #item(finding) {
    const place = finding.line === undefined ? "" : `${finding.line}:${finding.column}`;
    const head = h("span.finding-head", {}, icon(finding.severity), h("code.finding-code", {}, finding.code), place && h("span.finding-place", {}, place));
    const facts = h("span.finding-facts", {}, h("code", {}, finding.pointer || "(whole)"), h("span", {}, finding.evidence), h("span", {}, finding.level));
    const body = [head, h("span.finding-message", {}, finding.message), facts];
    const go = () => this.#go(finding);
    return h("li", { data: { severity: finding.severity, code: finding.code } }, place ? h("button.finding", { type: "button", title: "Show the place", onclick: go }, body) : h("div.finding", {}, body));
  }

  #go({ line, column }) {
    const start = offsetAt(this.#text, line, column);
    this.#editor.select(start, tokenEnd(this.#text, start));
  }
}

const measured = (report) => `${title(report.system)} ${report.what}${report.runs === 1 ? "" : `, ${number(report.runs)} runs`}`;

function counted(findings) {
  const parts = SEVERITIES.map((severity) => [findings.filter((finding) => finding.severity === severity).length, WORDS[severity]]).filter(([count]) => count > 0);
  return parts.length === 0 ? "nothing to say" : parts.map(([count, [one, many]]) => `${number(count)} ${count === 1 ? one : many}`).join(", ");
}

function select(label, options) {
  const control = h("select", {}, options.map(([value, text]) => h("option", { value }, text)));
  return { element: h("label.select", {}, h("span", {}, label), control), control };
}
