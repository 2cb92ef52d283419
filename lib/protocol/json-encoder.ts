import { encodeJsonContent, inferDataType } from "./content.js";
import type { DataType } from "./messages.js";
import type { Metadata } from "./metadata.js";

/*
 * Frames to the service on a JSON subprotocol (client-protocol §4). They are put together as text, so that a payload
 * is serialised once and an absent field is never there.
 */

interface Payload {
  readonly content: unknown;
  /** Inferred from the content when left out. */
  readonly dataType?: DataType | undefined;
  readonly metadata?: Metadata | undefined;
  readonly ackId?: number | undefined;
}

export interface GroupMessage extends Payload {
  readonly group: string;
  readonly noEcho?: boolean | undefined;
  readonly ttlSeconds?: number | undefined;
}

export interface EventMessage extends Payload {
  readonly event: string;
}

export const encodeJoinGroup = (group: string, ackId: number): string =>
  `{"type":"joinGroup","group":${JSON.stringify(group)},"ackId":${ackId}}`;

export const encodeLeaveGroup = (group: string, ackId: number): string =>
  `{"type":"leaveGroup","group":${JSON.stringify(group)},"ackId":${ackId}}`;

export const encodeSendToGroup = (message: GroupMessage): string =>
  `{"type":"sendToGroup","group":${JSON.stringify(message.group)}` +
  (message.noEcho ? `,"noEcho":true` : "") +
  (message.ttlSeconds ? `,"ttlSeconds":${message.ttlSeconds}` : "") +
  encodePayload(message);

export const encodeEvent = (message: EventMessage): string =>
  `{"type":"event","event":${JSON.stringify(message.event)}` + encodePayload(message);

function encodePayload({ content, dataType = inferDataType(content), metadata, ackId }: Payload): string {
  return (
    `,"dataType":"${dataType}","data":${encodeJsonContent(content, dataType)}` +
    (metadata ? `,"metadata":${JSON.stringify(metadata)}` : "") +
    (ackId === undefined ? "}" : `,"ackId":${ackId}}`)
  );
}

export const encodeSequenceAck = (sequenceId: number): string => `{"type":"sequenceAck","sequenceId":${sequenceId}}`;

export const encodePing = (): string => `{"type":"ping"}`;
