// The classes that send, over those of the WebAssembly. What lives there goes with its instance when it panics; these
// make it anew, so that no caller notices but the one whose call it was.
import { ArgumentError } from "./errors.js";
import { addOperations } from "./operations.js";
import { PagePromise, outcomeOf } from "./runs.js";
import { generation } from "./wasm/runward.glue.js";
import * as wasm from "./wasm/runward.js";

class Client {
  #client;

  constructor(system, options) {
    this.#client = kept(() => new wasm.SystemClient(system, options));
    this.runs = runsOf(kept(() => this.#client().runs));
    addOperations(this, system, ({ name }, args, options) => this.#client().operate(name, args, options));
  }

  // What a gateway or trigger shares of it.
  connection() {
    return this.#client().connection();
  }
}

export class Hatchet extends Client {
  constructor(options) {
    super("hatchet", options);
  }
}

export class Formance extends Client {
  constructor(options) {
    super("formance", options);
  }
}

export class Onfido extends Client {
  constructor(options) {
    super("onfido", options);
  }
}

export class MeshX extends Client {
  constructor(options) {
    super("meshx", options);
  }
}

export class Gateway {
  constructor(options) {
    const gateway = kept(() => new wasm.Gateway(options));
    this.handle = async (request) => gateway().handle(request);
  }
}

export function trigger(options) {
  const handler = kept(() => wasm.trigger(options));
  return async (request) => handler()(request);
}

function kept(make) {
  let made = make();
  let born = generation();
  return () => {
    if (born !== generation()) {
      made = make();
      born = generation();
    }
    return made;
  };
}

const runsOf = (runs) => ({
  create: async (request, options) => runs().create(request, options),
  get: async (id, options) => runs().get(checked(id), options),
  list: (filter, options) => new PagePromise(async (cursor = filter?.cursor) => runs().page({ ...filter, cursor }, options)),
  watch(id, options) {
    const watching = runs().watch(checked(id), options);
    watching[Symbol.asyncIterator] = () => watching;
    return watching;
  },
  wait: async (id, options) => runs().wait(checked(id), options),
  cancel: async (run, options) => runs().cancel(run, options),
  replay: async (run, options) => runs().replay(run, options),
  cancelMany: async (which, options) => (await runs().many("cancel", which, options)).map(outcomeOf),
  replayMany: async (which, options) => (await runs().many("replay", which, options)).map(outcomeOf),
});

function checked(id) {
  if (typeof id === "string" && id !== "") return id;
  throw new ArgumentError({ code: "invalid_id", message: "The id of a run is a text that is not empty." });
}
