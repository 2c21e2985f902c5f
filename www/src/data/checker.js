/** Runs checks one after the other in a worker; of those that wait, only the newest is worth doing. */
export class Checker {
  #worker = new Worker(new URL("../check.worker.js", import.meta.url), { type: "module" });
  #serial = 0;
  #busy = false;
  #waiting;
  #onAnswer;
  #asked = 0;
  #open = new Map();

  /** @param {(answer: object) => void} onAnswer hears the answer to the newest request; older ones are dropped */
  constructor(onAnswer) {
    this.#onAnswer = onAnswer;
    this.#worker.addEventListener("message", ({ data }) => this.#answered(data));
    this.#worker.addEventListener("error", (event) => this.#answered({ serial: this.#serial, ms: 0, failure: { message: event.message || "The checker could not be loaded.", findings: [] } }));
  }

  /** Asks for a check of `request.text`. */
  ask(request) {
    this.#waiting = { ...request, serial: ++this.#serial };
    this.#next();
  }

  /** Forgets whatever is asked and not answered. */
  forget() {
    this.#waiting = undefined;
    this.#serial++;
  }

  /** Of the runs in the text that was checked last, those that fit, in order: `{ length, counts }`. */
  query(query) {
    return this.#sheet({ query });
  }

  /** The runs from one place to before another of those that fit, decoded: `{ rows }`. */
  rows(from, to) {
    return this.#sheet({ rows: [from, to] });
  }

  #sheet(request) {
    const asked = ++this.#asked;
    this.#worker.postMessage({ asked, ...request });
    return new Promise((resolve) => this.#open.set(asked, resolve));
  }

  /** Ends the worker. */
  end() {
    this.#worker.terminate();
  }

  #next() {
    if (this.#busy || !this.#waiting) return;
    this.#busy = true;
    this.#worker.postMessage(this.#waiting);
    this.#waiting = undefined;
  }

  #answered(answer) {
    if (answer.asked !== undefined) {
      this.#open.get(answer.asked)?.(answer);
      this.#open.delete(answer.asked);
      return;
    }
    this.#busy = false;
    if (answer.serial === this.#serial) this.#onAnswer(answer);
    this.#next();
  }
}
