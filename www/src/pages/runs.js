import { client, sentence } from "../data/client.js";
import { follow } from "../data/feed.js";
import { freshness, seen, store } from "../data/session.js";
import { outageNotice, showConnection } from "../ui/connection.js";
import { fill, h, icon, setText } from "../ui/dom.js";
import { ago, clock, number } from "../ui/format.js";
import { RunRows } from "./rows.js";

const PAGE = 100;
const KINDS = [
  ["", "All"],
  ["queued", "Queued"],
  ["running", "Running"],
  ["waiting", "Waiting"],
  ["succeeded", "Succeeded"],
  ["failed", "Failed"],
  ["cancelled", "Cancelled"],
];
/** Kinds that stand in the line even while there is no run of them. */
const ALWAYS = new Set(["", "queued", "running", "succeeded", "failed", "cancelled"]);

/** The list of runs, which moves by itself. */
export function runsPage(place, signal) {
  const view = new RunsView(place, signal);
  view.start();
  return "Runs";
}

class RunsView {
  #filter = { kind: "", text: "" };
  #state = { kind: "connecting" };
  #next;
  #signal;
  #notice = outageNotice();
  #chips = new Map();
  #chipBar = h("div.chips", { role: "group", "aria-label": "Filter by status" });
  #search = h("input", { type: "search", placeholder: "Filter by name, workflow, id, metadata", "aria-label": "Filter runs by text", autocomplete: "off", spellcheck: "false" });
  #rows = new RunRows();
  #empty = h("div.empty", { hidden: true });
  #older = h("button.button", { type: "button", hidden: true, onclick: () => void this.#loadOlder() }, "Show older runs");
  #unread = { newest: 0, older: 0 };
  #unreadNotice = h("p.unread", { role: "status", hidden: true });
  #fresh = h("p.fresh");
  #feed;

  constructor(place, signal) {
    this.#signal = signal;
    const head = h("div.page-head", {}, h("h1", {}, "Runs"), this.#fresh, h("a.button.primary", { href: "#/create" }, icon("plus"), "New run"));
    const tools = h("div.tools", {}, this.#chipBar, h("label.search", {}, icon("search"), this.#search, h("kbd", { "aria-hidden": "true" }, "/")));
    fill(place, head, this.#notice.element, tools, this.#unreadNotice, this.#rows.element, this.#empty, h("div.page-foot", {}, this.#older));
  }

  start() {
    this.#search.addEventListener("input", () => this.#refilter({ text: this.#search.value }));
    addEventListener("keydown", (event) => this.#key(event), { signal: this.#signal });
    this.#draw([]);
    const clockwork = setInterval(() => this.#tick(), 1000);
    this.#signal.addEventListener("abort", () => clearInterval(clockwork));
    this.#feed = follow({
      read: (signal) => this.#read(signal),
      stream: (signal) => client.events({ filter: { limit: PAGE }, signal }),
      onItem: (page) => this.#takeNewest(page),
      onState: (state) => this.#show(state),
      signal: this.#signal,
    });
  }

  async #read(signal) {
    const page = await client.runs.list({ limit: PAGE }, { signal });
    if (this.#next === undefined) this.#next = page.next ?? null;
    this.#takeNewest(page);
  }

  #takeNewest(page) {
    this.#unread.newest = page.unreadable?.length ?? 0;
    this.#take(page.runs ?? []);
  }

  async #loadOlder() {
    this.#older.disabled = true;
    try {
      const page = await client.runs.list({ limit: PAGE, cursor: this.#next }, { signal: this.#signal });
      this.#next = page.next ?? null;
      this.#unread.older += page.unreadable?.length ?? 0;
      this.#take(page.runs);
    } catch (error) {
      if (!this.#signal.aborted) setText(this.#older, `${sentence(error)} Try again`);
    } finally {
      this.#older.disabled = false;
    }
  }

  #take(runs) {
    const first = store.size === 0;
    const { added, moved } = store.take(runs);
    for (const run of runs) seen.note(run);
    freshness.at = Date.now();
    this.#draw(first ? [] : [...added, ...moved]);
  }

  #show(state) {
    this.#state = state;
    showConnection(state);
    this.#notice.show(state, freshness.at, this.#feed?.retryNow);
    this.#drawEmpty(store.filter(this.#filter).length);
    this.#tick();
  }

  #refilter(change) {
    Object.assign(this.#filter, change);
    this.#draw([]);
  }

  #draw(touched) {
    const runs = store.filter(this.#filter);
    this.#drawChips();
    this.#rows.show(runs, new Set(touched));
    this.#drawEmpty(runs.length);
    this.#older.hidden = !this.#next;
    this.#drawUnread();
    this.#tick();
  }

  #drawChips() {
    const counts = store.counts();
    const known = new Set(KINDS.map(([kind]) => kind));
    const others = Object.keys(counts).filter((kind) => !known.has(kind)).map((kind) => [kind, kind.charAt(0).toUpperCase() + kind.slice(1)]);
    for (const [kind, word] of [...KINDS, ...others]) {
      const count = kind === "" ? store.size : (counts[kind] ?? 0);
      const chip = this.#chips.get(kind) ?? this.#makeChip(kind, word);
      chip.hidden = count === 0 && !ALWAYS.has(kind) && this.#filter.kind !== kind;
      chip.setAttribute("aria-pressed", String(this.#filter.kind === kind));
      setText(chip.querySelector(".count"), number(count));
    }
  }

  #makeChip(kind, word) {
    const chip = h("button.chip", { type: "button", data: { kind }, onclick: () => this.#refilter({ kind: this.#filter.kind === kind ? "" : kind }) }, kind && h("span.chip-dot", { data: { tone: kind }, "aria-hidden": "true" }), word, h("span.count"));
    this.#chips.set(kind, chip);
    this.#chipBar.append(chip);
    return chip;
  }

  #drawEmpty(shown) {
    this.#empty.hidden = shown > 0;
    this.#rows.element.hidden = shown === 0 && !this.#loading;
    if (this.#loading) this.#rows.skeleton();
    if (shown > 0) return;
    if (this.#loading) fill(this.#empty, h("p", {}, "Reading runs…"));
    else if (store.size > 0) this.#fillNoMatch();
    else if (this.#state.kind === "down") fill(this.#empty, h("h2", {}, "No runs to show"), h("p", {}, "They will appear here as soon as the connection is back."));
    else fill(this.#empty, h("h2", {}, "No runs yet"), h("p", {}, "A run that is created, here or elsewhere, appears by itself."), h("p", {}, h("a.button.primary", { href: "#/create" }, icon("plus"), "Create the first run")));
  }

  #drawUnread() {
    const count = this.#unread.newest + this.#unread.older;
    this.#unreadNotice.hidden = count === 0;
    setText(this.#unreadNotice, count === 1 ? "1 row of the list could not be read, and is not shown." : `${number(count)} rows of the list could not be read, and are not shown.`);
  }

  #fillNoMatch() {
    const clear = () => {
      this.#search.value = "";
      this.#refilter({ kind: "", text: "" });
    };
    fill(this.#empty, h("h2", {}, "No run fits the filter"), h("p", {}, h("button.button", { type: "button", onclick: clear }, "Clear the filter")));
  }

  get #loading() {
    return store.size === 0 && this.#state.kind === "connecting";
  }

  #tick() {
    this.#rows.tick(Date.now());
    this.#notice.tick(this.#state);
    const at = freshness.at;
    setText(this.#fresh, at === undefined ? "" : this.#state.kind === "down" ? `As of ${clock(at)}` : `Updated ${ago(at, Date.now())}`);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && event.target === this.#search) {
      this.#search.value = "";
      this.#refilter({ text: "" });
    }
    if (event.key === "ArrowDown" && event.target === this.#search) return this.#rows.step(event, "first");
    if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
    const moves = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1, Home: "first", End: "last" };
    if (event.key === "/") {
      event.preventDefault();
      this.#search.focus();
    } else if (event.key === "n") location.hash = "#/create";
    else if (event.key in moves) this.#rows.step(event, moves[event.key]);
  }
}
