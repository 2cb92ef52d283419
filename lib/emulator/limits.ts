/* What the service keeps, and for how long (client-protocol §1). */

/** Messages that the service keeps unacknowledged for one reliable session. */
export const MAX_UNACKNOWLEDGED_MESSAGES = 1_000;

/** Bytes that the service keeps unacknowledged for one reliable session. */
export const MAX_UNACKNOWLEDGED_BYTES = 16_777_216;

/** Successful `ackId`s that the service remembers for one session. */
export const MAX_REMEMBERED_ACK_IDS = 1_000;

/** How long the service keeps a dropped reliable session, in milliseconds. */
export const RECOVERY_WINDOW_MS = 30_000;
