import { ConnectionError, WebPubSubError, type ShouldRetry } from "../../index.js";
import type { HubAccess } from "./access.js";
import { rootMessage } from "./status-text.js";

const REFUSALS: ReadonlySet<number | undefined> = new Set([400, 401, 403, 404]);
/** Someone is waiting for a prompt: a host that cannot be reached is told of soon. A session that was there is worth more. */
const RETRIES_BEFORE_THE_FIRST_SESSION = 3;

/** A refusal is final. What else may go wrong is tried again: three times, or for ever once there has been a session. */
export const shellShouldRetry =
  (hasBeenConnected: () => boolean): ShouldRetry =>
  ({ error }, attempt) => {
    if (error instanceof ConnectionError && REFUSALS.has(error.httpStatus)) return false;
    if (error instanceof WebPubSubError && !error.isRetriable) return false;
    return hasBeenConnected() || attempt <= RETRIES_BEFORE_THE_FIRST_SESSION;
  };

/** The end of the client in one line. */
export function giveUpText(error: ConnectionError, { hub, endpoint, hint }: HubAccess): string {
  return `cannot connect to the hub ${hub} at ${endpoint}: ${reason(error, hint)}`;
}

function reason(error: ConnectionError, hint: string): string {
  const { cause } = error;
  const status = cause instanceof ConnectionError ? cause.httpStatus : undefined;
  if (status === 401) return `HTTP 401: ${hint}`;
  if (status !== undefined) return `the service answers with HTTP ${status}`;
  return rootMessage(error);
}
