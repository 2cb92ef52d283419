import type { ConnectionCause } from "../errors/connection-error.js";
import type { ConnectionState } from "./connection-state.js";
import { connectionStateOf, identityOf, sessionOf, type Lifecycle } from "./lifecycle.js";

/** A new session is ready. */
export interface Connected {
  /** The session's id, as the service gave it; it stays through recoveries. */
  readonly connectionId: string;
  /** Absent for an anonymous user. */
  readonly userId?: string;
  /** The lost session that this one follows: exactly when a gap was reported. */
  readonly previousConnectionId?: string;
}

/** A session lives on over a new link, without loss. */
export interface Recovered {
  /** The session's id, the same as before. */
  readonly connectionId: string;
  /** Milliseconds between the loss of the link and the proof of life on the new one. */
  readonly downForMs: number;
}

/** A session that had been announced ended for good. */
export interface Disconnected {
  /** The session's id, which will not come back. */
  readonly connectionId: string;
  /** The first reason of its end; phase `stop` when the caller or idleness ended it. */
  readonly cause: ConnectionCause;
}

/** Messages may have been missed: what is held may be stale. */
export interface Gap {
  /** The lost session. */
  readonly previousConnectionId: string;
  /** The one that follows it. */
  readonly connectionId: string;
  /** When the last frame of the lost session came in: `scheduler.now()`, epoch milliseconds by default. */
  readonly since: number;
  /** The groups that are wanted now, by command or by subscribers; they are joined next. */
  readonly groups: readonly string[];
}

/** A run of the client ended. */
export interface Stopped {
  /** Why the client gave up; absent when it was stopped. */
  readonly error?: Error;
}

/** One thing to tell the public. */
export type Notice =
  | { readonly to: "gap$"; readonly value: Omit<Gap, "groups"> }
  | { readonly to: "state$"; readonly value: ConnectionState }
  | { readonly to: "disconnected$"; readonly value: Disconnected }
  | { readonly to: "stopped$"; readonly value: Stopped }
  | { readonly to: "connected$"; readonly value: Connected }
  | { readonly to: "recovered$"; readonly value: Recovered };

/**
 * What a transition means to the public, in the order in which it is to be told. Pure: which notice comes with which
 * change of state is decided here alone.
 *
 * @param now the time, for how long a recovery took
 * @param error why the client gave up, for `stopped$`
 */
export function noticesOf(previous: Lifecycle, next: Lifecycle, now: number, error?: Error): readonly Notice[] {
  if (previous === next) return [];
  const notices: Notice[] = [];
  const before = sessionOf(previous);
  const after = sessionOf(next);

  if (next.phase === "joining" && previous.phase === "connecting" && next.session.follows) {
    const { connectionId, since } = next.session.follows;
    notices.push({
      to: "gap$",
      value: { previousConnectionId: connectionId, connectionId: next.session.connectionId, since },
    });
  }
  const state = connectionStateOf(next);
  if (!sameState(connectionStateOf(previous), state)) notices.push({ to: "state$", value: state });
  if (before && !after && isAnnounced(previous)) {
    notices.push({ to: "disconnected$", value: { connectionId: before.connectionId, cause: endOf(next) } });
  }
  if (next.phase === "stopped" && previous.phase !== "stopped" && next.reason !== "idle") {
    notices.push({ to: "stopped$", value: { ...(error && { error }) } });
  }
  if (next.phase === "connected" && previous.phase === "joining") {
    const { follows } = next.session;
    notices.push({
      to: "connected$",
      value: { ...identityOf(next.session), ...(follows && { previousConnectionId: follows.connectionId }) },
    });
  }
  if (next.phase === "connected" && previous.phase === "recovering") {
    notices.push({
      to: "recovered$",
      value: { connectionId: next.session.connectionId, downForMs: now - previous.outage.since },
    });
  }
  return notices;
}

const isAnnounced = (state: Lifecycle): boolean => state.phase === "connected" || state.phase === "recovering";

/** Why a session ended, told by what came after it. */
const endOf = (next: Lifecycle): ConnectionCause =>
  "cause" in next && next.cause !== undefined ? next.cause : { phase: "stop" };

/** States are flat but for their cause, which is made once and handed on. */
function sameState(a: ConnectionState, b: ConnectionState): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => Reflect.get(a, key) === Reflect.get(b, key));
}
