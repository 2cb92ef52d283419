import { exhaustMap, filter, fromEvent, map, merge, take, tap, timer, type Observable } from "rxjs";
import type { ChatMessage } from "../../shared/messages.js";
import { find } from "../elements.js";

const BURST = 20;
const BURST_INTERVAL_MS = 150;

/** Where messages are written. */
export interface Composer {
  readonly messages$: Observable<ChatMessage>;
  readonly keys$: Observable<unknown>;
}

export function composer(): Composer {
  const form = find("#composer");
  const input = find("input", form, HTMLInputElement);

  const written$ = fromEvent(form, "submit").pipe(
    tap((event) => event.preventDefault()),
    map(() => input.value.trim()),
    filter((text) => text !== ""),
    tap(() => (input.value = "")),
  );
  const burst$ = fromEvent(find("#burst"), "click").pipe(
    exhaustMap(() => timer(0, BURST_INTERVAL_MS).pipe(take(BURST))),
    map((n) => `${n + 1} of ${BURST}`),
  );
  return {
    messages$: merge(written$, burst$).pipe(map((text) => ({ id: newId(), text }))),
    keys$: fromEvent(input, "input"),
  };
}

/** Not `randomUUID`, which pages over plain HTTP have on this machine only. */
const newId = (): string => Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join("");
