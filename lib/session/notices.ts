import type { ConnectionCause, ConnectionError } from "../errors/connection-error.js";
import type { SendMessageError } from "../errors/send-message-error.js";
import { defined } from "../protocol/defined.js";
import type { ServiceError } from "../protocol/messages.js";
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
  readonly error?: ConnectionError;
}

/** A rejoin that the service refused. */
export interface RejoinGroupFailed {
  /** The group, which nobody wants any longer: its subscribers and join commands have been told. */
  readonly group: string;
  /** What the service said. */
  readonly error: SendMessageError;
}

/** The service's answer to an operation. */
export interface AckMessage {
  /** The id that the operation was sent under. */
  readonly ackId: number;
  /** Whether the service did what was asked, now or before. */
  readonly success: boolean;
  /** It had done it before. */
  readonly isDuplicated: boolean;
  /** Why not, in the service's words; absent on success. */
  readonly error?: ServiceError;
}

/** What a change of the lifecycle has to tell the public, by the name of who tells it. */
interface Told {
  readonly gap$: Omit<Gap, "groups">;
  readonly state$: ConnectionState;
  readonly disconnected$: Disconnected;
  readonly stopped$: Stopped;
  readonly connected$: Connected;
  readonly recovered$: Recovered;
}

/** One thing to tell the public. */
export type Notice = { readonly [To in keyof Told]: { readonly to: To; readonly value: Told[To] } }[keyof Told];

/**
 * What a transition means to the public, in the order in which it is to be told. Pure: which notice comes with which
 * change of state is decided here alone.
 *
 * @param now the time, for how long a recovery took
 * @param error why the client gave up, for `stopped$`
 */
export function noticesOf(
  previous: Lifecycle,
  next: Lifecycle,
  now: number,
  error?: ConnectionError,
): readonly Notice[] {
  const before = sessionOf(previous);
  const after = sessionOf(next);
  const state = connectionStateOf(next);
  const follows = after?.follows;
  const isReady = next.phase === "connected";

  const told: { readonly [To in keyof Told]: Told[To] | undefined } = {
    gap$:
      !before && after && follows
        ? { previousConnectionId: follows.connectionId, connectionId: after.connectionId, since: follows.since }
        : undefined,
    state$: isSame(connectionStateOf(previous), state) ? undefined : state,
    disconnected$:
      before && !after && previous.phase !== "joining"
        ? { connectionId: before.connectionId, cause: endOf(next) }
        : undefined,
    stopped$:
      next.phase === "stopped" && previous.phase !== "stopped" && next.reason !== "idle"
        ? defined({ error })
        : undefined,
    connected$:
      isReady && previous.phase === "joining"
        ? defined({ ...identityOf(next.session), previousConnectionId: follows?.connectionId })
        : undefined,
    recovered$:
      isReady && previous.phase === "recovering"
        ? { connectionId: next.session.connectionId, downForMs: now - previous.outage.since }
        : undefined,
  };
  return Object.entries(defined(told)).map(([to, value]) => ({ to, value }) as Notice);
}

/** Why a session ended, told by what came after it. */
const endOf = (next: Lifecycle): ConnectionCause => ("cause" in next ? next.cause : undefined) ?? { phase: "stop" };

/** States are flat but for their cause, which is made once and handed on. */
const isSame = (a: ConnectionState, b: ConnectionState): boolean =>
  Object.keys({ ...a, ...b }).every((key) => Reflect.get(a, key) === Reflect.get(b, key));
