import type { ServiceError } from "../protocol/messages.js";
import type { Frame } from "./link.js";
import type { Publication } from "./publication.js";
import type { AckId, UpstreamFrame, Violation } from "./upstream-frames.js";

/** How one kind of client speaks. A kind that has no words for something answers nothing, and nothing is sent. */
export interface Codec {
  /** The subprotocol's own spelling; empty for a client without one. */
  readonly protocol: string;
  /** Whether messages are numbered, kept until acknowledged, and the session can be recovered. */
  readonly reliable: boolean;
  /** How the link ends when an event fails; without it, the failure is only an ack. */
  readonly eventFailure?: Violation;
  /** How the link ends when the client may not do what it asks; without it, the refusal is only an ack. */
  readonly forbidden?: Violation;
  parse(frame: Frame): UpstreamFrame | Violation;
  connected(connectionId: string, userId?: string, reconnectionToken?: string): Frame | undefined;
  disconnected(message: string): Frame | undefined;
  ack(ackId: AckId, error?: ServiceError): Frame | undefined;
  pong(): Frame | undefined;
  message(publication: Publication, sequenceId?: number): Frame;
}
