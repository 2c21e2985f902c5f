// An edge function: a form post or JSON in, a run created, 202 with its address out; what is wrong comes back as 4xx.
import { Hatchet, trigger } from "runward";

let handle;
const handler = ({ HATCHET_URL: baseUrl, HATCHET_TOKEN: token }) => trigger({ client: new Hatchet({ baseUrl, token }), workflow: "charge-card" });
export default { fetch: (request, env) => (handle ??= handler(env))(request) };
