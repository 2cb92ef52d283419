import { InvalidArgumentError } from "commander";
import { invalidEventName, invalidGroupName, invalidHubName } from "../protocol/names.js";

/* What stands behind a flag, read and checked: what is wrong with it becomes part of commander's one line. */

/** The name of a hub. */
export const hubName = (name: string): string => valid(name, invalidHubName(name));

/** The name of an event. */
export const eventName = (name: string): string => valid(name, invalidEventName(name));

/** One more group, for a flag that may be repeated. */
export const oneMoreGroup = (name: string, others: readonly string[] = []): readonly string[] =>
  oneMore(valid(name, invalidGroupName(name)), others);

/** One more value, for a flag that may be repeated. */
export const oneMore = (value: string, others: readonly string[] = []): readonly string[] => [...others, value];

/** A list with commas; an empty text is an empty list. */
export const list = (text: string): readonly string[] =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

/** A TCP port, or 0. */
export function portNumber(text: string): number {
  const port = Number(text);
  return valid(port, /^\d+$/.test(text) && port <= 65_535 ? undefined : "it must be a whole number from 0 to 65535.");
}

/** A lifetime in minutes. */
export function minutes(text: string): number {
  const count = Number(text);
  return valid(count, /^\d+$/.test(text) && count > 0 ? undefined : "it must be a whole number of minutes above 0.");
}

function valid<Value>(value: Value, wrong: string | undefined): Value {
  if (wrong !== undefined) throw new InvalidArgumentError(wrong);
  return value;
}
