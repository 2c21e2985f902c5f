// The whole chain on this machine: the local engine on a file, workerd with the gateway and the dashboard, a Chromium.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import workerd from "workerd";

const repository = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Builds what the chain runs, where it is not fresh: the dashboard, the worker and the engine. */
export function build() {
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  execFileSync(npm, ["run", "--silent", "build"], { cwd: repository("www"), stdio: ["ignore", "ignore", "inherit"] });
  execFileSync("cargo", ["build", "--quiet", "--package", "runward-local"], { cwd: repository("."), stdio: ["ignore", "ignore", "inherit"] });
}

/** Engine, workerd and browser, each of which can be stopped and started by itself; `close` ends whatever runs. */
export class Chain {
  #folder = mkdtempSync(join(tmpdir(), "runward-e2e-"));
  #engine;
  #workerd;
  #browser;
  #ports = {};
  /** What the engine said about itself: `{ url, token, tenant }`. */
  engine;
  /** Where the dashboard is. */
  origin;

  /** Starts everything, on free ports. */
  static async start() {
    const chain = new Chain();
    try {
      await chain.startEngine();
      await chain.startWorkerd();
      chain.#browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
      return chain;
    } catch (error) {
      await chain.close();
      throw error;
    }
  }

  /** Starts the engine; again on the same port and file when it ran before. */
  async startEngine() {
    this.#ports.engine ??= await freePort();
    const binary = join(targetFolder(), "debug", process.platform === "win32" ? "runward-local.exe" : "runward-local");
    this.#engine = run(binary, ["--port", String(this.#ports.engine), "--data", join(this.#folder, "engine.sqlite"), "--print-json"], { stdio: ["ignore", "pipe", "inherit"] });
    const first = await firstLine(this.#engine, this.#engine.stdout);
    this.engine = JSON.parse(first);
  }

  /** Ends the engine as a crash would. */
  async stopEngine() {
    await end(this.#engine, "SIGKILL");
  }

  /** Starts workerd with the gateway; again on the same port when it ran before. */
  async startWorkerd() {
    this.#ports.workerd ??= await freePort();
    const { url, token, tenant } = this.engine;
    const args = ["serve", repository("www/workerd.capnp"), "--socket-addr", `http=127.0.0.1:${this.#ports.workerd}`, "--directory-path", `files=${repository("www/dist")}`, "--control-fd=3"];
    this.#workerd = run(workerd.default, args, { stdio: ["ignore", "inherit", "inherit", "pipe"], env: { ...process.env, HATCHET_URL: url, HATCHET_TOKEN: token, HATCHET_TENANT: tenant } });
    const { event, port } = JSON.parse(await firstLine(this.#workerd, this.#workerd.stdio[3]));
    if (event !== "listen") throw new Error(`workerd said ${event}`);
    this.origin = `http://127.0.0.1:${port}`;
  }

  /** Ends workerd, and with it the gateway and the page's server. */
  async stopWorkerd() {
    await end(this.#workerd, "SIGTERM");
  }

  /** A page of a browser session of its own, which keeps what went wrong in it and every request it made. */
  async page(options = {}) {
    const context = await this.#browser.newContext(options);
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    page.troubles = [];
    page.requests = [];
    page.on("pageerror", (error) => page.troubles.push(error.stack ?? error.message));
    page.on("console", (message) => message.type() === "error" && page.troubles.push(message.text()));
    page.on("request", (request) => page.requests.push(request));
    return page;
  }

  /** Ends every process and removes every file. */
  async close() {
    await this.#browser?.close();
    await end(this.#workerd, "SIGTERM");
    await end(this.#engine, "SIGTERM");
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function run(command, args, options) {
  const child = spawn(command, args, options);
  // Should the tests be ended from outside, nothing stays behind.
  const reap = () => child.kill("SIGKILL");
  process.once("exit", reap);
  child.once("exit", () => process.off("exit", reap));
  return child;
}

/** The first line a child writes, or an error when it ends before. */
function firstLine(child, stream) {
  return new Promise((resolve, reject) => {
    createInterface({ input: stream }).once("line", resolve);
    child.once("error", reject);
    child.once("exit", (code, signal) => reject(new Error(`${child.spawnfile} ended (${signal ?? code}) before it was ready`)));
  });
}

async function end(child, signal) {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill(signal);
  await exit;
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

function targetFolder() {
  const text = execFileSync("cargo", ["metadata", "--format-version=1", "--no-deps", "--offline"], { cwd: repository("."), encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return JSON.parse(text).target_directory;
}
