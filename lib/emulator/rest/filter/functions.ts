import type { Type, Value } from "./values.js";

type Text = string | null;

/** A function of the filter language. What it is given has the types that it asks for, or is `null`. */
export interface FilterFunction {
  readonly parameters: readonly (readonly Type[])[];
  /** How many of the last parameters may be left out. */
  readonly optional?: number;
  readonly result: Type;
  call(...values: readonly Value[]): Value;
}

const text: readonly Type[] = ["string"];
const int: readonly Type[] = ["int"];

const ofText = (change: (given: string) => string): FilterFunction => ({
  parameters: [text],
  result: "string",
  call: (given) => (given === null ? null : change(given as string)),
});

const question = (ask: (given: string, part: string) => boolean): FilterFunction => ({
  parameters: [text, text],
  result: "bool",
  call: (given, part) => given !== null && part !== null && ask(given as string, part as string),
});

/** The functions of service-surface §3.6; what it leaves open about `null` and places outside a text is harmless here. */
export const functions: ReadonlyMap<string, FilterFunction> = new Map<string, FilterFunction>([
  [
    "length",
    {
      parameters: [["string", "collection"]],
      result: "int",
      call: (given) => (given === null ? null : typeof given === "string" ? given.length : sizeOf(given)),
    },
  ],
  ["tolower", ofText((given) => given.toLowerCase())],
  ["toupper", ofText((given) => given.toUpperCase())],
  ["trim", ofText((given) => given.trim())],
  [
    "substring",
    {
      parameters: [text, int, int],
      optional: 1,
      result: "string",
      call: (given, start, length) => substring(given as Text, start as number | null, length as number | undefined),
    },
  ],
  [
    "indexof",
    {
      parameters: [text, text],
      result: "int",
      call: (given, part) => (given === null || part === null ? -1 : (given as string).indexOf(part as string)),
    },
  ],
  [
    "concat",
    {
      parameters: [text, text],
      result: "string",
      call: (first, second) => `${(first as Text) ?? ""}${(second as Text) ?? ""}`,
    },
  ],
  ["contains", question((given, part) => given.includes(part))],
  ["startswith", question((given, part) => given.startsWith(part))],
  ["endswith", question((given, part) => given.endsWith(part))],
]);

const sizeOf = (given: Value): number => (given instanceof Set ? given.size : 0);

function substring(given: Text, start: number | null, length?: number | null): Text {
  if (given === null) return null;
  const from = Math.max(0, start ?? 0);
  return given.slice(from, typeof length === "number" ? from + Math.max(0, length) : undefined);
}
