import { toBase64 } from "./bytes.js";
import { kindOf, shown } from "./kind-of.js";
import type { DataType } from "./messages.js";

/** By tag as well: buffers may come from another realm (test runners, worker threads). */
export const isArrayBuffer = (content: unknown): content is ArrayBuffer =>
  content instanceof ArrayBuffer || Object.prototype.toString.call(content) === "[object ArrayBuffer]";

/** The data type of content for which the caller named none: strings are text, bytes are binary, the rest is JSON. */
export function inferDataType(content: unknown): DataType {
  if (typeof content === "string") return "text";
  return isArrayBuffer(content) || ArrayBuffer.isView(content) ? "binary" : "json";
}

/**
 * The JSON text of a payload on a JSON subprotocol (client-protocol §12.1).
 *
 * @throws TypeError when the content does not fit its data type; what the service would answer by closing the link
 *   must not reach the wire.
 */
export function encodeJsonContent(content: unknown, dataType: DataType): string {
  switch (dataType) {
    case "text":
      if (typeof content !== "string") {
        throw new TypeError(`text content must be a string, not ${kindOf(content)}; pass another dataType`);
      }
      return JSON.stringify(content);
    case "binary":
    case "protobuf":
      return `"${toBase64(bytesOf(content, dataType))}"`;
    case "json": {
      const json = JSON.stringify(content) as string | undefined;
      if (json === undefined || json === "null") {
        throw new TypeError(`JSON content must not serialise to ${json ?? "nothing"}; ${kindOf(content)} does`);
      }
      return json;
    }
    default:
      throw new TypeError(`dataType must be "text", "json", "binary" or "protobuf", not ${shown(dataType)}`);
  }
}

function bytesOf(content: unknown, dataType: DataType): Uint8Array {
  if (isArrayBuffer(content)) return new Uint8Array(content);
  if (ArrayBuffer.isView(content)) return new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
  throw new TypeError(`${dataType} content must be an ArrayBuffer or a view of one, not ${kindOf(content)}`);
}
