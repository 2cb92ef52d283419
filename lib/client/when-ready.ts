import type { Connection } from "../session/connection.js";
import type { Outcome } from "../session/connection-ports.js";
import { identityOf } from "../session/lifecycle.js";
import type { AbortSignalLike } from "../socket/abort-signal.js";

/** A session that is ready. */
export interface SessionIdentity {
  /** The session's id, as the service gave it. */
  readonly connectionId: string;
  /** As the access token says; absent for an anonymous user. */
  readonly userId?: string;
}

/** Options of `start()`; both names mean the same, and `signal` counts if both are given. */
export interface StartOptions {
  /** Aborting rejects the promise with the signal's reason. */
  readonly signal?: AbortSignalLike;
  /** The name that the official client uses. */
  readonly abortSignal?: AbortSignalLike;
}

/**
 * Settles when the run that is under way has a session that is ready, has given up, or was stopped; or with the signal's
 * reason. Its rejection is never unhandled: whoever does not await it is told by `stopped$`.
 *
 * @param settle told at once how it turns out
 */
export function whenReady(
  connection: Connection,
  settle?: (isReady: boolean) => void,
  signal?: AbortSignalLike,
): Promise<SessionIdentity> {
  const { lifecycle, run } = connection;
  return handled(
    new Promise((resolve, reject) => {
      const settled = (outcome: Outcome) => {
        waiting.unsubscribe();
        settle?.("session" in outcome);
        if ("session" in outcome) resolve(outcome.session);
        else reject(outcome.error);
      };
      const abort = () => settled({ error: signal?.reason as Error });
      const waiting = connection.outcome$.subscribe((outcome) => {
        if (outcome.run >= run) settled(outcome);
      });
      if (signal?.aborted) {
        abort();
      } else if (lifecycle.phase === "connected") {
        settled({ session: identityOf(lifecycle.session) });
      } else if (signal) {
        signal.addEventListener("abort", abort);
        waiting.add(() => signal.removeEventListener("abort", abort));
      }
    }),
  );
}

/** Marks a promise's rejection as handled; whoever awaits it still gets it. */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
