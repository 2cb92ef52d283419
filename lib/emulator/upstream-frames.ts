import type { Metadata } from "../protocol/metadata.js";
import type { Payload } from "./payload.js";

/** An `ackId` by its decimal digits: the wire has 64 bits, more than a JavaScript number keeps apart. */
export type AckId = string;

/** What a client asks for, whatever its subprotocol (client-protocol §4). */
export type UpstreamFrame =
  | { readonly type: "joinGroup" | "leaveGroup"; readonly group: string; readonly ackId?: AckId }
  | {
      readonly type: "sendToGroup";
      readonly group: string;
      readonly payload: Payload;
      readonly metadata?: Metadata;
      readonly noEcho: boolean;
      readonly ttlSeconds: number;
      readonly ackId?: AckId;
    }
  | {
      readonly type: "event";
      readonly event: string;
      readonly payload: Payload;
      readonly metadata?: Metadata;
      readonly ackId?: AckId;
    }
  | { readonly type: "sequenceAck"; readonly sequenceId: number }
  | { readonly type: "ping" };

/** A frame that the service answers by closing the link (client-protocol §9.1). */
export interface Violation {
  readonly type: "violation";
  readonly code: number;
  readonly reason: string;
}
