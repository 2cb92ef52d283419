/*
 * WebSocket close codes as this protocol uses them (client-protocol §9). To be imported as a whole, under the name
 * `closeCode`: a bundle then has those in it that are used, as mere numbers.
 */

/** An intended end: the service forgets the session at once. */
export const normal = 1000;

/** The service goes away, for example for an upgrade. */
export const goingAway = 1001;

/** A broken WebSocket frame. */
export const protocolError = 1002;

/** A binary frame on a text subprotocol. */
export const unsupportedData = 1003;

/** Never on the wire: the close frame had no code. */
export const noStatus = 1005;

/** Never on the wire: the connection ended without a close frame. */
export const abnormal = 1006;

/** A frame that is not a valid message of the subprotocol. */
export const invalidPayload = 1007;

/** The session cannot be recovered, or the client may not do what it asked: the end of a session. */
export const policyViolation = 1008;

/** A client frame over 1 MiB. */
export const tooLarge = 1009;

export const internalError = 1011;

/** So many bytes of UTF-8 the reason beside a code may have (RFC 6455 §5.5). */
export const MAX_REASON_BYTES = 123;
