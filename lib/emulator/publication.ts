import { toBase64 } from "../protocol/bytes.js";
import type { Metadata } from "../protocol/metadata.js";
import type { Frame } from "./link.js";
import type { Payload } from "./payload.js";

/** Where a message comes from, as its receivers are told. */
export type Origin =
  { readonly from: "server" } | { readonly from: "group"; readonly group: string; readonly fromUserId?: string };

/** One message on its way to any number of receivers, encoded at most once for each kind of receiver. */
export class Publication {
  #json?: string;
  #raw?: Frame;

  constructor(
    private readonly origin: Origin,
    private readonly payload: Payload,
    private readonly metadata?: Metadata,
    /** When a copy that was not taken yet is dropped, in the scheduler's milliseconds (client-protocol §12.4). */
    readonly expiresAt = Infinity,
  ) {}

  /** The JSON frame, but for the `sequenceId` that each receiver has of its own. */
  get json(): string {
    return (this.#json ??= this.#encodeJson());
  }

  /** The bare content, for clients without a subprotocol (client-protocol §11). */
  get raw(): Frame {
    return (this.#raw ??= rawFrame(this.payload));
  }

  #encodeJson(): string {
    const head = JSON.stringify({ type: "message", ...this.origin, dataType: this.payload.dataType });
    const metadata = this.metadata === undefined ? "" : `,"metadata":${JSON.stringify(this.metadata)}`;
    return `${head.slice(0, -1)}${metadata},"data":${jsonData(this.payload)}}`;
  }
}

function jsonData(payload: Payload): string {
  switch (payload.dataType) {
    case "text":
      return JSON.stringify(payload.text);
    case "json":
      return payload.json;
    case "binary":
    case "protobuf":
      return `"${toBase64(new Uint8Array(payload.bytes))}"`;
  }
}

function rawFrame(payload: Payload): Frame {
  switch (payload.dataType) {
    case "text":
      return payload.text;
    case "json":
      return payload.json;
    case "binary":
    case "protobuf":
      return new Uint8Array(payload.bytes);
  }
}
