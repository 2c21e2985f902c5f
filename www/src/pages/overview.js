import { store } from "../data/session.js";
import { KINDS } from "../data/kinds.js";
import { sentence } from "../data/client.js";
import { connectionWord } from "../ui/connection.js";
import { fill, h, setText } from "../ui/dom.js";
import { number } from "../ui/format.js";

/** A card for each system: whether it answers, and how the newest of its runs stand. */
export class Overview {
  #cards = new Map();
  element;

  /** @param {import("../systems/index.js").System[]} systems */
  constructor(systems) {
    for (const system of systems) this.#cards.set(system.name, new Card(system));
    this.element = h("ul.overview", { "aria-label": "Systems" }, [...this.#cards.values()].map(({ element }) => element));
  }

  /** Shows the state of each system's connection, by its name. */
  show(states) {
    for (const [name, card] of this.#cards) card.show(states.get(name) ?? { kind: "connecting" });
  }
}

class Card {
  #system;
  #state = h("span.connection.card-state");
  #counts = h("p.card-counts");
  element;

  constructor(system) {
    this.#system = system;
    const link = h("a.card-link", { href: `#/${system.name}/runs` }, system.title);
    this.element = h("li.card.system-card", { data: { system: system.name } }, h("div.card-head", {}, h("h2", {}, link), this.#state), h("p.quiet", {}, system.about), this.#counts);
  }

  show(state) {
    const word = connectionWord(state);
    if (this.#state.dataset.word !== word) {
      Object.assign(this.#state.dataset, { kind: state.kind, word });
      fill(this.#state, h("span.dot", { "aria-hidden": "true" }), word);
    }
    this.#state.title = state.error ? sentence(state.error, this.#system.name) : "";
    const counts = store.counts(this.#system.name);
    const parts = KINDS.filter(([kind]) => counts[kind] > 0).map(([kind, word]) => [kind, `${number(counts[kind])} ${word.toLowerCase()}`]);
    const key = JSON.stringify([parts, state.kind === "connecting"]);
    if (this.#counts.dataset.key === key) return;
    this.#counts.dataset.key = key;
    if (parts.length === 0) setText(this.#counts, state.kind === "connecting" ? "Reading…" : "No runs");
    else fill(this.#counts, parts.map(([kind, text]) => h("span.card-count", { data: { tone: kind === "review" ? "waiting" : kind } }, h("span.chip-dot", { "aria-hidden": "true" }), text)));
  }
}
