import { h, setText } from "../ui/dom.js";
import { exact, number, shownDuration } from "../ui/format.js";
import { setStatus, statusBadge, tone } from "../ui/status.js";

const SPARE = 6;
const SORTS = [["", "As they stand"], ["created desc", "Newest first"], ["created asc", "Oldest first"], ["duration desc", "Longest first"], ["duration asc", "Shortest first"]];
const PHASES = [["", "Any phase"], ["queued", "Queued"], ["running", "Running"], ["waiting", "Waiting"], ["finished", "Finished"], ["unknown", "Unknown"]];

/**
 * The runs of a text that holds many, out of the table that a worker keeps: only what is in sight is decoded and drawn.
 */
export class Sheet {
  #source;
  #length = 0;
  #drawn = new Map();
  #round = 0;
  #waiting = 0;
  #count = h("span.panel-note");
  #text = h("input", { type: "search", "aria-label": "Part of the id", placeholder: "Part of the id", autocomplete: "off", spellcheck: "false" });
  #phase = h("select", { "aria-label": "Phase" }, PHASES.map(([value, word]) => h("option", { value }, word)));
  #sort = h("select", { "aria-label": "Order" }, SORTS.map(([value, word]) => h("option", { value }, word)));
  #body = h("div.sheet-body", { role: "rowgroup" });
  #scroll;
  element;

  /** @param {{ query: (query: object) => Promise<{ length: number, counts: Record<string, number> }>, rows: (from: number, to: number) => Promise<{ rows: object[] }> }} source */
  constructor(source) {
    this.#source = source;
    const head = h("div.sheet-row.sheet-head", { role: "row" }, ["Status", "Run", "Created", "Duration"].map((word) => h("span", { role: "columnheader" }, word)));
    this.#scroll = h("div.sheet-scroll", { tabindex: "0", role: "table", "aria-label": "Runs in this text" }, h("div", { role: "rowgroup" }, head), this.#body);
    this.element = h("section.card.sheet", { hidden: true, "aria-label": "Runs" }, h("div.sheet-tools", {}, h("h2", {}, "Runs in it"), this.#count, this.#text, this.#phase, this.#sort), this.#scroll);
    this.#scroll.addEventListener("scroll", () => this.#soon(), { passive: true });
    for (const control of [this.#phase, this.#sort]) control.addEventListener("change", () => void this.#query());
    this.#text.addEventListener("input", () => void this.#query());
    new ResizeObserver(() => this.#soon()).observe(this.#scroll);
  }

  /** Shows the runs of the text that was checked last; there are so many. */
  show(several) {
    this.element.hidden = several === 0;
    if (several > 0) void this.#query();
  }

  async #query() {
    const round = ++this.#round;
    const [sort, order] = this.#sort.value.split(" ");
    const query = { phase: this.#phase.value || undefined, text: this.#text.value.trim() || undefined, sort: sort || undefined, order };
    const { length, counts } = await this.#source.query(query);
    if (round !== this.#round) return;
    this.#length = length;
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
    setText(this.#count, length === all ? number(all) : `${number(length)} of ${number(all)}`);
    for (const option of this.#phase.options) option.disabled = option.value !== "" && !counts[option.value];
    this.#body.style.setProperty("--rows", String(length));
    this.#scroll.setAttribute("aria-rowcount", String(length + 1));
    this.#body.replaceChildren();
    this.#drawn.clear();
    this.#scroll.scrollTop = 0;
    await this.#draw();
  }

  #soon() {
    this.#waiting ||= requestAnimationFrame(() => {
      this.#waiting = 0;
      void this.#draw();
    });
  }

  async #draw() {
    if (this.element.hidden || this.#length === 0) return;
    const round = this.#round;
    const height = Number.parseFloat(getComputedStyle(this.#body).getPropertyValue("--sheet-row"));
    const from = Math.max(0, Math.floor(this.#scroll.scrollTop / height) - SPARE);
    const to = Math.min(this.#length, from + Math.ceil(this.#scroll.clientHeight / height) + 2 * SPARE);
    for (const [index, row] of this.#drawn) {
      if (index >= from && index < to) continue;
      row.remove();
      this.#drawn.delete(index);
    }
    const missing = Array.from({ length: to - from }, (_, index) => from + index).filter((index) => !this.#drawn.has(index));
    if (missing.length === 0) return;
    const first = missing[0];
    const { rows } = await this.#source.rows(first, missing.at(-1) + 1);
    if (round !== this.#round) return;
    for (const index of missing) if (!this.#drawn.has(index) && rows[index - first]) this.#put(index, rows[index - first]);
  }

  #put(index, run) {
    const cell = (...children) => h("span", { role: "cell" }, ...children);
    const badge = statusBadge(run);
    setStatus(badge, run);
    const name = run.name && h("span.run-name", {}, run.name);
    const row = h("div.sheet-row", { role: "row", "aria-rowindex": String(index + 2), data: { id: run.id, tone: tone(run) }, vars: { "--index": String(index) } }, cell(badge), cell(name, h(name ? "span.run-id" : "code", {}, run.id)), cell(exact(run.createdAt)), cell(shownDuration(run, Date.now())));
    this.#drawn.set(index, row);
    this.#body.append(row);
  }
}
