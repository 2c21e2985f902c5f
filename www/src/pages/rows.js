import { named } from "../data/names.js";
import { systemOf } from "../systems/index.js";
import { h, icon, setText } from "../ui/dom.js";
import { ago, exact, shownDuration } from "../ui/format.js";
import { setStatus, statusBadge, tone } from "../ui/status.js";

const CALM = matchMedia("(prefers-reduced-motion: reduce)");
/** Rows that are there beyond what can be seen, above and below. */
const SPARE = 8;
const SORTED = { Created: "created", Duration: "duration" };

/**
 * The list of runs: only the rows that can be seen exist, however many there are. A row that has the focus stays, wherever the
 * page is scrolled to; rows are moved rather than made anew, so that focus and selection stay.
 */
export class RunRows {
  #runs = [];
  #places = new Map();
  #rows = new Map();
  #height = 41;
  #waiting = 0;
  #heads = new Map();
  #body = h("tbody", { role: "rowgroup" });
  element;

  /**
   * @param {AbortSignal} signal ends its listening
   * @param {{ scope: string, onSort: (sort: string) => void }} options whose runs: a system's name or `all`
   */
  constructor(signal, { scope, onSort }) {
    const titles = ["Status", "Run", scope === "all" && "System", "Workflow", "Created", "Duration", "Attempt"].filter(Boolean);
    const head = h("tr", { role: "row" }, titles.map((title) => this.#head(title, title === "Workflow" ? (systemOf(scope)?.choose ?? title) : title, onSort)));
    this.element = h(`table.runs.runs-${scope}`, { role: "table", hidden: true }, h("caption.hidden", {}, "Runs. Arrow keys move, Enter opens."), h("thead", { role: "rowgroup" }, head), this.#body);
    addEventListener("scroll", () => this.#soon(), { signal, passive: true });
    addEventListener("resize", () => this.#measure(), { signal });
    this.#body.addEventListener("focusout", () => this.#soon());
  }

  /** Shows these runs in this order; `touched` are the keys of those to point out quietly. */
  show(runs, touched = new Set()) {
    const before = this.#places;
    this.#runs = runs;
    this.#measured();
    this.#places = new Map(runs.map((run, index) => [run.key, index]));
    // Without any the table is hidden, or they are still being read.
    if (runs.length > 0) for (const bar of this.#body.querySelectorAll(".skeleton")) bar.remove();
    this.element.setAttribute("aria-rowcount", String(runs.length + 1));
    if (runs.length > 0) this.#body.style.setProperty("--rows", String(runs.length));
    this.#draw();
    if (touched.size > 0 && !CALM.matches) this.#slide(before);
    for (const key of touched) this.#rows.get(key)?.glow();
  }

  /** Says names anew, when more of them are known. */
  rename() {
    for (const row of this.#rows.values()) row.forget();
  }

  /** Says by what the rows are in order. */
  sorted(sort, up) {
    for (const [name, head] of this.#heads) {
      if (name === sort) head.setAttribute("aria-sort", up ? "ascending" : "descending");
      else head.removeAttribute("aria-sort");
    }
  }

  /** Grey bars in the place of rows, while the first read is under way. */
  skeleton() {
    if (this.#body.childElementCount > 0) return;
    this.#body.style.setProperty("--rows", "8");
    const bars = Array.from({ length: 8 }, (_, index) => h("tr.skeleton", { "aria-hidden": "true", vars: { transform: `translateY(${index * this.#height}px)` } }, ...["status", "run", "workflow", "created", "duration"].map((name) => h(`td.c-${name}`, {}, h("span.bone")))));
    this.#body.append(...bars);
  }

  /** Brings what depends on the time of day up to date. */
  tick(now) {
    for (const row of this.#rows.values()) row.tick(now);
  }

  /** Moves the keyboard's place: by rows, or to the first or last. */
  step(event, by) {
    if (this.#runs.length === 0) return;
    event.preventDefault();
    const at = this.#places.get(document.activeElement?.closest?.("tr.run")?.dataset.key) ?? (by > 0 || by === "first" ? -1 : 0);
    const last = this.#runs.length - 1;
    this.#focus(by === "first" ? 0 : by === "last" ? last : Math.min(last, Math.max(0, at + by)));
  }

  #focus(index) {
    const { key } = this.#runs[index];
    this.#draw(index);
    const row = this.#rows.get(key);
    row.link.focus({ preventScroll: true });
    row.element.scrollIntoView({ block: "nearest" });
    this.#soon();
  }

  #head(title, word, onSort) {
    const sort = SORTED[title];
    const cell = h(`th.c-${title.toLowerCase()}`, { scope: "col", role: "columnheader" }, sort ? h("button.sort", { type: "button", onclick: () => onSort(sort) }, word, icon("down")) : word);
    if (sort) this.#heads.set(sort, cell);
    return cell;
  }

  #soon() {
    if (this.#waiting) return;
    this.#waiting = requestAnimationFrame(() => {
      this.#waiting = 0;
      if (this.element.isConnected) this.#draw();
    });
  }

  /** Makes the rows that can be seen, and `beside` them one that is to be. */
  #draw(beside) {
    const { from, to } = this.#seen();
    const wanted = new Set();
    for (let index = from; index < to; index++) wanted.add(index);
    const focused = this.#places.get(document.activeElement?.closest?.("tr.run")?.dataset.key);
    for (const index of [focused, beside]) if (index !== undefined) wanted.add(index);
    const spare = [];
    for (const [key, row] of this.#rows) {
      if (wanted.has(this.#places.get(key))) continue;
      this.#rows.delete(key);
      spare.push(row);
      // Out of the way of those that stay, which then need not be moved.
      row.element.remove();
    }
    const now = Date.now();
    const shown = [...wanted].sort((a, b) => a - b).map((index) => this.#row(index, spare, now));
    this.#arrange(shown);
  }

  /** How high a row is, which the style sheet says by the width of the window. */
  #measured() {
    const height = Number.parseFloat(getComputedStyle(this.#body).getPropertyValue("--row"));
    if (height > 0) this.#height = height;
  }

  #measure() {
    this.#measured();
    this.#soon();
  }

  #seen() {
    // What is not laid out yet begins where the page does.
    const top = this.element.hidden || !this.element.isConnected ? 0 : this.#body.getBoundingClientRect().top;
    const first = Math.floor(-top / this.#height) - SPARE;
    const count = Math.ceil(innerHeight / this.#height) + 2 * SPARE;
    const from = Math.max(0, Math.min(first, this.#runs.length - count));
    return { from, to: Math.min(this.#runs.length, from + count) };
  }

  #row(index, spare, now) {
    const run = this.#runs[index];
    const row = this.#rows.get(run.key) ?? spare.pop() ?? new Row();
    this.#rows.set(run.key, row);
    row.show(run, now);
    row.place(index, index * this.#height);
    return row;
  }

  #arrange(shown) {
    let cursor = this.#body.firstChild;
    for (const { element } of shown) {
      if (element === cursor) cursor = cursor.nextSibling;
      else this.#body.insertBefore(element, cursor);
    }
  }

  #slide(before) {
    for (const [key, row] of this.#rows) {
      const by = ((before.get(key) ?? Number.NaN) - this.#places.get(key)) * this.#height;
      if (by && Math.abs(by) < innerHeight) row.element.animate([{ translate: `0 ${by}px` }, { translate: "none" }], { duration: 180, easing: "cubic-bezier(.2,.7,.3,1)" });
    }
  }
}

class Row {
  #run;
  #top;
  #status = statusBadge({ status: "", phase: "unknown" });
  #system = h("td.c-system", { role: "cell" });
  #workflow = h("td.c-workflow", { role: "cell" });
  #created = h("time");
  #duration = h("td.c-duration", { role: "cell" });
  #attempt = h("td.c-attempt", { role: "cell" });
  #name = h("span.run-name");
  #id = h("span.run-id");
  link = h("a.run-link", {}, this.#name);
  element = h("tr.run", { role: "row" }, h("td.c-status", { role: "cell" }, this.#status), h("td.c-run", { role: "cell" }, this.link, this.#id), this.#system, this.#workflow, h("td.c-created", { role: "cell" }, this.#created), this.#duration, this.#attempt);

  show(run, now) {
    if (this.#run === run) return;
    this.#fill(run, this.#run?.key !== run.key);
    this.#run = run;
    this.tick(now);
  }

  /** Puts the row where its number says. */
  place(index, top) {
    if (this.#top === top) return;
    this.#top = top;
    this.element.style.transform = `translateY(${top}px)`;
    this.element.setAttribute("aria-rowindex", String(index + 2));
  }

  #fill(run, other) {
    const system = systemOf(run.system);
    if (other) this.element.classList.remove("glow");
    Object.assign(this.element.dataset, { id: run.id, key: run.key, tone: tone(run) });
    this.link.href = `#/${run.system}/runs/${encodeURIComponent(run.id)}`;
    setStatus(this.#status, run);
    setText(this.#name, system.label(run));
    setText(this.#id, run.id.slice(0, 8));
    setText(this.#system, system.title);
    setText(this.#workflow, run.workflow ?? named(run.system, run.workflowId) ?? run.workflowId?.slice(0, 8) ?? "–");
    setText(this.#attempt, String(run.attempt));
    this.#attempt.dataset.again = String(run.attempt > 1);
    if (run.createdAt !== undefined) this.#created.dateTime = new Date(run.createdAt).toISOString();
    this.#created.title = exact(run.createdAt);
  }

  /** The next time it is shown, all of it is. */
  forget() {
    this.#run = undefined;
  }

  tick(now) {
    setText(this.#created, ago(this.#run.createdAt, now));
    setText(this.#duration, shownDuration(this.#run, now));
  }

  glow() {
    this.element.classList.remove("glow");
    requestAnimationFrame(() => this.element.classList.add("glow"));
  }
}
