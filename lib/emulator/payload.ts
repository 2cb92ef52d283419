import { utf8Length } from "../protocol/bytes.js";
import { inferDataType, isArrayBuffer } from "../protocol/content.js";
import { kindOf, shown } from "../protocol/kind-of.js";
import type { DataType, MessageData } from "../protocol/messages.js";

/** The largest message that the application may send, by REST or here (service-surface §2). */
export const MAX_MESSAGE_BYTES = 1_048_576;

/**
 * The content of one message on its way through the service. JSON stays the text that it came as, because the service
 * forwards the original (client-protocol §12.1): nothing is lost to JavaScript's numbers.
 */
export type Payload =
  | { readonly dataType: "text"; readonly text: string }
  | { readonly dataType: "json"; readonly json: string }
  | { readonly dataType: "binary" | "protobuf"; readonly bytes: ArrayBuffer };

/**
 * Encodes a value that the application sends.
 *
 * @throws TypeError when the value does not fit its `dataType`
 */
export function encodePayload(data: unknown, dataType: DataType = inferDataType(data)): Payload {
  switch (dataType) {
    case "text":
      if (typeof data !== "string")
        throw new TypeError(`data of dataType "text" must be a string, not ${kindOf(data)}`);
      return { dataType, text: data };
    case "json": {
      // What JSON has no word for (undefined, functions, symbols) serialises to nothing, whatever the types say.
      const json = JSON.stringify(data) as string | undefined;
      if (json === undefined) throw new TypeError(`data of dataType "json" must be JSON, not ${kindOf(data)}`);
      return { dataType, json };
    }
    case "binary":
    case "protobuf":
      return { dataType, bytes: copyBytes(data, dataType) };
    default:
      throw new TypeError(
        `dataType must be "text", "json", "binary" or "protobuf", not ${shown(dataType satisfies never)}`,
      );
  }
}

/** The content as an application reads it; each call gives a copy of its own. */
export function decodePayload(payload: Payload): MessageData {
  switch (payload.dataType) {
    case "text":
      return { dataType: "text", data: payload.text };
    case "json":
      return { dataType: "json", data: JSON.parse(payload.json) as unknown };
    case "binary":
    case "protobuf":
      return { dataType: payload.dataType, data: payload.bytes.slice(0) };
  }
}

/** The bytes of the content, as an HTTP body would have them. */
export function payloadBytes(payload: Payload): number {
  switch (payload.dataType) {
    case "text":
      return utf8Length(payload.text);
    case "json":
      return utf8Length(payload.json);
    case "binary":
    case "protobuf":
      return payload.bytes.byteLength;
  }
}

function copyBytes(data: unknown, dataType: DataType): ArrayBuffer {
  if (isArrayBuffer(data)) return data.slice(0);
  if (ArrayBuffer.isView(data)) {
    const copy = new ArrayBuffer(data.byteLength);
    new Uint8Array(copy).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return copy;
  }
  throw new TypeError(`data of dataType "${dataType}" must be an ArrayBuffer or a typed array, not ${kindOf(data)}`);
}
