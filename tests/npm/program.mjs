// The same small program in every runtime. What it gives back is plain JSON, so that the runtimes can be compared.
import { ArgumentError, newId, RunwardError } from "runward";

export async function program() {
  const error = new ArgumentError({ code: "odd", message: "Odd." });
  return {
    ids: /^[0-9a-f]{8}-[0-9a-f]{4}-7/.test(newId()) && newId() < newId(),
    error: { ...error.toJSON(), real: error instanceof RunwardError && error instanceof Error },
  };
}
