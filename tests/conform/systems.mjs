// The systems that can be asked: their cases, their clients, and how a run that a case created is ended.
import * as formance from "./systems/formance.mjs";
import * as hatchet from "./systems/hatchet.mjs";

export const systems = { hatchet, formance };
