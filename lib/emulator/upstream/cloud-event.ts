import type { Metadata } from "../../protocol/metadata.js";
import type { Payload } from "../payload.js";
import { metadataHeaders } from "../rest/metadata-headers.js";
import type { EventKind } from "./upstream-route.js";

/** One event, before it is known which application gets it. */
export interface CloudEvent {
  readonly kind: EventKind;
  readonly name: string;
  /** Counts the events of its connection. */
  readonly id: number;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly contentType: string;
  readonly body: string | ArrayBuffer;
  readonly metadata?: Metadata;
  readonly requestId: string;
}

/** What is known of the connection that an event is about. */
export interface EventSource {
  readonly host: string;
  readonly hub: string;
  readonly connectionId: string;
  readonly signature: string;
  readonly userId?: string;
  readonly subprotocol?: string;
  readonly state?: string;
  readonly cookies?: string;
}

/** The headers of a CloudEvent in HTTP's binary mode (service-surface §4.3). */
export function eventHeaders(event: CloudEvent, source: EventSource): Record<string, string> {
  const values: Record<string, string | undefined> = {
    ...metadataHeaders(event.metadata),
    "Content-Type": event.contentType,
    "WebHook-Request-Origin": source.host,
    "ce-specversion": "1.0",
    "ce-awpsversion": "1.0",
    "ce-type": `azure.webpubsub.${event.kind}.${event.name}`,
    "ce-eventName": event.name,
    "ce-source": `/hubs/${source.hub}/client/${source.connectionId}`,
    "ce-id": String(event.id),
    "ce-time": new Date(event.time).toISOString().replace(/\.\d+Z$/, "Z"),
    "ce-signature": source.signature,
    "ce-userId": source.userId,
    "ce-connectionId": source.connectionId,
    "ce-hub": source.hub,
    "ce-subprotocol": source.subprotocol,
    "x-ms-client-request-id": event.requestId,
    Cookie: source.cookies,
  };
  const headers = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, headerValue(value)] as const],
  );
  // The state came in a header and goes back as it was.
  return { ...Object.fromEntries(headers), ...(source.state !== undefined && { "ce-connectionState": source.state }) };
}

/** The body of a client's event, as the client sent it. */
export function contentOf(payload: Payload): { readonly contentType: string; readonly body: string | ArrayBuffer } {
  switch (payload.dataType) {
    case "text":
      return { contentType: "text/plain; charset=utf-8", body: payload.text };
    case "json":
      return { contentType: "application/json", body: payload.json };
    case "binary":
      return { contentType: "application/octet-stream", body: payload.bytes };
    case "protobuf":
      return { contentType: "application/x-protobuf", body: payload.bytes };
  }
}

/** What a header cannot hold is percent-encoded, as CloudEvents has it. */
const headerValue = (value: string): string =>
  value.replace(/[^\x20-\x7e]+/g, (part) =>
    Array.from(new TextEncoder().encode(part), (byte) => `%${byte.toString(16).padStart(2, "0")}`)
      .join("")
      .toUpperCase(),
  );
