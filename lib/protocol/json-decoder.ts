import { fromBase64 } from "./bytes.js";
import { defined } from "./defined.js";
import { isObject } from "./is-object.js";
import type {
  DataType,
  DownstreamFrame,
  GroupDataMessage,
  MalformedFrame,
  ServerDataMessage,
  ServiceError,
  StreamInfo,
} from "./messages.js";
import { isMetadata } from "./metadata.js";
import { invalidId } from "./names.js";
import { redact } from "./redact.js";

/** The fields of any frame, before anything is known of them. Read by name: V8 looks up computed names in a slow way. */
type Json = Partial<
  Record<
    | "type"
    | "event"
    | "connectionId"
    | "userId"
    | "reconnectionToken"
    | "message"
    | "ackId"
    | "success"
    | "error"
    | "name"
    | "from"
    | "group"
    | "dataType"
    | "data"
    | "fromUserId"
    | "sequenceId"
    | "stream"
    | "streamId"
    | "streamSequenceId"
    | "metadata",
    unknown
  >
>;

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
    return malformed("not valid JSON", raw);
  }
  if (!isObject(json)) return malformed("not a JSON object", raw);
  try {
    return decodeObject(json);
  } catch (violation) {
    return malformed((violation as Error).message, raw, json.sequenceId);
  }
}

/** @throws what breaks the protocol: caught above. */
function must(holds: boolean, field: string, be: string): asserts holds {
  if (!holds) throw new Error(`the field "${field}" must be ${be}`);
}

function decodeObject(json: Json): DownstreamFrame {
  switch (string(json.type, "type")) {
    case "message":
      return decodeMessage(json);
    case "ack":
      return decodeAck(json);
    case "pong":
      return { kind: "pong" };
    case "system":
      return decodeSystem(json);
    default:
      return unknownFrame(json);
  }
}

function decodeMessage(json: Json): DownstreamFrame {
  const from = string(json.from, "from");
  const isOfGroup = from === "group";
  if (!isOfGroup && from !== "server") return unknownFrame(json);
  const dataType = string(json.dataType, "dataType");
  if (!isDataType(dataType)) return unknownFrame(json);
  const data = decodeData(dataType, json.data);
  const group = isOfGroup ? string(json.group, "group") : "";
  const fromUserId = isOfGroup ? optionalString(json.fromUserId, "fromUserId") : undefined;
  const stream = isOfGroup
    ? optional(json.stream, "stream", isStream, 'an object with "streamId" and "streamSequenceId"')
    : undefined;
  const sequenceId = optionalId(json.sequenceId, "sequenceId");
  const metadata = optional(json.metadata, "metadata", isMetadata, "an object of strings");
  // Optional fields are left out rather than set to undefined. The hot path makes the usual message in one go: V8 keeps
  // the fields of a literal in the object itself, and those that are added later outside of it.
  if (isOfGroup && sequenceId !== undefined && fromUserId !== undefined && !stream && !metadata) {
    return { kind: "groupData", group, dataType, data, fromUserId, sequenceId } as GroupDataMessage;
  }
  const message: Json & { kind: string } = isOfGroup
    ? { kind: "groupData", group, dataType, data }
    : { kind: "serverData", dataType, data };
  if (fromUserId !== undefined) message.fromUserId = fromUserId;
  if (stream !== undefined) message.stream = stream;
  if (sequenceId !== undefined) message.sequenceId = sequenceId;
  if (metadata !== undefined) message.metadata = metadata;
  return message as unknown as GroupDataMessage | ServerDataMessage;
}

const isDataType = (name: string): name is DataType =>
  name === "json" || name === "text" || name === "binary" || name === "protobuf";

function decodeData(dataType: DataType, data: unknown): unknown {
  if (dataType === "json") {
    must(data !== undefined, "data", "present");
    return data;
  }
  must(typeof data === "string", "data", "a string, for its dataType");
  if (dataType === "text") return data;
  const bytes = fromBase64(data);
  must(bytes !== undefined, "data", "base64, for its dataType");
  return bytes;
}

function decodeAck(json: Json): DownstreamFrame {
  const ackId = optionalId(json.ackId, "ackId");
  must(ackId !== undefined, "ackId", "present");
  const { success } = json;
  must(typeof success === "boolean", "success", "a boolean");
  const error = optional(json.error, "error", isObject, "an object");
  // By far the most are a plain success.
  return error ? { kind: "ack", ackId, success, error: serviceErrorOf(error) } : { kind: "ack", ackId, success };
}

const serviceErrorOf = (error: Json): ServiceError => ({
  name: string(error.name, "name"),
  message: redact(optionalString(error.message, "message") ?? ""),
});

function decodeSystem(json: Json): DownstreamFrame {
  const event = string(json.event, "event");
  if (event === "disconnected") return defined({ kind: event, message: optionalString(json.message, "message") });
  if (event !== "connected") return unknownFrame(json);
  const connectionId = string(json.connectionId, "connectionId");
  must(connectionId !== "", "connectionId", "present");
  return defined({
    kind: event,
    connectionId,
    userId: notEmpty(optionalString(json.userId, "userId")),
    reconnectionToken: notEmpty(optionalString(json.reconnectionToken, "reconnectionToken")),
  });
}

/** An anonymous user comes as absent, null or "" (client-protocol §5.1). */
const notEmpty = (text: string | undefined) => (text === "" ? undefined : text);

function string(value: unknown, field: string): string {
  must(typeof value === "string", field, "a string");
  return value;
}

const optionalString = (value: unknown, field: string): string | undefined =>
  value === undefined || value === null ? undefined : string(value, field);

function optional<T>(value: unknown, field: string, fits: (value: unknown) => value is T, be: string): T | undefined {
  if (value === undefined || value === null) return undefined;
  must(fits(value), field, be);
  return value;
}

const isId = (value: unknown): value is number => invalidId(value) === undefined;

const optionalId = (value: unknown, field: string): number | undefined =>
  optional(value, field, isId, "a whole number from 0 to 9007199254740991");

const unknownFrame = (json: Json): DownstreamFrame =>
  defined({ kind: "unknown", sequenceId: readable(json.sequenceId) });

const malformed = (reason: string, frame: string, sequenceId?: unknown): MalformedFrame =>
  defined({ kind: "malformed", reason, frame, sequenceId: readable(sequenceId) });

const readable = (id: unknown): number | undefined => (isId(id) ? id : undefined);

const isStream = (value: unknown): value is StreamInfo =>
  isObject(value) && typeof value.streamId === "string" && typeof value.streamSequenceId === "number";
