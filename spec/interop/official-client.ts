import {
  WebPubSubClient,
  WebPubSubJsonProtocol,
  WebPubSubJsonReliableProtocol,
  type GroupDataMessage,
  type OnConnectedArgs,
  type OnDisconnectedArgs,
  type OnRejoinGroupFailedArgs,
  type ServerDataMessage,
} from "@azure/web-pubsub-client";
import { firstValueFrom, map, ReplaySubject, take, toArray, type Observable } from "rxjs";
import type { SubprotocolName } from "../../lib/index.js";

export const RELIABLE: SubprotocolName = "json.reliable.webpubsub.azure.v1";
export const PLAIN: SubprotocolName = "json.webpubsub.azure.v1";

const protocols = { [RELIABLE]: WebPubSubJsonReliableProtocol, [PLAIN]: WebPubSubJsonProtocol };

// Its loops (keepalive, sequence acknowledgements) sleep on after `stop()`, up to 40 s, and keep the process alive. Here
// they sleep as long, but the process need not wait for them.
jest.mock("@azure/core-util", () => ({
  ...jest.requireActual<object>("@azure/core-util"),
  delay: (ms: number) => new Promise((resolve) => setTimeout(resolve, ms).unref()),
}));

// Specs have it from here, so that nothing loads the package without the above.
export { SendMessageError } from "@azure/web-pubsub-client";

/**
 * `@azure/web-pubsub-client` with its events as Observables that keep what has happened, so that a test can await an
 * event that has come already. It steps around these defects of version 1.1.0:
 *
 * - `start()` resolves when the socket opens, before the `connected` frame: {@link start} waits for the event too.
 * - `stop()` returns before anything has stopped, and works only while the socket is open: {@link stop} waits for `stopped`.
 *   It closes without a code, which the service sees as 1005.
 * - It retries whatever failed, `Forbidden` included, after a second and under a new ackId: retries are turned off
 *   unless a test asks for them.
 */
export class OfficialClient {
  readonly client: WebPubSubClient;
  readonly connected$ = new ReplaySubject<OnConnectedArgs>();
  readonly disconnected$ = new ReplaySubject<OnDisconnectedArgs>();
  readonly stopped$ = new ReplaySubject<unknown>();
  readonly rejoinFailed$ = new ReplaySubject<OnRejoinGroupFailedArgs>();
  readonly groupMessages$ = new ReplaySubject<GroupDataMessage>();
  readonly serverMessages$ = new ReplaySubject<ServerDataMessage>();
  #isStarted = false;

  constructor(accessUrl: () => string, protocol: SubprotocolName, messageRetryOptions = { maxRetries: 0 }) {
    const credential = { getClientAccessUrl: () => Promise.resolve(accessUrl()) };
    this.client = new WebPubSubClient(credential, {
      protocol: protocols[protocol](),
      messageRetryOptions,
      reconnectRetryOptions: { retryDelayInMs: 10 },
    });
    this.client.on("connected", (event) => this.connected$.next(event));
    this.client.on("disconnected", (event) => this.disconnected$.next(event));
    this.client.on("stopped", (event) => this.stopped$.next(event));
    this.client.on("rejoin-group-failed", (event) => this.rejoinFailed$.next(event));
    this.client.on("group-message", ({ message }) => this.groupMessages$.next(message));
    this.client.on("server-message", ({ message }) => this.serverMessages$.next(message));
  }

  async start(): Promise<OnConnectedArgs> {
    this.#isStarted = true;
    await this.client.start();
    return firstValueFrom(this.connected$);
  }

  async stop(): Promise<void> {
    if (!this.#isStarted) return;
    this.client.stop();
    await firstValueFrom(this.stopped$);
  }
}

/** The first so many; what comes in place of one that is missing is seen instead of it. */
export const firstOf = <T>(messages$: Observable<T>, count: number): Promise<T[]> =>
  firstValueFrom(messages$.pipe(take(count), toArray()));

/** The data of the first so many. */
export const firstData = (messages$: Observable<{ readonly data: unknown }>, count: number): Promise<unknown[]> =>
  firstOf(messages$.pipe(map(({ data }) => data)), count);

/** The numbers from `from` to below `to`. */
export const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
