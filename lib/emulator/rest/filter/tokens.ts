import { FilterError } from "./filter-error.js";

/** A word is a name, an operator or a literal such as `null`; the others are what they are called. */
export type Token = {
  readonly start: number;
  readonly end: number;
} & (
  | { readonly type: "word"; readonly word: string }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "int"; readonly int: number }
  | { readonly type: "(" | ")" | "," | "end" }
);

const TOKEN = /\s*(?:([A-Za-z_][\w]*)|'((?:[^']|'')*)'|(-?\d+)(?![\w.])|([(),]))/y;

/** Cuts a filter into tokens, the last of which is always `end`. @throws FilterError */
export function tokenize(filter: string): Token[] {
  const tokens: Token[] = [];
  const end = filter.trimEnd().length;
  TOKEN.lastIndex = 0;
  let at = 0;
  while (at < end) {
    const match = TOKEN.exec(filter);
    if (!match) throw new FilterError(filter, `Unexpected character at position ${at}.`);
    const [, word, text, int, sign] = match;
    const length = (word ?? int ?? sign ?? match[0].trimStart()).length;
    at = TOKEN.lastIndex;
    const place = { start: at - length, end: at };
    if (word !== undefined) tokens.push({ ...place, type: "word", word });
    else if (text !== undefined) tokens.push({ ...place, type: "text", text: text.replaceAll("''", "'") });
    else if (int !== undefined) tokens.push({ ...place, type: "int", int: readInt(filter, int) });
    else tokens.push({ ...place, type: sign as "(" | ")" | "," });
  }
  return [...tokens, { type: "end", start: end, end }];
}

function readInt(filter: string, digits: string): number {
  const int = Number(digits);
  if (!Number.isSafeInteger(int)) throw new FilterError(filter, `The number ${digits} is too large.`);
  return int;
}
