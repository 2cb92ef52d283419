import { existsSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Plugin } from "esbuild";
import { root } from "./processes.js";

/** As in the browser build of the package: `x.browser.ts` takes the place of `x.ts`. */
const browserFiles: Plugin = {
  name: "browser-files",
  setup(build) {
    build.onResolve({ filter: /^\.\.?\// }, ({ path: source, resolveDir }) => {
      const twin = path.resolve(resolveDir, source.replace(/\.js$/, ".browser.ts"));
      return existsSync(twin) ? { path: twin } : undefined;
    });
  },
};

/** Bytes of what a browser would load for one import, minified and gzipped. */
export async function sizeOf(code: string, external: string[] = []): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    platform: "browser",
    format: "esm",
    target: "es2022",
    external,
    plugins: [browserFiles],
  });
  return gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
}

const OURS = 'export { WebPubSubClient } from "./lib/index.js"';
const OFFICIAL = 'export { WebPubSubClient } from "@azure/web-pubsub-client"';

/** The lines of the table about bundles. */
export async function bundleLines(): Promise<string[]> {
  const [alone, whole, official] = await Promise.all([
    sizeOf(OURS, ["rxjs", "rxjs/*"]),
    sizeOf(OURS),
    sizeOf(OFFICIAL),
  ]);
  const kB = (bytes: number) => (bytes / 1_000).toFixed(1);
  const lineOf = (title: string, bytes: number, limit: number) =>
    `| ${title} | kB, minified + gzip | ours **${kB(bytes)}**, official ${kB(official)} | ${kB(bytes)} | ≤ ${limit} | ${bytes <= limit * 1_000 ? "met" : "**missed**"} |`;
  return [lineOf("browser bundle, rxjs left out", alone, 10), lineOf("browser bundle, rxjs in", whole, 20)];
}
