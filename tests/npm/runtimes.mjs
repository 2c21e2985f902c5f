// A job in every runtime: each installs the packed package as a consumer would, and gives what the job told.
//
// A job is `{ module, facts?, handler }`: a module beside this one that exports `program(origin, facts)`, which gives plain
// JSON; and what answers below `/api/` on that origin.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { EdgeRuntime } from "edge-runtime";
import { build } from "esbuild";
import { build as viteBuild } from "vite";
import { consumer, files, page, repository, serve, workerd } from "./support.mjs";

/** Milliseconds after which a program that was started is ended: it waits for something that nobody needs. */
const LONGEST = 60_000;

// `origin` is an expression: a text, or where the page came from.
const answer = (origin, facts = {}) => `import { program } from "./program.mjs";\nconst answer = () => program(${origin}, ${JSON.stringify(facts)});\n`;
const served = async (t, { handler, facts }) => answer(JSON.stringify(await serve(t, handler)), facts);
const bundle = (folder, more) =>
  build({ absWorkingDir: folder, entryPoints: ["main.mjs"], outfile: join(folder, "worker.js"), bundle: true, target: "es2022", logLevel: "warning", ...more });

function installed(t, { module }, main) {
  const folder = consumer(t);
  cpSync(repository(`tests/npm/${module}`), join(folder, "program.mjs"));
  writeFileSync(join(folder, "main.mjs"), main);
  return folder;
}

const printed = (command, ...args) => async (t, job) => {
  const folder = installed(t, job, `${await served(t, job)}console.log(JSON.stringify(await answer()));\n`);
  const { stdout } = await promisify(execFile)(command, [...args, "main.mjs"], { cwd: folder, timeout: LONGEST });
  return JSON.parse(stdout);
};

export const runtimes = {
  node: printed("node"),

  deno: printed(deno(), "run", "--no-prompt", "--node-modules-dir=manual", "--allow-net=127.0.0.1"),

  bun: printed(repository("node_modules/.bin/bun"), "run"),

  async workerd(t, job) {
    const folder = installed(t, job, `${await served(t, job)}export default { fetch: async () => Response.json(await answer()) };\n`);
    await bundle(folder, { format: "esm", conditions: ["workerd", "worker"], loader: { ".wasm": "copy" }, assetNames: "[name]" });
    return (await fetch(await workerd(t, folder, "worker.js"))).json();
  },

  async "edge-runtime"(t, job) {
    const folder = installed(t, job, `${await served(t, job)}addEventListener("fetch", (event) => event.respondWith(answer().then((told) => Response.json(told))));\n`);
    await bundle(folder, { format: "iife", conditions: ["edge-light", "worker"], plugins: [moduleOfTheRuntime] });
    const compiled = new WebAssembly.Module(readFileSync(join(folder, "node_modules/runward/wasm/runward_bg.wasm")));
    const runtime = new EdgeRuntime({ extend: (context) => Object.assign(context, { compiledWebAssembly: compiled }), initialCode: readFileSync(join(folder, "worker.js"), "utf8") });
    return (await runtime.dispatchFetch("http://edge.example/")).json();
  },

  async chromium(t, job) {
    const folder = installed(t, job, `${answer("location.origin", job.facts)}globalThis.answer = await answer();\n`);
    const imports = `{ "imports": { "runward": "/node_modules/runward/index.js" } }`;
    writeFileSync(join(folder, "index.html"), html(`<script type="importmap">${imports}</script>`));
    return shown(t, await serve(t, site(folder, job)));
  },

  async "chromium, bundled by vite"(t, job) {
    const folder = installed(t, job, `${answer("location.origin", job.facts)}globalThis.answer = await answer();\n`);
    writeFileSync(join(folder, "index.html"), html(""));
    await viteBuild({ root: folder, logLevel: "error", configFile: false, build: { target: "es2022" } });
    return shown(t, await serve(t, site(join(folder, "dist"), job)));
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

const site = (folder, { handler }) => (request, response) => (request.url.startsWith("/api/") ? handler : files(folder))(request, response);

const html = (head) => `<!doctype html><html><head>${head}<script type="module" src="/main.mjs"></script></head></html>`;

async function shown(t, origin) {
  const tab = await page(t);
  const problems = [];
  tab.on("pageerror", (error) => problems.push(error.message));
  await tab.goto(`${origin}/index.html`);
  await tab.waitForFunction(() => "answer" in globalThis, null, { timeout: LONGEST }).catch((error) => assert.fail(`${problems.join("; ")}: ${error.message}`));
  assert.deepEqual(problems, []);
  return JSON.parse(await tab.evaluate(() => JSON.stringify(globalThis.answer)));
}
