import * as closeCode from "../protocol/close-codes.js";
import type { Codec } from "./codec.js";
import type { Frame } from "./link.js";
import type { Payload } from "./payload.js";
import type { RawMode } from "./raw-mode.js";
import type { UpstreamFrame } from "./upstream-frames.js";

/**
 * A client without a subprotocol of the service (client-protocol §11): what it sends is the event `message`, or goes to
 * the group of its mode, and what it receives is bare content.
 *
 * @param protocol the subprotocol that a `connect` handler has chosen, which changes nothing of the framing
 */
export const rawCodec = (mode: RawMode, protocol = ""): Codec => ({
  protocol,
  reliable: false,
  eventFailure: { type: "violation", code: closeCode.internalError, reason: "Internal server error" },
  forbidden: {
    type: "violation",
    code: closeCode.policyViolation,
    reason: "The connection is not authorized for raw sendToGroup mode.",
  },
  parse: (frame) => parse(mode, payloadOf(frame)),
  connected: () => undefined,
  disconnected: () => undefined,
  ack: () => undefined,
  pong: () => undefined,
  message: (publication) => publication.raw,
});

const parse = (mode: RawMode, payload: Payload): UpstreamFrame =>
  mode.type === "sendEvent" ? { type: "event", event: "message", payload } : { ...mode, payload, ttlSeconds: 0 };

const payloadOf = (frame: Frame): Payload =>
  typeof frame === "string"
    ? { dataType: "text", text: frame }
    : { dataType: "binary", bytes: new Uint8Array(frame).buffer };
