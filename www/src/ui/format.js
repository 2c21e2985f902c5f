const DATE = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const CLOCK_MS = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hour12: false });
const NUMBER = new Intl.NumberFormat();

/** A length of time in milliseconds, in at most two units: `840 ms`, `3.2 s`, `4 m 05 s`, `2 h 10 m`. */
export function duration(ms) {
  if (ms === undefined || !Number.isFinite(ms)) return "–";
  const positive = Math.max(0, ms);
  if (positive < 999.5) return `${Math.round(positive)} ms`;
  if (positive < 60_000) return `${(Math.floor(positive / 100) / 10).toFixed(1)} s`;
  const seconds = Math.floor(positive / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${two(seconds % 60)} s`;
  const hours = Math.floor(seconds / 3600);
  if (hours < 48) return `${hours} h ${two(Math.floor((seconds % 3600) / 60))} m`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** The same for something that still goes on: whole seconds, so that the eye is not drawn to every tenth. */
export function ticking(ms) {
  if (ms === undefined) return "–";
  return ms < 60_000 ? `${Math.floor(Math.max(0, ms) / 1000)} s` : duration(ms);
}

/** A run's duration as it is shown: exact once finished, ticking before. */
export function shownDuration(run, now) {
  const ms = runDuration(run, now);
  return run.phase === "finished" ? duration(ms) : ticking(ms);
}

/** How long a run took or has been going on, or `undefined` while it has not begun. */
export function runDuration(run, now) {
  if (run.phase === "finished") return run.duration ?? between(run.startedAt, run.finishedAt);
  return between(run.startedAt, now);
}

function between(start, end) {
  return start === undefined || end === undefined ? undefined : Math.max(0, end - start);
}

/** How long ago a moment was, in one unit: `now`, `12 s ago`, `3 h ago`. */
export function ago(at, now) {
  if (at === undefined) return "–";
  const seconds = Math.floor((now - at) / 1000);
  if (seconds < 2) return "now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

/** A moment in full, in the reader's own zone. */
export const exact = (at) => (at === undefined ? "–" : DATE.format(at));
/** A moment's time of day. */
export const clock = (at) => (at === undefined ? "–" : CLOCK.format(at));
/** A moment's time of day with milliseconds. */
export const clockMs = (at) => (at === undefined ? "–" : CLOCK_MS.format(at));
/** A number with the reader's own separators. */
export const number = (value) => NUMBER.format(value);

/** A size in bytes. */
export function bytes(count) {
  if (count < 1024) return `${Math.round(count)} B`;
  if (count < 1024 * 1024) return `${(count / 1024).toFixed(1)} KiB`;
  return `${(count / 1024 / 1024).toFixed(1)} MiB`;
}

const two = (value) => String(value).padStart(2, "0");
