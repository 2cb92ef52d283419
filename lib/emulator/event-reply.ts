import type { DataType } from "../protocol/messages.js";
import { invalidMetadata, type Metadata } from "../protocol/metadata.js";
import { encodePayload, payloadBytes, type Payload } from "./payload.js";

/** How a handler's answer is sent. */
export interface EventReplyOptions {
  /** By default: a string is `text`, an `ArrayBuffer` or a typed array is `binary`, anything else is `json`. */
  readonly dataType?: DataType;
  /** Strings that travel with the answer. */
  readonly metadata?: Metadata;
}

/**
 * An answer of an event handler that says more than its data.
 *
 * @example
 * hub.onEvent("price", ({ data }) => new EventReply({ price: 7 }, { metadata: { currency: "eur" } }));
 */
export class EventReply {
  constructor(
    /** The content; without any, and without metadata, there is no answer but the ack. */
    readonly data?: unknown,
    readonly options: EventReplyOptions = {},
  ) {}
}

/** What is sent to the client as an answer. */
export interface Reply {
  readonly payload: Payload;
  readonly metadata?: Metadata;
}

/**
 * What a handler's answer comes to: nothing when it is empty, and an empty text when it has metadata alone
 * (service-surface §5.2).
 *
 * @throws TypeError or RangeError when it cannot be sent
 */
export function readReply(answer: unknown): Reply | undefined {
  const { data, options } = answer instanceof EventReply ? answer : new EventReply(answer);
  const { dataType, metadata = {} } = options;
  const wrong = invalidMetadata(metadata);
  if (wrong !== undefined) throw new RangeError(wrong);
  const payload = data === undefined ? undefined : encodePayload(data, dataType);
  const hasMetadata = Object.keys(metadata).length > 0;
  if (payload && payloadBytes(payload) > 0) return { payload, ...(hasMetadata && { metadata }) };
  return hasMetadata ? { payload: { dataType: "text", text: "" }, metadata } : undefined;
}
