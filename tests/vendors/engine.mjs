// The local engine, started for the tests of one file.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL(`../../target/debug/runward-local${process.platform === "win32" ? ".exe" : ""}`, import.meta.url));

/** What the engine said about itself, with `stop`. Durations are a twentieth of the real ones. */
export async function engine() {
  const child = spawn(PROGRAM, ["--memory", "--print-json", "--speed", "20"], { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([
    once(lines, "line"),
    once(child, "exit").then(() => Promise.reject(new Error("the engine ended before it was ready: is it built?"))),
  ]);
  const stop = async () => {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  };
  return { ...JSON.parse(line), stop };
}

/** Asks again until the answer is as wished; a minute at most. */
export async function until(ask, isSo) {
  const end = Date.now() + 60_000;
  for (;;) {
    const answer = await ask();
    if (isSo(answer)) return answer;
    if (Date.now() > end) throw new Error(`never so: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
