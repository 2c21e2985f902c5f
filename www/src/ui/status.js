import { h, icon, setText } from "./dom.js";

const PHASES = { queued: "queued", running: "running", waiting: "waiting" };

/** Which colour and icon a run or stage has: its outcome once finished, its phase before. */
export function tone(run) {
  if (run.phase === "finished") return run.outcome === "review" ? "waiting" : (run.outcome ?? "unknown");
  return PHASES[run.phase] ?? "unknown";
}

/** The system's own word, spelled for reading: `COMPLETED` → `Completed`. */
export function word(status) {
  if (!status) return "Not begun";
  return status.charAt(0).toUpperCase() + status.slice(1).toLowerCase().replaceAll("_", " ");
}

/** What the colour means, in words, for those who hover or cannot see it. */
export function meaning(run) {
  const common = run.phase === "finished" && run.outcome ? `${run.phase}, ${run.outcome}` : run.phase;
  return `${run.status || "no status yet"}: ${common}`;
}

/** A status as icon and text; update it with `setStatus`. */
export function statusBadge(run, extra = "") {
  const badge = h(`span.status${extra}`, {}, h("span.status-text"));
  setStatus(badge, run);
  return badge;
}

/** Shows a run's status in a badge, touching only what differs. */
export function setStatus(badge, run) {
  const name = tone(run);
  if (badge.dataset.tone !== name) {
    badge.querySelector("svg")?.remove();
    badge.prepend(icon(name));
    badge.dataset.tone = name;
  }
  if (badge.dataset.status !== run.status) badge.dataset.status = run.status;
  badge.title = meaning(run);
  setText(badge.querySelector(".status-text"), run.said ?? word(run.status));
}
