import { defineConfig } from "vite";
import { POLICY } from "./policy.js";

/** The policy goes into the page when it is built; while developing, Vite needs scripts of its own. */
const policy = {
  name: "policy",
  apply: "build",
  transformIndexHtml: () => [{ tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: POLICY }, injectTo: "head-prepend" }],
};

export default defineConfig({
  plugins: [policy],
  build: {
    // Every browser that has WebAssembly reference types, which the package needs, has modern JavaScript.
    target: "es2023",
    // From these on `light-dark()` is known as it stands.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    // The page's policy allows no inline script, and such browsers need no polyfill for preloading.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    // The module for checking comes as text in the chunks of the pages that need it, when they are first opened.
    chunkSizeWarningLimit: 760,
  },
  worker: { format: "es" },
});
