// The whole chain on this machine: the local engine on a file, workerd with the gateway and the dashboard, a Chromium.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import workerd from "workerd";

const repository = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const ENGINE = repository(`target/debug/runward-local${process.platform === "win32" ? ".exe" : ""}`);
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Engine, workerd and browser, each of which can be stopped and started by itself; `close` ends whatever runs. */
export class Chain {
  #folder = mkdtempSync(join(tmpdir(), "runward-e2e-"));
  #engine;
  #workerd;
  #browser;
  #port;
  #flags;
  /** What the engine said about itself: `{ url, token, tenant, control }`. */
  engine;
  /** Where the dashboard is. */
  origin;

  /** Starts everything, on free ports. With `stepped`, the engine's time moves only by `step`; by `speed` all that it does is faster. */
  static async start({ stepped = false, speed = 1 } = {}) {
    const chain = new Chain();
    chain.#flags = stepped ? ["--stepped"] : ["--speed", String(speed)];
    try {
      built();
      await chain.startEngine();
      await chain.startWorkerd();
      chain.#browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
      return chain;
    } catch (error) {
      await chain.close();
      throw error;
    }
  }

  /** Starts the engine; again on the same file, and by it the same port, when it ran before. */
  async startEngine() {
    const args = ["--db", join(this.#folder, "engine.sqlite"), "--print-json", ...this.#flags];
    this.#engine = run(ENGINE, args, { stdio: ["ignore", "pipe", "inherit"] });
    this.engine = JSON.parse(await firstLine(this.#engine, this.#engine.stdout));
  }

  /** Moves the time of a stepped engine by some milliseconds. */
  async step(ms) {
    const response = await fetch(`${this.engine.control}/advance`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ ms }) });
    if (!response.ok) throw new Error(`the engine's clock answered ${response.status}`);
  }

  /** Steps until the engine shows this status of a run. */
  async stepTo(id, wanted, ms) {
    for (let steps = 0; steps < 10_000; steps++) {
      const response = await fetch(`${this.engine.url}/api/v1/stable/workflow-runs/${id}/status`, { headers: { authorization: `Bearer ${this.engine.token}` } });
      if (response.ok && (await response.json()) === wanted) return;
      await this.step(ms);
    }
    throw new Error(`the run never became ${wanted}`);
  }

  /** Ends the engine as a crash would. */
  async stopEngine() {
    await end(this.#engine, "SIGKILL");
  }

  /** Starts workerd with the gateway; again on the same port when it ran before. */
  async startWorkerd() {
    this.#port ??= await freePort();
    const { url, token, tenant, systems } = this.engine;
    const { formance, onfido, meshx } = systems;
    const clients = {
      hatchet: { baseUrl: url, token, tenant },
      formance: { baseUrl: formance.url, clientId: formance.clientId, clientSecret: formance.clientSecret },
      onfido: { baseUrl: onfido.url, token: onfido.token },
      meshx: { baseUrl: meshx.url, token: meshx.token, org: meshx.org },
    };
    const args = ["serve", repository("www/workerd.capnp"), "--socket-addr", `http=127.0.0.1:${this.#port}`, "--directory-path", `files=${repository("www/dist")}`, "--control-fd=3"];
    const env = { ...process.env, RUNWARD_SYSTEMS: JSON.stringify(clients), RUNWARD_WORKFLOWS: JSON.stringify(await this.#names()) };
    this.#workerd = run(workerd.default, args, { stdio: ["ignore", "inherit", "inherit", "pipe"], env });
    const { event, port } = JSON.parse(await firstLine(this.#workerd, this.#workerd.stdio[3]));
    if (event !== "listen") throw new Error(`workerd said ${event}`);
    this.origin = `http://127.0.0.1:${port}`;
  }

  /** Onfido lists no workflows: whoever runs the gateway names them. */
  async #names() {
    const response = await fetch(`${this.engine.control}/onfido/workflows`);
    const workflows = await response.json();
    return { onfido: Object.fromEntries(workflows.map(({ id, name }) => [id, name])) };
  }

  /** Ends workerd, and with it the gateway and the page's server; asked politely, it would first see every open stream to its end. */
  async stopWorkerd() {
    await end(this.#workerd, "SIGKILL");
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
    await Promise.all([this.stopWorkerd(), end(this.#engine, "SIGTERM")]);
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

function built() {
  const missing = [ENGINE, repository("www/dist/index.html"), repository("target/worker/worker.js")].filter((path) => !existsSync(path));
  if (missing.length > 0) throw new Error(`${missing.join(", ")} is not built: run these tests with \`cargo xtask test e2e\`.`);
}
