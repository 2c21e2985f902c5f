import { diagram } from "runward";
import { SYSTEM } from "../data/client.js";
import { h } from "../ui/dom.js";

/** The picture of what may follow what, with the present state marked. */
export function lifecyclePicture() {
  const svg = parse(diagram(SYSTEM, "svg"));
  const element = h("div.lifecycle", { tabindex: "0" }, svg ?? h("p", {}, "The picture cannot be drawn here."));
  return {
    element,
    /** Marks the state whose word is `status`. */
    mark(status) {
      for (const node of svg?.querySelectorAll("[data-current]") ?? []) node.removeAttribute("data-current");
      nodeOf(svg, status)?.setAttribute("data-current", "true");
    },
  };
}

function parse(text) {
  const root = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  return root.localName === "svg" ? document.importNode(root, true) : undefined;
}

function nodeOf(svg, status) {
  return svg?.querySelector(`[data-status="${CSS.escape(status)}"]`);
}
