// The package, ready to use in workerd, which compiles no WebAssembly but what it is deployed with.
import source from "../wasm/runward_bg.wasm";
import { load } from "../wasm/runward.glue.js";

load(source);

export * from "../all.js";
