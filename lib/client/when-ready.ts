import { filter, map, merge, Observable, of, take } from "rxjs";
import type { Connection } from "../session/connection.js";
import { identityOf } from "../session/lifecycle.js";
import type { AbortSignalLike } from "../socket/abort-signal.js";

/** A session that is ready. */
export interface SessionIdentity {
  /** The session's id, as the service gave it. */
  readonly connectionId: string;
  /** As the access token says; absent for an anonymous user. */
  readonly userId?: string;
}

/** Options of `start()`; both names mean the same. */
export interface StartOptions {
  /** Aborting rejects the promise with the signal's reason. */
  readonly signal?: AbortSignalLike;
  /** The name that the official client uses. */
  readonly abortSignal?: AbortSignalLike;
}

/**
 * Settles when the run that is under way has a session that is ready, has given up, or was stopped; or with the signal's
 * reason. Its rejection is never unhandled: whoever does not await it is told by `stopped$`.
 */
export function whenReady(connection: Connection, signal?: AbortSignalLike): Promise<SessionIdentity> {
  const { lifecycle, run } = connection;
  const ready$ =
    lifecycle.phase === "connected"
      ? of(identityOf(lifecycle.session))
      : connection.outcome$.pipe(
          filter((outcome) => outcome.run >= run),
          map((outcome) => {
            if ("error" in outcome) throw outcome.error;
            return outcome.session;
          }),
        );
  const settled$ = signal === undefined ? ready$ : merge(abortionOf(signal), ready$);
  return handled(
    new Promise((resolve, reject) => {
      settled$.pipe(take(1)).subscribe({ next: resolve, error: reject });
    }),
  );
}

/** Marks a promise's rejection as handled; whoever awaits it still gets it. */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

const abortionOf = (signal: AbortSignalLike): Observable<never> =>
  new Observable((subscriber) => {
    const abort = () => subscriber.error(signal.reason);
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener("abort", abort);
    return () => signal.removeEventListener("abort", abort);
  });
