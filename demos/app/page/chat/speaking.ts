import {
  asyncScheduler,
  catchError,
  concat,
  defer,
  EMPTY,
  map,
  mergeMap,
  of,
  throttleTime,
  type Observable,
} from "rxjs";
// In your project: "rx-webpubsub".
import type { WebPubSubClient, WebPubSubGroup } from "../../../../lib/index.js";
import type { ChatMessage } from "../../shared/messages.js";
import type { Happening } from "../happening.js";

/** Sends messages to a group and tells what becomes of each. Offline they wait, in order. */
export const speaking = (group: WebPubSubGroup, messages$: Observable<ChatMessage>): Observable<Happening> =>
  messages$.pipe(mergeMap((message) => concat(of({ type: "sending", message } as const), outcomeOf(group, message))));

const outcomeOf = (group: WebPubSubGroup, message: ChatMessage): Observable<Happening> =>
  defer(() => {
    const { id } = message;
    const begun = asyncScheduler.now();
    return group.send(message).pipe(
      map(
        (ack) =>
          ({
            type: "acked",
            id,
            ackId: ack.ackId,
            isDuplicated: ack.isDuplicated,
            afterMs: asyncScheduler.now() - begun,
          }) as const,
      ),
      catchError((error: unknown) => of({ type: "failed", id, why: whyOf(error) } as const)),
    );
  });

const whyOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const TYPING_EVERY_MS = 1_500;

/** Tells the server now and then that somebody is writing: worth nothing later, so nothing waits and nothing is repeated. */
export const writing = (client: WebPubSubClient, keys$: Observable<unknown>): Observable<never> =>
  keys$.pipe(
    throttleTime(TYPING_EVERY_MS),
    mergeMap(() =>
      client
        .sendEvent("typing", "…", "text", { fireAndForget: true, whenOffline: "drop" })
        .pipe(catchError(() => EMPTY)),
    ),
    mergeMap(() => EMPTY),
  );
