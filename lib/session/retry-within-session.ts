import { catchError, defer, throwError, type MonoTypeOperatorFunction, type Observable } from "rxjs";
import { SendMessageError } from "../errors/send-message-error.js";
import { TimeoutError } from "../errors/timeout-error.js";
import { retryBackoff, type RetryBackoffPolicy } from "../operators/retry-backoff.js";
import type { Operation } from "./operation.js";
import type { Outbox } from "./outbox.js";

/**
 * Sends an operation again, under its own id, after a refusal that may pass or an ack that stayed away; never in
 * another session than the one it was first sent in.
 */
export const retryWithinSession =
  <T>(
    operation: Operation,
    policy: RetryBackoffPolicy,
    outbox: Outbox,
    isWanted: () => boolean = () => true,
  ): MonoTypeOperatorFunction<T> =>
  (source) =>
    source.pipe(catchError((failure: unknown) => retryAfter(failure, source, operation, policy, outbox, isWanted)));

/**
 * What becomes of an operation after its first transmission has failed, `source` being a further one. Most succeed at
 * once, so the backoff is set up only then, with that failure as its first attempt.
 */
export function retryAfter<T>(
  failure: unknown,
  source: Observable<T>,
  operation: Operation,
  policy: RetryBackoffPolicy,
  outbox: Outbox,
  isWanted: () => boolean = () => true,
): Observable<T> {
  let isFirst = true;
  return defer(() => {
    if (!isFirst) return source;
    isFirst = false;
    return throwError(() => failure);
  }).pipe(
    retryBackoff({
      ...policy,
      stableAfterInMs: Infinity,
      shouldRetry: (error) => isWorthRetrying(error) && isWanted(),
      onWait: ({ error }) =>
        outbox.sessionEnd(operation).pipe(
          // A refusal is a known outcome, which the end of the session does not make unknown.
          catchError((end: unknown) =>
            throwError(() => (isUnacknowledged(end) && error instanceof SendMessageError ? error : end)),
          ),
        ),
    }),
  );
}

/** Whether an operation may succeed if it is sent again in the same session. */
export const isWorthRetrying = (error: unknown): boolean =>
  error instanceof SendMessageError
    ? error.isRetriable && !isUnacknowledged(error)
    : error instanceof TimeoutError && error.code === "AckTimeout";

/** Whether a session ended before the outcome was known. */
export const isUnacknowledged = (error: unknown): boolean =>
  error instanceof SendMessageError && error.code === "Unacknowledged";
