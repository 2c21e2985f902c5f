// Which command, and what becomes of what it fails with. The exit code is 0 for clean, 1 for findings, 2 for unusable.
import { parseArgs } from "node:util";
import { lifecycle } from "./lifecycle.js";
import { cancel, create, get, list, watch } from "./runs.js";
import { Unusable } from "./unusable.js";
import { validate } from "./validate.js";
import { verifyWebhook } from "./webhook.js";

const commands = { validate, lifecycle, "verify-webhook": verifyWebhook, create, get, list, watch, cancel };

const HELP = `Checks, draws and runs workflow runs of Hatchet, Formance Flows, Onfido Studio and meshX.

${Object.values(commands).map(({ usage, about }) => `  runward ${usage}\n      ${about}`).join("\n")}

  runward COMMAND --help    tells a command's options

Exit codes: 0 clean, 1 findings, 2 unusable.
`;

/** Runs a command line; gives its exit code. */
export async function main([name, ...words]) {
  const command = Object.hasOwn(commands, name ?? "") ? commands[name] : undefined;
  try {
    if (name === undefined || name === "--help" || name === "-h") return help(HELP, name === undefined);
    if (command === undefined) throw new Unusable(`There is no command \`${name}\`: see \`runward --help\`.`);
    const { values, positionals } = parsed(command, words);
    return values.help ? help(helpOf(command)) : await command.run(values, positionals);
  } catch (error) {
    if (error.code === undefined && !(error instanceof Unusable)) throw error;
    process.stderr.write(`runward: ${error.message}\n`);
    for (const { severity, pointer, message } of error.findings ?? []) process.stderr.write(`  ${severity} at "${pointer}": ${message}\n`);
    return 2;
  }
}

function parsed(command, words) {
  const secret = words.find((word) => /^--(token|secret|client-secret|password)\b/.test(word));
  if (secret !== undefined) throw new Unusable("A secret in an argument is seen by every process: put it into the environment instead, see --help.");
  const options = { help: { type: "boolean", short: "h" }, ...Object.fromEntries(Object.entries(command.options).map(([option, { about, ...how }]) => [option, how])) };
  try {
    return parseArgs({ args: words, options, allowPositionals: true });
  } catch (error) {
    throw new Unusable(`${error.message} See \`runward ${command.usage.split(" ")[0]} --help\`.`);
  }
}

function help(text, missing = false) {
  (missing ? process.stderr : process.stdout).write(text);
  return missing ? 2 : 0;
}

function helpOf({ usage, about, details = "", options }) {
  const lines = Object.entries(options).map(([name, { value = "", about }]) => `  --${`${name} ${value}`.padEnd(24)} ${about}`);
  return `runward ${usage}\n\n${about}\n${details && `\n${details}\n`}\nOptions:\n${lines.join("\n")}\n`;
}
