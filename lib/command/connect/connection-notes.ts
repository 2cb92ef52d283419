import { distinctUntilChanged, filter, map, merge, type Observable } from "rxjs";
import type { ConnectionState, WebPubSubClient } from "../../index.js";
import { causeText } from "./status-text.js";
import { visible } from "./visible.js";

/** What is worth a line in the life of a connection. */
export const connectionNotes = (client: WebPubSubClient, hub: string): Observable<string> =>
  merge(
    client.gap$.pipe(map(() => "the session was lost: messages may have been missed")),
    client.state$.pipe(
      // An attempt under way is no news.
      filter(({ status }) => status !== "connecting"),
      map(lossNote),
      // While attempts fail for the same reason, once is enough.
      distinctUntilChanged(),
      filter((note) => note !== undefined),
    ),
    client.connected$.pipe(
      map(({ userId }) => `connected to ${hub}${userId === undefined ? "" : ` as ${visible(userId)}`}`),
    ),
    client.recovered$.pipe(map(() => "connected again, nothing was missed")),
    client.rejoinGroupFailed$.pipe(map(({ error }) => visible(error.message))),
    client.protocolErrors$.pipe(map(({ message }) => visible(message))),
  );

function lossNote(state: ConnectionState): string | undefined {
  switch (state.status) {
    case "recovering":
      return `the connection was lost: ${causeText(state.cause)}; recovering`;
    case "disconnected":
      return `not connected: ${causeText(state.cause)}; trying again`;
    default:
      return undefined;
  }
}
