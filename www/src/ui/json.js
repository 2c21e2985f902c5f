import { bytes } from "./format.js";
import { copy, h, icon } from "./dom.js";

/** Beyond this many characters colours would cost more than they give. */
const COLOURED = 60_000;
/** Beyond this many characters only a beginning is laid out until asked. */
const SHOWN = 200_000;
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*)|\b(true|false|null)\b/g;

/** A JSON value, indented and coloured, in a part that folds away. */
export function jsonPanel(title, value, { open = true, note } = {}) {
  if (value === undefined) return undefined;
  const text = typeof value === "string" && note === "text" ? value : pretty(value);
  const body = h("pre.json", { tabindex: "0", "aria-label": title });
  const panel = h("details.panel", { open }, h("summary", {}, h("span.panel-title", {}, title), h("span.panel-note", {}, size(value, text))), h("div.panel-body", {}, copyButton(title, text), body));
  const lay = () => body.childNodes.length === 0 && show(body, text);
  panel.addEventListener("toggle", lay);
  if (open) lay();
  return panel;
}

function copyButton(title, text) {
  return h("button.icon-button.panel-copy", { type: "button", "aria-label": `Copy ${title.toLowerCase()}`, title: "Copy", onclick: () => void copy(text, title) }, icon("copy"));
}

function size(value, text) {
  if (value !== null && typeof value === "object" && Object.keys(value).length === 0) return "empty";
  return bytes(text.length);
}

/** Indented JSON text of a value. */
export function pretty(value) {
  return JSON.stringify(value, null, 2) ?? String(value);
}

function show(body, text) {
  if (text.length <= SHOWN) {
    body.append(text.length <= COLOURED ? coloured(text) : text);
    return;
  }
  const more = h("button.link", { type: "button", onclick: () => body.replaceChildren(text) }, `… show all ${bytes(text.length)}`);
  body.append(text.slice(0, COLOURED), more);
}

/** Text with a span around every key, string, number and word. */
function coloured(text) {
  const fragment = document.createDocumentFragment();
  let last = 0;
  for (const match of text.matchAll(TOKEN)) {
    fragment.append(text.slice(last, match.index));
    const [whole, string, colon, digits] = match;
    const kind = string === undefined ? (digits === undefined ? "word" : "number") : colon === undefined ? "string" : "key";
    fragment.append(h(`span.j-${kind}`, {}, string ?? whole), colon ?? "");
    last = match.index + whole.length;
  }
  fragment.append(text.slice(last));
  return fragment;
}
