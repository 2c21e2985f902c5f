// `runward verify-webhook`: is a delivery genuine?
import { bytesOf, systemOf, Unusable } from "./unusable.js";

const SECRET = "RUNWARD_WEBHOOK_SECRET";

export const verifyWebhook = {
  usage: "verify-webhook SYSTEM --header 'NAME: VALUE' … [FILE|-]",
  about: "Checks a delivery's signature and prints the event; exit code 1 if it is not genuine.",
  details: `The secret comes from the environment: ${SECRET}, several separated by line ends.`,
  options: {
    header: { type: "string", multiple: true, value: "'NAME: VALUE'", about: "a header of the delivery; once for each" },
    tolerance: { type: "string", value: "SECONDS", about: "how far a signed time may be from now; 300 when absent" },
    now: { type: "string", value: "MILLIS", about: "the time of arrival, in milliseconds since 1970; now when absent" },
  },
  async run({ header = [], tolerance, now }, [system, file = "-", ...rest]) {
    if (rest.length > 0) throw new Unusable("One delivery at a time.");
    const secret = (process.env[SECRET] ?? "").split("\n").filter((line) => line !== "");
    if (secret.length === 0) throw new Unusable(`The environment must hold the secret: ${SECRET}.`);
    const delivery = { headers: header.map(pair), secret, body: bytesOf(file) };
    if (tolerance !== undefined) delivery.toleranceSeconds = number(tolerance, "tolerance");
    if (now !== undefined) delivery.now = number(now, "now");
    const { verifyWebhook: verify } = await import("runward");
    return told(() => verify(systemOf(system), delivery));
  },
};

function told(check) {
  try {
    process.stdout.write(`${JSON.stringify(check())}\n`);
    return 0;
  } catch (error) {
    if (!["SignatureError", "DecodeError"].includes(error.name)) throw error;
    process.stderr.write(`${error.name} ${error.code}: ${error.message}\n`);
    return 1;
  }
}

function pair(text) {
  const at = text.indexOf(":");
  if (at < 1) throw new Unusable(`--header takes 'NAME: VALUE', and not ${JSON.stringify(text)}.`);
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

function number(text, name) {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new Unusable(`--${name} must be a number, and not ${JSON.stringify(text)}.`);
  return value;
}
