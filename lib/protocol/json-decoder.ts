import { fromBase64 } from "./bytes.js";
import type {
  DataType,
  DownstreamFrame,
  GroupDataMessage,
  MalformedFrame,
  ServerDataMessage,
  ServiceError,
  StreamInfo,
} from "./messages.js";
import { isMetadata, type Metadata } from "./metadata.js";
import { invalidId } from "./names.js";
import { redact } from "./redact.js";

type Json = Record<string, unknown>;

/** A violation of the protocol inside one frame; it never leaves this file. */
class Violation extends Error {}

/**
 * Reads one frame from the service on a JSON subprotocol (client-protocol §3, §5).
 *
 * Never throws: a frame of an unknown type, event, sender or data type is `unknown`, one that breaks the protocol is
 * `malformed` and says why. Both keep a readable `sequenceId`, so that the service need not keep them.
 */
export function decodeJsonFrame(raw: unknown): DownstreamFrame {
  if (typeof raw !== "string") return malformed("a binary frame on a text subprotocol", "(binary)");
  let json: unknown;
  try {
    json = JSON.parse(raw);
  } catch {
    return malformed("no valid JSON", raw);
  }
  if (!isObject(json)) return malformed("no JSON object", raw);
  try {
    return decodeObject(json);
  } catch (violation) {
    if (!(violation instanceof Violation)) throw violation;
    return malformed(violation.message, raw, json["sequenceId"]);
  }
}

function decodeObject(json: Json): DownstreamFrame {
  switch (json["type"]) {
    case "message":
      return decodeMessage(json);
    case "ack":
      return decodeAck(json);
    case "pong":
      return { kind: "pong" };
    case "system":
      return decodeSystem(json);
    default:
      if (typeof json["type"] !== "string") throw new Violation('the field "type" must be a string');
      return unknownFrame(json);
  }
}

function decodeMessage(json: Json): DownstreamFrame {
  const from = string(json, "from");
  if (from !== "group" && from !== "server") return unknownFrame(json);
  const dataType = string(json, "dataType");
  if (!isDataType(dataType)) return unknownFrame(json);
  const data = decodeData(dataType, json["data"]);
  const isOfGroup = from === "group";
  const group = isOfGroup ? string(json, "group") : "";
  const fromUserId = isOfGroup ? optionalString(json, "fromUserId") : undefined;
  const stream = isOfGroup ? optionalStream(json) : undefined;
  const sequenceId = optionalId(json, "sequenceId");
  const metadata = optionalMetadata(json);
  // Optional fields are left out rather than set to undefined. The hot path makes the usual message in one go: V8 keeps
  // the fields of a literal in the object itself, and those that are added later outside of it.
  if (isOfGroup && sequenceId !== undefined && fromUserId !== undefined && !stream && !metadata) {
    return { kind: "groupData", group, dataType, data, fromUserId, sequenceId } as GroupDataMessage;
  }
  const message: Json = isOfGroup
    ? { kind: "groupData", group, dataType, data }
    : { kind: "serverData", dataType, data };
  if (fromUserId !== undefined) message["fromUserId"] = fromUserId;
  if (stream !== undefined) message["stream"] = stream;
  if (sequenceId !== undefined) message["sequenceId"] = sequenceId;
  if (metadata !== undefined) message["metadata"] = metadata;
  return message as unknown as GroupDataMessage | ServerDataMessage;
}

const isDataType = (name: string): name is DataType =>
  name === "json" || name === "text" || name === "binary" || name === "protobuf";

function decodeData(dataType: DataType, data: unknown): unknown {
  switch (dataType) {
    case "json":
      if (data === undefined) throw new Violation('the field "data" is missing');
      return data;
    case "text":
      if (typeof data !== "string") throw new Violation('the field "data" of a text message must be a string');
      return data;
    case "binary":
    case "protobuf": {
      const bytes = typeof data === "string" ? fromBase64(data) : undefined;
      if (bytes === undefined) throw new Violation(`the field "data" of a ${dataType} message must be base64`);
      return bytes;
    }
  }
}

function decodeAck(json: Json): DownstreamFrame {
  const ackId = optionalId(json, "ackId");
  if (ackId === undefined) throw new Violation('the field "ackId" is missing');
  const success = json["success"];
  if (typeof success !== "boolean") throw new Violation('the field "success" must be a boolean');
  const error = optionalServiceError(json["error"]);
  return error === undefined ? { kind: "ack", ackId, success } : { kind: "ack", ackId, success, error };
}

function decodeSystem(json: Json): DownstreamFrame {
  const event = string(json, "event");
  if (event === "connected") {
    const connectionId = string(json, "connectionId");
    if (connectionId === "") throw new Violation('the field "connectionId" is empty');
    const userId = optionalString(json, "userId");
    const reconnectionToken = optionalString(json, "reconnectionToken");
    return {
      kind: "connected",
      connectionId,
      // An anonymous user comes as absent, null or "" (client-protocol §5.1).
      ...(userId ? { userId } : undefined),
      ...(reconnectionToken ? { reconnectionToken } : undefined),
    };
  }
  if (event === "disconnected") {
    const message = optionalString(json, "message");
    return { kind: "disconnected", ...(message === undefined ? undefined : { message }) };
  }
  return unknownFrame(json);
}

function optionalServiceError(error: unknown): ServiceError | undefined {
  if (error === undefined || error === null) return undefined;
  if (!isObject(error)) throw new Violation('the field "error" must be an object');
  return { name: string(error, "name"), message: redact(optionalString(error, "message") ?? "") };
}

function optionalStream(json: Json): StreamInfo | undefined {
  const stream = json["stream"];
  if (stream === undefined || stream === null) return undefined;
  if (!isObject(stream) || typeof stream["streamId"] !== "string") {
    throw new Violation('the field "stream" must be an object with a "streamId"');
  }
  return stream as unknown as StreamInfo;
}

function optionalMetadata(json: Json): Metadata | undefined {
  const metadata = json["metadata"];
  if (metadata === undefined || metadata === null) return undefined;
  if (!isMetadata(metadata)) throw new Violation('the field "metadata" must be an object of strings');
  return metadata;
}

function string(json: Json, field: string): string {
  const value = json[field];
  if (typeof value !== "string") throw new Violation(`the field "${field}" must be a string`);
  return value;
}

function optionalString(json: Json, field: string): string | undefined {
  const value = json[field];
  return value === undefined || value === null ? undefined : string(json, field);
}

function optionalId(json: Json, field: string): number | undefined {
  const value = json[field];
  if (value === undefined || value === null) return undefined;
  if (invalidId(value)) throw new Violation(`the field "${field}" must be a whole number that is exact in JavaScript`);
  return value as number;
}

const unknownFrame = (json: Json): DownstreamFrame => ({ kind: "unknown", ...readableSequenceId(json["sequenceId"]) });

const malformed = (reason: string, frame: string, sequenceId?: unknown): MalformedFrame => ({
  kind: "malformed",
  reason,
  frame,
  ...readableSequenceId(sequenceId),
});

const readableSequenceId = (id: unknown): { sequenceId?: number } =>
  id === undefined || invalidId(id) ? {} : { sequenceId: id as number };

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
