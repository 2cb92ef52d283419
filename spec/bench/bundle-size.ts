import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { root } from "./processes.js";

/**
 * Bytes of what a browser would load for one import, minified and gzipped. The package is imported by its name, as users
 * do: what counts is the build in dist, which has to be there.
 */
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
  });
  return gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
}

const OURS = 'export { WebPubSubClient } from "rx-webpubsub"';
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
