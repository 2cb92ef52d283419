import { odata, type WebPubSubServiceClient } from "@azure/web-pubsub";
import { catchError, concatMap, defer, EMPTY, groupBy, merge, mergeMap, Subject, type Observable } from "rxjs";
import type { Announcement } from "../shared/messages.js";
import type { People } from "./people.js";

/** What the server tells the rooms: who is there, and who is writing. */
export class Announcements {
  /** Sends them, while subscribed. Never emits and never errors. */
  readonly all$: Observable<never>;
  readonly #typing$ = new Subject<{ readonly room: string; readonly userId: string }>();

  constructor(
    private readonly service: WebPubSubServiceClient,
    people: People,
  ) {
    const people$ = people.changed$.pipe(
      groupBy((room) => room),
      // One after the other in each room, so that the last list to arrive is the newest.
      mergeMap((changes$) =>
        changes$.pipe(concatMap((room) => this.#tell(room, () => ({ kind: "people", people: people.in(room) })))),
      ),
    );
    const typing$ = this.#typing$.pipe(
      mergeMap(({ room, userId }) =>
        this.#tell(room, () => ({ kind: "typing", userId }), { filter: odata`userId ne ${userId}` }),
      ),
    );
    this.all$ = merge(people$, typing$);
  }

  typing(room: string, userId: string): void {
    this.#typing$.next({ room, userId });
  }

  #tell(room: string, what: () => Announcement, options?: { readonly filter: string }): Observable<never> {
    return defer(() => this.service.group(room).sendToAll({ ...what() }, { ...options })).pipe(
      mergeMap(() => EMPTY),
      catchError((error: unknown) => {
        console.error(`the room "${room}" was not told: ${String(error)}`);
        return EMPTY;
      }),
    );
  }
}
