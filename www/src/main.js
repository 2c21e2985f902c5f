import { askOffers, present } from "./data/client.js";
import { lastSystem, rememberSystem } from "./data/session.js";
import { systemOf } from "./systems/index.js";
import { themeButton } from "./ui/theme.js";
import { fill, h } from "./ui/dom.js";
import { showConnection } from "./ui/connection.js";
import { createPage } from "./pages/create.js";
import { runsPage } from "./pages/runs.js";

const main = document.getElementById("main");

/** Each page takes the place it draws in, a signal that ends it, and what its address says; it returns its title. Those that need WebAssembly come when they are first opened. */
const ROUTES = [
  [/^\/(\w+)\/runs$/, "runs", () => runsPage],
  [/^\/(\w+)\/runs\/([^/]+)$/, "runs", async () => (await import("./pages/run.js")).runPage],
  [/^\/(\w+)\/create$/, "create", () => createPage],
  [/^\/(\w+)\/lifecycle$/, "lifecycle", async () => (await import("./pages/table.js")).lifecyclePage],
  [/^\/check$/, "check", async () => (await import("./pages/check.js")).checkPage],
];

let leave = new AbortController();

async function route() {
  leave.abort();
  leave = new AbortController();
  const { signal } = leave;
  const path = location.hash.slice(1).split("?")[0];
  const whole = completed(path);
  if (whole !== path) return location.replace(`#${whole}`);
  const [pattern, name, find] = ROUTES.find(([candidate]) => candidate.test(path)) ?? [/^/, "", () => lost];
  const params = (path.match(pattern) ?? []).slice(1).map(decoded);
  const scope = params[0];
  if (scope !== undefined && !(systemOf(scope) || (scope === "all" && path === "/all/runs"))) return show(lost, signal);
  if (scope !== undefined) rememberSystem(scope);
  markNav(name);
  showConnection(undefined);
  main.replaceChildren();
  await show(await Promise.resolve(find()).catch(() => unreachable), signal, params);
}

async function show(page, signal, params = []) {
  if (!signal.aborted) document.title = `${page(main, signal, ...params)} · Runward`;
}

/** An address without a system means the one that was last looked at, and the list means all of them. */
function completed(path) {
  if (path === "" || path === "/" || path === "/runs") return `/${home()}/runs`;
  if (path === "/create" || path === "/lifecycle") return `/${chosen()}${path}`;
  return path;
}

const home = () => (present().length === 1 ? present()[0].name : "all");

/** The system to go on with where one is needed. */
function chosen() {
  const last = lastSystem();
  return present().some(({ name }) => name === last) ? last : (present()[0]?.name ?? "hatchet");
}

function markNav(page) {
  const last = lastSystem();
  const scope = last === "all" || present().some(({ name }) => name === last) ? last : home();
  const links = { runs: `#/${scope}/runs`, create: `#/${chosen()}/create`, lifecycle: `#/${chosen()}/lifecycle` };
  for (const link of document.querySelectorAll(".bar nav a")) {
    link.href = links[link.dataset.page] ?? link.getAttribute("href");
    if (link.dataset.page === page) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function unreachable(place) {
  fill(place, h("div.empty", {}, h("h1", {}, "This page could not be loaded"), h("p", {}, "The gateway that serves it cannot be reached."), h("button.button", { type: "button", onclick: () => void route() }, "Try again")));
  return "Not loaded";
}

function lost(place) {
  fill(place, h("div.empty", {}, h("h1", {}, "There is no such page"), h("p", {}, h("a", { href: "#/all/runs" }, "All runs"))));
  return "Not found";
}

addEventListener("hashchange", () => {
  void route();
  main.focus({ preventScroll: true });
  scrollTo(0, 0);
});
themeButton(document.getElementById("theme"));
void begin();

/** What the gateway offers decides which systems and controls there are; a slow answer is not waited for, and then comes late. */
async function begin() {
  let late = false;
  const asked = askOffers().then((news) => news && late && void route());
  await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, 800))]);
  late = true;
  await route();
}
