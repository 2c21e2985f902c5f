import { fill, h, setText } from "./dom.js";
import { clock } from "./format.js";
import { sentence } from "../data/client.js";

const WORDS = {
  connecting: ["Connecting", "Asking the gateway for the first time"],
  live: ["Live", "Changes arrive by themselves over an open stream"],
  fresh: ["Fresh", "The page reads every three seconds"],
  polling: ["Polling", "The stream is not to be had; the page reads every three seconds instead"],
  down: ["Offline", "The last read failed; it is tried again by itself"],
  missing: ["Not found", "The system does not know this run; it is asked again by itself"],
  over: ["Settled", "The run is at its confirmed end; the page looks again every few seconds"],
};

/** What the state of a connection is called: who refuses or asks for patience is not offline. */
export function connectionWord({ kind, error }) {
  if (kind === "down" && [401, 403].includes(error?.status)) return "Refused";
  if (kind === "down" && error?.status === 429) return "Held off";
  return WORDS[kind][0];
}

/** Shows the state of the connection to a system in the bar; no state when the page needs none. */
export function showConnection(state, system) {
  const box = document.getElementById("connection");
  if (!state) {
    box.replaceChildren();
    delete box.dataset.kind;
    return;
  }
  const word = connectionWord(state);
  const why = WORDS[state.kind][1];
  box.title = state.error ? `${why}. ${sentence(state.error, system)}` : why;
  if (box.dataset.kind === state.kind && box.dataset.word === word) return;
  Object.assign(box.dataset, { kind: state.kind, word });
  fill(box, h("span.dot", { "aria-hidden": "true" }), h("span.connection-word", {}, word));
}

/** A notice above data that may be old: what is wrong, since when, and what happens next. */
export function outageNotice(system) {
  const text = h("p");
  const from = h("p.notice-from");
  const button = h("button.button.small", { type: "button" }, "Try now");
  const box = h("div.notice.notice-error", { role: "alert", hidden: true }, h("div.notice-text", {}, text, from), button);
  return {
    element: box,
    /** @param {import("../data/feed.js").Connection} state @param {number | undefined} dataFrom */
    show(state, dataFrom, retryNow) {
      box.hidden = state.kind !== "down";
      if (box.hidden) return;
      setText(text, sentence(state.error, system));
      setText(from, dataFrom ? `What you see is from ${clock(dataFrom)}.` : "Nothing has been read yet.");
      button.onclick = retryNow;
    },
    /** Counts down to the next try. */
    tick(state) {
      if (state.kind !== "down") return;
      if (navigator.onLine === false) return setText(button, "Try now");
      const seconds = Math.max(0, Math.ceil((state.retryAt - Date.now()) / 1000));
      setText(button, seconds > 0 ? `Try now (${seconds} s)` : "Trying…");
    },
  };
}
