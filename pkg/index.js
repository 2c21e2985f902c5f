// The package, ready to use: the conditions of package.json choose where its WebAssembly comes from.
import source from "#wasm";
import { load } from "./wasm/runward.glue.js";

load(source);

export * from "./all.js";
