import { kindOf } from "../protocol/kind-of.js";

/** @throws TypeError that names what was given, what it must be and what it is */
export function requireType(holds: boolean, name: string, be: string, value: unknown): asserts holds {
  if (!holds) throw new TypeError(`${name} must be ${be}, not ${kindOf(value)}`);
}

export const isString = (value: unknown): value is string => typeof value === "string";

export const isListOfStrings = (list: unknown): list is readonly string[] =>
  Array.isArray(list) && list.every(isString);

export const isFunction = (value: unknown): boolean => typeof value === "function";
