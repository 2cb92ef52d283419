import { isObject } from "./is-object.js";
import { kindOf } from "./kind-of.js";

/** Strings that travel with one message (client-protocol §12.3). */
export type Metadata = Readonly<Record<string, string>>;

const MAX_KEY_LENGTH = 256;
const MAX_VALUE_LENGTH = 1_024;
const MAX_TOTAL_LENGTH = 8_192;
const KEY = /^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/;
const ASCII = /^\p{ASCII}*$/u;

/** Says why a value cannot be metadata; keys and values are ASCII, so that their lengths count bytes. */
export function invalidMetadata(metadata: unknown): string | undefined {
  if (!isObject(metadata)) return "metadata must be an object of strings";
  let total = 0;
  for (const [key, value] of Object.entries(metadata)) {
    const it = `the metadata value of "${key}"`;
    if (!KEY.test(key)) return `the metadata key "${key}" may hold only letters, digits and !#$%&'*+-.^_\`|~`;
    if (key.length > MAX_KEY_LENGTH) return `a metadata key may have ${MAX_KEY_LENGTH} bytes at most`;
    if (typeof value !== "string") return `${it} must be a string, not ${kindOf(value)}`;
    if (!ASCII.test(value)) return `${it} may hold only ASCII characters`;
    if (value.length > MAX_VALUE_LENGTH) return `${it} may have ${MAX_VALUE_LENGTH} bytes at most`;
    total += key.length + value.length;
  }
  return total > MAX_TOTAL_LENGTH
    ? `metadata may have ${MAX_TOTAL_LENGTH} bytes at most, this one has ${total}`
    : undefined;
}

/** Whether a received value has the form of metadata; limits are the sender's business. */
export const isMetadata = (value: unknown): value is Metadata =>
  isObject(value) && Object.values(value).every((entry) => typeof entry === "string");
