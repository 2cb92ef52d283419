import { catchError, concatMap, map, merge, of, retry, switchMap, type Observable } from "rxjs";
import { fromFetch } from "rxjs/fetch";
// In your project: "rx-webpubsub".
import type { GroupDataMessage, WebPubSubClient } from "../../../../lib/index.js";
import { toAnnouncement, toChatMessage, type KeptMessage } from "../../shared/messages.js";
import type { Happening } from "../happening.js";

/** What is heard in a room: subscribing joins it. After a gap, what the server has kept is fetched as well. */
export function hearing(client: WebPubSubClient, room: string): Observable<Happening> {
  const live$ = client.group(room).messages$.pipe(map(heard));
  const kept$ = client.connected$.pipe(
    switchMap(({ previousConnectionId }) =>
      fetchKept(room).pipe(
        map((messages) => ({ type: "fetched", messages, afterGap: previousConnectionId !== undefined }) as const),
        catchError((error: unknown) => of(odd(`what the room has kept: ${String(error)}`))),
      ),
    ),
  );
  return merge(live$.pipe(catchError((error: unknown) => of(odd(String(error))))), kept$);
}

const odd = (what: string): Happening => ({ type: "odd", what });

/** Only the server sends without a name, so only the server can say who is there. */
function heard({ data, fromUserId }: GroupDataMessage): Happening {
  if (fromUserId === undefined) {
    const announcement = toAnnouncement(data);
    if (announcement?.kind === "people") return { type: "people", people: announcement.people };
    if (announcement?.kind === "typing") return { type: "typing", userId: announcement.userId };
  } else {
    const message = toChatMessage(data);
    if (message) return { type: "heard", message: { ...message, from: fromUserId } };
  }
  return odd(`${fromUserId ?? "the server"} sent what this page does not know`);
}

const fetchKept = (room: string): Observable<readonly KeptMessage[]> =>
  fromFetch(`rooms/${room}/messages`).pipe(
    concatMap(async (response) => {
      if (!response.ok) throw new Error(`the server answers ${response.status}`);
      return (await response.json()) as readonly KeptMessage[];
    }),
    retry({ count: 3, delay: 1_000 }),
  );
