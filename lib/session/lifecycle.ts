import type { ConnectionCause } from "../errors/connection-error.js";
import { defined } from "../protocol/defined.js";
import type { ConnectionState, StopReason } from "./connection-state.js";

/*
 * The life of a connection as one union and one pure function. Nothing here knows a socket, a timer or an Observable:
 * the parts that do report what happened as an event, and what may follow is decided here alone.
 */

/** A session that ended although nobody asked for it: what `gap$` will report once there is a new one. */
export interface LostSession {
  readonly connectionId: string;
  /** When the last frame came in. */
  readonly since: number;
}

export interface LiveSession {
  readonly connectionId: string;
  readonly userId?: string | undefined;
  /** The lost session that this one follows. */
  readonly follows?: LostSession | undefined;
}

/** An outage of one link within a session. */
export interface Outage {
  readonly since: number;
  readonly attempt: number;
  readonly retryAt?: number | undefined;
  readonly cause: ConnectionCause;
}

export type Lifecycle =
  | {
      readonly phase: "stopped";
      readonly reason: StopReason;
      readonly cause?: ConnectionCause | undefined;
      readonly lost?: LostSession | undefined;
    }
  | {
      readonly phase: "connecting";
      readonly attempt: number;
      readonly cause?: ConnectionCause | undefined;
      readonly lost?: LostSession | undefined;
    }
  /** The handshake is done, rejoins are under way. Not announced yet, so an outage here is still "connecting". */
  | {
      readonly phase: "joining";
      readonly attempt: number;
      readonly cause?: ConnectionCause | undefined;
      readonly session: LiveSession;
      readonly settled: boolean;
      readonly outage?: Outage | undefined;
    }
  | { readonly phase: "connected"; readonly session: LiveSession }
  | { readonly phase: "recovering"; readonly session: LiveSession; readonly outage: Outage }
  | {
      readonly phase: "disconnected";
      readonly attempt: number;
      readonly retryAt: number;
      readonly cause: ConnectionCause;
      readonly lost?: LostSession | undefined;
    };

export type LifecycleEvent =
  /** A run begins: somebody wants the connection, or wants it now. */
  | { readonly type: "opened" }
  /** The attempt that was waited for begins. */
  | { readonly type: "attempted" }
  /** The service's `connected` frame of a new session. */
  | { readonly type: "handshaken"; readonly connectionId: string; readonly userId?: string | undefined }
  /** All rejoins have settled, or have had their time. */
  | { readonly type: "settled" }
  /** The link of a session that can be recovered ended. */
  | {
      readonly type: "linkLost";
      readonly at: number;
      readonly cause: ConnectionCause;
      readonly retryAt?: number | undefined;
    }
  /** An attempt at a recovery begins, or is waited for until `retryAt`. */
  | { readonly type: "recovering"; readonly attempt: number; readonly retryAt?: number | undefined }
  /** Proof of life on a recovered link. */
  | { readonly type: "recovered" }
  /** An attempt failed, or a session ended for good; another attempt is due. */
  | {
      readonly type: "failed";
      readonly cause: ConnectionCause;
      readonly attempt: number;
      readonly retryAt: number;
      readonly lastFrameAt: number;
    }
  /** The same, and no other attempt will be made. */
  | { readonly type: "gaveUp"; readonly cause: ConnectionCause; readonly lastFrameAt: number }
  /** The caller wants a new session in place of whatever there is. */
  | { readonly type: "renewed"; readonly lastFrameAt: number }
  | { readonly type: "stopped"; readonly reason: "stop" | "idle" | "disposed" };

export type LifecyclePhase = Lifecycle["phase"];

export const initialLifecycle: Lifecycle = { phase: "stopped", reason: "initial" };
export const initialState: ConnectionState = { status: "stopped", reason: "initial" };

/** What follows from an event. An event that means nothing in a state leaves it as it is, the same object. */
export function transition(state: Lifecycle, event: LifecycleEvent): Lifecycle {
  const { phase } = state;
  if (phase === "stopped" && state.reason === "disposed") return state;
  switch (event.type) {
    case "opened":
      if (phase === "stopped") return connecting(1, state.lost);
      return phase === "disconnected" ? connecting(1, state.lost, state.cause) : state;
    case "attempted":
      return phase === "disconnected" ? connecting(state.attempt, state.lost, state.cause) : state;
    case "handshaken": {
      if (phase !== "connecting") return state;
      const { attempt, cause, lost } = state;
      const session = { connectionId: event.connectionId, userId: event.userId, follows: lost };
      return { phase: "joining", attempt, cause, session, settled: false };
    }
    case "settled":
      return phase === "joining" ? settle({ ...state, settled: true }) : state;
    case "linkLost": {
      const outage = { since: event.at, cause: event.cause, attempt: 1, retryAt: event.retryAt };
      if (phase === "connected") return { phase: "recovering", session: state.session, outage };
      return phase === "joining" && !state.outage ? { ...state, outage } : state;
    }
    case "recovering": {
      if ((phase !== "recovering" && phase !== "joining") || !state.outage) return state;
      return { ...state, outage: { ...state.outage, attempt: event.attempt, retryAt: event.retryAt } };
    }
    case "recovered":
      if (phase === "recovering") return { phase: "connected", session: state.session };
      return phase === "joining" && state.outage ? settle({ ...state, outage: undefined }) : state;
    case "failed": {
      const { attempt, retryAt, cause, lastFrameAt } = event;
      return phase === "stopped" || phase === "disconnected"
        ? state
        : { phase: "disconnected", attempt, retryAt, cause, lost: lostBy(state, lastFrameAt) };
    }
    case "gaveUp":
      return phase === "stopped"
        ? state
        : { phase: "stopped", reason: "gaveUp", cause: event.cause, lost: lostBy(state, event.lastFrameAt) };
    case "renewed":
      return connecting(1, lostBy(state, event.lastFrameAt));
    case "stopped": {
      const { reason } = event;
      if (phase === "stopped" && (state.reason === reason || reason === "idle")) return state;
      // A session that is stopped was not lost; one that was lost before stays so until a new one is ready.
      return { phase: "stopped", reason, lost: lostBefore(state) };
    }
  }
}

const connecting = (attempt: number, lost?: LostSession, cause?: ConnectionCause): Lifecycle => ({
  phase: "connecting",
  attempt,
  cause,
  lost,
});

const settle = (state: Extract<Lifecycle, { phase: "joining" }>): Lifecycle =>
  state.settled && !state.outage ? { phase: "connected", session: state.session } : state;

/** Why nothing is open, if that is so. */
export const stopReasonOf = (state: Lifecycle): StopReason | undefined =>
  state.phase === "stopped" ? state.reason : undefined;

/** The session there is, announced or not. */
export const sessionOf = (state: Lifecycle): LiveSession | undefined =>
  "session" in state ? state.session : undefined;

/** What a gap is still to tell of: before the session after it is ready, nobody has fetched what was missed. */
const lostBefore = (state: Lifecycle): LostSession | undefined =>
  state.phase === "joining" ? state.session.follows : "session" in state ? undefined : state.lost;

const lostBy = (state: Lifecycle, lastFrameAt: number): LostSession | undefined =>
  lostBefore(state) ??
  ("session" in state ? { connectionId: state.session.connectionId, since: lastFrameAt } : undefined);

/** What the public is told of a state. */
export function connectionStateOf(state: Lifecycle): ConnectionState {
  switch (state.phase) {
    case "stopped":
      return defined({ status: state.phase, reason: state.reason, cause: state.cause });
    case "connecting":
    case "joining":
      return defined({ status: "connecting", attempt: state.attempt, cause: state.cause });
    case "connected":
      return { status: state.phase, ...identityOf(state.session) };
    case "recovering":
      return defined({ status: state.phase, ...identityOf(state.session), ...state.outage });
    case "disconnected":
      return { status: state.phase, attempt: state.attempt, retryAt: state.retryAt, cause: state.cause };
  }
}

export const identityOf = ({ connectionId, userId }: LiveSession): { connectionId: string; userId?: string } =>
  defined({ connectionId, userId });
