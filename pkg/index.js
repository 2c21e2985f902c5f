// The package, ready to use wherever WebAssembly may be compiled: Node, Deno, Bun, browsers, bundlers.
import source from "./wasm/runward.inline.js";
import { load } from "./wasm/runward.glue.js";

load(source);

export * from "./all.js";
