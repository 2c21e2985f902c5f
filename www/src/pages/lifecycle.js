import { diagram, lifecycle } from "runward/validate";
import { fill, h, icon } from "../ui/dom.js";
import { statusBadge } from "../ui/status.js";

/** The picture of what may follow what, with the present state marked, and what may come next in words. */
export function lifecyclePicture(system, title) {
  const svg = parse(diagram(system, "svg"));
  const next = h("ul.next");
  const picture = svg && h("section.card.lifecycle", {}, h("h2", {}, "Lifecycle"), h("div.lifecycle-picture", { tabindex: "0", role: "group", "aria-label": `Lifecycle of a run of ${title}` }, svg));
  let shown;
  return {
    next,
    picture,
    /** Marks the state whose word is `status`. */
    mark(status) {
      if (status === shown) return;
      shown = status;
      markNode(svg, stateOf(lifecycle(system), status)?.status ?? status);
      const steps = nextSteps(system, status);
      fill(next, steps.map((step) => nextItem(system, step)), steps.length === 0 && h("li.quiet", {}, "Nothing: no step leads on from here."));
    },
  };
}

/** What is no picture, such as nothing, gives none: the browser's own page about it would come with styles that the policy forbids. */
function parse(text) {
  if (!text.startsWith("<svg")) return undefined;
  // Its own style is for a document of its own; here it takes the page's colours, and the policy forbids it.
  const bare = text.replaceAll(/<style>.*?<\/style>/gs, "");
  const root = new DOMParser().parseFromString(bare, "image/svg+xml").documentElement;
  if (root.localName !== "svg") return undefined;
  const svg = document.importNode(root, true);
  // A small lifecycle is not drawn larger than a large one.
  const { width } = svg.viewBox.baseVal;
  if (width > 0) svg.style.setProperty("--drawn", `${Math.round(width)}px`);
  return svg;
}

function markNode(svg, status) {
  for (const node of svg?.querySelectorAll("[data-current]") ?? []) node.removeAttribute("data-current");
  svg?.querySelector(`[data-state="${CSS.escape(status)}"]`)?.setAttribute("data-current", "true");
}

/** The state of this word in a table. */
export function stateOf({ states, anyCase }, status) {
  const alike = (one) => one.status === status || (anyCase && one.status.toLowerCase() === status.toLowerCase());
  return states.find(alike);
}

/** The rows that lead away from a status, those with the same end as one. */
function nextSteps(system, status) {
  const steps = new Map();
  const table = lifecycle(system);
  const from = stateOf(table, status)?.status;
  for (const row of table.rows) {
    if (row.from !== from || row.to === from) continue;
    const step = steps.get(row.to) ?? { to: row.to, causes: new Set(), evidence: new Set() };
    step.causes.add(row.cause);
    step.evidence.add(row.evidence);
    steps.set(row.to, step);
  }
  return [...steps.values()];
}

function nextItem(system, { to, causes, evidence }) {
  const state = stateOf(lifecycle(system), to) ?? { status: to, phase: "unknown" };
  return h("li", { data: { to } }, icon("arrow"), statusBadge(state), h("span.next-why", {}, `by ${[...causes].join(" or ")}, ${[...evidence].join(" or ")}`));
}
