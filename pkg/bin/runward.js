#!/usr/bin/env node
// The command line: `npx runward --help`.
import { main } from "../cli/main.js";

process.stdout.on("error", (error) => {
  if (error.code !== "EPIPE") throw error;
});
process.exitCode = await main(process.argv.slice(2));
