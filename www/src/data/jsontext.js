/**
 * Reads what was typed as a JSON object. An empty text is an empty object.
 * @param {string} text
 * @returns {{ value?: object, problem?: string, offset?: number }}
 */
export const readObject = (text) => (text.trim() === "" ? { value: {} } : readJson(text, "object"));

const WANTED = {
  object: [(value) => value !== null && typeof value === "object" && !Array.isArray(value), 'An object in braces belongs here, such as {"order": "A-1"}'],
  array: [Array.isArray, "A list in brackets belongs here"],
  json: [(value) => value !== null && typeof value === "object", "An object in braces or a list in brackets belongs here"],
};

/** Reads what was typed as JSON of a kind: `object`, `array`, or `json`, which is either. */
export function readJson(text, wanted) {
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return placed(text, error.message);
  }
  const [fits, words] = WANTED[wanted];
  return fits(value) ? { value } : { problem: `${words}; this is ${kind(value)}.` };
}

const kind = (value) => (value === null ? "null" : Array.isArray(value) ? "an array" : typeof value === "object" ? "an object" : `a ${typeof value}`);

function placed(text, message) {
  const offset = offsetOf(text, message);
  const { line, column } = lineColumn(text, offset);
  const what = offset >= text.trimEnd().length ? "The JSON ends too early" : `This is not JSON: ${JSON.stringify([...text.slice(offset)][0])} cannot stand here`;
  return { problem: `${what} (line ${line}, column ${column}).`, offset };
}

/** Engines tell the place in different words: a position (V8), a line and column (SpiderMonkey), nothing (JavaScriptCore, and V8 at the end). */
function offsetOf(text, message) {
  const position = message.match(/position (\d+)/);
  if (position) return Number(position[1]);
  const place = message.match(/line (\d+) column (\d+)/);
  if (place) return offsetAt(text, Number(place[1]), Number(place[2]));
  const token = message.match(/Unexpected token '(.)'/u);
  return token ? Math.max(0, text.indexOf(token[1])) : text.length;
}

/** The line and column, both from 1 and columns in characters, of an offset in UTF-16 units. */
export function lineColumn(text, offset) {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf("\n") + 1;
  let line = 1;
  for (let at = before.indexOf("\n"); at !== -1; at = before.indexOf("\n", at + 1)) line++;
  return { line, column: [...before.slice(start)].length + 1 };
}

/** The offset in UTF-16 units of a line and column, both from 1 and columns in characters. */
export function offsetAt(text, line, column) {
  let start = 0;
  for (let at = 1; at < line; at++) {
    const end = text.indexOf("\n", start);
    if (end === -1) return text.length;
    start = end + 1;
  }
  const end = text.indexOf("\n", start);
  const limit = end === -1 ? text.length : end;
  let offset = start;
  for (let at = 1; at < column && offset < limit; at++) offset += text.codePointAt(offset) > 0xffff ? 2 : 1;
  return offset;
}

/** The end of the JSON token that begins at `offset`: a whole string, number or word, one bracket, or the next character. */
export function tokenEnd(text, offset) {
  const token = /"(?:[^"\\\n]|\\.)*"?|[\w.+-]+|[\s\S]/uy;
  token.lastIndex = offset;
  return token.test(text) ? token.lastIndex : offset;
}
