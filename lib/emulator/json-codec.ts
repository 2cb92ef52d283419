import * as closeCode from "../protocol/close-codes.js";
import { subprotocols, type SubprotocolName } from "../protocol/subprotocols.js";
import type { Codec } from "./codec.js";
import { parseJsonUpstream } from "./json-upstream.js";
import type { Violation } from "./upstream-frames.js";

const notText: Violation = {
  type: "violation",
  code: closeCode.unsupportedData,
  reason: "The JSON subprotocol requires text messages.",
};

const notAMessage: Violation = {
  type: "violation",
  code: closeCode.invalidPayload,
  reason: "The client message is not a valid JSON protocol message.",
};

/** The JSON subprotocols (client-protocol §3 to §5); what is absent is left out, never `null` (§22 Q10). */
export const jsonCodec = (protocol: SubprotocolName): Codec => ({
  protocol,
  reliable: subprotocols[protocol].reliable,
  parse: (frame) => (typeof frame === "string" ? (parseJsonUpstream(frame) ?? notAMessage) : notText),
  connected: (connectionId, userId, reconnectionToken) =>
    JSON.stringify({ type: "system", event: "connected", userId, connectionId, reconnectionToken }),
  disconnected: (message) => JSON.stringify({ type: "system", event: "disconnected", message }),
  ack: (ackId, error) =>
    `{"type":"ack","ackId":${ackId},"success":${error === undefined}` +
    (error === undefined ? "}" : `,"error":${JSON.stringify(error)}}`),
  pong: () => '{"type":"pong"}',
  message: ({ json }, sequenceId) => (sequenceId === undefined ? json : `{"sequenceId":${sequenceId},${json.slice(1)}`),
});
