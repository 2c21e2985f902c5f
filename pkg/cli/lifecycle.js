// `runward lifecycle`: what may follow what, as text or picture.
import * as runward from "runward/validate";
import { oneOf, systemOf, Unusable } from "./unusable.js";

export const lifecycle = {
  usage: "lifecycle SYSTEM [--format mermaid|dot|svg|json] [--of runs|stages]",
  about: "Prints what may follow what in a system's runs or stages.",
  options: {
    format: { type: "string", value: "FORMAT", about: "mermaid when absent; dot, svg, or json for the tables with their evidence" },
    of: { type: "string", value: "TABLE", about: "runs when absent; stages. json holds both" },
  },
  run({ format, of }, [system, ...rest]) {
    if (rest.length > 0) throw new Unusable("One system at a time.");
    const as = oneOf(["mermaid", "dot", "svg", "json"], format, "format");
    const text = as === "json" ? JSON.stringify(runward.lifecycle(systemOf(system)), null, 2) : runward.diagram(systemOf(system), as, oneOf(["runs", "stages"], of, "of"));
    process.stdout.write(`${text.trimEnd()}\n`);
    return 0;
  },
};
