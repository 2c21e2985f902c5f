// `runward lifecycle`: what may follow what, as text or picture.
import * as runward from "runward/validate";
import { oneOf, systemOf, Unusable } from "./unusable.js";

export const lifecycle = {
  usage: "lifecycle SYSTEM [--format mermaid|dot|svg|json]",
  about: "Prints what may follow what in a system's runs.",
  options: { format: { type: "string", value: "FORMAT", about: "mermaid when absent; dot, svg, or json for the tables with their evidence" } },
  run({ format }, [system, ...rest]) {
    if (rest.length > 0) throw new Unusable("One system at a time.");
    const as = oneOf(["mermaid", "dot", "svg", "json"], format, "format");
    const text = as === "json" ? JSON.stringify(runward.lifecycle(systemOf(system)), null, 2) : runward.diagram(systemOf(system), as);
    process.stdout.write(`${text.trimEnd()}\n`);
    return 0;
  },
};
