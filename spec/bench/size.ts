/* npm run size: what each entry point of the browser build weighs, minified and gzipped. Fails when one outgrows its limit. */
import { RXJS, sizeOf } from "./bundle-size.js";

/** Bytes, just above what each weighs. What a feature adds is put here with it; the targets of 10 and 20 kB for the client are still ahead. */
const entries = [
  {
    name: "WebPubSubClient, rxjs left out",
    code: 'export { WebPubSubClient } from "rx-webpubsub"',
    external: RXJS,
    limit: 21_600,
  },
  {
    name: "WebPubSubClient, rxjs in",
    code: 'export { WebPubSubClient } from "rx-webpubsub"',
    external: [],
    limit: 29_000,
  },
  { name: "all of rx-webpubsub, rxjs left out", code: 'export * from "rx-webpubsub"', external: RXJS, limit: 21_700 },
  {
    name: "rx-webpubsub/operators, rxjs left out",
    code: 'export * from "rx-webpubsub/operators"',
    external: RXJS,
    limit: 2_200,
  },
];

for (const { name, code, external, limit } of entries) {
  const bytes = await sizeOf(code, external);
  console.log(
    `${bytes > limit ? "TOO LARGE" : "ok       "} ${(bytes / 1_000).toFixed(2)} kB of ${limit / 1_000}: ${name}`,
  );
  if (bytes > limit) process.exitCode = 1;
}
