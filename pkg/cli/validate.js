// `runward validate`: what is wrong with files.
import { createReadStream, readdirSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { recognise, validateRun } from "runward/validate";
import { reporters } from "./report.js";
import { bytesOf, oneOf, SYSTEMS, unreadable, Unusable } from "./unusable.js";

const LINES = [".ndjson", ".jsonl"];
const MOST = 2 ** 31;
// A file that takes a second or so.
const LONG = 64 << 20;

export const validate = {
  usage: "validate [--system X] [--level wire|schema] [--format text|json|github] FILE|DIR|- …",
  about: "Validates runs, pages, histories and events: JSON, or NDJSON a line at a time.",
  details: "Exit code 1 when a finding is an error. Of a folder, all *.json, *.ndjson and *.jsonl below it are read.",
  options: {
    system: { type: "string", value: "SYSTEM", about: `${SYSTEMS.join(", ")}; recognised when absent` },
    level: { type: "string", value: "LEVEL", about: "wire: what servers really send; schema: the published contract to the letter" },
    format: { type: "string", value: "FORMAT", about: "text; json: one object a file and line; github: annotations" },
    strict: { type: "boolean", about: "exit code 1 for warnings too" },
  },
  async run({ system, level, format, strict }, targets) {
    if (targets.length === 0) throw new Unusable("Which file? Name files, folders, or - for the standard input.");
    if (system !== undefined) oneOf(SYSTEMS, system, "system");
    const reporter = reporters[oneOf(["text", "json", "github"], format, "format")]();
    const options = { level: oneOf(["wire", "schema"], level, "level"), maxBytes: MOST };
    let wrong = false;
    for (const file of targets.flatMap(filesOf)) {
      const report = LINES.includes(extname(file)) ? await lines(file, system, options) : whole(file, system, options);
      wrong ||= report.findings.some(({ severity }) => severity === "error" || (strict && severity === "warning"));
      reporter.file(file, report);
    }
    reporter.end();
    return wrong ? 1 : 0;
  },
};

function filesOf(target) {
  if (target === "-") return [target];
  try {
    if (!statSync(target).isDirectory()) return [target];
    const all = readdirSync(target, { recursive: true }).sort().map((name) => join(target, name));
    return all.filter((file) => [".json", ...LINES].includes(extname(file)) && !basename(file).startsWith(".") && statSync(file).isFile());
  } catch (error) {
    throw unreadable(target, error);
  }
}

const known = (bytes, file) => {
  const system = recognise(bytes);
  if (system === undefined) throw new Unusable(`${file} looks like a document of no system, or of several: say which with --system.`);
  return system;
};

function whole(file, system, options) {
  const bytes = bytesOf(file);
  if (bytes.length > LONG) progress(`${file}: ${megabytes(bytes.length)} …`);
  const report = validateRun(system ?? known(bytes, file), bytes, options);
  if (bytes.length > LONG) progress("");
  return report;
}

/** Every line by itself, so that a file may be of any length. */
async function lines(file, system, options) {
  const all = { valid: true, system, what: "page", runs: 0, findings: [] };
  let number = 0;
  for await (const line of linesOf(file)) {
    number++;
    if (line.every((byte) => byte <= 32)) continue;
    all.system ??= known(line, file);
    const { valid, what, runs, findings } = validateRun(all.system, line, options);
    all.valid &&= valid;
    // A task of its own is no run, but as a row of a list it is one.
    all.runs += what === "task" ? 1 : runs;
    for (const finding of findings) all.findings.push({ ...finding, pointer: `/${number - 1}${finding.pointer}`, line: number });
  }
  if (all.system === undefined) throw new Unusable(`${file} is empty.`);
  return all;
}

async function* linesOf(file) {
  const size = statSync(file).size;
  let [rest, read] = [Buffer.alloc(0), 0];
  for await (const piece of createReadStream(file, { highWaterMark: 1 << 20 })) {
    read += piece.length;
    if (size > LONG) progress(`${file}: ${megabytes(read)} of ${megabytes(size)}`);
    let from = 0;
    for (let end; (end = piece.indexOf(10, from)) >= 0; from = end + 1) {
      yield rest.length > 0 ? Buffer.concat([rest, piece.subarray(from, end)]) : piece.subarray(from, end);
      rest = Buffer.alloc(0);
    }
    rest = Buffer.concat([rest, piece.subarray(from)]);
  }
  if (size > LONG) progress("");
  if (rest.length > 0) yield rest;
}

const megabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

/** A line that the next one overwrites; only people read it. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}
