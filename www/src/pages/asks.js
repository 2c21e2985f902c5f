import { can, sentence } from "../data/client.js";
import { lifecycle } from "runward/validate";
import { busy, field, readAll } from "../ui/fields.js";
import { h, icon, setText, toast } from "../ui/dom.js";
import { stateOf } from "./lifecycle.js";

/**
 * May this be asked here, of what stands so? The gateway has to offer it, and the lifecycle to know a step that it leads to;
 * of a status that is not known nothing is ruled out.
 */
export function mayAsk(system, operation, status) {
  const table = lifecycle(system);
  const move = table.moves.find((known) => known.operation === operation);
  if (!move || !can(system, operation)) return false;
  const state = stateOf(move.of === "runs" ? table : table.stages, status);
  return state === undefined || move.from.includes(state.status);
}

/** What a run waits for a person to do, each as a form of its own. */
export class Asks {
  #system;
  #shown = new Map();
  #send;
  element = h("div.asks");

  /** @param {(work: () => Promise<void>) => Promise<void>} send does it, and has the run looked at again */
  constructor(system, send) {
    this.#system = system;
    this.#send = send;
  }

  /** Shows what is asked of a run; what is typed already stays. */
  show(asks) {
    const open = asks.filter(({ operation, status }) => mayAsk(this.#system.name, operation, status));
    const keys = new Set(open.map(keyOf));
    for (const [key, element] of this.#shown) {
      if (keys.has(key)) continue;
      element.remove();
      this.#shown.delete(key);
    }
    for (const ask of open) {
      if (this.#shown.has(keyOf(ask))) continue;
      const element = this.#form(ask);
      this.#shown.set(keyOf(ask), element);
      this.element.append(element);
    }
  }

  #form(ask) {
    const fields = ask.fields.map((one) => field({ ...one, name: `${ask.operation}-${ask.key}-${one.name}`.replace(/[^\w-]/g, "-") }));
    const button = h("button.button.primary", { type: "submit" }, ask.button);
    const failure = h("p.problem", { role: "alert" });
    const form = h("form.card.ask", { novalidate: true, "aria-label": ask.title }, h("h2", {}, icon("waiting"), ask.title), h("div.ask-fields", {}, fields.map(({ element }) => element)), failure, h("div", {}, button));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit(ask, fields, button, failure);
    });
    return form;
  }

  async #submit(ask, fields, button, failure) {
    setText(failure, "");
    const read = readAll(fields);
    if (!read) return;
    const values = Object.fromEntries(ask.fields.map(({ name }, index) => [name, read[fields[index].name]]));
    busy(button, "Sending…");
    try {
      await this.#send((client, signal) => ask.send(client, values, signal));
      toast(ask.done);
    } catch (error) {
      setText(failure, sentence(error, this.#system.name));
    } finally {
      busy(button);
    }
  }
}

const keyOf = ({ operation, key }) => `${operation} ${key}`;
