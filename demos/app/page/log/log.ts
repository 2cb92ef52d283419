import { element, find } from "../elements.js";
import type { Happened } from "../happening.js";
import { keyedList } from "../keyed-list.js";
import { wordsFor, type Line } from "./line.js";

const MAX_LINES = 200;

/** The newest lines, newest first. */
export interface Log {
  readonly lines: readonly Line[];
  readonly count: number;
}

export const emptyLog: Log = { lines: [], count: 0 };

export function logged({ lines, count }: Log, { value, timestamp }: Happened): Log {
  const words = wordsFor(value);
  if (!words) return { lines, count };
  const [tone, text] = words;
  const line = { key: String(count), at: timestamp, tone, text };
  return { lines: [line, ...lines].slice(0, MAX_LINES), count: count + 1 };
}

const clock = (at: number): string =>
  new Date(at).toTimeString().slice(0, 8) + `.${String(at % 1_000).padStart(3, "0")}`;

export function logView(): (log: Log) => void {
  const draw = keyedList<Line>(find("#lines"), {
    key: ({ key }) => key,
    create: ({ at, tone, text }) => element("li", tone, element("time", "", clock(at)), element("span", "", text)),
  });
  return ({ lines }) => draw(lines);
}
