/*
 * Base64 and UTF-8 without a dependency: the platform's own routines where they exist (Node's Buffer is many times
 * faster than atob), and the standard ones of browsers otherwise. Nothing here makes a bundler add a polyfill.
 */

interface NodeBuffer {
  from(
    data: ArrayBuffer | string,
    encodingOrOffset?: string | number,
    length?: number,
  ): Uint8Array & {
    toString(encoding: string): string;
  };
  allocUnsafeSlow(length: number): Uint8Array<ArrayBuffer> & { write(text: string, encoding: string): number };
  byteLength(text: string): number;
}

const nodeBuffer = (globalThis as { ["Buffer"]?: NodeBuffer }).Buffer;

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const CHUNK = 0x8000;

/** Base64 in the standard alphabet, padded. */
export function toBase64(bytes: Uint8Array): string {
  if (nodeBuffer) {
    return nodeBuffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  }
  let binary = "";
  for (let i = 0; i < bytes.length; i += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  }
  return btoa(binary);
}

/** The bytes of a base64 string, in a buffer of their own; nothing when it is not valid base64. */
export function fromBase64(text: string): ArrayBuffer | undefined {
  if (nodeBuffer) return fromBase64InNode(text, nodeBuffer);
  if (!BASE64.test(text)) return undefined;
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes.buffer;
}

/**
 * Decodes right into a buffer of its own. Node passes over what is not base64, so that a text with a flaw yields fewer
 * bytes than its length says; but it also takes the URL-safe alphabet. Several times faster than the expression.
 */
function fromBase64InNode(text: string, buffer: NodeBuffer): ArrayBuffer | undefined {
  if (text.length % 4 !== 0 || text.includes("-") || text.includes("_")) return undefined;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = buffer.allocUnsafeSlow((text.length / 4) * 3 - padding);
  return bytes.write(text, "base64") === bytes.byteLength ? bytes.buffer : undefined;
}

/** How many bytes a string takes in UTF-8. */
export function utf8Length(text: string): number {
  if (nodeBuffer) return nodeBuffer.byteLength(text);
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7ff) {
      bytes += 2;
      // A surrogate pair takes four bytes for two units.
      if (unit >= 0xd800 && unit <= 0xdbff && isLowSurrogate(text.charCodeAt(i + 1))) i++;
    } else if (unit > 0x7f) {
      bytes += 1;
    }
  }
  return bytes;
}

const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;
