const TOKEN = /"(?:[^"\\]|\\[\s\S])*"?|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * Lays JSON text out over lines. Only white space changes: numbers keep their digits, keys their order and number, and what
 * is no JSON stays as it is.
 */
export function indent(text) {
  const out = [];
  let depth = 0;
  let before = "";
  const line = () => `\n${"  ".repeat(depth)}`;
  for (const [token] of text.matchAll(TOKEN)) {
    const closes = token === "}" || token === "]";
    if (closes) depth = Math.max(0, depth - 1);
    const opened = before === "{" || before === "[";
    if (closes ? !opened : opened || before === ",") out.push(line());
    else if (before === "" && out.length > 0) out.push("\n");
    out.push(token === ":" ? ": " : token);
    if (token === "{" || token === "[") depth++;
    before = depth === 0 && closes ? "" : token;
  }
  return out.join("");
}
