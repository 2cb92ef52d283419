import type { ChatMessage } from "../../shared/messages.js";
import type { Happened } from "../happening.js";
import { element, find, setText } from "../elements.js";
import { keyedList } from "../keyed-list.js";

/** What it all comes to. */
export interface Tally {
  readonly sent: number;
  readonly acked: number;
  readonly received: number;
  readonly doubled: number;
  readonly recovered: number;
  readonly gaps: number;
  readonly fetched: number;
}

interface Count {
  readonly tally: Tally;
  readonly heard: ReadonlySet<string>;
  /** Heard, fetched or our own. */
  readonly known: ReadonlySet<string>;
}

const nothing: Tally = { sent: 0, acked: 0, received: 0, doubled: 0, recovered: 0, gaps: 0, fetched: 0 };
export const nothingYet: Count = { tally: nothing, heard: new Set(), known: new Set() };

const plus = (count: Count, what: keyof Tally, n = 1): Count => ({
  ...count,
  tally: { ...count.tally, [what]: count.tally[what] + n },
});

const plusIds = (ids: ReadonlySet<string>, ...messages: readonly ChatMessage[]): ReadonlySet<string> =>
  new Set([...ids, ...messages.map(({ id }) => id)]);

export function counted(count: Count, { value }: Happened): Count {
  switch (value.type) {
    case "sending":
      return { ...plus(count, "sent"), known: plusIds(count.known, value.message) };
    case "acked":
      return plus(count, "acked");
    case "recovered":
      return plus(count, "recovered");
    case "gap":
      return plus(count, "gaps");
    case "heard": {
      const { message } = value;
      const { heard, known } = count;
      const received = { ...plus(count, "received"), heard: plusIds(heard, message), known: plusIds(known, message) };
      return heard.has(message.id) ? plus(received, "doubled") : received;
    }
    case "fetched": {
      const missed = value.messages.filter(({ id }) => !count.known.has(id));
      const known = plusIds(count.known, ...missed);
      return { ...(value.afterGap ? plus(count, "fetched", missed.length) : count), known };
    }
    default:
      return count;
  }
}

/** Draws the counts. */
export function tallyView(): (tally: Tally) => void {
  const draw = keyedList<readonly [string, number]>(find("#tally"), {
    key: ([name]) => name,
    create: ([name]) => element("div", "", element("dt", "", name), element("dd")),
    update: (pair, [, count]) => setText(find("dd", pair), String(count)),
  });
  return (tally) => draw(Object.entries(tally));
}
