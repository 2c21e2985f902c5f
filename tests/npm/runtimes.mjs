// The small program in every runtime: each installs the packed package as a consumer would, and gives the program's answer.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { EdgeRuntime } from "edge-runtime";
import { build } from "esbuild";
import { build as viteBuild } from "vite";
import { facts, hatchet } from "./recorded.mjs";
import { consumer, files, page, repository, serve, workerd } from "./support.mjs";

// `origin` is an expression: a text, or where the page came from.
const program = (origin) => `import { program } from "./program.mjs";\nconst answer = () => program(${origin}, ${JSON.stringify(facts)});\n`;
const served = async (t) => program(JSON.stringify(await serve(t, hatchet)));
const bundle = (folder, more) =>
  build({ absWorkingDir: folder, entryPoints: ["main.mjs"], outfile: join(folder, "worker.js"), bundle: true, target: "es2022", logLevel: "warning", ...more });

const printed = (command, ...args) => async (t) => {
  const folder = consumer(t);
  writeFileSync(join(folder, "main.mjs"), `${await served(t)}console.log(JSON.stringify(await answer()));\n`);
  return JSON.parse((await promisify(execFile)(command, [...args, "main.mjs"], { cwd: folder })).stdout);
};

export const runtimes = {
  node: printed("node"),

  deno: printed(deno(), "run", "--no-prompt", "--node-modules-dir=manual", "--allow-net=127.0.0.1"),

  bun: printed(repository("node_modules/.bin/bun"), "run"),

  async workerd(t) {
    const folder = consumer(t);
    writeFileSync(join(folder, "main.mjs"), `${await served(t)}export default { fetch: async () => Response.json(await answer()) };\n`);
    await bundle(folder, { format: "esm", conditions: ["workerd", "worker"], loader: { ".wasm": "copy" }, assetNames: "[name]" });
    return (await fetch(await workerd(t, folder, "worker.js"))).json();
  },

  async "edge-runtime"(t) {
    const folder = consumer(t);
    writeFileSync(join(folder, "main.mjs"), `${await served(t)}addEventListener("fetch", (event) => event.respondWith(answer().then((told) => Response.json(told))));\n`);
    await bundle(folder, { format: "iife", conditions: ["edge-light", "worker"], plugins: [moduleOfTheRuntime] });
    const compiled = new WebAssembly.Module(readFileSync(join(folder, "node_modules/runward/wasm/runward_bg.wasm")));
    const runtime = new EdgeRuntime({ extend: (context) => Object.assign(context, { compiledWebAssembly: compiled }), initialCode: readFileSync(join(folder, "worker.js"), "utf8") });
    return (await runtime.dispatchFetch("http://edge.example/")).json();
  },

  async chromium(t) {
    const folder = consumer(t);
    const imports = `{ "imports": { "runward": "/node_modules/runward/index.js" } }`;
    writeFileSync(join(folder, "index.html"), html(`<script type="importmap">${imports}</script>`));
    writeFileSync(join(folder, "main.mjs"), `${program("location.origin")}globalThis.answer = await answer();\n`);
    return shown(t, await serve(t, site(folder)));
  },

  async "chromium, bundled by vite"(t) {
    const folder = consumer(t);
    writeFileSync(join(folder, "index.html"), html(""));
    writeFileSync(join(folder, "main.mjs"), `${program("location.origin")}globalThis.answer = await answer();\n`);
    await viteBuild({ root: folder, logLevel: "error", configFile: false, build: { target: "es2022" } });
    return shown(t, await serve(t, site(join(folder, "dist"))));
  },
};

// Of Deno's packages only that of one platform is locked: where another is needed, Deno must be on the path.
function deno() {
  const locked = repository("node_modules/@deno/linux-x64-glibc/deno");
  return existsSync(locked) ? locked : "deno";
}

// What the bundlers of that runtime do with `x.wasm?module`.
const moduleOfTheRuntime = {
  name: "module of the runtime",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\.wasm\?module$/ }, ({ path }) => ({ path, namespace: "compiled" }));
    onLoad({ filter: /./, namespace: "compiled" }, () => ({ contents: "export default globalThis.compiledWebAssembly;" }));
  },
};

const site = (folder) => (request, response) => (request.url.startsWith("/api/") ? hatchet : files(folder))(request, response);

const html = (head) => `<!doctype html><html><head>${head}<script type="module" src="/main.mjs"></script></head></html>`;

async function shown(t, origin) {
  const tab = await page(t);
  const problems = [];
  tab.on("pageerror", (error) => problems.push(error.message));
  await tab.goto(`${origin}/index.html`);
  await tab.waitForFunction(() => "answer" in globalThis, null, { timeout: 20_000 }).catch((error) => assert.fail(`${problems.join("; ")}: ${error.message}`));
  assert.deepEqual(problems, []);
  return JSON.parse(await tab.evaluate(() => JSON.stringify(globalThis.answer)));
}
