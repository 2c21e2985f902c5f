// Asks a target from a page, through the gateway of the page's own origin.
import * as runward from "runward";
import { Suite } from "./suite.mjs";

/** The results of the cases, as JSON; `token` opens the gateway, and no system. */
export async function ask({ system, given, token, only, ...options }) {
  const make = ({ token: other = token, fetch }) => new runward.GatewayClient({ system, token: other, fetch });
  const suite = new Suite({ system, runward, make, given, behind: true, ...options });
  return JSON.stringify({ runtime: "chromium", ...(await suite.run({ only })) });
}
