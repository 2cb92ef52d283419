import { fromBase64 } from "../protocol/bytes.js";
import { isObject } from "../protocol/is-object.js";
import { invalidMetadata, type Metadata } from "../protocol/metadata.js";
import { invalidEventName, invalidGroupName, invalidTtlSeconds } from "../protocol/names.js";
import { memberSources } from "./json-source.js";
import type { Payload } from "./payload.js";
import type { AckId, UpstreamFrame } from "./upstream-frames.js";

const MAX_UINT64 = 2n ** 64n - 1n;
const DIGITS = /^(?:0|[1-9]\d{0,19})$/;

/**
 * Reads one JSON frame of a client, as strictly as the service does (client-protocol §3, §4, §12).
 *
 * @returns nothing when the frame breaks a rule
 */
export function parseJsonUpstream(text: string): UpstreamFrame | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? readFrame(new Fields(value, text)) : undefined;
  } catch {
    return undefined;
  }
}

/** Thrown inside this file only: the service gives one reason for every broken rule. */
class BrokenRule extends Error {}

/** The members of one object, each as its value and as the text that it was written as. */
class Fields {
  readonly #sources: Map<string, string>;

  constructor(
    private readonly values: Readonly<Record<string, unknown>>,
    text: string,
  ) {
    this.#sources = new Map(memberSources(text));
  }

  has(name: string): boolean {
    return this.#sources.has(name);
  }

  value(name: string): unknown {
    return this.has(name) ? this.values[name] : undefined;
  }

  source(name: string): string {
    return this.#sources.get(name) ?? "";
  }

  /** Whether an optional field is there; `null` counts as absent for the fields of client-protocol §3 rule 7. */
  given(name: string): boolean {
    return this.has(name) && this.value(name) !== null;
  }

  /** A text whose spelling in capitals does not matter. */
  keyword(name: string): string {
    const value = this.value(name);
    check(typeof value === "string");
    return value.toLowerCase();
  }
}

function readFrame(fields: Fields): UpstreamFrame {
  switch (fields.keyword("type")) {
    case "joingroup":
      return { type: "joinGroup", group: readGroup(fields), ackId: readAckId(fields) };
    case "leavegroup":
      return { type: "leaveGroup", group: readGroup(fields), ackId: readAckId(fields) };
    case "sendtogroup":
      check(!fields.given("stream"));
      return {
        type: "sendToGroup",
        group: readGroup(fields),
        ...readContent(fields),
        noEcho: readNoEcho(fields),
        ttlSeconds: readTtlSeconds(fields),
        ackId: readAckId(fields),
      };
    case "event": {
      const event = fields.value("event");
      check(typeof event === "string" && invalidEventName(event) === undefined);
      return { type: "event", event, ...readContent(fields), ackId: readAckId(fields) };
    }
    case "sequenceack":
      // Above 2^53 the number is not exact, and need not be: it only says "everything up to here".
      return { type: "sequenceAck", sequenceId: Number(readUint64(fields, "sequenceId")) };
    case "ping":
      return { type: "ping" };
    default:
      throw new BrokenRule();
  }
}

function readGroup(fields: Fields): string {
  const group = fields.value("group");
  check(typeof group === "string" && invalidGroupName(group) === undefined);
  return group;
}

const readAckId = (fields: Fields): AckId | undefined =>
  fields.given("ackId") ? readUint64(fields, "ackId") : undefined;

function readUint64(fields: Fields, name: string): string {
  const digits = fields.source(name);
  check(DIGITS.test(digits) && BigInt(digits) <= MAX_UINT64);
  return digits;
}

function readNoEcho(fields: Fields): boolean {
  if (!fields.has("noEcho")) return false;
  const noEcho = fields.value("noEcho");
  check(typeof noEcho === "boolean");
  return noEcho;
}

function readTtlSeconds(fields: Fields): number {
  if (!fields.given("ttlSeconds")) return 0;
  const ttlSeconds = fields.value("ttlSeconds");
  check(typeof ttlSeconds === "number" && DIGITS.test(fields.source("ttlSeconds")));
  check(invalidTtlSeconds(ttlSeconds) === undefined);
  return ttlSeconds;
}

function readContent(fields: Fields): { payload: Payload; metadata?: Metadata } {
  const metadata = readMetadata(fields);
  return { payload: readPayload(fields, metadata), metadata };
}

function readMetadata(fields: Fields): Metadata | undefined {
  if (!fields.given("metadata")) return undefined;
  const metadata = fields.value("metadata");
  check(isObject(metadata) && invalidMetadata(metadata) === undefined);
  // A name that comes twice is refused; the parsed object cannot tell.
  check(memberSources(fields.source("metadata")).length === Object.keys(metadata).length);
  return metadata as Metadata;
}

function readPayload(fields: Fields, metadata: Metadata | undefined): Payload {
  const dataType = fields.has("dataType") ? fields.keyword("dataType") : "json";
  check(dataType === "json" || dataType === "text" || dataType === "binary" || dataType === "protobuf");
  if (!fields.has("data")) {
    check(metadata !== undefined && Object.keys(metadata).length > 0);
    return { dataType: "text", text: "" };
  }
  const data = fields.value("data");
  if (dataType === "json") {
    check(data !== null);
    return { dataType, json: fields.source("data") };
  }
  check(typeof data === "string");
  if (dataType === "text") return { dataType, text: data };
  const bytes = fromBase64(data);
  check(bytes !== undefined);
  return { dataType, bytes };
}

function check(holds: boolean): asserts holds {
  if (!holds) throw new BrokenRule();
}
