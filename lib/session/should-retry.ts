import { ConnectionError, type ConnectionCause } from "../errors/connection-error.js";
import { WebPubSubError } from "../errors/web-pubsub-error.js";

/**
 * Whether a failed attempt at a new session is worth another. `attempt` is the number of the one that failed, counted from
 * 1 since the start or the last stable link. What it throws makes the client give up.
 */
export type ShouldRetry = (cause: ConnectionCause, attempt: number) => boolean;

/** Statuses with which a service says that it will not have this client. */
const REFUSALS: readonly (number | undefined)[] = [400, 401, 403, 404];
/** A provider may come up with a better URL. */
const MAX_REFUSALS_OF_PROVIDED = 3;

/**
 * The default: no to what trying again cannot mend, such as a malformed URL, a subprotocol that is not accepted, or a
 * provider that answers 401 or 403; and to an upgrade refused with HTTP 400, 401, 403 or 404, for a fixed URL at once,
 * with a provider at the third in a row. One such function belongs to one run of a client.
 */
export function defaultShouldRetry(isFixed: boolean): ShouldRetry {
  let refusals = 0;
  return ({ error }) => {
    const isRefusal = error instanceof ConnectionError && REFUSALS.includes(error.httpStatus);
    refusals = isRefusal ? refusals + 1 : 0;
    if (isRefusal) return !isFixed && refusals < MAX_REFUSALS_OF_PROVIDED;
    return !(error instanceof WebPubSubError) || error.isRetriable;
  };
}
