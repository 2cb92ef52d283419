import { redact } from "./redact.js";

/** Names a value's kind without printing it: it may be a secret. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  return `an object of type ${Object.prototype.toString.call(value).slice(8, -1)}`;
}

const SHOWN_LENGTH = 64;

/** Prints a value that is no secret, as far as it fits into a sentence. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(redact(value).slice(0, SHOWN_LENGTH));
  const isPrinted = typeof value === "number" || typeof value === "boolean";
  return isPrinted ? String(value) : kindOf(value);
}
