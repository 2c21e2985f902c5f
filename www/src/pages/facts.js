import { named } from "../data/names.js";
import { copy, h, icon } from "../ui/dom.js";
import { exact } from "../ui/format.js";
import { tone } from "../ui/status.js";

/** What is known of a run beside its data; `duration` is the element that ticks. */
export function factList(run, system, duration) {
  const id = h("dd.fact-id", {}, h("code", {}, run.id), h("button.icon-button", { type: "button", "aria-label": "Copy the id", title: "Copy", onclick: () => void copy(run.id, "Id") }, icon("copy")));
  const facts = [
    ["Id", id],
    [system.choose, h("dd", { title: run.workflowId }, system.workflow(run) ?? named(run.system, run.workflowId) ?? run.workflowId?.slice(0, 8) ?? "–")],
    ["Created", time(run.createdAt, run)],
    !system.timeless && ["Started", time(run.startedAt, run)],
    !system.timeless && ["Finished", time(run.finishedAt, run)],
    !system.timeless && ["Duration", duration],
    ["Attempt", h("dd", {}, String(run.attempt))],
    run.parentId && ["Parent", h("dd", {}, h("a", { href: `#/${run.system}/runs/${encodeURIComponent(run.parentId)}` }, run.parentId.slice(0, 8)))],
    run.tags?.length > 0 && ["Tags", h("dd", {}, run.tags.join(", "))],
    // An address of another kind could be a script.
    /^https?:\/\//.test(run.link ?? "") && ["Elsewhere", h("dd", {}, h("a", { href: run.link, target: "_blank", rel: "noreferrer noopener" }, `Open in ${system.title}`))],
  ];
  return facts.filter(Boolean).map(([title, value]) => h("div.fact", {}, h("dt", {}, title), value));
}

function time(at, { phase }) {
  if (at === undefined || at === null) return h("dd.none", {}, phase === "finished" ? "not told" : "not yet");
  return h("dd", {}, h("time", { datetime: new Date(at).toISOString(), title: exact(at), data: { at: String(at) } }));
}

/** Workers often send their error as JSON in a string; then message and stack are shown apart. */
export function errorPanel(run) {
  let message = run.error;
  let stack;
  try {
    const parsed = JSON.parse(run.error);
    if (typeof parsed?.message === "string") ({ message, stack } = parsed);
  } catch {
    // Plain text is shown as it is.
  }
  const title = run.phase === "finished" && run.outcome !== "failed" ? "Error of an earlier attempt" : "Error";
  return [h("h2", { data: { tone: tone(run) } }, title), h("p.error-message", {}, message), stack && h("details", {}, h("summary", {}, "Stack"), h("pre.json", { tabindex: "0" }, stack))].filter(Boolean);
}
