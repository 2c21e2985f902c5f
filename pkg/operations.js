// What each system can do, and its own operations as methods: of a client, and of what speaks to a gateway.
import { UnsupportedError } from "./errors.js";
import { capabilities as can, operations } from "./wasm/operations.js";

Object.values(can).forEach(Object.freeze);

/** What each system can do. */
export const capabilities = Object.freeze(can);

/** The error of what this system cannot do, with what it can. */
export function unsupported(system, name) {
  const able = Object.keys(can[system]).filter((known) => can[system][known]);
  return new UnsupportedError({ code: "unsupported_operation", message: `${system} cannot do that: ${name}; it can do ${able.join(", ")}`, system });
}

/**
 * Gives `home` a method for each of the system's own operations: it takes the arguments in order, then an object of what
 * else there is, then options. `perform` is called with the operation, its arguments by name, and the options. What only other systems can do has a method, too, which
 * refuses; it is not enumerable, for it is none of the system's own.
 */
export function addOperations(home, system, perform) {
  for (const operation of operations[system] ?? []) {
    const path = operation.name.split(".");
    const last = path.pop();
    const at = path.reduce((at, part) => (at[part] ??= {}), home);
    at[last] = async (...given) => {
      const args = Object.fromEntries(operation.places.map((place) => [place, given.shift()]));
      if (operation.body === "whole") args.body = given.shift();
      if (operation.body === "of") Object.assign(args, given.shift());
      if (operation.asks) Object.assign(args, given.shift());
      return perform(operation, args, given.shift());
    };
  }
  for (const name of names) refuse(home, system, name);
}

const names = new Set(Object.values(operations).flat().map(({ name }) => name));

function refuse(home, system, name) {
  const add = (at, part, value) => (part in at || Object.defineProperty(at, part, { value, configurable: true, writable: true }), at[part]);
  const path = name.split(".");
  const last = path.pop();
  add(path.reduce((at, part) => add(at, part, {}), home), last, async () => {
    throw unsupported(system, name);
  });
}
