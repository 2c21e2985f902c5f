// What Chromium speaks to: the gateway of the targets, and from the same origin the package and the suite as they stand.
import { Gateway, Formance, Hatchet, MeshX, Onfido } from "runward";

const CLASSES = { hatchet: Hatchet, formance: Formance, onfido: Onfido, meshx: MeshX };
const PAGE = `<!doctype html><html><head><link rel="icon" href="data:,"><script type="importmap">{ "imports": { "runward": "/runward/index.js" } }</script></head></html>`;
const TYPES = { js: "text/javascript", mjs: "text/javascript", wasm: "application/wasm" };

let gateway;

function gatewayOf(env) {
  if (gateway) return gateway;
  const { accessToken, targets } = JSON.parse(env.CONFORM);
  const systems = Object.fromEntries(targets.map(({ system, access }) => [system, new CLASSES[system](access)]));
  const operations = Object.fromEntries(targets.map(({ system }) => [system, "all"]));
  gateway = new Gateway({ systems, operations, accessTokens: [accessToken] });
  return gateway;
}

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/api/")) return gatewayOf(env).handle(request);
    if (pathname === "/") return new Response(PAGE, { headers: { "content-type": "text/html" } });
    const [, folder, ...path] = pathname.split("/");
    const files = { runward: env.PACKAGE, conform: env.SUITE }[folder];
    if (files === undefined) return new Response("Not found", { status: 404 });
    const found = await files.fetch(new Request(`http://files/${path.join("/")}`));
    return new Response(found.body, { status: found.status, headers: { "content-type": TYPES[pathname.split(".").at(-1)] ?? "application/octet-stream" } });
  },
};
