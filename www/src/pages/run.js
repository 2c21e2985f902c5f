import { expectation, lifecycle, validateRun } from "runward/validate";
import { askNames, clientOf, sentence } from "../data/client.js";
import { follow, sleep } from "../data/feed.js";
import { seen, store } from "../data/session.js";
import { systemOf } from "../systems/index.js";
import { outageNotice, showConnection } from "../ui/connection.js";
import { fill, h, icon, setText, toast } from "../ui/dom.js";
import { ago, clock, shownDuration } from "../ui/format.js";
import { jsonPanel } from "../ui/json.js";
import { findingLine } from "../ui/finding.js";
import { setStatus, statusBadge } from "../ui/status.js";
import { Asks, mayAsk } from "./asks.js";
import { askCancel } from "./cancel.js";
import { errorPanel, factList } from "./facts.js";
import { lifecyclePicture, stateOf } from "./lifecycle.js";
import { Stages } from "./stages.js";
import { Transitions } from "./transitions.js";

/** A run that is settled may be replayed by anyone; it is looked at again this often. */
const SETTLED_MS = 5_000;
/** After a cancel or replay it is looked at this often, for a while. */
const EAGER_MS = 600;
const EAGER_FOR_MS = 10_000;
/** What is read beside the run is read again this often while the run goes on. */
const PARTS_MS = 2_500;

/** One run: how it stands, its stages, and the transitions seen, as they come. */
export function runPage(place, signal, name, id) {
  const view = new RunView(place, signal, systemOf(name), id);
  view.start();
  return `Run of ${systemOf(name).title}`;
}

class RunView {
  #system;
  #client;
  #id;
  #signal;
  #run;
  #change;
  #readAt;
  #state = { kind: "connecting" };
  #feed;
  #drawn = "";
  #eagerUntil = 0;
  #parts;
  #partsOf;
  #found = "";
  #notice;
  #name = h("h1.run-title", {}, "Run");
  #status = h("span");
  #belief = h("span.belief", { role: "status" });
  #cancel = h("button.button", { type: "button", hidden: true, onclick: () => void this.#askCancel() }, icon("stop"), "Cancel");
  #replay = h("button.button", { type: "button", hidden: true, onclick: () => void this.#doReplay() }, icon("replay"), "Replay");
  #wire = h("button.button", { type: "button", hidden: true, onclick: () => this.#showWire() }, icon("code"), "Wire");
  #facts = h("dl.facts");
  #duration = h("dd");
  #error = h("div.run-error", { hidden: true });
  #asks;
  #stages;
  #transitions;
  #lifecycle;
  #findings = h("section.card.findings-card", { "aria-label": "Findings", hidden: true });
  #payloads = h("section.payloads", { "aria-label": "Data" });
  #content = h("div.run-content", { hidden: true });
  #missing = h("div.empty", {}, h("p", {}, "Reading the run…"));

  constructor(place, signal, system, id) {
    this.#id = id;
    this.#signal = signal;
    this.#system = system;
    this.#client = clientOf(system.name);
    this.#notice = outageNotice(system.name);
    this.#asks = new Asks(system, (work) => this.#ask(work));
    this.#stages = new Stages(async (stage) => (system.details ? system.details(this.#client, this.#run, stage, signal) : []));
    this.#transitions = new Transitions(system.name);
    this.#lifecycle = lifecyclePicture(system.name, system.title);
    const actions = h("div.actions", {}, this.#cancel, this.#replay, this.#wire);
    const head = h("div.run-head", {}, h("a.back", { href: `#/${system.name}/runs` }, icon("back"), `${system.title} runs`), h("div.run-line", {}, this.#name, actions), h("div.run-state", {}, this.#status, this.#belief));
    const aside = h("div.run-aside", {}, h("section.card", {}, h("h2", {}, "Transitions seen"), this.#transitions.element), h("section.card", {}, h("h2", {}, "What may come next"), this.#lifecycle.next));
    const body = h("div.run-body", {}, h("section.card.stages-card", {}, h("h2", {}, "Stages"), this.#stages.element), this.#payloads);
    this.#content.append(this.#asks.element, this.#facts, this.#error, this.#findings, h("div.run-columns", {}, body, aside), this.#lifecycle.picture ?? "");
    fill(place, head, this.#notice.element, this.#missing, this.#content);
  }

  start() {
    const known = store.get(this.#system.name, this.#id);
    if (known) this.#begin(known);
    void askNames(this.#system.name, this.#signal).then((news) => news && this.#run && !this.#signal.aborted && this.#drawFacts());
    const clockwork = setInterval(() => this.#tick(), 500);
    this.#signal.addEventListener("abort", () => clearInterval(clockwork));
    void this.#follow();
  }

  /** Follows the run to its confirmed end, then looks again now and then, since a replay may open it anew. */
  async #follow() {
    while (!this.#signal.aborted) {
      this.#feed = follow({
        ends: true,
        read: async (signal) => this.#take(await this.#client.runs.get(this.#id, { signal, retries: 0 })),
        stream: (signal) => this.#client.runs.watch(this.#id, { signal }),
        onItem: (change) => this.#take(change.after, change),
        onState: (state) => this.#show(state),
        signal: this.#signal,
      });
      await this.#feed.done;
      await this.#settle();
    }
  }

  async #settle() {
    const { status, attempt } = this.#run ?? {};
    const wake = { now: () => {} };
    this.#feed = { retryNow: () => wake.now(), wake };
    while (!this.#signal.aborted && this.#run?.status === status && this.#run?.attempt === attempt) {
      await sleep(Date.now() < this.#eagerUntil ? EAGER_MS : SETTLED_MS, this.#signal, wake);
      if (this.#signal.aborted) return;
      try {
        this.#take(await this.#client.runs.get(this.#id, { signal: this.#signal }));
        this.#show({ kind: "over" });
      } catch (error) {
        this.#show({ kind: "down", error, retryAt: Date.now() + SETTLED_MS });
      }
    }
  }

  /** What a list told of it stands there at once; the whole of it comes with the first read. */
  #begin(known) {
    setText(this.#name, this.#system.label(known));
    this.#drawStatus(known);
  }

  #take(run, change) {
    this.#run = run;
    this.#readAt = Date.now();
    if (change) this.#change = change;
    else if (this.#change && this.#change.after.status !== run.status) this.#change = undefined;
    store.take([run]);
    if (seen.note(run, change)) this.#transitions.show(seen.of(run));
    void this.#readParts();
    this.#draw();
  }

  #draw() {
    const run = this.#run;
    this.#missing.hidden = true;
    this.#content.hidden = false;
    setText(this.#name, this.#system.label(run));
    document.title = `${this.#system.label(run)} · Runward`;
    this.#drawStatus(run);
    this.#transitions.show(seen.of(run));
    this.#drawStages(run);
    this.#lifecycle.mark(run.status);
    this.#cancel.hidden = !mayAsk(this.#system.name, "cancel", run.status) || run.phase === "finished";
    this.#replay.hidden = !mayAsk(this.#system.name, "replay", run.status);
    this.#wire.hidden = run.wire === undefined;
    this.#drawData(run);
    this.#drawFindings(run);
    this.#tick();
  }

  #drawStages(run) {
    const stages = this.#parts ?? run.stages ?? [];
    this.#stages.show({ ...run, stages });
    this.#asks.show(this.#system.asks?.(run, stages) ?? []);
  }

  /** Parts that a run does not carry are read beside it: when it moved, and now and then while it goes on. */
  async #readParts() {
    if (!this.#system.parts || this.#partsOf === "reading") return;
    const { status, phase, wire } = this.#run;
    const standing = JSON.stringify([status, wire?.updated_at, phase === "finished" ? 0 : Math.floor(Date.now() / PARTS_MS)]);
    if (standing === this.#partsOf) return;
    this.#partsOf = "reading";
    try {
      const table = lifecycle(this.#system.name).stages;
      const parts = await this.#system.parts(this.#client, this.#run, this.#signal);
      this.#parts = parts.map((stage) => ({ ...reading(stateOf(table, stage.status)), ...stage }));
      this.#stages.failed();
      this.#drawStages(this.#run);
    } catch (error) {
      if (!this.#signal.aborted) this.#stages.failed(sentence(error, this.#system.name));
    } finally {
      this.#partsOf = standing;
    }
  }

  /** What is odd with the data as they were sent, and why the run may be stuck. */
  #drawFindings(run) {
    if (run.wire === undefined) return;
    const { wire, ...rest } = run;
    const key = JSON.stringify(wire);
    const hints = run.phase === "finished" ? [] : expectation(this.#system.name, rest, Date.now()).hints;
    if (this.#found === key + JSON.stringify(hints)) return;
    this.#found = key + JSON.stringify(hints);
    const { findings } = validateRun(this.#system.name, wire);
    const odd = [...findings.filter(({ severity }) => severity !== "info"), ...hints];
    const notes = findings.filter(({ severity }) => severity === "info");
    this.#findings.hidden = odd.length + notes.length === 0;
    const open = this.#findings.querySelector("details")?.open ?? false;
    const list = (all) => h("ul.finding-list", {}, all.map((finding) => h("li", {}, findingLine(finding, this.#system.name))));
    const word = notes.length === 1 ? "1 note" : `${notes.length} notes`;
    fill(this.#findings, h("h2", {}, odd.length === 0 ? "How it was read" : odd.length === hints.length ? "Why it may not move" : "What is odd about it"), odd.length > 0 && list(odd), notes.length > 0 && h("details", { open }, h("summary", {}, `${word} on how the data were read`), list(notes)));
  }

  #drawStatus(run) {
    if (!this.#status.classList.contains("status")) {
      const badge = statusBadge(run, ".status-large");
      this.#status.replaceWith(badge);
      this.#status = badge;
    }
    setStatus(this.#status, run);
    const confirmedAt = this.#change?.confirmedAt;
    const provisional = run.phase === "finished" && !confirmedAt && this.#state.kind !== "over";
    this.#belief.dataset.belief = provisional ? "provisional" : confirmedAt ? "confirmed" : "";
    setText(this.#belief, provisional ? "Provisional: a second read must agree" : confirmedAt ? `Confirmed ${clock(confirmedAt)}` : waits(run) ? "It waits" : "");
  }

  /** Facts and payloads are laid out anew only when they changed, so that what is folded or selected stays. */
  #drawData(run) {
    const { wire, stages, ...shown } = run;
    const key = JSON.stringify(shown);
    if (key === this.#drawn) return;
    this.#drawn = key;
    this.#drawFacts();
    this.#error.hidden = !run.error;
    if (run.error) fill(this.#error, errorPanel(run));
    const folded = new Map([...this.#payloads.querySelectorAll("details")].map((panel) => [panel.querySelector(".panel-title").textContent, panel.open]));
    const panel = (title, value) => jsonPanel(title, value, { open: folded.get(title) ?? true });
    fill(this.#payloads, panel("Input", run.input), panel("Output", run.output), panel("Metadata", Object.keys(run.metadata ?? {}).length > 0 ? run.metadata : undefined));
  }

  #drawFacts() {
    fill(this.#facts, factList(this.#run, this.#system, this.#duration));
  }

  #show(state) {
    const missing = state.kind === "down" && state.error?.status === 404;
    this.#state = missing ? { ...state, kind: "missing" } : state;
    showConnection(this.#state, this.#system.name);
    this.#notice.show(this.#state, this.#readAt, () => this.#feed?.retryNow());
    if (this.#run) this.#drawStatus(this.#run);
    else this.#sayWhyNot();
    this.#tick();
  }

  #sayWhyNot() {
    const { kind, error } = this.#state;
    const findings = error?.findings ?? [];
    if (kind === "missing") fill(this.#missing, h("h2", {}, "The system does not know this run"), h("p", {}, "Right after its creation a run may be unknown for a moment; it is asked for again by itself."), h("code", {}, this.#id));
    if (kind === "down" && findings.length > 0) fill(this.#missing, h("h2", {}, "What the system sent cannot be read as a run"), h("p", {}, "It is asked for again by itself. This is what is wrong with it:"), h("ul.finding-list", {}, findings.map((finding) => h("li", {}, findingLine(finding)))));
    else if (kind === "down") fill(this.#missing, h("h2", {}, "The run cannot be shown yet"), h("p", {}, "It will appear as soon as the connection is back."));
  }

  #tick() {
    const now = Date.now();
    this.#notice.tick(this.#state);
    if (!this.#run) return;
    if (this.#run.phase !== "finished") void this.#readParts();
    setText(this.#duration, shownDuration(this.#run, now));
    this.#stages.tick(now);
    for (const element of this.#facts.querySelectorAll("time")) setText(element, ago(Number(element.dataset.at), now));
  }

  async #askCancel() {
    if (!(await askCancel(this.#run, this.#system))) return;
    await this.#act(this.#cancel, "Cancelling…", async () => {
      const { effect } = await this.#client.runs.cancel(this.#id, { signal: this.#signal, confirm: this.#system.cancels !== undefined });
      toast(effect === "ineffective" ? "The system took the cancel and did nothing" : "Cancel accepted; the run shows when it takes effect");
    });
  }

  async #doReplay() {
    await this.#act(this.#replay, "Replaying…", async () => {
      await this.#client.runs.replay(this.#id, { signal: this.#signal });
      toast("Replay accepted; a new attempt opens");
    });
  }

  async #ask(work) {
    await work(this.#client, this.#signal);
    this.#lookSoon();
  }

  /** Something was asked of the run: it is looked at more often for a while. */
  #lookSoon() {
    this.#eagerUntil = Date.now() + EAGER_FOR_MS;
    this.#partsOf = undefined;
    this.#feed?.wake?.now();
  }

  async #act(button, word, work) {
    const label = button.lastChild;
    const text = label.textContent;
    button.disabled = true;
    label.textContent = word;
    try {
      await work();
      this.#lookSoon();
    } catch (error) {
      if (!this.#signal.aborted) toast(sentence(error, this.#system.name));
    } finally {
      button.disabled = false;
      label.textContent = text;
    }
  }

  #showWire() {
    const head = h("form.dialog-head", { method: "dialog" }, h("h2", {}, "What the system sent"), h("button.button.small", {}, "Close"));
    const dialog = h("dialog.wire", { "aria-label": "What the system sent" }, head, jsonPanel("Wire JSON", this.#run.wire));
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }
}

/** A run may wait while its system's word is another. */
const waits = ({ phase, status }) => phase === "waiting" && !/await|wait/i.test(status);

/** How a stage stands, by the table's own reading of its status. */
const reading = (state) => ({ phase: state?.phase ?? "unknown", outcome: state?.outcome });
