/** Numbers of the wire that both ends must agree on (client-protocol §1). */

/** The largest frame that a client may send, in bytes; a larger one is answered by close 1009. */
export const MAX_CLIENT_FRAME_BYTES = 1_048_576;

/** Messages that the service keeps unacknowledged for one reliable session. */
export const MAX_UNACKNOWLEDGED_MESSAGES = 1_000;

/** Bytes that the service keeps unacknowledged for one reliable session. */
export const MAX_UNACKNOWLEDGED_BYTES = 16_777_216;

/** Successful `ackId`s that the service remembers for one session. */
export const MAX_REMEMBERED_ACK_IDS = 1_000;

/** How long the service keeps a dropped reliable session, in milliseconds. */
export const RECOVERY_WINDOW_MS = 30_000;

/** Longest time to live of a group message, in seconds; 0 means that it never expires. */
export const MAX_TTL_SECONDS = 300;
