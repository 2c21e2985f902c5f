import { themeButton } from "./ui/theme.js";
import { fill, h } from "./ui/dom.js";
import { showConnection } from "./ui/connection.js";
import { createPage } from "./pages/create.js";
import { runsPage } from "./pages/runs.js";

const main = document.getElementById("main");

/** Each page takes the place it draws in and a signal that ends it; it returns its title. Those that need WebAssembly come when they are first opened. */
const ROUTES = [
  [/^\/runs$/, "runs", () => runsPage],
  [/^\/runs\/([^/]+)$/, "runs", async () => (await import("./pages/run.js")).runPage],
  [/^\/create$/, "create", () => createPage],
  [/^\/check$/, "check", async () => (await import("./pages/check.js")).checkPage],
];

let leave = new AbortController();

async function route() {
  leave.abort();
  leave = new AbortController();
  const { signal } = leave;
  const path = location.hash.slice(1).split("?")[0] || "/runs";
  const [pattern, name, find] = ROUTES.find(([candidate]) => candidate.test(path)) ?? [/^/, "", () => lost];
  for (const link of document.querySelectorAll("nav a")) {
    if (link.dataset.page === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  showConnection(undefined);
  main.replaceChildren();
  const params = (path.match(pattern) ?? []).slice(1).map(decodeURIComponent);
  const page = await Promise.resolve(find()).catch(() => unreachable);
  if (!signal.aborted) document.title = `${page(main, signal, ...params)} · Runward`;
}

function unreachable(place) {
  fill(place, h("div.empty", {}, h("h1", {}, "This page could not be loaded"), h("p", {}, "The gateway that serves it cannot be reached."), h("button.button", { type: "button", onclick: () => void route() }, "Try again")));
  return "Not loaded";
}

function lost(place) {
  fill(place, h("div.empty", {}, h("h1", {}, "There is no such page"), h("p", {}, h("a", { href: "#/runs" }, "All runs"))));
  return "Not found";
}

addEventListener("hashchange", () => {
  void route();
  main.focus({ preventScroll: true });
  scrollTo(0, 0);
});
themeButton(document.getElementById("theme"));
void route();
