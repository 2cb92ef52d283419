import { map, merge, type Observable } from "rxjs";
// In your project: "rx-webpubsub".
import type { WebPubSubClient } from "../../../../lib/index.js";
import type { Happening } from "../happening.js";

/** What the client tells of its connection. Only watches. */
export const lifeOf = (client: WebPubSubClient): Observable<Happening> =>
  merge(
    client.state$.pipe(map((state) => ({ type: "state", state }) as const)),
    client.recovered$.pipe(map(({ downForMs }) => ({ type: "recovered", downForMs }) as const)),
    client.gap$.pipe(map(({ since }) => ({ type: "gap", since }) as const)),
    client.protocolErrors$.pipe(map(({ message }) => ({ type: "odd", what: message }) as const)),
  );
