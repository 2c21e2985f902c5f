import { client, sentence } from "../data/client.js";
import { readObject } from "../data/jsontext.js";
import { seen, store } from "../data/session.js";
import { fill, h, icon, setText } from "../ui/dom.js";
import { workflowName } from "../ui/status.js";

const RECENT = "runward.workflows";

/** The form that creates a run. */
export function createPage(place, signal) {
  new CreateForm(place, signal);
  return "Create a run";
}

class CreateForm {
  #signal;
  #names = h("datalist", { id: "workflows" });
  #workflow = field("workflow", "Workflow", h("input", { name: "workflow", list: "workflows", required: true, autocomplete: "off", spellcheck: "false", maxlength: "255", placeholder: "nightly-report" }), "The name the workflow is registered under.");
  #input = field("input", "Input", h("textarea.code", { name: "input", rows: "9", spellcheck: "false", autocomplete: "off", placeholder: '{\n  "order": "A-10058"\n}' }), "A JSON object; empty means {}.");
  #pairs = h("div.pairs");
  #metadata = field("metadata", "Metadata", this.#pairs, "Your own keys on the run, to find it by later.");
  #failure = h("div.notice.notice-error", { role: "alert", hidden: true });
  #submit = h("button.button.primary", { type: "submit" }, "Create run");

  constructor(place, signal) {
    this.#signal = signal;
    const add = h("button.button.small", { type: "button", onclick: () => this.#addPair(true) }, icon("plus"), "Add a key");
    const form = h("form.form", { novalidate: true, "aria-label": "Create a run" }, this.#failure, this.#workflow.element, this.#names, this.#input.element, this.#metadata.element, add, h("div.form-end", {}, this.#submit, h("a.button", { href: "#/runs" }, "Back to the runs"), h("span.hint", {}, h("kbd", {}, "Ctrl"), " ", h("kbd", {}, "Enter"), " creates")));
    fill(place, h("div.page-head", {}, h("h1", {}, "Create a run")), form);
    this.#listen(form);
    this.#addPair(false);
    void this.#suggest();
    this.#workflow.control.focus();
  }

  #listen(form) {
    this.#workflow.control.addEventListener("input", () => this.#workflow.say(undefined));
    this.#input.control.addEventListener("input", () => this.#checkInput());
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#send();
    });
  }

  #checkInput() {
    const { value, problem } = readObject(this.#input.control.value);
    this.#input.say(problem);
    return value;
  }

  #addPair(focus) {
    const key = h("input", { "aria-label": "Metadata key", placeholder: "key", autocomplete: "off", spellcheck: "false" });
    const value = h("input", { "aria-label": "Metadata value", placeholder: "value", autocomplete: "off", spellcheck: "false" });
    const drop = () => {
      pair.remove();
      this.#metadata.say(undefined);
      if (this.#pairs.childElementCount === 0) this.#addPair(true);
    };
    const pair = h("div.pair", {}, key, value, h("button.icon-button", { type: "button", "aria-label": "Remove this key", title: "Remove", onclick: drop }, icon("trash")));
    pair.addEventListener("input", () => this.#metadata.say(undefined));
    this.#pairs.append(pair);
    if (focus) key.focus();
  }

  #readMetadata() {
    const metadata = new Map();
    for (const pair of this.#pairs.children) {
      const [key, value] = [...pair.querySelectorAll("input")].map((input) => input.value);
      const name = key.trim();
      if (name === "" && value.trim() === "") continue;
      if (name === "") return this.#metadata.say(`The value ${JSON.stringify(value)} has no key.`);
      if (metadata.has(name)) return this.#metadata.say(`The key ${JSON.stringify(name)} is there twice.`);
      metadata.set(name, value);
    }
    return Object.fromEntries(metadata);
  }

  #read() {
    const workflow = this.#workflow.control.value.trim();
    this.#workflow.say(workflow === "" ? "Which workflow should run? Type its name." : undefined);
    const input = this.#checkInput();
    const metadata = this.#readMetadata();
    if (workflow === "" || input === undefined || metadata === undefined) return undefined;
    return { workflow, input, metadata };
  }

  async #send() {
    this.#failure.hidden = true;
    const request = this.#read();
    if (!request) {
      document.querySelector("[aria-invalid=true]")?.focus();
      return;
    }
    this.#busy(true);
    try {
      const run = await client.runs.create(request, { signal: this.#signal });
      remember(request.workflow);
      if (run.status) {
        store.take([run]);
        seen.note(run);
      }
      location.hash = `#/runs/${encodeURIComponent(run.id)}`;
    } catch (error) {
      if (!this.#signal.aborted) this.#refused(error);
    } finally {
      this.#busy(false);
    }
  }

  #busy(busy) {
    this.#submit.disabled = busy;
    setText(this.#submit, busy ? "Creating…" : "Create run");
  }

  /** Puts each finding beside the field its pointer names; what names none stands above the form. */
  #refused(error) {
    const fields = { workflow: this.#workflow, workflowName: this.#workflow, input: this.#input, metadata: this.#metadata, additionalMetadata: this.#metadata };
    const general = [];
    for (const finding of error.findings ?? []) {
      const [, name, ...rest] = finding.pointer.split("/");
      const where = rest.length > 0 ? ` (at /${rest.join("/")})` : "";
      if (fields[name]) fields[name].say(`${finding.message}${where}`);
      else general.push(finding.message);
    }
    if (general.length === 0 && (error.findings ?? []).length > 0) return document.querySelector("[aria-invalid=true]")?.focus();
    const unsure = error.code === "unknown_outcome" || error.name === "UnknownOutcomeError";
    fill(this.#failure, h("div.notice-text", {}, h("p", {}, unsure ? "It is not known whether the run was created." : "The run was not created."), h("p.notice-from", {}, [sentence(error), ...general].join(" ")), unsure && h("p", {}, h("a", { href: "#/runs" }, "Look among the runs before you try again"))));
    this.#failure.hidden = false;
  }

  async #suggest() {
    const known = new Set([...recent(), ...store.all().map(workflowName)]);
    this.#offer(known);
    if (store.size > 0) return;
    try {
      const page = await client.runs.list({ limit: 100 }, { signal: this.#signal });
      this.#offer(new Set([...known, ...page.runs.map(workflowName)]));
    } catch {
      // Suggestions are a help only; sending the form will say what is wrong.
    }
  }

  #offer(names) {
    fill(this.#names, [...names].filter((name) => name !== "–").sort().map((name) => h("option", { value: name })));
  }
}

/** A labelled control with a hint and a place for what is wrong with it. */
function field(name, label, control, hint) {
  const problem = h("p.problem", { id: `${name}-problem`, "aria-live": "polite" });
  const group = control.matches("div");
  control.id = `field-${name}`;
  control.setAttribute("aria-describedby", `${name}-problem ${name}-hint`);
  if (group) control.setAttribute("role", "group");
  const title = group ? h("span.label", { id: `${name}-label` }, label) : h("label.label", { for: control.id }, label);
  if (group) control.setAttribute("aria-labelledby", title.id);
  const element = h("div.field", {}, title, h("p.hint", { id: `${name}-hint` }, hint), control, problem);
  const say = (text) => {
    setText(problem, text ?? "");
    if (text) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  };
  return { element, control, say };
}

function recent() {
  try {
    return JSON.parse(localStorage.getItem(RECENT) ?? "[]");
  } catch {
    return [];
  }
}

function remember(name) {
  try {
    localStorage.setItem(RECENT, JSON.stringify([name, ...recent().filter((known) => known !== name)].slice(0, 12)));
  } catch {
    // Without storage the name is simply not offered next time.
  }
}
