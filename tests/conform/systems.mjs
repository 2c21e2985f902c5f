// The systems that can be asked: their cases, their clients, and how a run that a case created is ended.
import * as formance from "./systems/formance.mjs";
import * as hatchet from "./systems/hatchet.mjs";
import * as meshx from "./systems/meshx.mjs";
import * as onfido from "./systems/onfido.mjs";

export const systems = { hatchet, formance, onfido, meshx };
