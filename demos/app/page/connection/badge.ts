import { animationFrames, asyncScheduler, fromEvent, map, of, switchMap, tap, type Observable } from "rxjs";
// In your project: "rx-webpubsub".
import type { ConnectionState, WebPubSubClient } from "../../../../lib/index.js";
import { find, setText } from "../elements.js";
import { detailOf, wordFor } from "./words.js";

/** The state in a word, which is read out; and what changes all the time, a countdown, which is not. */
export function badge(client: WebPubSubClient, place: { readonly room: string }): Observable<unknown> {
  const root = find("#badge");
  const status = find("#status");
  const detail = find("#detail");
  const now = find("#now");

  const draw = (state: ConnectionState): void => {
    root.dataset["status"] = state.status;
    setText(status, wordFor(state));
    now.hidden = state.status !== "disconnected";
    document.title = `${wordFor(state)} · #${place.room}`;
  };
  return client.state$.pipe(
    tap(draw),
    switchMap((state) => {
      const countdown$: Observable<unknown> = "retryAt" in state ? animationFrames() : of(undefined);
      return countdown$.pipe(map(() => detailOf(state, asyncScheduler.now())));
    }),
    tap((text) => setText(detail, text)),
  );
}

/** The button that cuts a wait short. */
export const tryNow = (client: WebPubSubClient): Observable<unknown> =>
  fromEvent(find("#now"), "click").pipe(switchMap(() => client.reconnect()));
