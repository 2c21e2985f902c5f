// What is wrong with a command line or with what it names.
import { readFileSync } from "node:fs";

export class Unusable extends Error {}

/** One of some words, or the first of them when none is given. */
export function oneOf(words, given, name) {
  if (given === undefined) return words[0];
  if (words.includes(given)) return given;
  throw new Unusable(`--${name} must be one of ${words.join(", ")}, and not ${JSON.stringify(given)}.`);
}

export const SYSTEMS = ["hatchet", "formance", "onfido", "meshx"];

/** A system's name, which must be given. */
export function systemOf(given) {
  if (SYSTEMS.includes(given)) return given;
  throw new Unusable(`The system must be one of ${SYSTEMS.join(", ")}${given === undefined ? "" : `, and not ${JSON.stringify(given)}`}.`);
}

/** The bytes of a file, or of the standard input for `-`. */
export function bytesOf(file) {
  try {
    return readFileSync(file === "-" ? 0 : file);
  } catch (error) {
    throw unreadable(file, error);
  }
}

export function unreadable(file, { code, message }) {
  const why = { ENOENT: "there is no such file", EISDIR: "it is a folder", EACCES: "it may not be read" }[code] ?? message;
  return new Unusable(`${file} cannot be read: ${why}.`);
}

/** JSON out of an option. */
export function jsonOf(text, name) {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text.startsWith("@") ? readFileSync(text.slice(1), "utf8") : text);
  } catch (error) {
    throw new Unusable(`--${name} must be JSON, or @ and a file of it: ${error.message}`);
  }
}
