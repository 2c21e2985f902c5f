// Sizes of files of the package, in bytes: {"file": {"raw", "brotli"}}.
import { readFileSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";

const sizes = process.argv.slice(2).map((file) => {
  const bytes = readFileSync(new URL(`../../../pkg/${file}`, import.meta.url));
  return [file, { raw: bytes.length, brotli: brotliCompressSync(bytes).length }];
});
console.log(JSON.stringify(Object.fromEntries(sizes)));
