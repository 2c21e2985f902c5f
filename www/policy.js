/** The page's policy: no script, style or connection but our own; WebAssembly allowed. It stands in the page, for any host, and in the worker's headers, since a web worker has only those. */
export const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'";
