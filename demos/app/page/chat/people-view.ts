import { concat, filter, map, merge, of, switchMap, tap, timer, type Observable } from "rxjs";
import { element, find, setText } from "../elements.js";
import type { Happened } from "../happening.js";
import { hueOf } from "../hue.js";
import { keyedList } from "../keyed-list.js";

const TYPING_FOR_MS = 2_500;

/** Who is in the room, and who is writing. */
export function peopleView(happened$: Observable<Happened>, me: string): Observable<unknown> {
  const drawPeople = keyedList<string>(find("#people"), {
    key: (name) => name,
    create(name) {
      const item = element("li", "", name === me ? `${name} (you)` : name);
      item.style.setProperty("--hue", String(hueOf(name)));
      return item;
    },
  });
  const people$ = happened$.pipe(
    map(({ value }) => (value.type === "people" ? value.people : undefined)),
    filter((people) => people !== undefined),
    tap(drawPeople),
  );
  const typing = find("#typing");
  const typing$ = happened$.pipe(
    filter(({ value }) => value.type === "typing" || value.type === "heard"),
    switchMap(({ value }) =>
      value.type === "typing"
        ? concat(of(`${value.userId} is writing …`), timer(TYPING_FOR_MS).pipe(map(() => "")))
        : of(""),
    ),
    tap((text) => setText(typing, text)),
  );
  return merge(people$, typing$);
}
