import { existsSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Plugin } from "esbuild";
import { root } from "./processes.js";

const settings = {
  bundle: true,
  minify: true,
  write: false,
  platform: "browser",
  format: "esm",
  target: "es2022",
} as const;

/**
 * Bytes of what a browser would load for one import, minified and gzipped. The package is imported by its name, as users
 * do: what counts is the build in dist, which has to be there.
 */
export async function sizeOf(code: string, external: string[] = []): Promise<number> {
  const { outputFiles } = await build({ ...settings, stdin: { contents: code, resolveDir: root }, external });
  return gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
}

const OURS = 'export { WebPubSubClient } from "rx-webpubsub"';
const OFFICIAL = 'export { WebPubSubClient } from "@azure/web-pubsub-client"';

/** What each folder of lib, and each package, has in the bundle of the client: bytes, minified, not compressed. */
export async function bundleParts(): Promise<{ name: string; bytes: number }[]> {
  const { metafile } = await build({
    ...settings,
    stdin: { contents: OURS.replace("rx-webpubsub", "./lib/index.ts"), resolveDir: root },
    metafile: true,
    plugins: [browserFiles],
  });
  const parts = new Map<string, number>();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? path.dirname(file);
      parts.set(name, (parts.get(name) ?? 0) + bytesInOutput);
    }
  }
  return [...parts].map(([name, bytes]) => ({ name, bytes })).sort((a, b) => b.bytes - a.bytes);
}

/** As in the build, a file `x.browser.ts` takes the place of the `x.ts` beside it. */
const browserFiles: Plugin = {
  name: "browser-files",
  setup(bundle) {
    bundle.onResolve({ filter: /^\..*\.js$/ }, ({ path: wanted, resolveDir }) => {
      const file = path.resolve(resolveDir, wanted).replace(/\.js$/, "");
      const found = [`${file}.browser.ts`, `${file}.ts`].find((each) => existsSync(each));
      return found === undefined ? undefined : { path: found };
    });
  },
};

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
