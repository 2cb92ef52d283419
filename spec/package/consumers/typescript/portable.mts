/*
 * Compiled without lib.dom, without @types/node and with the checks of declaration files on: the client's types
 * need nothing of a platform. portable.cts is the same as CommonJS.
 */
import { map, type Observable } from "rxjs";
import { WebPubSubClient, type ConnectionState } from "rx-webpubsub";
import { dataOf, forGroup, retryBackoff } from "rx-webpubsub/operators";

interface Tick {
  readonly count: number;
}

const parseTick = (data: unknown): Tick => {
  if (typeof data === "object" && data !== null && "count" in data && typeof data.count === "number") {
    return { count: data.count };
  }
  throw new TypeError("not a tick");
};

const client = new WebPubSubClient(
  ({ attempt, signal }) => Promise.resolve(`wss://host/${attempt}/${signal.aborted}`),
  {
    protocol: "json.reliable.webpubsub.azure.v1",
    reconnectRetryOptions: { maxRetries: 3, mode: "Exponential" },
  },
);

export const states$: Observable<ConnectionState> = client.state$;
export const ticks$: Observable<Tick> = client.groupMessages$.pipe(forGroup("ticks"), dataOf(parseTick));
export const counts$: Observable<number> = ticks$.pipe(
  map(({ count }) => count),
  retryBackoff({ maxRetries: 2, retryDelayInMs: 100 }),
);
export const acked$: Observable<number | undefined> = client
  .sendToGroup("ticks", { count: 1 })
  .pipe(map(({ ackId }) => ackId));
export const started: Promise<{ readonly connectionId: string; readonly userId?: string | undefined }> = client.start();

// @ts-expect-error -- the types are really there: this is no group name
client.joinGroup(1);
