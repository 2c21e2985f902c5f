import { formance } from "./formance.js";
import { hatchet } from "./hatchet.js";
import { meshx } from "./meshx.js";
import { onfido } from "./onfido.js";

/**
 * What the dashboard adds to the common model for each system: words, a form, and where its parts are read. Whatever runs
 * have everywhere needs nothing here.
 *
 * @typedef {object} System
 * @property {string} name the package's name of it
 * @property {string} title its maker's name of it
 * @property {string} about what it does, in a few words
 * @property {(run: object) => string} label what a run is called
 * @property {(run: object) => string | undefined} workflow the name of the workflow a run executes, where the run tells it
 * @property {object[]} fields the form's fields, in order; see `ui/fields.js`
 * @property {(values: object) => object} request what the form's values create
 * @property {string} choose what `workflow` is called where one is chosen
 * @property {string} [none] said where no workflow is known
 * @property {(client: object, signal: AbortSignal) => Promise<{ value: string, label: string, note?: string }[]>} [workflows] the workflows that runs can be created of
 * @property {(client: object, run: object, signal: AbortSignal) => Promise<object[]>} [parts] the stages, where a run does not carry them
 * @property {(client: object, run: object, stage: object, signal: AbortSignal) => Promise<[string, unknown][]>} [details] what more there is of a stage
 * @property {(run: object, stages: object[]) => object[]} [asks] the moves by which a person answers a run that waits; see `pages/asks.js`
 * @property {string} [cancels] what a cancel does here that one would not expect
 * @property {boolean} [timeless] no times of starts and ends are told
 * @property {object} [register] a second form, for what runs are made of
 * @property {boolean} [sent] the server filters by status itself
 */

/** Every system, in the order in which they are shown. */
export const SYSTEMS = [hatchet, formance, onfido, meshx];

/** The system of this name, or nothing. */
export const systemOf = (name) => SYSTEMS.find((system) => system.name === name);
