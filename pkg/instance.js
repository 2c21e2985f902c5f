// What stands between JavaScript and an instance of the WebAssembly. A panic there is a trap: it leaves locks held, objects
// borrowed and promises that never settle. So after a trap the instance is given up: the call throws an `InternalError`,
// all that is pending rejects with it, and the next call meets a fresh instance.
import { ArgumentError, InternalError } from "./errors.js";

/** The module in this text (base64). */
export function compile(text) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return new WebAssembly.Module(bytes);
}

let place;

/** Called by a panic, right before its trap. */
export function panicked(where) {
  place = where;
}

export class Instance {
  #reset;
  #module;
  #depth = 0;
  #trap;
  #pending = new Set();

  constructor(reset) {
    this.#reset = reset;
  }

  take(source) {
    if (this.#module !== undefined) return false;
    this.#module = moduleOf(source);
    return true;
  }

  start(imports) {
    const { exports } = new WebAssembly.Instance(this.#module, imports);
    const guarded = ([name, value]) => [name, typeof value === "function" ? this.#guard(value) : value];
    return Object.fromEntries(Object.entries(exports).map(guarded));
  }

  refuse() {
    throw new ArgumentError({ code: "not_loaded", message: "Nothing is loaded yet: call `load` with the module or bytes of runward/runward.wasm first." });
  }

  refuseStale() {
    throw new InternalError({ code: "stale_object", message: "This object went with an earlier failure: make a new one." });
  }

  /** For callbacks, which have no caller to tell: whoever waits was told already. */
  swallow(error) {
    if (!(error instanceof InternalError)) throw error;
  }

  #guard(call) {
    return (...args) => {
      if (this.#trap !== undefined) throw this.#trap;
      this.#depth++;
      try {
        const result = call(...args);
        return result instanceof Promise ? this.#own(result) : result;
      } catch (error) {
        this.#trap ??= trapped(error);
        throw this.#trap;
      } finally {
        if (--this.#depth === 0 && this.#trap !== undefined) this.#renew();
      }
    };
  }

  #own(promise) {
    return new Promise((resolve, reject) => {
      const settle = (how) => (value) => {
        this.#pending.delete(reject);
        how(value);
      };
      this.#pending.add(reject);
      promise.then(settle(resolve), settle(reject));
    });
  }

  #renew() {
    const trap = this.#trap;
    const lost = [...this.#pending];
    this.#trap = undefined;
    this.#pending.clear();
    this.#reset();
    for (const reject of lost) reject(trap);
  }
}

// A module of another realm is no instance of this realm's class, but says what it is.
function moduleOf(source) {
  if (Object.prototype.toString.call(source) === "[object WebAssembly.Module]") return source;
  try {
    return new WebAssembly.Module(source);
  } catch (cause) {
    const message = "`load` takes the module or the bytes of runward/runward.wasm, and this is neither.";
    throw new ArgumentError({ code: "invalid_module", message }, { cause });
  }
}

function trapped(cause) {
  const at = place === undefined ? "" : ` at ${place}`;
  place = undefined;
  const message = `A defect of Runward's own${at}. What was under way may or may not have happened; the next call works. Please report it.`;
  return new InternalError({ code: "panic", message }, { cause });
}
