import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { defineConfig, type UserConfig } from "tsdown";

const common: UserConfig = {
  // A source map holds the sources: one copy of them, for bundlers and debuggers, is enough.
  format: { esm: { sourcemap: true }, cjs: { sourcemap: false } },
  target: "es2022",
  fixedExtension: false, // .js and .cjs, as the package is of type "module"
  hash: false,
  report: false,
  inputOptions: { checks: { pluginTimings: false } },
  // Rolldown's CommonJS helpers get a chunk of their own. Left to itself it puts them into the one entry that needs
  // them all, the emulator, and `require("rx-webpubsub")` would load the emulator with everything below it.
  outputOptions: { codeSplitting: { groups: [{ name: "rolldown-runtime", test: /^\0rolldown/ }] } },
};

/** In the browser build a file `x.browser.ts` that stands beside `x.ts` takes its place. */
const browserFiles = {
  name: "browser-files",
  resolveId(source: string, importer: string | undefined) {
    if (importer === undefined || !source.startsWith(".")) return null;
    const twin = resolve(dirname(importer), source.replace(/\.js$/, ".browser.ts"));
    return existsSync(twin) ? twin : null;
  },
};

export default defineConfig([
  {
    ...common,
    name: "node",
    platform: "node",
    outDir: "dist/node",
    entry: {
      index: "lib/index.ts",
      "operators/index": "lib/operators/index.ts",
      "emulator/index": "lib/emulator/index.ts",
    },
    dts: true,
  },
  {
    ...common,
    name: "browser",
    platform: "browser",
    outDir: "dist/browser",
    entry: { index: "lib/index.ts", "operators/index": "lib/operators/index.ts" },
    plugins: [browserFiles],
    dts: false, // the same types as in Node
  },
]);
