/* What may be wrong with an operation, apart from what the service says of it; and what that means for those who retry. */
import { ConnectionError } from "../errors/connection-error.js";
import { SendMessageError } from "../errors/send-message-error.js";
import { TimeoutError } from "../errors/timeout-error.js";
import { backoffDelay } from "../operators/backoff-delay.js";
import type { RetryBackoffPolicy } from "../operators/retry-backoff.js";
import { describeOperation, type Operation } from "./operation.js";

export const offline = (operation: Operation): ConnectionError =>
  new ConnectionError(`${describeOperation(operation)} was not sent: no link is live and whenOffline is "fail"`, {
    code: "LinkLost",
    phase: "live",
  });

/** Its time is over, whether it waited for a link or for its ack. */
export function timedOut(
  operation: Pick<Operation, "kind" | "target" | "ackId" | "session">,
  ackTimeoutInMs: number,
): TimeoutError {
  const [code, what] =
    operation.session === undefined
      ? (["NotSent", "was never sent"] as const)
      : (["AckTimeout", "was sent, and no ack came"] as const);
  return new TimeoutError(`${describeOperation(operation)} ${what} within ackTimeoutInMs (${ackTimeoutInMs} ms)`, {
    code,
    option: "ackTimeoutInMs",
    ackId: operation.ackId,
  });
}

/** Whether the service refused for good. */
export const isDefinitive = (error: unknown): error is SendMessageError =>
  error instanceof SendMessageError && !error.isRetriable;

/** Whether an ack stayed away. */
export const isUnanswered = (error: unknown): boolean => error instanceof TimeoutError && error.code === "AckTimeout";

/** Whether a session ended before the outcome was known. */
export const isUnacknowledged = (error: unknown): boolean =>
  error instanceof SendMessageError && error.code === "Unacknowledged";

/** Whether an operation may succeed if it is sent again in the same session. */
export const isWorthRetrying = (error: unknown): boolean =>
  error instanceof SendMessageError ? error.isRetriable && !isUnacknowledged(error) : isUnanswered(error);

/** How long to wait before the retry of this number, counted from 1; undefined: none is left. */
export function retryDelay(policy: RetryBackoffPolicy, retry: number): number | undefined {
  const { maxRetries = Infinity, random = Math.random } = policy;
  return retry > maxRetries ? undefined : backoffDelay(policy, retry, random);
}
