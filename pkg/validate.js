// Validating and lifecycles alone, ready to use wherever WebAssembly may be compiled: Node, Deno, Bun, browsers, bundlers.
import source from "./wasm/validate.inline.js";
import { load } from "./wasm/validate.glue.js";

load(source);

export * from "./pure.js";
