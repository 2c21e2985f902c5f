import { readJson, readObject } from "../data/jsontext.js";
import { h, icon, setText } from "./dom.js";

/**
 * A form's field out of its description: a label, a hint, a control, and a place for what is wrong with it.
 *
 * @param {object} given
 * @param {string} given.name
 * @param {string} given.label
 * @param {"text" | "object" | "array" | "json" | "pairs" | "list" | "select" | "choice"} given.kind
 * @param {string} [given.hint]
 * @param {string} [given.required] said when it is empty
 * @param {string} [given.value] what stands in it at first
 * @returns {{ name: string, element: HTMLElement, control: HTMLElement, read: () => unknown, say: (problem?: string) => undefined, offer?: (options: object[], more?: object) => void }} `read` gives `undefined` and says why when the field is wrong
 */
export function field(given) {
  return KINDS[given.kind](given);
}

const KINDS = { text, select, choice, pairs, list: text, object: code, array: code, json: code };

/** What all fields have around their control. */
function framed({ name, label, hint }, control, { target = control, extra } = {}) {
  const problem = h("p.problem", { id: `${name}-problem`, "aria-live": "polite" });
  const group = control.matches("div.pairs");
  target.id = `field-${name}`;
  target.setAttribute("aria-describedby", [`${name}-problem`, hint && `${name}-hint`].filter(Boolean).join(" "));
  if (group) control.setAttribute("role", "group");
  const title = group ? h("span.label", { id: `${name}-label` }, label) : h("label.label", { for: target.id }, label);
  if (group) control.setAttribute("aria-labelledby", title.id);
  const element = h("div.field", {}, title, hint && h("p.hint", { id: `${name}-hint` }, hint), control, extra, problem);
  const say = (text) => {
    setText(problem, text ?? "");
    if (text) target.setAttribute("aria-invalid", "true");
    else target.removeAttribute("aria-invalid");
  };
  return { name, element, control: target, say };
}

function text({ kind, required, suggests, suggestions = [], value = "", maxlength, placeholder, ...given }) {
  const options = (suggests || suggestions.length > 0) && h("datalist", { id: `${given.name}-suggestions` }, suggestions.map((value) => h("option", { value })));
  const control = h("input", { name: given.name, list: options ? options.id : undefined, required: Boolean(required), autocomplete: "off", autocapitalize: "off", spellcheck: "false", maxlength, placeholder, value });
  const frame = framed(given, control, { extra: options });
  control.addEventListener("input", () => frame.say());
  const read = () => {
    const typed = control.value.trim();
    frame.say(required && typed === "" ? required : undefined);
    if (required && typed === "") return undefined;
    return kind === "list" ? typed.split(",").map((one) => one.trim()).filter(Boolean) : typed;
  };
  const offer = (found) => options && options.replaceChildren(...found.map(({ value }) => h("option", { value })));
  return { ...frame, read, offer };
}

function select({ options, ...given }) {
  const control = h("select", { name: given.name }, options.map(([value, word]) => h("option", { value }, word)));
  return { ...framed(given, control), read: () => control.value };
}

const OTHER = "\u0000other";

/** One of a list, or an id that is not in it. */
function choice({ required, ...given }) {
  const control = h("select", { name: given.name, required: true }, h("option", { value: "" }, "Reading…"));
  const other = h("input", { "aria-label": `${given.label} id`, placeholder: "id", autocomplete: "off", spellcheck: "false", hidden: true });
  const note = h("p.hint.choice-note", { hidden: true });
  const frame = framed(given, control, { extra: [other, note] });
  let offered = [];
  const show = () => {
    frame.say();
    other.hidden = control.value !== OTHER;
    const found = offered.find(({ value }) => value === control.value);
    note.hidden = !found?.note;
    setText(note, found?.note ?? "");
  };
  control.addEventListener("change", () => {
    show();
    if (!other.hidden) other.focus();
  });
  other.addEventListener("input", () => frame.say());
  const read = () => {
    const value = control.value === OTHER ? other.value.trim() : control.value;
    frame.say(value === "" ? required : undefined);
    return value === "" ? undefined : value;
  };
  const offer = (found, { chosen } = {}) => {
    const before = chosen ?? control.value;
    offered = found;
    const twice = (label) => found.filter((one) => one.label === label).length > 1;
    const named = ({ value, label }) => h("option", { value }, twice(label) ? `${label} (${value.slice(0, 8)})` : label);
    control.replaceChildren(...(found.length > 0 ? [h("option", { value: "" }, "Choose…")] : []), ...found.map(named), h("option", { value: OTHER }, found.length > 0 ? "Another id…" : "By its id"));
    control.value = found.some(({ value }) => value === before) ? before : found.length > 0 ? "" : OTHER;
    show();
  };
  return { ...frame, read, offer };
}

function code({ kind, optional, required, value = "", placeholder, ...given }) {
  const control = h("textarea.code", { name: given.name, rows: kind === "array" ? "10" : "6", spellcheck: "false", autocomplete: "off", autocapitalize: "off", placeholder, value });
  const frame = framed(given, control);
  const read = () => {
    if (optional && control.value.trim() === "") {
      frame.say();
      return null;
    }
    const { value, problem } = kind === "object" ? readObject(control.value) : readJson(control.value, kind);
    frame.say(problem);
    return value;
  };
  control.addEventListener("input", read);
  return { ...frame, read };
}

/** Keys and values. */
function pairs(given) {
  const rows = h("div.pairs");
  const add = h("button.button.small.pairs-add", { type: "button", onclick: () => addPair(true) }, icon("plus"), "Add a key");
  const frame = framed(given, rows, { extra: add });
  function addPair(focus) {
    const key = h("input", { "aria-label": `${given.label} key`, placeholder: "key", autocomplete: "off", autocapitalize: "off", spellcheck: "false" });
    const value = h("input", { "aria-label": `${given.label} value`, placeholder: "value", autocomplete: "off", spellcheck: "false" });
    const drop = () => {
      const next = pair.nextElementSibling ?? pair.previousElementSibling;
      pair.remove();
      frame.say();
      if (next) next.querySelector("input").focus();
      else addPair(true);
    };
    const pair = h("div.pair", {}, key, value, h("button.icon-button", { type: "button", "aria-label": "Remove this key", title: "Remove", onclick: drop }, icon("trash")));
    pair.addEventListener("input", () => frame.say());
    rows.append(pair);
    if (focus) key.focus();
  }
  addPair(false);
  return { ...frame, read: () => readPairs(rows, frame.say) };
}

function readPairs(rows, say) {
  const found = new Map();
  for (const pair of rows.children) {
    const [key, value] = [...pair.querySelectorAll("input")].map((input) => input.value);
    const name = key.trim();
    if (name === "" && value.trim() === "") continue;
    if (name === "") return say(`The value ${JSON.stringify(value)} has no key.`);
    if (found.has(name)) return say(`The key ${JSON.stringify(name)} is there twice.`);
    found.set(name, value);
  }
  return Object.fromEntries(found);
}

/** Several fields as one form: their values by name, or `undefined` once the first wrong one has the focus. */
export function readAll(fields) {
  const values = fields.map(({ name, read }) => [name, read()]);
  if (values.every(([, value]) => value !== undefined)) return Object.fromEntries(values);
  focusFirst(fields);
  return undefined;
}

/** Puts the focus into the first field that has something wrong. */
export function focusFirst(fields) {
  const wrong = fields.find(({ element }) => element.querySelector("[aria-invalid=true]"));
  const target = wrong?.element.querySelector("[aria-invalid=true]");
  (target?.matches("div") ? target.querySelector("input") : target)?.focus();
}

/** Puts each finding beside the field that its pointer names; gives the messages of those that name none. */
export function sayFindings(fields, findings, aliases = {}) {
  const general = [];
  for (const { pointer, message } of findings) {
    const [, name, ...rest] = pointer.split("/");
    const found = fields.find((one) => one.name === (aliases[name] ?? name));
    if (found) found.say(rest.length > 0 ? `${message} (at /${rest.join("/")})` : message);
    else general.push(message);
  }
  return general;
}

/** A button that waits says so, and takes no second press. */
export function busy(button, word) {
  button.dataset.word ??= button.textContent;
  button.disabled = word !== undefined;
  button.lastChild.textContent = word ?? button.dataset.word;
}
