import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { defineConfig, type Rolldown, type UserConfig } from "tsdown";

const portable = { index: "lib/index.ts", "operators/index": "lib/operators/index.ts" };
const nodeOnly = { "emulator/index": "lib/emulator/index.ts" };
/** Run from a shell, imported by nobody: an ES module without types. */
const command = { "command/main": "lib/command/main.ts" };

// A source map holds the sources: one copy of them, for bundlers and debuggers, is enough.
const esm = { sourcemap: true };
const cjs = { sourcemap: false };

const quiet = { checks: { pluginTimings: false } };

const common: UserConfig = {
  target: "es2022",
  fixedExtension: false, // .js and .cjs, as the package is of type "module"
  hash: false,
  report: false,
  inputOptions: quiet,
  outputOptions: {
    // The documentation is in the types, and in the sources that the source maps hold.
    comments: { jsdoc: false },
    // Rolldown's CommonJS helpers get a chunk of their own. Left to itself it puts them into the one entry that needs
    // them all, the emulator, and `require("rx-webpubsub")` would load the emulator with everything below it.
    codeSplitting: { groups: [{ name: "rolldown-runtime", test: /^\0rolldown/ }] },
  },
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

/**
 * Declaration files get no source map; without this they would name one all the same. And the bundler puts the comment of a
 * member of a type literal behind the member before it, where no editor looks.
 */
const readableTypes: Rolldown.Plugin = {
  name: "readable-types",
  generateBundle(_, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type === "chunk" && /\.d\.c?ts$/.test(file.fileName)) {
        file.code = file.code
          .replace(/\n\/\/# sourceMappingURL=.*$/, "")
          .replace(/; (\/\*\*(?:(?!\*\/)[^])*\*\/)\n( *)/g, ";\n$2$1\n$2");
      }
    }
  },
};

export default defineConfig([
  {
    ...common,
    name: "node",
    platform: "node",
    outDir: "dist/node",
    format: { esm: { ...esm, entry: { ...portable, ...nodeOnly, ...command } }, cjs },
    entry: { ...portable, ...nodeOnly },
    // Not among `plugins`, which the types for CommonJS do not pass.
    inputOptions: (options) => ({ ...options, ...quiet, plugins: [options.plugins, readableTypes] }),
    // Without what is marked @internal, and so without the types that only such members name.
    dts: {
      sourcemap: false,
      compilerOptions: { stripInternal: true },
      entry: Object.values({ ...portable, ...nodeOnly }),
    },
  },
  {
    ...common,
    name: "browser",
    platform: "browser",
    outDir: "dist/browser",
    format: { esm, cjs },
    entry: portable,
    plugins: [browserFiles],
    dts: false, // the same types as in Node
  },
]);
