import type { ConnectionCause } from "../errors/connection-error.js";

/**
 * What the connection is doing. Times are `scheduler.now()`, epoch milliseconds by default; `attempt` is the attempt
 * under way or waited for, from 1, on until the counter resets.
 */
export type ConnectionState =
  /** Nothing is open and nothing is tried. */
  | {
      readonly status: "stopped";
      /**
       * `initial`: never started; `stop`: by `stop()`; `idle`: nobody held it; `gaveUp`: no further attempt is made;
       * `disposed`: for good.
       */
      readonly reason: "initial" | "stop" | "idle" | "gaveUp" | "disposed";
      /** Why the client gave up, with `gaveUp` only. */
      readonly cause?: ConnectionCause;
    }
  /** An attempt at a new session is under way. */
  | { readonly status: "connecting"; readonly attempt: number; readonly cause?: ConnectionCause }
  /** Ready: the handshake is done and rejoins have settled. */
  | { readonly status: "connected"; readonly connectionId: string; readonly userId?: string }
  /** The link was lost; the session is kept, and a new link to it is being opened or, until `retryAt`, waited for. */
  | {
      readonly status: "recovering";
      readonly connectionId: string;
      readonly userId?: string;
      /** When the link was lost. */
      readonly since: number;
      readonly attempt: number;
      /** When the attempt begins; absent while it is under way. */
      readonly retryAt?: number;
      readonly cause: ConnectionCause;
    }
  /** There is no session; the next attempt at one begins at `retryAt`. */
  | {
      readonly status: "disconnected";
      readonly attempt: number;
      /** When the attempt begins. */
      readonly retryAt: number;
      readonly cause: ConnectionCause;
    };

/** Why nothing is open and nothing is tried; see {@link ConnectionState}. */
export type StopReason = Extract<ConnectionState, { status: "stopped" }>["reason"];
