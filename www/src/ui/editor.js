import { bytes } from "./format.js";
import { h, setText } from "./dom.js";

/** Beyond this many characters, or with a line beyond that many, a text area lays out for seconds at every key. */
const LARGE = 400_000;
const LONG_LINE = 60_000;
/** Of a large text this much is shown at a time. */
const SHOWN = 12_000;

/**
 * A text area with line numbers; only the numbers that can be seen exist. A text that a text area cannot bear is held
 * beside it, and a part of it is shown to read.
 */
export class Editor {
  #gutter = h("div.gutter", { "aria-hidden": "true" });
  #note = h("span.quiet");
  #bar = h("div.editor-bar", { hidden: true }, this.#note, h("button.button.small", { type: "button", onclick: () => this.#move(-1) }, "Earlier"), h("button.button.small", { type: "button", onclick: () => this.#move(1) }, "Later"));
  #marks = new Map();
  #held;
  #from = 0;
  #firstLine = 1;
  #lines = 1;
  #drawing = 0;
  #onChange;

  /** @param {{ label: string, placeholder: string, onChange: () => void }} options `onChange` is called whenever a person changed the text */
  constructor({ label, placeholder, onChange }) {
    this.#onChange = onChange;
    this.area = h("textarea.code", { "aria-label": label, placeholder, spellcheck: "false", autocomplete: "off", autocapitalize: "off", wrap: "off" });
    this.element = h("div.editor", {}, this.#gutter, this.area, this.#bar);
    this.area.addEventListener("scroll", () => this.#draw());
    this.area.addEventListener("input", () => this.#typed());
    this.area.addEventListener("paste", (event) => this.#paste(event));
    new ResizeObserver(() => this.#draw()).observe(this.area);
  }

  /** The whole text. */
  get text() {
    return this.#held ?? this.area.value;
  }

  set text(text) {
    this.#held = isLarge(text) ? text : undefined;
    this.area.readOnly = this.#held !== undefined;
    this.#bar.hidden = this.#held === undefined;
    if (this.#held !== undefined) return this.#show(0);
    this.#from = 0;
    this.#firstLine = 1;
    this.area.value = text;
    this.#count();
  }

  /** Marks the lines that findings stand in by their severity; the worst of a line wins, so hand them in from worst to least. */
  mark(findings) {
    this.#marks.clear();
    for (const { line, severity } of findings) if (line !== undefined && !this.#marks.has(line)) this.#marks.set(line, severity);
    this.#draw();
  }

  /** Selects a range of the text, in UTF-16 units, and brings it to the middle. */
  select(start, end) {
    if (this.#held !== undefined) this.#show(start);
    const [from, to] = [start - this.#from, end - this.#from];
    this.area.focus();
    this.area.setSelectionRange(from, to);
    const { height } = this.#metrics();
    this.area.scrollTop = Math.max(0, lineBreaks(this.area.value, from) * height - this.area.clientHeight / 2);
    this.area.scrollLeft = this.#leftOf(from);
  }

  #typed() {
    this.#count();
    this.#onChange();
  }

  /** What is too large is taken before the text area lays it out. */
  #paste(event) {
    const pasted = event.clipboardData?.getData("text") ?? "";
    if (this.#held === undefined && !isLarge(pasted)) return;
    event.preventDefault();
    const { value, selectionStart, selectionEnd } = this.area;
    this.text = this.#held === undefined ? value.slice(0, selectionStart) + pasted + value.slice(selectionEnd) : pasted;
    this.#onChange();
  }

  /** Shows the part of a held text around an offset, from the begin of a line where one is near. */
  #show(offset) {
    const near = Math.max(0, offset - SHOWN / 4);
    const start = this.#held.lastIndexOf("\n", near - 1) + 1;
    this.#from = near - start < SHOWN / 4 ? start : near;
    this.#firstLine = lineBreaks(this.#held, this.#from) + 1;
    this.area.value = this.#held.slice(this.#from, this.#from + SHOWN);
    setText(this.#note, `${bytes(this.#held.length)} held, read-only; shown from ${bytes(this.#from)} on`);
    this.#count();
  }

  #move(direction) {
    const offset = this.#from + direction * SHOWN * 0.75 + SHOWN / 4;
    this.#show(Math.min(Math.max(0, offset), this.#held.length - SHOWN / 2));
    this.area.scrollTop = 0;
  }

  #count() {
    this.#lines = lineBreaks(this.area.value) + 1;
    this.#draw();
  }

  /** How far to scroll for a place far to the right in a long line, such as a whole document on one. */
  #leftOf(offset) {
    const column = offset - (this.area.value.lastIndexOf("\n", offset - 1) + 1);
    const context = document.createElement("canvas").getContext("2d");
    const { fontSize, fontFamily } = getComputedStyle(this.area);
    context.font = `${fontSize} ${fontFamily}`;
    const left = (column * context.measureText("0000000000").width) / 10;
    return left > this.area.clientWidth - 80 ? left - this.area.clientWidth / 3 : 0;
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
    const first = Math.max(0, Math.floor((scrollTop - top) / height));
    const last = Math.min(this.#lines, first + Math.ceil(clientHeight / height) + 2);
    const numbers = [];
    for (let line = first + this.#firstLine; line < last + this.#firstLine; line++) numbers.push(h("span", { data: { severity: this.#marks.get(line) ?? "" } }, String(line)));
    this.#gutter.style.setProperty("--shift", `${top + first * height - scrollTop}px`);
    this.#gutter.replaceChildren(h("div", {}, numbers));
  }
}

/** How many lines end before an offset. */
function lineBreaks(text, offset = text.length) {
  let lines = 0;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) lines++;
  return lines;
}

function isLarge(text) {
  if (text.length > LARGE) return true;
  if (text.length <= LONG_LINE) return false;
  return text.split("\n").some((line) => line.length > LONG_LINE);
}
