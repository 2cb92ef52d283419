import type { Observable } from "rxjs";
import type { WebPubSubClient } from "../../lib/index.js";

/** What a client tells of itself: all that only watches, but for the groups. */
export const statusesOf = (client: WebPubSubClient): Observable<unknown>[] => [
  client.state$,
  client.connected$,
  client.recovered$,
  client.disconnected$,
  client.gap$,
  client.stopped$,
  client.rejoinGroupFailed$,
  client.acks$,
  client.protocolErrors$,
];
