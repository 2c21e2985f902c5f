/**
 * Makes an element. Strings become text nodes, so nothing a system sent is ever read as markup.
 * @param {string} tag name, with classes after dots: `"span.pill.small"`
 * @param {Record<string, unknown>} [props] `on…` are listeners, `data` is the dataset, other known properties are set, the rest are attributes; `undefined` and `false` leave an attribute out
 * @param {...(Node | string | number | undefined | false | null | unknown[])} children
 * @returns {HTMLElement}
 */
export function h(tag, props = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name);
  if (classes.length > 0) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(props)) setProp(element, key, value);
  append(element, children);
  return element;
}

function setProp(element, key, value) {
  if (value === undefined || value === false || value === null) return;
  if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
  else if (key === "data") Object.assign(element.dataset, value);
  else if (key === "vars") for (const [name, text] of Object.entries(value)) element.style.setProperty(name, text);
  else if (key === "value" || key === "checked") element[key] = value;
  else element.setAttribute(key, value === true ? "" : String(value));
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

/** Puts `children` in the place of everything in `element`. */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
}

/** Sets text only where it differs, so that selections and screen readers are left in peace. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const SVG = "http://www.w3.org/2000/svg";

/** Makes an SVG element. */
export function s(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

const PATHS = {
  queued: ["M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2Z"],
  running: ["M13.8 8A5.8 5.8 0 1 1 8 2.2"],
  waiting: ["M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2Z", "M8 5v3.2l2 1.4"],
  succeeded: ["M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2Z", "m5.4 8.2 1.8 1.8 3.4-3.8"],
  failed: ["M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2Z", "m6 6 4 4m0-4-4 4"],
  cancelled: ["M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2Z", "M4.2 11.8 11.8 4.2"],
  declined: ["M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2Z", "M5.2 8h5.6"],
  expired: ["M4.5 2.5h7M4.5 13.5h7M5 2.5c0 3 6 8 6 11M11 2.5c0 3-6 8-6 11"],
  unknown: ["M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2Z", "M6.3 6.4c.2-2.3 3.6-2.2 3.5 0C9.7 7.7 8 7.7 8 9M8 11v.1"],
  review: ["M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2Z", "M8 5v3.2l2 1.4"],
  down: ["M8 3.5v9M4.5 9 8 12.5 11.5 9"],
  plus: ["M8 3v10M3 8h10"],
  search: ["M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9Z", "m10.4 10.4 3.1 3.1"],
  copy: ["M5.5 5.5h8v8h-8z", "M10.5 5.5v-3h-8v8h3"],
  back: ["M13 8H3m4-4L3 8l4 4"],
  arrow: ["M3 8h10M9.5 4.5 13 8l-3.5 3.5"],
  code: ["m5 4.5-3.5 3.5L5 11.5M11 4.5l3.5 3.5-3.5 3.5"],
  stop: ["M4 4h8v8H4z"],
  replay: ["M2.5 8a5.5 5.5 0 1 0 1.7-4L2.5 5.6", "M2.5 2.5v3.1h3.1"],
  trash: ["m4.5 4.5 7 7m0-7-7 7"],
  sun: ["M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6Z", "M8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M3.4 12.6l.7-.7M11.9 4.1l.7-.7"],
  moon: ["M13.3 9.6A5.8 5.8 0 0 1 6.4 2.7a5.8 5.8 0 1 0 6.9 6.9Z"],
  auto: ["M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2Z", "M8 2.2v11.6M8 5.5h4.9M8 8h5.8M8 10.5h4.9"],
  error: ["M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2Z", "M8 5v3.6M8 11v.1"],
  warning: ["M8 2.2 14.2 13H1.8L8 2.2Z", "M8 6.5v3M8 11.3v.1"],
  info: ["M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2Z", "M8 7.4V11M8 5v.1"],
};

/** An icon of 16 by 16; it only repeats what text beside it says, so readers skip it. */
export function icon(name) {
  const paths = (PATHS[name] ?? PATHS.unknown).map((d) => s("path", { d }));
  return s("svg", { viewBox: "0 0 16 16", width: 16, height: 16, class: `icon icon-${name}`, "aria-hidden": "true" }, ...paths);
}

let toastTimer;
/** Says something once, at the bottom of the page and to screen readers. */
export function toast(message) {
  const box = document.getElementById("toasts");
  fill(box, h("div.toast", {}, message));
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => box.replaceChildren(), 4000);
}

/** Copies text and says so. */
export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    toast(`${what} copied`);
  } catch {
    toast(`The browser did not allow copying; the ${what.toLowerCase()} is ${text}`);
  }
}
