import { themeButton } from "./ui/theme.js";
import { fill, h } from "./ui/dom.js";
import { showConnection } from "./ui/connection.js";
import { checkPage } from "./pages/check.js";
import { createPage } from "./pages/create.js";
import { runPage } from "./pages/run.js";
import { runsPage } from "./pages/runs.js";

const main = document.getElementById("main");

/** Each page takes the place it draws in and a signal that ends it; it returns its title. */
const ROUTES = [
  [/^\/runs$/, "runs", runsPage],
  [/^\/runs\/([^/]+)$/, "runs", runPage],
  [/^\/create$/, "create", createPage],
  [/^\/check$/, "check", checkPage],
];

let leave = new AbortController();

function route() {
  leave.abort();
  leave = new AbortController();
  const path = location.hash.slice(1).split("?")[0] || "/runs";
  const [pattern, name, page] = ROUTES.find(([candidate]) => candidate.test(path)) ?? [/^/, "", lost];
  for (const link of document.querySelectorAll("nav a")) {
    if (link.dataset.page === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  showConnection(undefined);
  main.replaceChildren();
  const params = (path.match(pattern) ?? []).slice(1).map(decodeURIComponent);
  document.title = `${page(main, leave.signal, ...params)} · Runward`;
}

function lost(place) {
  fill(place, h("div.empty", {}, h("h1", {}, "There is no such page"), h("p", {}, h("a", { href: "#/runs" }, "All runs"))));
  return "Not found";
}

addEventListener("hashchange", () => {
  route();
  main.focus({ preventScroll: true });
  scrollTo(0, 0);
});
themeButton(document.getElementById("theme"));
route();
