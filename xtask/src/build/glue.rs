//! What wasm-bindgen writes for `--target module`, turned into files that load in every runtime.
//!
//! The generated module imports its WebAssembly in the source phase, which few runtimes know. Here an entry file hands
//! it in, so that the package's conditions decide where it comes from; and every call passes `pkg/instance.js`, which
//! turns a trap into an error and a fresh instance.
use crate::repo;
use anyhow::{Context, Result};
use base64::Engine;

/// Writes the glue, its public names, and their types.
pub fn write(folder: &str, name: &str, js: &str, types: &str) -> Result<()> {
    repo::write(format!("{folder}/{name}.glue.js"), loadable(js, name)?)?;
    repo::write(format!("{folder}/{name}.js"), public_names(js, name))?;
    repo::write(format!("{folder}/{name}.d.ts"), replace(types, "export function __wbg_reset_state(): void;\n", "")?)
}

/// Writes the module once more as text, for runtimes that take no file.
pub fn embed(folder: &str, name: &str) -> Result<()> {
    let bytes = std::fs::read(repo::path(folder).join(format!("{name}_bg.wasm")))?;
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    repo::write(format!("{folder}/{name}.inline.js"), inline(&text))
}

fn inline(text: &str) -> String {
    format!("import {{ compile }} from \"../instance.js\";\n\nexport default compile(\"{text}\");\n")
}

/// The replacements; each must find its place, so that a change of the generator is seen here and not in a browser.
fn loadable(js: &str, name: &str) -> Result<String> {
    let start = "wasmInstance = new WebAssembly.Instance(wasmModule, __wbg_get_imports());";
    let run = "wasm = wasmInstance.exports;";
    let import = format!("import source wasmModule from \"./{name}_bg.wasm\";\n");
    let mut js = replace(js, &import, "import { Instance } from \"../instance.js\";\n")?;
    js = replace(&js, "export function __wbg_reset_state () {", "function __wbg_reset_state () {")?;
    js = replace(&js, &format!("    {start}\n    {run}\n"), "    wasm = instance.start(__wbg_get_imports());\n")?;
    js = replace(&js, &format!("let {start}\nlet {run}\nwasm.__wbindgen_start();"), LOADER)?;
    js = replace(
        &js,
        "if (__wbg_reinit_scheduled) {",
        "if (wasm === undefined) instance.refuse();\n    if (__wbg_reinit_scheduled) {",
    )?;
    js = js.replace("throw new Error('Invalid stale object from previous Wasm instance')", "instance.refuseStale()");
    if js.contains("function makeMutClosure") {
        js = replace(&js, CALL, &format!("{CALL} catch (error) {{\n            instance.swallow(error);\n        }}"))?;
    }
    // There is one for each kind of closure.
    js = js.replace("throw new Error('Cannot invoke closure from previous WASM instance');", "return undefined;");
    Ok(js)
}

const CALL: &str = "return f(a, state.b, ...args);\n        }";

const LOADER: &str = "let wasm;
const instance = new Instance(__wbg_reset_state);

/** Which instance this is: another one after every panic. */
export const generation = () => __wbg_instance_id;

/** Makes the functions of this module ready; called again, it changes nothing. */
export function load(source) {
    if (instance.take(source)) {
        wasm = instance.start(__wbg_get_imports());
        wasm.__wbindgen_start();
    }
}
";

fn replace(text: &str, from: &str, to: &str) -> Result<String> {
    let what = from.lines().next().unwrap_or_default();
    let (before, after) = text.split_once(from).with_context(|| {
        format!("The glue of wasm-bindgen no longer holds `{what}`: look at xtask/src/build/glue.rs")
    })?;
    Ok(format!("{before}{to}{after}"))
}

fn public_names(js: &str, name: &str) -> String {
    let names: Vec<_> = js.lines().filter_map(exported).collect();
    format!("export {{ {} }} from \"./{name}.glue.js\";\n", names.join(", "))
}

fn exported(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("export ")?;
    let rest = rest.strip_prefix("function ").or_else(|| rest.strip_prefix("class "))?;
    let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_')?;
    rest.get(..end).filter(|name| !name.starts_with("__"))
}
