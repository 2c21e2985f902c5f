// Asks targets from a real Chromium: workerd serves the page, the suite and the gateway of one origin.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import workerd from "workerd";
import { repository } from "./targets.mjs";

const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
// A browser opens six connections to an origin, and a watch holds one.
const TOGETHER = 5;

/** What a page is given of what the caller named: nothing secret. */
const SHOWN = ["workflow", "applicant", "page-size", "document", "event"];

/** The results of the cases of each target, in the order of the targets. */
export async function ask(targets, options = {}) {
  const folder = mkdtempSync(join(tmpdir(), "runward-conform-"));
  const ends = [() => rmSync(folder, { recursive: true, force: true })];
  try {
    const token = randomBytes(24).toString("base64url");
    const origin = await gateway(targets, token, folder, ends);
    const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
    ends.unshift(() => browser.close());
    return await Promise.all(targets.map((target) => inPage(browser, origin, { ...shown(target), token, together: TOGETHER, ...options })));
  } finally {
    for (const end of ends) await end();
  }
}

const shown = ({ system, given }) => ({ system, given: Object.fromEntries(Object.entries(given).filter(([name]) => SHOWN.includes(name))) });

/** Each in a context of its own, so that no connection waits for another system's. */
async function inPage(browser, origin, question) {
  const page = await (await browser.newContext()).newPage();
  await page.goto(origin);
  return JSON.parse(await page.evaluate((question) => import("/conform/page.mjs").then(({ ask }) => ask(question)), question));
}

async function gateway(targets, accessToken, folder, ends) {
  await build({
    entryPoints: [repository("tests/conform/worker.js")], outfile: join(folder, "worker.js"), bundle: true, target: "es2022", format: "esm", logLevel: "warning",
    conditions: ["workerd", "worker"], loader: { ".wasm": "copy" }, assetNames: "[name]",
  });
  writeFileSync(join(folder, "config.capnp"), CONFIG);
  const directories = [["package", "pkg"], ["suite", "tests/conform"]].map(([name, path]) => `--directory-path=${name}=${repository(path)}`);
  const env = { ...process.env, CONFORM: JSON.stringify({ accessToken, targets: targets.map(({ system, access }) => ({ system, access })) }) };
  const child = spawn(workerd.default, ["serve", "config.capnp", "--socket-addr=http=127.0.0.1:0", "--control-fd=1", ...directories], { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
  const reap = () => child.kill("SIGKILL");
  process.once("exit", reap);
  ends.unshift(() => (process.off("exit", reap), reap()));
  const line = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("error", reject);
    child.once("exit", (code, signal) => reject(new Error(`workerd ended (${signal ?? code}) before it listened`)));
  });
  return `http://127.0.0.1:${JSON.parse(line).port}`;
}

const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "package", disk = (writable = false)),
    (name = "suite", disk = (writable = false)),
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  compatibilityDate = "2026-10-01",
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "runward_bg.wasm", wasm = embed "runward_bg.wasm"),
  ],
  bindings = [
    (name = "PACKAGE", service = "package"),
    (name = "SUITE", service = "suite"),
    (name = "CONFORM", fromEnvironment = "CONFORM"),
  ],
);
`;
