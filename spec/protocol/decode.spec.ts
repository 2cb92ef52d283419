import { decodeJsonFrame } from "../../lib/protocol/json-decoder.js";
import type { DownstreamFrame } from "../../lib/protocol/messages.js";

type Fields = Record<string, unknown>;

const decode = (frame: unknown): DownstreamFrame => decodeJsonFrame(JSON.stringify(frame));

const group = (fields: Fields = {}): Fields => ({
  type: "message",
  from: "group",
  group: "g",
  dataType: "text",
  data: "hi",
  ...fields,
});
const server = (fields: Fields = {}): Fields => ({
  type: "message",
  from: "server",
  dataType: "text",
  data: "hi",
  ...fields,
});
const ack = (fields: Fields = {}): Fields => ({ type: "ack", ackId: 3, success: true, ...fields });
const connected = (fields: Fields = {}): Fields => ({
  type: "system",
  event: "connected",
  connectionId: "c",
  ...fields,
});

const without = (frame: Fields, field: string): Fields =>
  Object.fromEntries(Object.entries(frame).filter(([name]) => name !== field));

describe("a frame that is understood", () => {
  const known: [string, Fields, unknown][] = [
    ["text of a group", group(), { kind: "groupData", group: "g", dataType: "text", data: "hi" }],
    ["empty text", group({ data: "" }), { kind: "groupData", group: "g", dataType: "text", data: "" }],
    ["text of the server", server(), { kind: "serverData", dataType: "text", data: "hi" }],
    ["an ack", ack(), { kind: "ack", ackId: 3, success: true }],
    ["an ack with id 0", ack({ ackId: 0 }), { kind: "ack", ackId: 0, success: true }],
    [
      "a failure",
      ack({ success: false, error: { name: "Forbidden", message: "no" } }),
      { kind: "ack", ackId: 3, success: false, error: { name: "Forbidden", message: "no" } },
    ],
    [
      "a failure whose error has no message",
      ack({ success: false, error: { name: "Odd" } }),
      { kind: "ack", ackId: 3, success: false, error: { name: "Odd", message: "" } },
    ],
    ["a pong", { type: "pong" }, { kind: "pong" }],
    [
      "the beginning of a session",
      connected({ userId: "ann", reconnectionToken: "t" }),
      { kind: "connected", connectionId: "c", userId: "ann", reconnectionToken: "t" },
    ],
    ["a good-bye", { type: "system", event: "disconnected", message: "bye" }, { kind: "disconnected", message: "bye" }],
    ["a good-bye without words", { type: "system", event: "disconnected" }, { kind: "disconnected" }],
  ];
  it.each(known)("%s", (_name, frame, expected) => expect(decode(frame)).toStrictEqual(expected));

  it.each([null, 0, "", false, [], { a: [1] }])("keeps JSON data %j as it is", (data) =>
    expect(decode(group({ dataType: "json", data }))).toMatchObject({ kind: "groupData", dataType: "json", data }),
  );

  it.each(["binary", "protobuf"])("turns base64 of %s data into bytes", (dataType) => {
    const frame = decode(server({ dataType, data: "AP8Q" }));
    expect(frame).toMatchObject({ kind: "serverData", dataType });
    const { data } = frame as { data: ArrayBuffer };
    expect(Object.prototype.toString.call(data)).toBe("[object ArrayBuffer]");
    expect([...new Uint8Array(data)]).toEqual([0, 255, 16]);
  });

  it("hands on who sent it, its position, metadata and stream", () => {
    const stream = { streamId: "s", streamSequenceId: 2, endOfStream: true };
    const extras = { fromUserId: "ann", sequenceId: 7, metadata: { a: "b" }, stream };
    expect(decode(group(extras))).toMatchObject(extras);
  });

  it("ignores properties that it does not know", () =>
    expect(decode(group({ future: 1, ackId: "x" }))).toStrictEqual(decode(group())));

  it("does not care about the order of properties", () =>
    expect(decode(Object.fromEntries(Object.entries(group()).reverse()))).toStrictEqual(decode(group())));

  it("has no stream, group or sender on a message of the server", () =>
    expect(decode(server({ group: "g", fromUserId: "ann", stream: { streamId: "s" } }))).toStrictEqual(
      decode(server()),
    ));
});

describe("an optional field that is null counts as absent", () => {
  it.each(["fromUserId", "sequenceId", "metadata", "stream"])("%s of a group message", (field) =>
    expect(decode(group({ [field]: null }))).toStrictEqual(decode(group())),
  );
  it.each(["userId", "reconnectionToken"])("%s of a connected frame", (field) =>
    expect(decode(connected({ [field]: null }))).toStrictEqual(decode(connected())),
  );
  it("the error of an ack", () => expect(decode(ack({ error: null }))).toStrictEqual(decode(ack())));
  it("the words of a good-bye", () =>
    expect(decode({ type: "system", event: "disconnected", message: null })).toStrictEqual({ kind: "disconnected" }));
  it("and so does an empty userId", () => expect(decode(connected({ userId: "" }))).toStrictEqual(decode(connected())));
});

describe("what a later version of the service may send is ignored", () => {
  it.each([
    ["type", { type: "hologram" }],
    ["system event", { type: "system", event: "tired" }],
    ["sender", group({ from: "moon" })],
    ["data type", group({ dataType: "cbor", data: 1 })],
  ])("an unknown %s", (_what, frame) => expect(decode(frame)).toStrictEqual({ kind: "unknown" }));

  it("but its position in the session is known", () =>
    expect(decode({ type: "hologram", sequenceId: 12 })).toStrictEqual({ kind: "unknown", sequenceId: 12 }));
});

describe("a frame that breaks the protocol says which field", () => {
  it.each([
    ["type", {}],
    ["type", { type: 1 }],
    ["from", without(group(), "from")],
    ["from", group({ from: 1 })],
    ["group", without(group(), "group")],
    ["group", group({ group: null })],
    ["dataType", without(group(), "dataType")],
    ["dataType", group({ dataType: 3 })],
    ["data", without(group(), "data")],
    ["data", group({ data: 5 })],
    ["data", group({ data: null })],
    ["data", without(group({ dataType: "json" }), "data")],
    ["data", group({ dataType: "binary", data: "no base64" })],
    ["data", group({ dataType: "binary", data: "AAA" })],
    ["data", group({ dataType: "protobuf", data: {} })],
    ["fromUserId", group({ fromUserId: 5 })],
    ["sequenceId", group({ sequenceId: "5" })],
    ["sequenceId", group({ sequenceId: -1 })],
    ["sequenceId", group({ sequenceId: 1.5 })],
    ["sequenceId", group({ sequenceId: 2 ** 53 })],
    ["metadata", group({ metadata: [] })],
    ["metadata", group({ metadata: { a: 1 } })],
    ["stream", group({ stream: "s" })],
    ["stream", group({ stream: { streamId: 1, streamSequenceId: 1 } })],
    ["stream", group({ stream: { streamId: "s" } })],
    ["stream", group({ stream: { streamId: "s", streamSequenceId: "1" } })],
    ["ackId", without(ack(), "ackId")],
    ["ackId", ack({ ackId: "3" })],
    ["ackId", ack({ ackId: 2 ** 53 })],
    ["ackId", ack({ ackId: null })],
    ["success", without(ack(), "success")],
    ["success", ack({ success: "true" })],
    ["success", ack({ success: null })],
    ["error", ack({ success: false, error: "no" })],
    ["name", ack({ success: false, error: { message: "no" } })],
    ["event", { type: "system" }],
    ["connectionId", without(connected(), "connectionId")],
    ["connectionId", connected({ connectionId: "" })],
    ["userId", connected({ userId: 5 })],
    ["reconnectionToken", connected({ reconnectionToken: 5 })],
    ["message", { type: "system", event: "disconnected", message: 5 }],
  ])("%s in %j", (field, frame) => {
    const result = decode(frame);
    expect(result).toMatchObject({ kind: "malformed", frame: JSON.stringify(frame) });
    expect((result as { reason: string }).reason).toContain(`"${field}"`);
  });

  it.each(["", "{", "garbage", "[]", "null", "5", '"text"', "[{}]"])("%j is no object at all", (text) =>
    expect(decodeJsonFrame(text)).toMatchObject({ kind: "malformed", frame: text }),
  );

  it("a binary frame has no place on a text subprotocol", () =>
    expect(decodeJsonFrame(new ArrayBuffer(3))).toMatchObject({
      kind: "malformed",
      reason: expect.stringContaining("binary") as unknown,
    }));

  it("keeps a position that can be read, so that the service need not keep the frame", () =>
    expect(decode(group({ data: 5, sequenceId: 9 }))).toMatchObject({ kind: "malformed", sequenceId: 9 }));
});

describe("hostile keys", () => {
  it("__proto__ in JSON data is data and changes no prototype", () => {
    const frame = decodeJsonFrame(
      '{"type":"message","from":"server","dataType":"json","data":{"__proto__":{"polluted":true}}}',
    );
    expect(frame).toMatchObject({ kind: "serverData" });
    expect(({} as Fields)["polluted"]).toBeUndefined();
    expect(Object.getPrototypeOf((frame as { data: object }).data)).toBe(Object.prototype);
  });

  it.each(["__proto__", "constructor", "toString"])("a type called %s is unknown", (type) =>
    expect(decodeJsonFrame(`{"type":"${type}"}`)).toStrictEqual({ kind: "unknown" }),
  );

  it("a type that only a prototype has is missing", () =>
    expect(decodeJsonFrame('{"__proto__":{"type":"pong"}}')).toMatchObject({ kind: "malformed" }));

  it("metadata may use __proto__ as a key without effect", () => {
    const frame = decodeJsonFrame(
      '{"type":"message","from":"server","dataType":"text","data":"","metadata":{"__proto__":"x"}}',
    );
    expect(frame).toMatchObject({ kind: "serverData", dataType: "text", data: "" });
  });
});
