import { EMPTY, fromEvent, ignoreElements, merge, mergeMap, type Observable } from "rxjs";
// In your project: "rx-webpubsub".
import { WebPubSubClient } from "../../../../lib/index.js";
import type { Place } from "../../shared/place.js";
import { addressOf } from "../address.js";

/** A client for one user in one room. Each session begins with a fresh URL from our server. */
export const clientFor = (place: Place): WebPubSubClient =>
  new WebPubSubClient(({ abortSignal }) => negotiate(place, abortSignal), {
    // Short, so that one sees a frozen link being noticed, and a refused client come back.
    keepAliveIntervalInMs: 1_500,
    keepAliveTimeoutInMs: 4_000,
    reconnectRetryOptions: { retryDelayInMs: 500, maxRetryDelayInMs: 8_000 },
  });

async function negotiate(place: Place, signal: AbortSignal): Promise<string> {
  const response = await fetch(`negotiate${addressOf(place)}`, { signal });
  const text = await response.text();
  if (response.ok) return text;
  throw Object.assign(new Error(`/negotiate answers ${response.status}: ${text}`), { status: response.status });
}

/** Says goodbye when the page goes, so that nobody waits for it, and comes back when the page does. Never emits. */
export const withThePage = (client: WebPubSubClient): Observable<never> =>
  merge(
    fromEvent(window, "pagehide").pipe(mergeMap(() => client.stop())),
    fromEvent<PageTransitionEvent>(window, "pageshow").pipe(
      mergeMap(({ persisted }) => (persisted ? client.start() : EMPTY)),
    ),
  ).pipe(ignoreElements());
