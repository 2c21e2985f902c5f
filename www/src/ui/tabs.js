import { present } from "../data/client.js";
import { h } from "./dom.js";

/**
 * The systems as links, with the one that is looked at marked.
 * @param {string} page what stands behind the system in the address
 * @param {string} current the system's name, or `all`
 * @param {{ all?: boolean }} [options] whether all systems together can be looked at
 */
export function systemTabs(page, current, { all = false } = {}) {
  const names = [...(all ? [["all", "All"]] : []), ...present().map(({ name, title }) => [name, title])];
  const link = ([name, title]) => h("a.tab", { href: `#/${name}/${page}`, "aria-current": name === current ? "page" : undefined, data: { system: name } }, title);
  const tabs = h("nav.tabs", { "aria-label": "System" }, names.map(link));
  // Where they do not all fit, the one that is looked at is among those in sight.
  requestAnimationFrame(() => tabs.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" }));
  return tabs;
}
