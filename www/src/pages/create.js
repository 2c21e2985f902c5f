import { can, clientOf, sentence, workflowsOf } from "../data/client.js";
import { seen, store } from "../data/session.js";
import { systemOf } from "../systems/index.js";
import { busy, field, focusFirst, readAll, sayFindings } from "../ui/fields.js";
import { fill, h, setText } from "../ui/dom.js";
import { systemTabs } from "../ui/tabs.js";

/** The form that creates a run of a system. */
export function createPage(place, signal, name) {
  new CreateForm(place, signal, systemOf(name));
  return `Create a run of ${systemOf(name).title}`;
}

class CreateForm {
  #system;
  #signal;
  #fields;
  #failure = h("div.notice.notice-error", { role: "alert", hidden: true });
  #submit = h("button.button.primary", { type: "submit" }, "Create run");
  #beside = h("div.create-beside");

  constructor(place, signal, system) {
    this.#system = system;
    this.#signal = signal;
    this.#fields = system.fields.map(field);
    const head = [h("div.page-head", {}, h("h1", {}, "Create a run")), systemTabs("create", system.name)];
    if (!can(system.name, "create")) return void fill(place, ...head, h("div.empty", {}, h("h2", {}, `This gateway creates no runs of ${system.title}`), h("p", {}, "Whoever runs it has it only read.")));
    const end = h("div.form-end", {}, this.#submit, h("a.button", { href: `#/${system.name}/runs` }, "Back to the runs"), h("span.hint", {}, h("kbd", {}, "Ctrl"), " ", h("kbd", {}, "Enter"), " creates"));
    const form = h("form.form", { novalidate: true, "aria-label": "Create a run" }, this.#failure, this.#fields.map(({ element }) => element), end);
    fill(place, ...head, h("div.create", {}, form, this.#beside));
    listen(form, () => void this.#send());
    if (system.register && can(system.name, system.register.operation)) this.#beside.append(this.#registering());
    void this.#suggest();
    this.#fields[0].control.focus();
  }

  async #send() {
    this.#failure.hidden = true;
    const values = readAll(this.#fields);
    if (!values) return;
    busy(this.#submit, "Creating…");
    try {
      const run = await clientOf(this.#system.name).runs.create(this.#system.request(values), { signal: this.#signal });
      if (run.status) {
        store.take([run]);
        seen.note(run);
      }
      location.hash = `#/${this.#system.name}/runs/${encodeURIComponent(run.id)}`;
    } catch (error) {
      if (!this.#signal.aborted) this.#refused(error);
    } finally {
      busy(this.#submit);
    }
  }

  /** Puts each finding beside the field its pointer names; what names none stands above the form. */
  #refused(error) {
    const findings = error.code === "unknown_workflow" ? [{ pointer: "/workflow", message: error.message }] : (error.findings ?? []);
    const general = sayFindings(this.#fields, findings, { workflowName: "workflow", additionalMetadata: "metadata" });
    if (general.length === 0 && findings.length > 0) return focusFirst(this.#fields);
    const unsure = error.code === "unknown_outcome" || error.name === "UnknownOutcomeError";
    const words = [sentence(error, this.#system.name), ...general].join(" ");
    fill(this.#failure, h("div.notice-text", {}, h("p", {}, unsure ? "It is not known whether the run was created." : "The run was not created."), h("p.notice-from", {}, words), unsure && h("p", {}, h("a", { href: `#/${this.#system.name}/runs` }, "Look among the runs before you try again"))));
    this.#failure.hidden = false;
    this.#failure.scrollIntoView({ block: "nearest" });
  }

  async #suggest(chosen) {
    const workflow = this.#fields.find(({ name }) => name === "workflow");
    try {
      const found = await workflowsOf(this.#system, this.#signal);
      workflow.offer(found, { chosen });
      if (found.length === 0 && this.#system.none) this.#sayNone();
    } catch {
      // Suggestions are a help only; sending the form will say what is wrong.
      if (!this.#signal.aborted) workflow.offer([]);
    }
  }

  #sayNone() {
    const panel = this.#beside.querySelector("details");
    if (panel) panel.open = true;
    else fill(this.#beside, h("p.quiet", {}, this.#system.none));
  }

  /** A second form, for what runs are made of. */
  #registering() {
    const { title, fields, send } = this.#system.register;
    const own = fields.map((one) => ({ ...field({ ...one, name: `new-${one.name}` }), given: one.name }));
    const button = h("button.button", { type: "submit" }, "Register");
    const failure = h("p.problem", { role: "alert" });
    const form = h("form.register", { novalidate: true, "aria-label": title }, own.map(({ element }) => element), failure, h("div", {}, button));
    const panel = h("details.card.register-card", {}, h("summary", {}, title), form);
    listen(form, async () => {
      setText(failure, "");
      const values = readAll(own);
      if (!values) return;
      busy(button, "Registering…");
      try {
        const named = Object.fromEntries(own.map(({ name, given }) => [given, values[name]]));
        await this.#suggest(await send(clientOf(this.#system.name), named, this.#signal));
        panel.open = false;
        this.#fields[0].control.focus();
      } catch (error) {
        if (!this.#signal.aborted) setText(failure, sentence(error, this.#system.name));
      } finally {
        busy(button);
      }
    });
    return panel;
  }
}

function listen(form, send) {
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send();
  });
}
