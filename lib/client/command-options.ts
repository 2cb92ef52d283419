import type { Metadata } from "../protocol/metadata.js";
import type { WhenOffline } from "../session/operation.js";

/** Options of `joinGroup` and `leaveGroup`. */
export interface MembershipCommandOptions {
  /** The id under which it is acknowledged, from 0 to 2^53 − 1. Default: the next free one. */
  readonly ackId?: number;
}

/** Options of `sendEvent`. */
export interface SendEventOptions {
  /** Sends without an `ackId`: emits and completes when handed to an open socket, and is never sent again. Default `false`. */
  readonly fireAndForget?: boolean;
  /** The id under which it is acknowledged, from 0 to 2^53 − 1. Default: the next free one. */
  readonly ackId?: number;
  /** ASCII strings that travel with the message; at most 8 192 bytes in all (client-protocol §12.3). */
  readonly metadata?: Metadata;
  /** What to do while no link is live. Default: the client's `whenOffline`. */
  readonly whenOffline?: WhenOffline;
}

/** Options of `sendToGroup`. */
export interface SendToGroupOptions extends SendEventOptions {
  /** Does not deliver the message to this connection itself. Default `false`. */
  readonly noEcho?: boolean;
  /** How long a receiver that is away may take to come back for it, in whole seconds from 0 to 300; 0: for ever. Default 0. */
  readonly ttlSeconds?: number;
}
