import { existsSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { build, transform, type Plugin } from "esbuild";
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
  return zipped(outputFiles[0]!.contents);
}

const zipped = (code: string | Uint8Array) => gzipSync(code, { level: 9 }).length;

/** What is left out where an application has RxJS anyway. */
export const RXJS = ["rxjs", "rxjs/*"];

const OURS = 'export { WebPubSubClient } from "rx-webpubsub"';
const OFFICIAL = 'export { WebPubSubClient } from "@azure/web-pubsub-client"';

/** One part of the bundle of the client, RxJS left out: bytes, minified. */
export interface BundlePart {
  readonly name: string;
  readonly bytes: number;
  /** What it weighs together with the parts before it, gzipped. */
  readonly zippedSoFar: number;
}

/**
 * What the packages and each folder of lib have in the bundle of the client, as it grows: sessions, which need all the
 * others, come last.
 */
export async function bundleParts(): Promise<BundlePart[]> {
  const { outputFiles } = await build({
    ...settings,
    minify: false,
    minifyIdentifiers: true,
    minifySyntax: true,
    stdin: { contents: OURS.replace("rx-webpubsub", "./lib/index.ts"), resolveDir: root },
    external: RXJS,
    plugins: [browserFiles],
  });
  // Each module has a comment before it that names its file.
  const [, ...modules] = outputFiles[0]!.text.split(/^\/\/ (\S+\.m?[jt]s)$/m);
  const folders = new Map<string, string[]>();
  for (let i = 0; i < modules.length; i += 2) {
    const file = modules[i]!;
    const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? path.dirname(file);
    const { code } = await transform(modules[i + 1]!, { minifyWhitespace: true, format: "esm" });
    folders.set(name, [...(folders.get(name) ?? []), code]);
  }
  const parts: BundlePart[] = [];
  let whole = "";
  const layerOf = (name: string) => (name === "lib/session" ? 2 : name.startsWith("lib/") ? 1 : 0);
  for (const [name, codes] of [...folders].sort(([a], [b]) => layerOf(a) - layerOf(b))) {
    const code = codes.join("");
    whole += code;
    parts.push({ name, bytes: code.length, zippedSoFar: zipped(whole) });
  }
  return parts;
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
  const [alone, whole, official] = await Promise.all([sizeOf(OURS, RXJS), sizeOf(OURS), sizeOf(OFFICIAL)]);
  const kB = (bytes: number) => (bytes / 1_000).toFixed(1);
  const lineOf = (title: string, bytes: number, limit: number) =>
    `| ${title} | kB, minified + gzip | ours **${kB(bytes)}**, official ${kB(official)} | ${kB(bytes)} | ≤ ${limit} | ${bytes <= limit * 1_000 ? "met" : "**missed**"} |`;
  return [lineOf("browser bundle, rxjs left out", alone, 10), lineOf("browser bundle, rxjs in", whole, 20)];
}
