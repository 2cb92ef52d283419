import { catchError, throwError, type MonoTypeOperatorFunction } from "rxjs";
import { SendMessageError } from "../errors/send-message-error.js";
import { TimeoutError } from "../errors/timeout-error.js";
import { retryBackoff, type RetryBackoffPolicy } from "../operators/retry-backoff.js";
import type { Operation } from "./operation.js";
import type { Outbox } from "./outbox.js";

/**
 * Sends an operation again, under its own id, after a refusal that may pass or an ack that stayed away; never in
 * another session than the one it was first sent in.
 */
export const retryWithinSession = <T>(
  operation: Operation,
  policy: RetryBackoffPolicy,
  outbox: Outbox,
  isWanted: () => boolean = () => true,
): MonoTypeOperatorFunction<T> =>
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
  });

const isWorthRetrying = (error: unknown): boolean =>
  error instanceof SendMessageError
    ? error.isRetriable && !isUnacknowledged(error)
    : error instanceof TimeoutError && error.code === "AckTimeout";

/** Whether a session ended before the outcome was known. */
export const isUnacknowledged = (error: unknown): boolean =>
  error instanceof SendMessageError && error.code === "Unacknowledged";
