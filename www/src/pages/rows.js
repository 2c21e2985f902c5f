import { h, setText } from "../ui/dom.js";
import { ago, exact, shownDuration } from "../ui/format.js";
import { setStatus, statusBadge, tone, workflowName } from "../ui/status.js";

const CALM = matchMedia("(prefers-reduced-motion: reduce)");

/** The table's rows: one for each run, kept and moved rather than made anew, so that focus, selection and the reader's place stay. */
export class RunRows {
  #rows = new Map();
  #shown = [];
  #body = h("tbody");
  element = h(
    "table.runs",
    { hidden: true },
    h("caption.hidden", {}, "Runs, newest first. Arrow keys move, Enter opens."),
    h("thead", {}, h("tr", {}, ...["Status", "Run", "Workflow", "Created", "Duration", "Attempt"].map((title) => h(`th.c-${title.toLowerCase()}`, { scope: "col" }, title)))),
    this.#body,
  );

  /** Shows these runs in this order; `touched` are those to point out quietly. */
  show(runs, touched) {
    const before = touched.size > 0 && !CALM.matches ? this.#places() : undefined;
    this.#body.querySelector(".skeleton")?.parentElement.replaceChildren();
    const wanted = new Set(runs.map((run) => run.id));
    for (const [id, row] of this.#rows) {
      if (wanted.has(id)) continue;
      row.element.remove();
      this.#rows.delete(id);
    }
    this.#shown = runs.map((run) => this.#row(run));
    this.#arrange();
    for (const id of touched) this.#rows.get(id)?.glow();
    if (before) this.#slide(before);
  }

  /** Grey bars in the place of rows, while the first read is under way. */
  skeleton() {
    if (this.#body.childElementCount > 0) return;
    const bars = Array.from({ length: 8 }, () => h("tr.skeleton", { "aria-hidden": "true" }, ...["status", "run", "workflow", "created", "duration", "attempt"].map((name) => h(`td.c-${name}`, {}, h("span.bone")))));
    this.#body.append(...bars);
  }

  /** Brings what depends on the time of day up to date. */
  tick(now) {
    for (const row of this.#shown) row.tick(now);
  }

  /** Moves the keyboard's place: by rows, or to the first or last. */
  step(event, by) {
    if (this.#shown.length === 0) return;
    event.preventDefault();
    const at = this.#shown.findIndex((row) => row.link === document.activeElement);
    const last = this.#shown.length - 1;
    const next = by === "first" ? 0 : by === "last" ? last : Math.min(last, Math.max(0, at + by));
    this.#shown[next].link.focus();
  }

  #row(run) {
    const row = this.#rows.get(run.id) ?? new Row(run);
    this.#rows.set(run.id, row);
    row.show(run);
    return row;
  }

  #arrange() {
    let cursor = this.#body.firstChild;
    for (const { element } of this.#shown) {
      if (element === cursor) cursor = cursor.nextSibling;
      else this.#body.insertBefore(element, cursor);
    }
  }

  #places() {
    return new Map(this.#shown.slice(0, 60).map((row) => [row, row.element.offsetTop]));
  }

  #slide(before) {
    for (const [row, top] of before) {
      const by = top - row.element.offsetTop;
      if (by !== 0 && row.element.isConnected) row.element.animate([{ transform: `translateY(${by}px)` }, { transform: "none" }], { duration: 180, easing: "cubic-bezier(.2,.7,.3,1)" });
    }
  }
}

class Row {
  #run;
  #status;
  #workflow = h("td.c-workflow");
  #created = h("time");
  #duration = h("td.c-duration");
  #attempt = h("td.c-attempt");
  #name = h("span.run-name");

  constructor(run) {
    this.#status = statusBadge(run);
    this.link = h("a.run-link", { href: `#/runs/${encodeURIComponent(run.id)}` }, this.#name);
    this.element = h("tr.run", { data: { id: run.id } }, h("td.c-status", {}, this.#status), h("td.c-run", {}, this.link, h("span.run-id", {}, run.id.slice(0, 8))), this.#workflow, h("td.c-created", {}, this.#created), this.#duration, this.#attempt);
  }

  show(run) {
    this.#run = run;
    setStatus(this.#status, run);
    this.element.dataset.tone = tone(run);
    setText(this.#name, run.name || run.id);
    setText(this.#workflow, workflowName(run));
    setText(this.#attempt, String(run.attempt));
    this.#attempt.dataset.again = String(run.attempt > 1);
    if (run.createdAt !== undefined) this.#created.dateTime = new Date(run.createdAt).toISOString();
    this.#created.title = exact(run.createdAt);
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
