import { invalidMetadata, type Metadata } from "../../protocol/metadata.js";

const PREFIX = "x-webpubsub-metadata-";

/**
 * Metadata that crosses HTTP (service-surface §3.4). Keys come in small letters; where a header is repeated, the last
 * value counts. Nothing when there are no such headers.
 *
 * @throws RangeError when it breaks a rule of metadata
 */
export function readMetadata(headers: Headers): Metadata | undefined {
  const metadata: Record<string, string> = {};
  headers.forEach((value, name) => {
    const key = name.toLowerCase().slice(PREFIX.length);
    if (!name.toLowerCase().startsWith(PREFIX) || key === "") return;
    Object.defineProperty(metadata, key, { value: lastOf(value), enumerable: true, configurable: true });
  });
  if (Object.keys(metadata).length === 0) return undefined;
  const wrong = invalidMetadata(metadata);
  if (wrong !== undefined) throw new RangeError(wrong);
  return metadata;
}

/** Metadata as headers: of two keys that differ in case only, the last counts. */
export const metadataHeaders = (metadata: Metadata = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(metadata).map(([key, value]) => [`${PREFIX}${key.toLowerCase()}`, value]));

const lastOf = (value: string): string => value.slice(value.lastIndexOf(",") + 1).trim();
