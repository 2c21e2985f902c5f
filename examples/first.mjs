import { validateRun, validateTransition } from "runward";

const id = "d19692d6-730a-4730-9005-82185a5ec595";
const before = { id, applicant_id: id, workflow_id: id, status: "approved" };
const after = { ...before, status: "procesing", tags: [""] };

for (const { severity, pointer, message } of validateRun("onfido", after).findings) {
  console.log(severity, pointer, message);
}
console.log(validateTransition("onfido", before, { ...before, status: "processing" }).verdict);
