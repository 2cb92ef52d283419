/* Base64 and UTF-8 without a dependency, by what every platform has. Nothing here makes a bundler add a polyfill. */

/** Of a text whose length is a multiple of 4. No group that is repeated: V8 would run out of stack at some megabytes. */
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const CHUNK = 0x8000;

/** Base64 in the standard alphabet, padded. */
export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let i = 0; i < bytes.length; i += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  }
  return btoa(binary);
}

/** The bytes of a base64 string, in a buffer of their own; nothing when it is not valid base64. */
export function fromBase64(text: string): ArrayBuffer | undefined {
  if (text.length % 4 !== 0 || !BASE64.test(text)) return undefined;
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes.buffer;
}

/** How many bytes a string takes in UTF-8. */
export const utf8Length = (text: string): number => new TextEncoder().encode(text).length;
