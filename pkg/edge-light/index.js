// The package, ready to use in Vercel's edge runtime, whose bundlers compile what is imported with `?module`.
import source from "../wasm/runward_bg.wasm?module";
import { load } from "../wasm/runward.glue.js";

load(source);

export * from "../all.js";
