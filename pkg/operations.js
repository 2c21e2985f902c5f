// What each system can do, and its own operations as methods: of a client, and of what speaks to a gateway.
import { capabilities as can, operations } from "./wasm/operations.js";

Object.values(can).forEach(Object.freeze);

/** What each system can do. */
export const capabilities = Object.freeze(can);

/**
 * Gives `home` a method for each of the system's own operations: it takes the arguments in order, then an object of what
 * else there is, then options. `perform` is called with the operation, its arguments by name, and the options.
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
}
