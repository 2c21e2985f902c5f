import { h } from "./dom.js";

/** A text area with line numbers; only the numbers that can be seen exist, so a long text costs no more than a short one. */
export class Editor {
  #gutter = h("div.gutter", { "aria-hidden": "true" });
  #marks = new Map();
  #lines = 1;
  #drawing = 0;

  constructor({ label, placeholder }) {
    this.area = h("textarea.code", { "aria-label": label, placeholder, spellcheck: "false", autocomplete: "off", autocapitalize: "off", wrap: "off" });
    this.element = h("div.editor", {}, this.#gutter, this.area);
    this.area.addEventListener("scroll", () => this.#draw());
    this.area.addEventListener("input", () => this.changed());
    new ResizeObserver(() => this.#draw()).observe(this.area);
  }

  /** Counts lines anew after the text was set. */
  changed() {
    const text = this.area.value;
    let lines = 1;
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lines++;
    this.#lines = lines;
    this.#draw();
  }

  /** Marks the lines that findings stand in by their severity; the worst of a line wins, so hand them in from worst to least. */
  mark(findings) {
    this.#marks.clear();
    for (const { line, severity } of findings) if (line !== undefined && !this.#marks.has(line)) this.#marks.set(line, severity);
    this.#draw();
  }

  /** Selects a range and brings its line, from 1, to the middle. */
  select(start, end, line) {
    this.area.focus();
    this.area.setSelectionRange(start, end);
    const { height } = this.#metrics();
    this.area.scrollTop = Math.max(0, (line - 1) * height - this.area.clientHeight / 2);
    this.area.scrollLeft = 0;
    this.#showColumn(start);
  }

  /** A place far to the right in a long line, such as a whole document on one, is brought into sight. */
  #showColumn(start) {
    const text = this.area.value;
    const column = start - (text.lastIndexOf("\n", start - 1) + 1);
    const left = column * this.#charWidth();
    if (left > this.area.clientWidth - 80) this.area.scrollLeft = left - this.area.clientWidth / 3;
  }

  #charWidth() {
    const context = document.createElement("canvas").getContext("2d");
    context.font = getComputedStyle(this.area).font;
    return context.measureText("0000000000").width / 10;
  }

  #metrics() {
    const style = getComputedStyle(this.area);
    return { height: Number.parseFloat(style.lineHeight), top: Number.parseFloat(style.paddingTop) };
  }

  #draw() {
    cancelAnimationFrame(this.#drawing);
    this.#drawing = requestAnimationFrame(() => this.#drawNow());
  }

  #drawNow() {
    const { height, top } = this.#metrics();
    const { scrollTop, clientHeight } = this.area;
    const first = Math.max(1, Math.floor((scrollTop - top) / height) + 1);
    const last = Math.min(this.#lines, first + Math.ceil(clientHeight / height) + 1);
    const numbers = [];
    for (let line = first; line <= last; line++) numbers.push(h("span", { data: { severity: this.#marks.get(line) ?? "" } }, String(line)));
    this.#gutter.style.setProperty("--shift", `${top + (first - 1) * height - scrollTop}px`);
    this.#gutter.replaceChildren(h("div", {}, numbers));
  }
}
