import { redact } from "../protocol/redact.js";

/** The text of something that was thrown by code that is not ours, without tokens. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return redact(error.message) || error.name;
  if (typeof error === "object" && error !== null && "message" in error && typeof error.message === "string") {
    return redact(error.message);
  }
  return redact(String(error));
}

/**
 * A foreign error fit to be handed on as a `cause`: itself when it holds no token, else a copy without. What callers
 * decide by (`name`, `status`, `code`) stays.
 */
export function redactedError(error: unknown): unknown {
  if (typeof error === "string") return redact(error);
  if (!(error instanceof Error)) return isTainted(error) ? new Error(messageOf(error)) : error;
  if (!isTainted(error) && !isTainted(error.message) && !isTainted(error.stack)) return error;
  const copy = new Error(redact(error.message));
  copy.name = error.name;
  if (error.stack !== undefined) copy.stack = redact(error.stack);
  for (const key of ["status", "code"] as const) {
    const value = (error as unknown as Record<string, unknown>)[key];
    if (value !== undefined) Object.assign(copy, { [key]: value });
  }
  return copy;
}

function isTainted(value: unknown): boolean {
  const text = typeof value === "string" ? value : serialised(value);
  return redact(text) !== text;
}

function serialised(value: unknown): string {
  try {
    const json: unknown = JSON.stringify(value);
    return typeof json === "string" ? json : "";
  } catch {
    return "";
  }
}
