// Validating and lifecycles alone, ready to use in workerd, which compiles no WebAssembly but what it is deployed with.
import source from "../wasm/validate_bg.wasm";
import { load } from "../wasm/validate.glue.js";

load(source);

export * from "../pure.js";
