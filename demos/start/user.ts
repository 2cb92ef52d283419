import { filter, firstValueFrom, from, map, take, timeout, toArray, type Observable } from "rxjs";
// In your project: "rx-webpubsub".
import {
  WebPubSubClient,
  type ConnectionState,
  type SendToGroupOptions,
  type WebPubSubGroup,
} from "../../lib/index.js";
import { say } from "./narrator.js";
import type { Place } from "./place.js";

/** No single thing takes longer, not even with a service on another continent. */
const PATIENCE_MS = 5_000;

/** The first value, or an error that says what was waited for in vain. */
export function soon<T>(what: string, source$: Observable<T>): Promise<T> {
  const late = (): never => {
    throw new Error(`${what} did not come within ${PATIENCE_MS} ms`);
  };
  const value = firstValueFrom(source$.pipe(timeout({ first: PATIENCE_MS, with: late })));
  // A step that fails earlier does not wait for it any more.
  value.catch(() => undefined);
  return value;
}

/** Someone with a client of their own, who reads along in the group. */
export class User {
  readonly client: WebPubSubClient;
  readonly group: WebPubSubGroup;

  constructor(
    readonly name: string,
    place: Place,
  ) {
    // A provider: called once per new session, so that each gets a fresh token.
    this.client = new WebPubSubClient(() => [place.accessUrl(name)], {
      // A demo waits less patiently than an app.
      reconnectRetryOptions: { retryDelayInMs: 200 },
    });
    this.group = this.client.group(place.group);
  }

  /** Joins the group and reads along; tells every change of the connection. */
  async enter(): Promise<void> {
    this.client.state$.subscribe((state) => say(`${this.name} ${described(state)}`));
    this.group.messages$.subscribe(({ fromUserId = "the server", dataType, data }) =>
      say(`${this.name} hears from ${fromUserId} (${dataType}): ${shown(data)}`),
    );
    await soon(`the connection of ${this.name}`, from(this.client.start()));
    await this.joined();
  }

  /** Waits for the service's word that this user is in the group, on another session than a given one. */
  async joined(notOn?: string): Promise<string> {
    const joined$ = this.group.joined$.pipe(
      map((joined) => joined?.connectionId),
      filter((connectionId) => connectionId !== undefined && connectionId !== notOn),
    );
    return (await soon(`the join of ${this.name}`, joined$)) ?? "";
  }

  /** The data of the next messages in the group, from now on. */
  hears(count: number): Promise<unknown[]> {
    const data$ = this.group.messages$.pipe(
      take(count),
      map(({ data }) => data),
      toArray(),
    );
    return soon(`message ${count} of the group to ${this.name}`, data$);
  }

  /** Sends to the group and waits for the ack. */
  async says(content: unknown, options?: SendToGroupOptions): Promise<number> {
    const { ackId = 0 } = await soon("the ack", this.group.send(content, undefined, options));
    return ackId;
  }
}

function described(state: ConnectionState): string {
  switch (state.status) {
    case "stopped":
      return `is stopped (${state.reason})`;
    case "connecting":
      return "is connecting";
    case "connected":
      return `is connected, session ${state.connectionId}`;
    case "recovering":
      return `lost the link (${state.cause.code ?? "no close code"}) and recovers: ${attempt(state)}`;
    case "disconnected":
      return `has no session; a new one: ${attempt(state)}`;
  }
}

const attempt = ({ attempt, retryAt }: { readonly attempt: number; readonly retryAt?: number }): string =>
  retryAt === undefined ? `attempt ${attempt}` : `attempt ${attempt} in ${Math.round(retryAt - Date.now())} ms`;

export const shown = (data: unknown): string =>
  data instanceof ArrayBuffer ? `${data.byteLength} bytes` : typeof data === "string" ? data : JSON.stringify(data);
