import fc from "fast-check";
import { parseJsonUpstream } from "../../lib/emulator/json-upstream.js";
import { decodePayload } from "../../lib/emulator/payload.js";
import { jsonCodec } from "../../lib/protocol/codec.js";
import { invalidEventName, invalidGroupName } from "../../lib/protocol/names.js";

const fields = (frame: string | Uint8Array): unknown => JSON.parse(String(frame));

/** What the strict service reads out of a frame, its payload decoded. */
function read(frame: string | Uint8Array) {
  const upstream = parseJsonUpstream(String(frame));
  if (upstream === undefined) throw new Error(`the service refuses ${String(frame)}`);
  return "payload" in upstream ? { ...upstream, payload: decodePayload(upstream.payload) } : upstream;
}

const groupName = fc.string({ minLength: 1, maxLength: 40, unit: "binary" }).filter((name) => !invalidGroupName(name));
const eventName = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.-]{0,20}$/).filter((name) => !invalidEventName(name));
const metadata = fc.dictionary(fc.stringMatching(/^[\w!#$%&'*+\-.^`|~]{1,12}$/), fc.string({ maxLength: 20 }), {
  maxKeys: 5,
  noNullPrototype: true,
});
const ackId = fc.option(fc.maxSafeNat(), { nil: undefined });
const isSendable = (value: unknown): boolean => JSON.stringify(value) !== "null";

describe("the frames of client-protocol §4", () => {
  it.each([
    [jsonCodec.joinGroup("g", 4), { type: "joinGroup", group: "g", ackId: 4 }],
    [jsonCodec.leaveGroup('q"', 0), { type: "leaveGroup", group: 'q"', ackId: 0 }],
    [jsonCodec.sequenceAck(7), { type: "sequenceAck", sequenceId: 7 }],
    [jsonCodec.ping(), { type: "ping" }],
    [
      jsonCodec.sendToGroup({ group: "g", content: "hi" }),
      { type: "sendToGroup", group: "g", dataType: "text", data: "hi" },
    ],
    [
      jsonCodec.sendToGroup({
        group: "g",
        content: { a: 1 },
        noEcho: true,
        ttlSeconds: 300,
        metadata: { k: "v" },
        ackId: 9007199254740991,
      }),
      {
        type: "sendToGroup",
        group: "g",
        noEcho: true,
        ttlSeconds: 300,
        dataType: "json",
        data: { a: 1 },
        metadata: { k: "v" },
        ackId: 9007199254740991,
      },
    ],
    [
      jsonCodec.event({ event: "e", content: "", ackId: 0 }),
      { type: "event", event: "e", dataType: "text", data: "", ackId: 0 },
    ],
  ])("%s", (frame, expected) => expect(fields(frame)).toStrictEqual(expected));
});

describe("the data type that is inferred", () => {
  const bytes = new Uint8Array([1, 2, 3]);
  it.each([
    ["a string", "x", "text", "x"],
    ["an empty string", "", "text", ""],
    ["an ArrayBuffer", bytes.buffer, "binary", "AQID"],
    ["a typed array", bytes, "binary", "AQID"],
    ["a view of other elements", new Uint16Array([1]), "binary", "AQA="],
    ["a DataView", new DataView(bytes.buffer, 1, 1), "binary", "Ag=="],
    ["a Node Buffer", Buffer.from([255]), "binary", "/w=="],
    ["an object", { a: 1 }, "json", { a: 1 }],
    ["an array", [1], "json", [1]],
    ["zero", 0, "json", 0],
    ["false", false, "json", false],
    ["a date", new Date(0), "json", "1970-01-01T00:00:00.000Z"],
  ])("of %s", (_what, content, dataType, data) =>
    expect(fields(jsonCodec.event({ event: "e", content }))).toMatchObject({ dataType, data }),
  );

  it("of a buffer from another realm is binary as well", () => {
    const foreign = structuredClone(bytes.buffer);
    expect(fields(jsonCodec.event({ event: "e", content: foreign }))).toMatchObject({ dataType: "binary" });
  });
});

describe("content that does not fit is refused before it is a frame", () => {
  const cyclic: Record<string, unknown> = {};
  cyclic["self"] = cyclic;
  it.each([
    ["null as JSON", null, "json"],
    ["undefined as JSON", undefined, "json"],
    ["a function", () => 1, "json"],
    ["a symbol", Symbol("s"), "json"],
    ["NaN, which JSON writes as null", NaN, "json"],
    ["an object whose toJSON gives null", { toJSON: (): unknown => null }, "json"],
    ["an object whose toJSON gives nothing", { toJSON: (): unknown => undefined }, "json"],
    ["a cycle", cyclic, "json"],
    ["a BigInt", 1n, "json"],
    ["a BigInt deep inside", { a: [1n] }, "json"],
    ["a number as text", 5, "text"],
    ["nothing as text", undefined, "text"],
    ["bytes as text", new Uint8Array(1), "text"],
    ["text as binary", "AQID", "binary"],
    ["an object as protobuf", {}, "protobuf"],
    ["an array of numbers as binary", [1, 2], "binary"],
    ["an unknown data type", "x", "xml" as never],
    ["an odd data type", "x", 5 as never],
  ] as const)("%s is a TypeError", (_what, content, dataType) => {
    expect(() => jsonCodec.sendToGroup({ group: "g", content, dataType })).toThrow(TypeError);
  });

  it("the error names the kind of the content and never shows it", () => {
    expect(() => jsonCodec.event({ event: "e", content: { password: "hunter2" }, dataType: "text" })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("hunter2") as string }) as Error,
    );
  });
});

describe("whatever is encoded, the strict service reads as it was meant", () => {
  it("joins and leaves", () => {
    fc.assert(
      fc.property(groupName, fc.maxSafeNat(), (group, id) => {
        const ackOfFrame = String(id);
        expect(read(jsonCodec.joinGroup(group, id))).toEqual({ type: "joinGroup", group, ackId: ackOfFrame });
        expect(read(jsonCodec.leaveGroup(group, id))).toEqual({ type: "leaveGroup", group, ackId: ackOfFrame });
      }),
    );
  });

  it("JSON to a group with every option", () => {
    fc.assert(
      fc.property(
        groupName,
        fc.jsonValue().filter(isSendable),
        fc.boolean(),
        fc.integer({ min: 0, max: 300 }),
        fc.option(metadata, { nil: undefined }),
        ackId,
        (group, content, noEcho, ttlSeconds, meta, id) => {
          const frame = jsonCodec.sendToGroup({
            group,
            content,
            dataType: "json",
            noEcho,
            ttlSeconds,
            metadata: meta,
            ackId: id,
          });
          expect(read(frame)).toEqual({
            type: "sendToGroup",
            group,
            payload: { dataType: "json", data: JSON.parse(JSON.stringify(content)) as unknown },
            metadata: meta,
            noEcho,
            ttlSeconds,
            ackId: id === undefined ? undefined : String(id),
          });
        },
      ),
    );
  });

  it("text and bytes as events", () => {
    fc.assert(
      fc.property(eventName, fc.string({ unit: "grapheme" }), fc.uint8Array(), (event, text, bytes) => {
        expect(read(jsonCodec.event({ event, content: text }))).toMatchObject({
          event,
          payload: { dataType: "text", data: text },
        });
        const { payload } = read(jsonCodec.event({ event, content: bytes, dataType: "protobuf" })) as {
          payload: { dataType: string; data: ArrayBuffer };
        };
        expect(payload.dataType).toBe("protobuf");
        expect([...new Uint8Array(payload.data)]).toEqual([...bytes]);
      }),
    );
  });
});
