import type { ConnectionCause } from "../errors/connection-error.js";
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
  readonly userId?: string;
  /** The lost session that this one follows. */
  readonly follows?: LostSession;
}

/** An outage of one link within a session. */
export interface Outage {
  readonly since: number;
  readonly attempt: number;
  readonly retryAt?: number;
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

/** Which phases may follow each: the table that tests hold every history against. */
export const legalTransitions: Readonly<Record<LifecyclePhase, readonly LifecyclePhase[]>> = {
  stopped: ["stopped", "connecting"],
  connecting: ["connecting", "joining", "disconnected", "stopped"],
  joining: ["joining", "connected", "connecting", "disconnected", "stopped"],
  connected: ["recovering", "connecting", "disconnected", "stopped"],
  recovering: ["recovering", "connected", "connecting", "disconnected", "stopped"],
  disconnected: ["connecting", "stopped"],
};

export const initialLifecycle: Lifecycle = { phase: "stopped", reason: "initial" };

/** What follows from an event. An event that means nothing in a state leaves it as it is, the same object. */
export function transition(state: Lifecycle, event: LifecycleEvent): Lifecycle {
  switch (event.type) {
    case "opened":
      return open(state);
    case "attempted":
      return state.phase === "disconnected"
        ? { phase: "connecting", attempt: state.attempt, cause: state.cause, lost: state.lost }
        : state;
    case "handshaken":
      return state.phase === "connecting" ? handshake(state, event) : state;
    case "settled":
      return state.phase === "joining" ? settle({ ...state, settled: true }) : state;
    case "linkLost":
      return loseLink(state, outage(event.at, event.cause, 1, event.retryAt));
    case "recovering":
      return recover(state, event);
    case "recovered":
      if (state.phase === "recovering") return { phase: "connected", session: state.session };
      return state.phase === "joining" && state.outage ? settle({ ...state, outage: undefined }) : state;
    case "failed":
      return state.phase === "stopped" || state.phase === "disconnected"
        ? state
        : {
            phase: "disconnected",
            attempt: event.attempt,
            retryAt: event.retryAt,
            cause: event.cause,
            lost: lostBy(state, event.lastFrameAt),
          };
    case "gaveUp":
      return state.phase === "stopped"
        ? state
        : { phase: "stopped", reason: "gaveUp", cause: event.cause, lost: lostBy(state, event.lastFrameAt) };
    case "renewed":
      return state.phase === "stopped" && state.reason === "disposed"
        ? state
        : { phase: "connecting", attempt: 1, lost: lostBy(state, event.lastFrameAt) };
    case "stopped":
      return stop(state, event.reason);
  }
}

function open(state: Lifecycle): Lifecycle {
  switch (state.phase) {
    case "stopped":
      return state.reason === "disposed" ? state : { phase: "connecting", attempt: 1, lost: state.lost };
    case "disconnected":
      return { phase: "connecting", attempt: 1, cause: state.cause, lost: state.lost };
    default:
      return state;
  }
}

function handshake(
  state: Extract<Lifecycle, { phase: "connecting" }>,
  { connectionId, userId }: Extract<LifecycleEvent, { type: "handshaken" }>,
): Lifecycle {
  const session: LiveSession = {
    connectionId,
    ...(userId === undefined ? undefined : { userId }),
    ...(state.lost && { follows: state.lost }),
  };
  return { phase: "joining", attempt: state.attempt, cause: state.cause, session, settled: false };
}

const settle = (state: Extract<Lifecycle, { phase: "joining" }>): Lifecycle =>
  state.settled && !state.outage ? { phase: "connected", session: state.session } : state;

function loseLink(state: Lifecycle, outage: Outage): Lifecycle {
  if (state.phase === "connected") return { phase: "recovering", session: state.session, outage };
  return state.phase === "joining" && !state.outage ? { ...state, outage } : state;
}

function recover(state: Lifecycle, event: Extract<LifecycleEvent, { type: "recovering" }>): Lifecycle {
  if ((state.phase !== "recovering" && state.phase !== "joining") || !state.outage) return state;
  const { since, cause } = state.outage;
  return { ...state, outage: outage(since, cause, event.attempt, event.retryAt) };
}

const outage = (since: number, cause: ConnectionCause, attempt: number, retryAt: number | undefined): Outage => ({
  since,
  cause,
  attempt,
  ...(retryAt === undefined ? undefined : { retryAt }),
});

function stop(state: Lifecycle, reason: "stop" | "idle" | "disposed"): Lifecycle {
  if (state.phase === "stopped" && (state.reason === "disposed" || state.reason === reason || reason === "idle")) {
    return state;
  }
  // A session that is stopped was not lost; one that was lost before stays so until a new one follows.
  return { phase: "stopped", reason, lost: sessionOf(state) ? undefined : lostOf(state) };
}

/** The session there is, announced or not. */
export const sessionOf = (state: Lifecycle): LiveSession | undefined =>
  "session" in state ? state.session : undefined;

const lostOf = (state: Lifecycle): LostSession | undefined => ("lost" in state ? state.lost : undefined);

function lostBy(state: Lifecycle, lastFrameAt: number): LostSession | undefined {
  const session = sessionOf(state);
  return session ? { connectionId: session.connectionId, since: lastFrameAt } : lostOf(state);
}

/** What the public is told of a state. */
export function connectionStateOf(state: Lifecycle): ConnectionState {
  switch (state.phase) {
    case "stopped":
      return { status: "stopped", reason: state.reason, ...(state.cause && { cause: state.cause }) };
    case "connecting":
    case "joining":
      return { status: "connecting", attempt: state.attempt, ...(state.cause && { cause: state.cause }) };
    case "connected":
      return { status: "connected", ...identityOf(state.session) };
    case "recovering":
      return { status: "recovering", ...identityOf(state.session), ...state.outage };
    case "disconnected":
      return { status: "disconnected", attempt: state.attempt, retryAt: state.retryAt, cause: state.cause };
  }
}

export const identityOf = ({ connectionId, userId }: LiveSession): { connectionId: string; userId?: string } => ({
  connectionId,
  ...(userId === undefined ? undefined : { userId }),
});
