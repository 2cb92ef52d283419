import { kindOf } from "./kind-of.js";
import { MAX_TTL_SECONDS } from "./limits.js";

/*
 * Rules for names and numbers on the wire (client-protocol §1, §12, §18).
 * Each check answers what is wrong in words, or nothing when all is well: the client raises an error with that text
 * before anything is sent, the emulator refuses the frame.
 */

const MAX_GROUP_NAME_LENGTH = 1_024;
const EVENT_NAME = /^[a-z][a-z0-9_.-]{0,127}$/i;
const HUB_NAME = /^[A-Za-z][A-Za-z0-9_`,.[\]]{0,127}$/;

const noString = (what: string, value: unknown): string => `${what} must be a string, not ${kindOf(value)}`;

/** Says why a string cannot name a group; case matters, any character is allowed. */
export function invalidGroupName(name: unknown): string | undefined {
  if (typeof name !== "string") return noString("a group name", name);
  if (name.trim() === "") return "a group name must hold more than white space";
  return name.length > MAX_GROUP_NAME_LENGTH
    ? `a group name may have ${MAX_GROUP_NAME_LENGTH} characters at most, this one has ${name.length}`
    : undefined;
}

/** Says why a string cannot name an event. */
export function invalidEventName(name: unknown): string | undefined {
  if (typeof name !== "string") return noString("an event name", name);
  if (!EVENT_NAME.test(name)) {
    return "an event name must be a letter and at most 127 letters, digits, '_', '.' or '-'";
  }
  return undefined;
}

/** Says why a string cannot name a hub. */
export function invalidHubName(name: unknown): string | undefined {
  if (typeof name !== "string") return noString("a hub name", name);
  if (!HUB_NAME.test(name)) {
    return "a hub name must start with a letter and go on with at most 127 letters, digits or any of _`,.[]";
  }
  return undefined;
}

/** Says why a number cannot be a time to live in seconds. */
export function invalidTtlSeconds(ttl: unknown): string | undefined {
  return Number.isInteger(ttl) && (ttl as number) >= 0 && (ttl as number) <= MAX_TTL_SECONDS
    ? undefined
    : `ttlSeconds must be a whole number from 0 to ${MAX_TTL_SECONDS}`;
}

/** Says why a number cannot be an id; the wire has 64 bits, JavaScript numbers are exact up to 2^53 − 1. */
export function invalidId(id: unknown): string | undefined {
  return Number.isSafeInteger(id) && (id as number) >= 0
    ? undefined
    : "an id must be a whole number from 0 to 9007199254740991";
}
