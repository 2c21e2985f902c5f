// The gateway's client is JavaScript alone, so the page opens without waiting for any WebAssembly.
import { GatewayClient, isRunwardError } from "runward/slim";

/** The system whose runs are shown. */
export const SYSTEM = "hatchet";

/** The only way to the systems: the gateway on the page's own origin, which holds their tokens. */
export const client = new GatewayClient({ baseUrl: "/api", system: SYSTEM });

/** Says in one sentence what went wrong, for people. */
export function sentence(error) {
  const status = error?.status;
  if (status === undefined && (isRunwardError(error, "NetworkError") || error instanceof TypeError)) return "The gateway cannot be reached.";
  if (status === undefined && isRunwardError(error, "TimeoutError")) return "The gateway does not answer in time.";
  if (status === 502 || status === 503 || status === 504) return `The gateway answers, but ${title(SYSTEM)} cannot be reached (${status}).`;
  if (status === 401 || status === 403) return `${title(SYSTEM)} refused the gateway's credentials (${status}).`;
  if (status === 429) return "Too many requests: the gateway asks to slow down (429).";
  if (status === 404) return "There is no such run (404).";
  return error?.message || String(error);
}

/** A system's name as its maker writes it. */
export function title(system) {
  return { hatchet: "Hatchet", formance: "Formance Flows", onfido: "Onfido Studio", meshx: "meshX" }[system] ?? system;
}
