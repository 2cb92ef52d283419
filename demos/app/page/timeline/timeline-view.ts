import {
  animationFrames,
  asyncScheduler,
  distinctUntilChanged,
  fromEvent,
  map,
  merge,
  startWith,
  switchMap,
  tap,
  throttleTime,
  timer,
  type Observable,
} from "rxjs";
import { element, find } from "../elements.js";
import { keyedList } from "../keyed-list.js";
import { lanes, type Item, type Lane, type Tape } from "./tape.js";

const names: Readonly<Record<Lane, string>> = {
  trouble: "Trouble",
  state: "State",
  received: "Received",
  sent: "Sent",
  healed: "Healed",
};

/** Too short to have a name written on it. */
const BRIEF_MS = 4_500;
/** From the middle of a lane outwards. */
const HEIGHTS = [1, 2, 0, 3];
const TICK_S = 5;
const TICKS = 18;

/**
 * A tape that passes by under a window; its right edge is now. Items are put where their time is, once, and only the tape
 * moves; what lasts reaches beyond the edge.
 */
export function timelineView(tape$: Observable<Tape>): Observable<unknown> {
  const origin = asyncScheduler.now();
  const seconds = (at: number): string => ((at - origin) / 1_000).toFixed(3);
  const tape = element("div", "tape");
  const ticks = element("div", "ticks");
  const items = element("div", "items");
  tape.append(ticks, items);
  find("#timeline").append(
    element("div", "names", ...lanes.map((lane) => element("span", "", names[lane]))),
    element("div", "window", ...lanes.map(() => element("div", "lane")), tape),
  );

  const drawItems = keyedList<Item>(items, {
    key: ({ key }) => key,
    create(item) {
      const isNamed = item.lane !== "sent" && item.lane !== "received";
      const made = element("div", "", isNamed ? element("span", "", item.text) : "");
      made.title = item.text;
      made.dataset["lane"] = item.lane;
      made.style.setProperty("--at", seconds(item.from));
      made.style.setProperty("--row", String(HEIGHTS[item.row] ?? 0));
      return made;
    },
    update(made, { look, from, to }) {
      made.className = `item ${look}`;
      made.toggleAttribute("data-open", to === undefined);
      made.toggleAttribute("data-brief", to !== undefined && to - from < BRIEF_MS);
      made.style.setProperty("--for", to === undefined ? "0" : ((to - from) / 1_000).toFixed(3));
    },
  });
  const drawTicks = keyedList<number>(ticks, {
    key: String,
    create(at) {
      const tick = element("span", "tick", new Date(at * 1_000).toTimeString().slice(0, 8));
      tick.style.setProperty("--at", seconds(at * 1_000));
      return tick;
    },
  });

  const frame$ = pace$.pipe(
    map(() => asyncScheduler.now()),
    tap((now) => {
      tape.style.translate = `calc(-${seconds(now)} * var(--second))`;
      items.querySelector<HTMLElement>(".span[data-open]")?.style.setProperty("--now", seconds(now));
    }),
  );
  const tick$ = frame$.pipe(
    map((now) => Math.ceil(now / 1_000 / TICK_S) * TICK_S),
    distinctUntilChanged(),
    tap((last) => drawTicks(Array.from({ length: TICKS }, (_, n) => last - (TICKS - 1 - n) * TICK_S))),
  );
  return merge(tape$.pipe(tap(({ items: all }) => drawItems(all))), tick$);
}

/** A tape this slow needs no more. */
const FRAME_MS = 30;

/** So often that it moves, or now and then for who has asked for less motion. */
const stillness = matchMedia("(prefers-reduced-motion: reduce)");
const pace$ = fromEvent(stillness, "change").pipe(
  startWith(undefined),
  switchMap((): Observable<unknown> =>
    stillness.matches ? timer(0, 1_000) : animationFrames().pipe(throttleTime(FRAME_MS)),
  ),
);
