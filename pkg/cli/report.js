// Reports as people, programs and GitHub read them.
const plural = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;
const write = (line) => process.stdout.write(`${line}\n`);
const place = ({ line, column }) => (line === undefined ? "" : `:${line}${column === undefined ? "" : `:${column}`}`);

function text() {
  const total = { files: 0, runs: 0, error: 0, warning: 0, info: 0 };
  return {
    file(file, { system, runs, findings }) {
      total.files++;
      total.runs += runs;
      for (const finding of findings) {
        total[finding.severity]++;
        write(`${file}${place(finding)}: ${finding.severity} ${finding.code} at "${finding.pointer}": ${finding.message}`);
      }
      write(`${file}: ${system}, ${plural(runs, "run")}, ${findings.some(({ severity }) => severity === "error") ? "invalid" : "valid"}`);
    },
    end: () => write(`${plural(total.files, "file")}, ${plural(total.runs, "run")}: ${plural(total.error, "error")}, ${plural(total.warning, "warning")}, ${total.info} info`),
  };
}

const json = () => ({ file: (file, report) => write(JSON.stringify({ file, ...report })), end() {} });

const LEVELS = { error: "error", warning: "warning", info: "notice" };
const data = (value) => String(value).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const property = (value) => data(value).replaceAll(":", "%3A").replaceAll(",", "%2C");

const github = () => ({
  file(file, { findings }) {
    for (const { severity, code, pointer, message, line, column } of findings) {
      const places = Object.entries({ file, line, col: column, title: `${code} at ${JSON.stringify(pointer)}` });
      write(`::${LEVELS[severity]} ${places.filter(([, value]) => value !== undefined).map(([key, value]) => `${key}=${property(value)}`).join(",")}::${data(message)}`);
    }
  },
  end() {},
});

export const reporters = { text, json, github };
