// What the types promise, and what they refuse. A line under `@ts-expect-error` must not compile.
import { ArgumentError, type Finding, Formance, Gateway, HttpError, isRunwardError, MeshX, newId, NotFoundError, Onfido, RunwardError } from "runward";
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

const formance = new Formance({ baseUrl: "http://localhost:8080", clientId: "id", clientSecret: async () => "secret" });
formance.instances.sendEvent(id, { name: "paid" }) satisfies Promise<void>;
// @ts-expect-error: an event has a name
formance.instances.sendEvent(id, {});
formance.runs.create({ workflow: id, input: { amount: "1" } });
// @ts-expect-error: variables are texts
formance.runs.create({ workflow: id, input: { amount: 1 } });
const onfido = new Onfido({ region: "ca", token: "token" });
onfido.evidence(id) satisfies Promise<Uint8Array>;
// @ts-expect-error: a run is of an applicant
onfido.runs.create({ workflow: id });
// @ts-expect-error: there is no such region
new Onfido({ region: "moon", token: "token" });
// @ts-expect-error: it is asked whose runs they are
new MeshX({ baseUrl: "http://localhost", token: "token" });
const meshx = new MeshX({ baseUrl: "http://localhost", org: "acme", login: { user: "ana", password: "secret" } });
new Gateway({ systems: { formance, onfido, meshx } });
