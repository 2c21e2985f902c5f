import { askNames, can, clientOf, present, sentence } from "../data/client.js";
import { follow } from "../data/feed.js";
import { filterIn, inStore, narrows, queryOf, SPANS } from "../data/filter.js";
import { KINDS, wordsOf } from "../data/kinds.js";
import { known } from "../data/names.js";
import { freshness, seen, store } from "../data/session.js";
import { systemOf } from "../systems/index.js";
import { outageNotice, showConnection } from "../ui/connection.js";
import { fill, h, icon, setText } from "../ui/dom.js";
import { ago, clock, number } from "../ui/format.js";
import { systemTabs } from "../ui/tabs.js";
import { Overview } from "./overview.js";
import { RunRows } from "./rows.js";
import { unreadNotice } from "./unread.js";

const PAGE = 100;
/** Typing rests this long before the list is searched. */
const REST_MS = 90;
/** Kinds that stand in the line even while there is no run of them. */
const ALWAYS = new Set(["running", "succeeded", "failed"]);

/** The list of a system's runs, or of all systems', which moves by itself. */
export function runsPage(place, signal, scope) {
  new RunsView(place, signal, scope).start();
  return scope === "all" ? "Runs" : `${systemOf(scope).title} runs`;
}

class RunsView {
  /** The system's name; nothing for all of them. */
  #name;
  #systems;
  #signal;
  #filter = filterIn(location.hash.split("?")[1]);
  #feeds = new Map();
  #states = new Map();
  #unread = new Map();
  #next;
  #round = new AbortController();
  #resting;
  #notices = new Map();
  #chips = new Map();
  #chipBar = h("div.chips", { role: "group", "aria-label": "Filter by status" });
  #search = h("input", { type: "search", placeholder: "Filter by name, id, metadata", "aria-label": "Filter runs by text", autocomplete: "off", spellcheck: "false" });
  #span = h("select", { "aria-label": "Created" }, SPANS.map(([value, word]) => h("option", { value }, word)));
  #workflow = h("select", { "aria-label": "Workflow", hidden: true });
  #rows;
  #overview;
  #empty = h("div.empty", { hidden: true });
  #older = h("button.button", { type: "button", hidden: true, onclick: () => void this.#loadOlder() }, "Show older runs");
  #olderFailed = h("p.problem", { role: "alert" });
  #foot = h("p.quiet", { hidden: true });
  #unreadNotice = unreadNotice();
  #fresh = h("p.fresh");

  constructor(place, signal, scope) {
    this.#name = scope === "all" ? undefined : scope;
    this.#signal = signal;
    this.#systems = this.#name ? [systemOf(scope)] : present();
    this.#rows = new RunRows(signal, { scope, onSort: (sort) => this.#sort(sort) });
    for (const { name } of this.#systems) this.#notices.set(name, outageNotice(name));
    if (!this.#name) this.#overview = new Overview(this.#systems);
    const creates = this.#name ? can(this.#name, "create") : true;
    const head = h("div.page-head", {}, h("h1", {}, "Runs"), this.#fresh, creates && h("a.button.primary", { href: this.#name ? `#/${this.#name}/create` : "#/create" }, icon("plus"), "New run"));
    const tools = h("div.tools", {}, this.#chipBar, h("div.tools-end", {}, h("label.search", {}, icon("search"), this.#search, h("kbd", { "aria-hidden": "true" }, "/")), this.#workflow, this.#span));
    fill(place, head, systemTabs("runs", scope, { all: true }), [...this.#notices.values()].map(({ element }) => element), this.#overview?.element, tools, this.#unreadNotice.element, this.#rows.element, this.#empty, h("div.page-foot", {}, this.#older, this.#olderFailed, this.#foot));
  }

  start() {
    this.#search.value = this.#filter.text;
    this.#span.value = this.#filter.span;
    this.#search.addEventListener("input", () => this.#typed());
    this.#span.addEventListener("change", () => this.#refilter({ span: this.#span.value }));
    this.#workflow.addEventListener("change", () => this.#refilter({ workflow: this.#workflow.value }));
    addEventListener("keydown", (event) => this.#key(event), { signal: this.#signal });
    const clockwork = setInterval(() => this.#tick(), 1000);
    this.#signal.addEventListener("abort", () => {
      clearInterval(clockwork);
      clearTimeout(this.#resting);
      this.#round.abort();
    });
    this.#draw();
    for (const { name } of this.#systems) void askNames(name, this.#signal).then((news) => news && !this.#signal.aborted && this.#renamed());
    void this.#follow();
  }

  /** Reads the list and keeps it fresh. One system's is followed by its stream; all of them are read by the clock, since a browser opens few streams at a time. */
  async #follow() {
    this.#round.abort();
    const round = (this.#round = new AbortController());
    this.#next = undefined;
    this.#unread.clear();
    this.#olderFailed.textContent = "";
    for (const { name } of this.#systems) this.#states.set(name, { kind: "connecting" });
    this.#drawEmpty(this.#shown().length);
    const filter = await this.#asked();
    if (round.signal.aborted || this.#signal.aborted) return;
    for (const { name } of this.#systems) {
      const client = clientOf(name);
      const read = async (signal) => this.#takeNewest(name, await client.runs.list(filter, { signal, retries: 0 }), round);
      const stream = this.#name && ((signal) => client.events({ filter, signal }));
      const feed = follow({ read, stream, onItem: (page) => this.#takeNewest(name, page, round), onState: (state) => this.#show(name, state), signal: round.signal });
      this.#feeds.set(name, feed);
    }
  }

  /** What the server is asked for: as much of the filter as it knows. */
  async #asked() {
    const { kind, workflow } = this.#filter;
    const { since } = inStore(this.#filter, Date.now());
    const status = this.#name && kind && systemOf(this.#name).sent ? await wordsOf(this.#name, kind).catch(() => []) : [];
    return { limit: PAGE, since, workflow: workflow || undefined, status: status.length > 0 ? status : undefined };
  }

  #takeNewest(name, page, round) {
    if (round.signal.aborted) return;
    if (this.#next === undefined) this.#next = page.next ?? null;
    this.#unread.set(name, { ...this.#unread.get(name), newest: page.unreadable ?? [] });
    this.#take(name, page.runs ?? []);
  }

  async #loadOlder() {
    const round = this.#round;
    this.#older.disabled = true;
    this.#olderFailed.textContent = "";
    try {
      const page = await clientOf(this.#name).runs.list({ ...(await this.#asked()), cursor: this.#next }, { signal: round.signal });
      this.#next = page.next ?? null;
      const unread = this.#unread.get(this.#name) ?? {};
      this.#unread.set(this.#name, { ...unread, older: [...(unread.older ?? []), ...(page.unreadable ?? [])] });
      this.#take(this.#name, page.runs);
    } catch (error) {
      if (!round.signal.aborted) setText(this.#olderFailed, sentence(error, this.#name));
    } finally {
      this.#older.disabled = false;
    }
  }

  #take(name, runs) {
    const first = !freshness.has(name);
    const { added, moved } = store.take(runs);
    for (const run of runs) seen.note(run);
    freshness.set(name, Date.now());
    this.#draw(first ? [] : [...added, ...moved]);
  }

  #show(name, state) {
    this.#states.set(name, state);
    this.#notices.get(name).show(state, freshness.get(name), () => this.#feeds.get(name)?.retryNow());
    showConnection(this.#whole(), this.#name);
    this.#overview?.show(this.#states);
    this.#drawEmpty(this.#shown().length);
    this.#tick();
  }

  /** The connection of all systems as one: as good as the best of them, since each has a word of its own beside it. */
  #whole() {
    const states = [...this.#states.values()];
    return ["live", "fresh", "polling", "connecting", "down"].map((kind) => states.find((state) => state.kind === kind)).find(Boolean);
  }

  #typed() {
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#refilter({ text: this.#search.value.trim() }), REST_MS);
  }

  #sort(sort) {
    this.#refilter({ sort, up: this.#filter.sort === sort && !this.#filter.up });
  }

  #refilter(change) {
    Object.assign(this.#filter, change);
    history.replaceState(history.state, "", location.hash.split("?")[0] + queryOf(this.#filter));
    this.#draw();
    // Words and order are looked for among what is known; the rest the server knows as well.
    if (["kind", "span", "workflow"].some((name) => name in change) && this.#name) void this.#follow();
  }

  #shown() {
    return store.filter({ system: this.#name, ...inStore(this.#filter, Date.now()) });
  }

  #draw(touched = []) {
    const runs = this.#shown();
    this.#drawChips();
    this.#drawWorkflows();
    this.#drawEmpty(runs.length);
    this.#rows.sorted(this.#filter.sort, this.#filter.up);
    this.#rows.show(runs, new Set(touched));
    this.#older.hidden = !this.#name || !this.#next;
    this.#foot.hidden = Boolean(this.#name) || runs.length === 0;
    setText(this.#foot, `The newest ${PAGE} runs of each system; a system's own page leads to older ones.`);
    this.#unreadNotice.show([...this.#unread.values()].flatMap(({ newest = [], older = [] }) => [...newest, ...older]));
    this.#overview?.show(this.#states);
    this.#tick();
  }

  #renamed() {
    this.#rows.rename();
    this.#draw();
  }

  #drawChips() {
    const counts = store.counts(this.#name);
    for (const [kind, word] of [["", "All"], ...KINDS]) {
      const count = kind === "" ? store.count(this.#name) : (counts[kind] ?? 0);
      const chip = this.#chips.get(kind) ?? this.#makeChip(kind, word);
      chip.hidden = count === 0 && kind !== "" && !ALWAYS.has(kind) && this.#filter.kind !== kind;
      chip.setAttribute("aria-pressed", String(this.#filter.kind === kind));
      setText(chip.querySelector(".count"), number(count));
    }
  }

  #makeChip(kind, word) {
    const chip = h("button.chip", { type: "button", data: { kind }, onclick: () => this.#refilter({ kind: this.#filter.kind === kind ? "" : kind }) }, kind && h("span.chip-dot", { data: { tone: kind === "review" ? "waiting" : kind }, "aria-hidden": "true" }), word, h("span.count", { title: "Of the runs read so far" }));
    this.#chips.set(kind, chip);
    this.#chipBar.append(chip);
    return chip;
  }

  /** Workflows can be chosen among once there are two of them. */
  #drawWorkflows() {
    if (!this.#name) return;
    const names = new Map([...store.workflows(this.#name)].map(([id, name]) => [id, name ?? new Map(known(this.#name)).get(id) ?? id.slice(0, 8)]));
    if (this.#filter.workflow && !names.has(this.#filter.workflow)) names.set(this.#filter.workflow, this.#filter.workflow.slice(0, 8));
    const options = [["", `Any ${systemOf(this.#name).choose.toLowerCase()}`], ...[...names].sort(([, a], [, b]) => (a < b ? -1 : 1))];
    const key = JSON.stringify(options);
    this.#workflow.hidden = names.size < 2 && !this.#filter.workflow;
    if (this.#workflow.dataset.key === key) return;
    this.#workflow.dataset.key = key;
    fill(this.#workflow, options.map(([value, word]) => h("option", { value }, word)));
    this.#workflow.value = this.#filter.workflow;
  }

  #drawEmpty(shown) {
    const loading = shown === 0 && [...this.#states.values()].some(({ kind }) => kind === "connecting");
    this.#empty.hidden = shown > 0;
    this.#rows.element.hidden = shown === 0 && !loading;
    if (loading) this.#rows.skeleton();
    if (shown > 0) return;
    if (loading) fill(this.#empty, h("p", {}, "Reading runs…"));
    else if (narrows(this.#filter)) this.#fillNoMatch();
    else if (this.#whole()?.kind === "down") fill(this.#empty, h("h2", {}, "No runs to show"), h("p", {}, "They will appear here as soon as they can be read."));
    else this.#fillNone();
  }

  #fillNone() {
    const create = this.#name ? can(this.#name, "create") && h("a.button.primary", { href: `#/${this.#name}/create` }, icon("plus"), "Create the first run") : undefined;
    fill(this.#empty, h("h2", {}, "No runs yet"), h("p", {}, "A run that is created, here or elsewhere, appears by itself."), create && h("p", {}, create));
  }

  #fillNoMatch() {
    const clear = () => {
      this.#search.value = "";
      this.#span.value = "";
      this.#workflow.value = "";
      this.#refilter({ kind: "", text: "", span: "", workflow: "" });
    };
    const { text } = this.#filter;
    const isId = this.#name && /^\S{8,}$/.test(text);
    fill(this.#empty, h("h2", {}, "No run fits the filter"), h("p", {}, `Looked at ${number(store.count(this.#name))} runs${this.#next ? "; there are older ones" : ""}.`), h("p.empty-ways", {}, h("button.button", { type: "button", onclick: clear }, "Clear the filter"), isId && h("a.button", { href: `#/${this.#name}/runs/${encodeURIComponent(text)}` }, "Open the run with this id")));
  }

  #tick() {
    this.#rows.tick(Date.now());
    for (const [name, notice] of this.#notices) notice.tick(this.#states.get(name) ?? {});
    const at = Math.min(...this.#systems.map(({ name }) => freshness.get(name)).filter((time) => time !== undefined));
    const down = this.#whole()?.kind === "down";
    setText(this.#fresh, !Number.isFinite(at) ? "" : down ? `As of ${clock(at)}` : `Updated ${ago(at, Date.now())}`);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && event.target === this.#search) {
      this.#search.value = "";
      this.#refilter({ text: "" });
    }
    if (event.key === "ArrowDown" && event.target === this.#search) return this.#rows.step(event, "first");
    if (event.target.closest?.("input, textarea, select, [contenteditable], dialog")) return;
    const moves = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1, Home: "first", End: "last" };
    if (event.key === "/") {
      event.preventDefault();
      this.#search.focus();
    } else if (event.key === "n") location.hash = this.#name ? `#/${this.#name}/create` : "#/create";
    else if (event.key in moves) this.#rows.step(event, moves[event.key]);
  }
}
