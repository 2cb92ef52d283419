import { isSubprotocolName } from "../protocol/subprotocols.js";
import type { Codec } from "./codec.js";
import { jsonCodec } from "./json-codec.js";
import { rawCodec } from "./raw-codec.js";
import type { RawMode } from "./raw-mode.js";

const codecs = {
  "json.reliable.webpubsub.azure.v1": jsonCodec("json.reliable.webpubsub.azure.v1"),
  "json.webpubsub.azure.v1": jsonCodec("json.webpubsub.azure.v1"),
};

/** The first subprotocol offered that the service speaks, in any case, as the client spells it (client-protocol §2.3). */
export const firstSpoken = (offered: readonly string[]): string | undefined =>
  offered.find((subprotocol) => isSubprotocolName(subprotocol.toLowerCase()));

/** How a client speaks: as its subprotocol says, or raw when that is none of the service's. */
export function codecFor(subprotocol: string | undefined, rawMode: RawMode): Codec {
  const name = subprotocol?.toLowerCase();
  return isSubprotocolName(name) ? codecs[name] : rawCodec(rawMode, subprotocol);
}
