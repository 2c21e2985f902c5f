// Validating and lifecycles alone, ready to use in Vercel's edge runtime, whose bundlers compile what is imported with `?module`.
import source from "../wasm/validate_bg.wasm?module";
import { load } from "../wasm/validate.glue.js";

load(source);

export * from "../pure.js";
