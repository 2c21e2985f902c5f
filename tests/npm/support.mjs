// What the consumers of the packed package share: a folder in which it is installed, servers on loopback, runtimes.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const repository = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** A folder of a consumer: the packed package installed. */
export function consumer(t) {
  const folder = mkdtempSync(join(tmpdir(), "runward-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "package.json"), `{ "type": "module", "private": true }`);
  execFileSync("npm", ["install", "--offline", "--no-audit", "--no-fund", "--silent", repository("target/runward.tgz")], { cwd: folder });
  return folder;
}

/** Serves on a free port of loopback until the test ends; gives the origin. */
export async function serve(t, handler) {
  const server = createServer(handler).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };

/** Starts the local engine in memory; gives what it says of itself: `{ url, token, tenant, control }`. */
export async function engine(t) {
  const child = spawn(repository("target/debug/runward-local"), ["--memory", "--print-json"], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill());
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line);
  throw new Error("the engine ended before it listened");
}

/** Answers with the files of a folder. */
export const files = (folder) => (request, response) => {
  const path = new URL(request.url, "http://any").pathname;
  try {
    const body = readFileSync(join(folder, path));
    response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" }).end(body);
  } catch {
    response.writeHead(404).end();
  }
};

/** Starts workerd with a worker bundled for it, in whose folder the `.wasm` stands too; gives the origin. */
export async function workerd(t, folder, worker, bindings = {}) {
  const texts = Object.entries(bindings).map(([name, text]) => `(name = "${name}", text = "${text}")`);
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      compatibilityDate = "2026-10-01",
      modules = [
        (name = "worker.js", esModule = embed "${worker}"),
        (name = "runward_bg.wasm", wasm = embed "runward_bg.wasm"),
      ],
      bindings = [${texts.join(", ")}],
      globalOutbound = "loopback",
    )),
    (name = "loopback", network = (allow = ["private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;
  writeFileSync(join(folder, "config.capnp"), config);
  const child = spawn(repository("node_modules/.bin/workerd"), ["serve", "config.capnp", "--control-fd=1"], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  // Asked nicely, it waits for streams that nobody reads any more.
  t.after(() => child.kill("SIGKILL"));
  for await (const line of createInterface({ input: child.stdout })) {
    const { event, port } = JSON.parse(line);
    if (event === "listen") return `http://127.0.0.1:${port}`;
  }
  throw new Error("workerd ended before it listened");
}

/** A page of a real Chromium. */
export async function page(t) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
  t.after(() => browser.close());
  return browser.newPage();
}
