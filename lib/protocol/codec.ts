import { decodeFrame } from "./json-frames.js";
import {
  encodeEvent,
  encodeJoinGroup,
  encodeLeaveGroup,
  encodePing,
  encodeSendToGroup,
  encodeSequenceAck,
  type EventMessage,
  type GroupMessage,
} from "./json-encoder.js";
import type { DownstreamFrame } from "./messages.js";

/**
 * How one family of subprotocols writes and reads frames. Encoding throws what is wrong with the caller's content;
 * decoding never throws.
 */
export interface Codec {
  joinGroup(group: string, ackId: number): string | Uint8Array;
  leaveGroup(group: string, ackId: number): string | Uint8Array;
  sendToGroup(message: GroupMessage): string | Uint8Array;
  event(message: EventMessage): string | Uint8Array;
  sequenceAck(sequenceId: number): string | Uint8Array;
  ping(): string | Uint8Array;
  decode(raw: string | ArrayBuffer): DownstreamFrame;
}

/** `json.webpubsub.azure.v1` and `json.reliable.webpubsub.azure.v1`: one JSON object per text frame. */
export const jsonCodec: Codec = {
  joinGroup: encodeJoinGroup,
  leaveGroup: encodeLeaveGroup,
  sendToGroup: encodeSendToGroup,
  event: encodeEvent,
  sequenceAck: encodeSequenceAck,
  ping: encodePing,
  decode: decodeFrame,
};
