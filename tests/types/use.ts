// What the types promise, and what they refuse. A line under `@ts-expect-error` must not compile.
import { ArgumentError, type Finding, HttpError, isRunwardError, newId, NotFoundError, RunwardError } from "runward";
import { load } from "runward/slim";

const id: string = newId();
// @ts-expect-error: it takes nothing
newId(7);

const error: RunwardError = new ArgumentError({ code: id, message: "Odd." });
const findings: Finding[] = error.findings ?? [];
// @ts-expect-error: a severity is one of three
const severity: "fatal" = findings[0]!.severity;

declare const caught: unknown;
if (isRunwardError(caught, "NotFoundError")) caught.code satisfies string;
if (caught instanceof NotFoundError) caught satisfies HttpError;

load(new Uint8Array());
declare const compiled: WebAssembly.Module;
load(compiled);
// @ts-expect-error: what is compiled later comes later
load();
