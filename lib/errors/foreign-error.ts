import { defined } from "../protocol/defined.js";
import { kindOf } from "../protocol/kind-of.js";
import { redact } from "../protocol/redact.js";

type Fields = Readonly<Record<string, unknown>>;

/** The fields of an object, whatever they may be; nothing for what is none. */
export const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === "object" && value !== null ? (value as Fields) : undefined;

/** The text of something that was thrown by code that is not ours, without tokens. */
export function messageOf(error: unknown): string {
  const message = fieldsOf(error)?.["message"];
  // Not every object has a text: `String` throws for one without a prototype.
  const text = redact(typeof message === "string" ? message : fieldsOf(error) ? kindOf(error) : String(error));
  return text || (error instanceof Error ? error.name : "");
}

/** How far causes of causes are looked into; what lies deeper is not handed on. */
const MAX_DEPTH = 8;

/**
 * A foreign error fit to be handed on as a `cause`: itself when neither it nor what is behind it holds a token, else a
 * copy without. What callers decide by (`name`, `status`, `code`) stays.
 */
export function redactedError(error: unknown, depth = MAX_DEPTH): unknown {
  if (typeof error === "string") return redact(error);
  if (!isTainted(error, depth)) return error;
  const copy = new Error(messageOf(error));
  if (!(error instanceof Error)) return copy;
  const { name, stack, status, code, cause }: Error & { status?: unknown; code?: unknown } = error;
  return Object.assign(
    copy,
    defined({
      name,
      stack: stack && redact(stack),
      status,
      code,
      cause: depth > 0 ? redactedError(cause, depth - 1) : undefined,
    }),
  );
}

function isTainted(value: unknown, depth: number): boolean {
  if (typeof value === "string") return redact(value) !== value;
  const fields = fieldsOf(value);
  if (!fields || depth < 0) return fields !== undefined;
  // What errors hold is not enumerable, so that JSON does not show it.
  const { message, stack, cause, errors } = fields;
  const parts = [serialised(value), message, stack, cause, ...(Array.isArray(errors) ? (errors as unknown[]) : [])];
  return parts.some((part) => isTainted(part, depth - 1));
}

/** What JSON cannot write, such as a request that refers to itself, cannot be looked through: it may hold a token. */
function serialised(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return "Bearer ?"; // which redaction changes
  }
}
