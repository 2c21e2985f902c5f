import { fill, h, setText } from "../ui/dom.js";
import { clockMs, shownDuration } from "../ui/format.js";
import { pretty } from "../ui/json.js";
import { setStatus, statusBadge, tone } from "../ui/status.js";

const NONE = "No stage is known yet.";

/** The stages of a run on one time scale, in the order in which they began or will. */
export class Stages {
  #run;
  #more;
  #rows = new Map();
  #list = h("ol.stages");
  #none = h("p.quiet", {}, NONE);
  element = h("div", {}, this.#list, this.#none);

  /** @param {(stage: object) => Promise<[string, unknown][]>} more reads what else there is of a stage */
  constructor(more) {
    this.#more = more;
  }

  /** Shows a run's stages. */
  show(run) {
    this.#run = run;
    const stages = run.stages ?? [];
    this.#none.hidden = stages.length > 0;
    const names = new Map(stages.flatMap((stage) => [[stage.id, stage.name], [stage.name, stage.name]]));
    const rows = stages.map((stage, index) => this.#row(stage, index, names));
    if (rows.length !== this.#list.childElementCount || rows.some((row, index) => row.element !== this.#list.children[index])) this.#list.replaceChildren(...rows.map((row) => row.element));
    this.tick(Date.now());
  }

  /** Says why the stages could not be read, or that they could. */
  failed(why) {
    setText(this.#none, why ? `The stages could not be read: ${why}` : NONE);
    this.#none.hidden = why === undefined && this.#list.childElementCount > 0;
  }

  /** Draws what goes on longer. */
  tick(now) {
    const span = timeSpan(this.#run, now);
    for (const row of this.#rows.values()) row.tick(now, span);
  }

  #row(stage, index, names) {
    const key = `${stage.id ?? stage.name ?? index} ${stage.attempt}`;
    const row = this.#rows.get(key) ?? new StageRow(this.#more);
    this.#rows.set(key, row);
    row.show(stage, names);
    return row;
  }
}

/** From the first begin to the last end, or to now while something goes on. */
function timeSpan(run, now) {
  const stages = run?.stages ?? [];
  const starts = stages.map((stage) => stage.startedAt).filter((at) => at !== undefined);
  if (starts.length === 0) return undefined;
  const open = stages.some((stage) => stage.startedAt !== undefined && stage.finishedAt === undefined);
  const from = Math.min(...starts);
  const to = Math.max(from + 1, ...stages.map((stage) => stage.finishedAt ?? 0), open ? now : 0);
  return { from, length: to - from };
}

class StageRow {
  #stage;
  #status = h("span");
  #name = h("span.stage-name");
  #next = h("span.stage-next");
  #attempt = h("span.stage-attempt");
  #bar = h("span.stage-bar");
  #track = h("span.stage-track", { "aria-hidden": "true" }, this.#bar);
  #duration = h("span.stage-duration");
  #data = h("div.stage-data");
  #drawn = "";
  #details = h("details", {}, h("summary.stage", {}, h("span.stage-status", {}, this.#status), h("span.stage-what", {}, this.#name, this.#attempt, this.#next), this.#track, this.#duration), this.#data);
  element = h("li", {}, this.#details);

  #more;
  #read = [];
  #readOf = "";
  #failed;

  constructor(more) {
    this.#more = more;
    this.#details.addEventListener("toggle", () => this.#drawData());
  }

  show(stage, names) {
    this.#stage = stage;
    if (!this.#status.classList.contains("status")) {
      const badge = statusBadge(stage);
      this.#status.replaceWith(badge);
      this.#status = badge;
    }
    setStatus(this.#status, stage);
    this.#bar.dataset.tone = tone(stage);
    setText(this.#name, stage.name);
    setText(this.#attempt, stage.attempt > 1 ? `attempt ${stage.attempt}` : "");
    const next = (stage.next ?? []).map((id) => names.get(id)).filter(Boolean);
    setText(this.#next, next.length > 0 ? `→ ${next.join(", ")}` : "");
    this.#drawData();
  }

  tick(now, span) {
    const { startedAt, finishedAt } = this.#stage;
    setText(this.#duration, shownDuration(this.#stage, now));
    this.#bar.hidden = startedAt === undefined || !span;
    if (this.#bar.hidden) return;
    const left = (startedAt - span.from) / span.length;
    const width = ((finishedAt ?? now) - startedAt) / span.length;
    this.#bar.style.setProperty("--from", `${(left * 100).toFixed(2)}%`);
    this.#bar.style.setProperty("--length", `${(Math.max(0, width) * 100).toFixed(2)}%`);
  }

  #drawData() {
    if (!this.#details.open) return;
    const { input, output, error, startedAt, finishedAt, id, status } = this.#stage;
    void this.#readMore(`${status} ${finishedAt}`);
    const key = JSON.stringify([input, output, error, startedAt, finishedAt, id, this.#read, this.#failed]);
    if (key === this.#drawn) return;
    this.#drawn = key;
    const facts = [id && `id ${id}`, startedAt !== undefined && `from ${clockMs(startedAt)}`, finishedAt !== undefined && `to ${clockMs(finishedAt)}`].filter(Boolean);
    const all = [["Error", error || undefined], ["Input", input], ["Output", output], ...this.#read];
    fill(this.#data, facts.length > 0 && h("p.quiet", {}, facts.join(" · ")), all.filter(([, value]) => value !== undefined).map(([title, value]) => this.#part(title, value)), this.#failed && h("p.quiet", {}, this.#failed));
  }

  #part(title, value) {
    return [h("h3", {}, title), h("pre.json", { tabindex: "0", role: "group", "aria-label": `${title} of ${this.#stage.name}` }, typeof value === "string" ? value : pretty(value))];
  }

  /** What is read by itself is read again whenever the stage stands otherwise. */
  async #readMore(standing) {
    if (this.#readOf === standing) return;
    this.#readOf = standing;
    try {
      this.#read = await this.#more(this.#stage);
      this.#failed = undefined;
    } catch (error) {
      this.#failed = error?.message;
    }
    this.#drawData();
  }
}
