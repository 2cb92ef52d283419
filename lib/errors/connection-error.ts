import { WebPubSubError } from "./web-pubsub-error.js";

/** Where in a connection's life something ended. */
export type ConnectionPhase = "access" | "open" | "handshake" | "live" | "recovery" | "stop";

/** Why a connection ended or an attempt failed: the FIRST reason of a loss, not that of the last futile attempt. */
export interface ConnectionCause {
  /** What was going on when it ended; `stop`: the caller, or idleness, ended it. */
  readonly phase: ConnectionPhase;
  /** The WebSocket close code, if a close was seen. */
  readonly code?: number;
  /** The close frame's reason. */
  readonly reason?: string;
  /** Whether the WebSocket closed with a closing handshake. */
  readonly wasClean?: boolean;
  /** The service's own words, from its `disconnected` frame (client-protocol §5.2). */
  readonly message?: string;
  /** The error behind it. */
  readonly error?: unknown;
}

/**
 * - `AccessFailed`, `OpenFailed`, `HandshakeFailed`: an attempt at a new session failed there.
 * - `RecoveryFailed`: an attempt to recover a session failed.
 * - `LinkLost`: no link is live, and `whenOffline` is `"fail"`; or the link that was live is lost.
 * - `GaveUp`: no further attempt is made; `cause` is the last error.
 */
export type ConnectionErrorCode =
  "AccessFailed" | "OpenFailed" | "HandshakeFailed" | "LinkLost" | "RecoveryFailed" | "GaveUp";

/** What a {@link ConnectionError} is made of. */
export interface ConnectionErrorDetails {
  readonly code: ConnectionErrorCode;
  readonly phase: ConnectionPhase;
  readonly closeCode?: number | undefined;
  readonly reason?: string | undefined;
  readonly httpStatus?: number | undefined;
  readonly isRetriable?: boolean;
  readonly cause?: unknown;
}

/**
 * A connection could not be opened, recovered or kept. Retriable, unless the client gave up or trying again cannot
 * help (a malformed access URL, a subprotocol that the service does not accept).
 */
export class ConnectionError extends WebPubSubError<ConnectionErrorCode> {
  /** Where in the connection's life it happened. */
  declare readonly phase: ConnectionPhase;
  /** The WebSocket close code, as far as known. */
  declare readonly closeCode?: number;
  /** The close frame's reason, or the service's own words. */
  declare readonly reason?: string;
  /** The HTTP status that refused the upgrade; Node tells it, browsers do not. */
  declare readonly httpStatus?: number;

  constructor(message: string, details: ConnectionErrorDetails) {
    // A close frame without a reason has an empty one.
    const known = { ...details, reason: details.reason === "" ? undefined : details.reason };
    super("ConnectionError", message, { isRetriable: details.code !== "GaveUp", ...known });
  }
}
