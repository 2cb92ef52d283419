import { closeCode } from "../protocol/close-codes.js";
import type { Codec } from "./codec.js";
import type { Payload } from "./payload.js";

/** A client without a subprotocol: every frame is the event `message`, and it receives bare content (client-protocol §11). */
export const rawCodec: Codec = {
  protocol: "",
  reliable: false,
  eventFailure: { type: "violation", code: closeCode.internalError, reason: "Internal server error" },
  parse: (frame) => {
    const payload: Payload =
      typeof frame === "string"
        ? { dataType: "text", text: frame }
        : { dataType: "binary", bytes: new Uint8Array(frame).buffer };
    return { type: "event", event: "message", payload };
  },
  connected: () => undefined,
  disconnected: () => undefined,
  ack: () => undefined,
  pong: () => undefined,
  message: (publication) => publication.raw,
};
