import { redact } from "../protocol/redact.js";

/** The text of something that was thrown by code that is not ours, without tokens. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return redact(error.message) || error.name;
  if (typeof error === "object" && error !== null && "message" in error && typeof error.message === "string") {
    return redact(error.message);
  }
  return redact(String(error));
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
  copy.name = error.name;
  if (error.stack !== undefined) copy.stack = redact(error.stack);
  for (const key of ["status", "code"] as const) {
    const value: unknown = Reflect.get(error, key);
    if (value !== undefined) Object.assign(copy, { [key]: value });
  }
  if (error.cause !== undefined && depth > 0) copy.cause = redactedError(error.cause, depth - 1);
  return copy;
}

function isTainted(value: unknown, depth: number): boolean {
  if (typeof value === "string") return redact(value) !== value;
  if (typeof value !== "object" || value === null) return false;
  if (depth < 0) return true;
  // What errors hold is not enumerable, so that JSON does not show it.
  const { message, stack, cause, errors } = value as Readonly<Record<string, unknown>>;
  const parts = [serialised(value), message, stack, cause, ...(Array.isArray(errors) ? (errors as unknown[]) : [])];
  return parts.some((part) => isTainted(part, depth - 1));
}

function serialised(value: unknown): string {
  try {
    const json: unknown = JSON.stringify(value);
    return typeof json === "string" ? json : "";
  } catch {
    return "";
  }
}
