// Asks a target from this very process, with the system's own client.
import * as runward from "runward";
import { Suite } from "./suite.mjs";
import { systems } from "./systems.mjs";

/** The results of the cases; `options` are those of a suite. */
export async function ask({ system, access, given }, { only, of, ...options } = {}) {
  const make = (more) => systems[system].client(runward, { ...access, ...more });
  return { runtime: "node", ...(await new Suite({ system, runward, make, given, ...options }).run({ only, of })) };
}
