import { wordFor } from "../connection/words.js";
import type { Happened, Happening } from "../happening.js";

export const lanes = ["trouble", "state", "received", "sent", "healed"] as const;
export type Lane = (typeof lanes)[number];

/** Something on the tape: a span of time, open while it lasts, or a moment. */
export interface Item {
  readonly key: string;
  readonly lane: Lane;
  /** How it is drawn, as a class of the style sheet. */
  readonly look: string;
  readonly text: string;
  readonly from: number;
  /** The same as `from` for a moment; absent while it lasts. */
  readonly to?: number;
  /** What comes in a burst is stacked. */
  readonly row: number;
}

export interface Tape {
  readonly items: readonly Item[];
  readonly count: number;
}

export const emptyTape: Tape = { items: [], count: 0 };

const KEPT_MS = 90_000;
const ROWS = 4;
const NEAR_MS = 400;

/** The tape after a happening, without what has long left the window. */
export function taped(tape: Tape, { value, timestamp }: Happened): Tape {
  const items = tape.items.filter(({ to }) => to === undefined || to > timestamp - KEPT_MS);
  return drawn({ ...tape, items }, value, timestamp);
}

function drawn(tape: Tape, happening: Happening, at: number): Tape {
  const moment = (lane: Lane, look: string, text: string): Tape => put(tape, { lane, look, text, from: at, to: at });
  switch (happening.type) {
    case "state":
      return stateDrawn(tape, happening.state, at);
    case "fault":
      return moment("trouble", "chip bad", happening.fault);
    case "recovered":
      return moment("healed", "chip good", `in ${happening.downForMs} ms`);
    case "gap":
      return moment("healed", "chip bad", "gap");
    case "fetched":
      return happening.afterGap ? moment("healed", "chip low", "fetched") : tape;
    case "heard":
      return moment("received", "dot", `from ${happening.message.from}`);
    case "people":
    case "typing":
      return moment("received", "dot faint", "from the server");
    case "odd":
      return moment("received", "dot bad", happening.what);
    case "sending":
      return put(tape, { lane: "sent", look: "bar", text: happening.message.id, from: at });
    case "acked":
      return ended(tape, happening.id, happening.isDuplicated ? "bar acked twice" : "bar acked", at);
    case "failed":
      return ended(tape, happening.id, "bar failed", at);
  }
}

const put = ({ items, count }: Tape, item: Omit<Item, "key" | "row">): Tape => ({
  items: [...items, { ...item, key: String(count), row: rowFor(item, items) }],
  count: count + 1,
});

/** Below the one before, if that would be in the way. */
function rowFor({ lane, from }: Pick<Item, "lane" | "from">, items: readonly Item[]): number {
  const previous = items.filter((each) => each.lane === lane).at(-1);
  if (!previous) return 0;
  const isNear = previous.to === undefined || from - previous.to < NEAR_MS;
  return isNear ? (previous.row + 1) % ROWS : 0;
}

const ended = (tape: Tape, id: string, look: string, to: number): Tape => ({
  ...tape,
  items: tape.items.map((item) => (isOpen(item, "sent") && item.text === id ? { ...item, look, to } : item)),
});

const isOpen = ({ lane, to }: Item, inLane: Lane): boolean => lane === inLane && to === undefined;

/** One span per status: another attempt goes on with the one there is. */
function stateDrawn(tape: Tape, state: Extract<Happening, { type: "state" }>["state"], at: number): Tape {
  const look = `span ${state.status}`;
  if (tape.items.some((item) => isOpen(item, "state") && item.look === look)) return tape;
  const items = tape.items.map((item) => (isOpen(item, "state") ? { ...item, to: at } : item));
  return put({ ...tape, items }, { lane: "state", look, text: wordFor(state), from: at });
}
