/* Numbers of the wire that both ends must agree on (client-protocol §1). */

/** The largest frame that a client may send, in bytes; a larger one is answered by close 1009. */
export const MAX_CLIENT_FRAME_BYTES = 1_048_576;

/** Longest time to live of a group message, in seconds; 0 means that it never expires. */
export const MAX_TTL_SECONDS = 300;
