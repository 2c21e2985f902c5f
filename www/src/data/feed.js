/** Without a word from the stream for this long, a read makes sure that what is shown still holds: a stream may live while the system behind it is gone. */
const SILENCE_MS = 6_000;
const POLL_MS = 3_000;
/** A stream that ended well is opened again after this. */
const REOPEN_MS = 200;
const BACKOFF_MS = [500, 1_000, 2_000, 4_000, 8_000];

/**
 * Keeps a view fresh: reads once, then follows a stream, and while the stream cannot be had, polls.
 * What it says about the connection is what it last saw, never what it hopes.
 *
 * @param {object} source
 * @param {(signal: AbortSignal) => Promise<unknown>} source.read reads the present state and hands it on
 * @param {(signal: AbortSignal) => AsyncIterable<unknown>} [source.stream] what changes from then on; without it reads come by the clock
 * @param {(item: unknown) => void} source.onItem
 * @param {boolean} [source.ends] whether the stream's own end is the end of the matter; else it is opened again
 * @param {(state: Connection) => void} source.onState
 * @param {AbortSignal} source.signal ends it all
 * @returns {{ done: Promise<void>, retryNow: () => void }}
 *
 * @typedef {{ kind: "connecting" | "live" | "fresh" | "polling" | "down" | "over", error?: Error, retryAt?: number }} Connection
 */
export function follow(source) {
  const wake = { now: () => {} };
  const retryNow = () => wake.now();
  addEventListener("online", retryNow, { signal: source.signal });
  // Whoever ended it may show something else by now.
  const onState = (state) => source.signal.aborted || source.onState(state);
  return { done: loop({ ...source, onState }, wake), retryNow };
}

async function loop(source, wake) {
  const { signal, onState } = source;
  let failures = 0;
  let polls = false;
  let excused = false;
  while (!signal.aborted) {
    try {
      if (failures === 0 && !polls) onState({ kind: "connecting" });
      await source.read(signal);
      if (failures > 0) onState({ kind: "connecting" });
      failures = 0;
      excused = false;
      if (!source.stream) {
        polls = true;
        onState({ kind: "fresh" });
        await sleep(POLL_MS, signal, wake);
        continue;
      }
      if ((await streamOnce(source)) === "over" && source.ends) {
        onState({ kind: "over" });
        return;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!excused && isBlip(error)) {
        excused = true;
        await sleep(BACKOFF_MS[0], signal, wake);
        continue;
      }
      const pause = Math.max(BACKOFF_MS[Math.min(failures++, BACKOFF_MS.length - 1)], error?.retryAfter ?? 0);
      onState({ kind: "down", error, retryAt: Date.now() + pause });
      await sleep(pause, signal, wake);
    }
  }
}

/** One failure that may be over at once is no outage yet; one that says when to come back is. */
const isBlip = (error) => error?.retryable === true && error.retryAfter === undefined;

/** Follows the stream till it breaks. A stream that cannot be had though reads work is no outage: the next read comes by the clock. */
async function streamOnce({ read, stream, onItem, onState, signal }) {
  const round = new AbortController();
  const stop = () => round.abort();
  signal.addEventListener("abort", stop, { once: true });
  const silence = watchSilence(() => read(round.signal), stop);
  addEventListener("offline", silence.look, { signal: round.signal });
  try {
    for await (const item of stream(round.signal)) {
      silence.broken();
      onItem(item);
      onState({ kind: "live" });
    }
    if (silence.failure) throw silence.failure;
    await sleep(REOPEN_MS, signal);
    return "over";
  } catch (error) {
    if (signal.aborted) return "over";
    if (silence.failure) throw silence.failure;
    await read(signal);
    onState({ kind: "polling", error });
    await sleep(POLL_MS, signal);
    return "again";
  } finally {
    silence.end();
    signal.removeEventListener("abort", stop);
    stop();
  }
}

/** Reads whenever nothing was heard for a while; a read that fails is kept, and `onFailure` told. */
function watchSilence(read, onFailure) {
  const watch = { failure: undefined, broken, look, end };
  let timer;
  let over = false;
  function broken() {
    clearTimeout(timer);
    if (!over) timer = setTimeout(look, SILENCE_MS);
  }
  function end() {
    over = true;
    clearTimeout(timer);
  }
  function look() {
    clearTimeout(timer);
    read().then(broken, (error) => {
      if (over) return;
      watch.failure = error;
      onFailure();
    });
  }
  broken();
  return watch;
}

/** Waits; ends early when aborted or woken, and never rejects. */
export function sleep(ms, signal, wake) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
    if (wake) wake.now = end;
  });
}
