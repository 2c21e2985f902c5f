// Many runs, over the table of the WebAssembly: here it ends when it is disposed of, and says so to whoever goes on.
import { ArgumentError } from "./errors.js";

export const runTableOf = ({ RunTable: Held, generation }) =>
  class RunTable {
    #held;
    #born = generation();

    constructor(system, options) {
      this.#held = new Held(system, options);
    }

    get length() {
      return this.#open().length;
    }

    push(bytes) {
      this.#open().push(bytes);
    }

    end() {
      return this.#open().end();
    }

    query(query) {
      return this.#open().query(query);
    }

    counts(by, view) {
      return this.#open().counts(by, view);
    }

    rows(view, start, end) {
      return this.#open().rows(view, start, end);
    }

    [Symbol.dispose ?? Symbol.for("Symbol.dispose")]() {
      // What went with an earlier instance holds nothing any more, and is none of the new one's.
      if (this.#born === generation()) this.#held?.free();
      this.#held = undefined;
    }

    #open() {
      if (this.#held === undefined) throw new ArgumentError({ code: "disposed", message: "This table was disposed of: make a new one." });
      return this.#held;
    }
  };
