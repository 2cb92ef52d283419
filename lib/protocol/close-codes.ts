/** WebSocket close codes as this protocol uses them (client-protocol §9). */
export const closeCode = {
  /** An intended end: the service forgets the session at once. */
  normal: 1000,
  /** The service goes away, for example for an upgrade. */
  goingAway: 1001,
  /** A broken WebSocket frame. */
  protocolError: 1002,
  /** A binary frame on a text subprotocol. */
  unsupportedData: 1003,
  /** Never on the wire: the close frame had no code. */
  noStatus: 1005,
  /** Never on the wire: the connection ended without a close frame. */
  abnormal: 1006,
  /** A frame that is not a valid message of the subprotocol. */
  invalidPayload: 1007,
  /** The session cannot be recovered, or the client may not do what it asked: the end of a session. */
  policyViolation: 1008,
  /** A client frame over 1 MiB. */
  tooLarge: 1009,
  internalError: 1011,
  serviceRestart: 1012,
} as const;
