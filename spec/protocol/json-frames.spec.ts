import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { jsonCodec } from "../../lib/emulator/json-codec.js";
import { Publication } from "../../lib/emulator/publication.js";
import { decodeJsonFrame } from "../../lib/protocol/json-decoder.js";
import { decodeFrame } from "../../lib/protocol/json-frames.js";
import { MessageTemplate } from "../../lib/protocol/message-template.js";

type Fields = Readonly<Record<string, unknown>>;

/** In the order of the service's documentation, and in that of frames caught from it. */
const ORDERS = [
  ["sequenceId", "type", "from", "group", "dataType", "data", "fromUserId"],
  ["sequenceId", "type", "from", "fromUserId", "group", "dataType", "data"],
];
const message: Fields = {
  sequenceId: 41,
  type: "message",
  from: "group",
  group: "room",
  dataType: "json",
  data: { price: 1 },
  fromUserId: "ann",
};

const written = (fields: Fields, order: readonly string[]): string =>
  JSON.stringify(Object.fromEntries(order.filter((field) => field in fields).map((field) => [field, fields[field]])));

describe.each(ORDERS)("a template, of a message that begins with %s, %s, %s, %s", (...order) => {
  const templateOf = (fields: Fields) => MessageTemplate.of(written({ ...message, ...fields }, order));
  const isRead = (of: Fields, next: Fields) => {
    const raw = written({ ...message, ...next }, order);
    const read = templateOf(of)?.read(raw);
    if (read) expect(read).toEqual(decodeJsonFrame(raw));
    return read !== undefined;
  };

  it("reads messages with another id, other data, another group or another sender", () => {
    expect(isRead({}, { sequenceId: 9_007_199_254 })).toBe(true);
    expect(isRead({}, { data: [null, '","fromUserId":"eve"}'] })).toBe(true);
    expect(isRead({}, { data: null })).toBe(true);
    expect(isRead({}, { group: "another", fromUserId: "eve of the long name" })).toBe(true);
    expect(isRead({}, { group: 'q"', fromUserId: "\\" })).toBe(false);
    expect(isRead({ dataType: "text", data: "a" }, { dataType: "text", data: 'b"\n' })).toBe(true);
    expect(isRead({ dataType: "binary", data: "AA==" }, { dataType: "binary", data: "AQID" })).toBe(true);
    expect(isRead({ dataType: "protobuf", data: "AA==" }, { dataType: "protobuf", data: "" })).toBe(true);
    expect(isRead({ fromUserId: undefined }, { fromUserId: undefined, data: 2 })).toBe(true);
    expect(isRead({ fromUserId: null }, { fromUserId: null, data: 2 })).toBe(true);
  });

  it("leaves to others what is written in another way", () => {
    expect(isRead({}, { dataType: "text", data: "" })).toBe(false);
    expect(isRead({}, { fromUserId: null })).toBe(false);
    expect(isRead({}, { from: "server" })).toBe(false);
    expect(isRead({}, { sequenceId: 0 })).toBe(false);
    expect(isRead({}, { sequenceId: Number.MAX_SAFE_INTEGER + 1 })).toBe(false);
    expect(isRead({}, { sequenceId: "42" })).toBe(false);
    expect(isRead({ dataType: "text", data: "a" }, { dataType: "text", data: 1 })).toBe(false);
    expect(isRead({ dataType: "binary", data: "AA==" }, { dataType: "binary", data: "not base64" })).toBe(false);
  });

  it.each([
    { data: 12 },
    { dataType: "text", data: "a b" },
    { dataType: "binary", data: "AAAA" },
    { group: "", fromUserId: "" },
    { fromUserId: undefined, data: [{}] },
  ])("reads nothing wrong of a frame of %p with a flaw, wherever that is", (fields) => {
    const template = templateOf(fields);
    const raw = written({ ...message, ...fields }, order);
    expect(template?.read(raw)).toEqual(decodeJsonFrame(raw));
    for (let begin = 0; begin <= raw.length; begin++) {
      for (let end = begin; end <= raw.length; end++) {
        const insertions =
          end - begin < 3 ? ["", '"', "\\", "0", "1", "-", " ", ",", "}", "\u0001", '\\"', '""'] : [""];
        for (const text of insertions) {
          const flawed = raw.slice(0, begin) + text + raw.slice(end);
          const read = template?.read(flawed);
          if (read && !isDeepStrictEqual(read, decodeJsonFrame(flawed))) expect([flawed, read]).toBe("read as it is");
        }
      }
    }
  });

  it("takes nothing for a name that no JSON has", () => {
    const template = templateOf({});
    for (const names of ["\0", "\0\0"]) {
      for (const end of ["}", "\0"]) expect(template?.read(`{"sequenceId":2${names}5${end}`)).toBeUndefined();
    }
  });

  it("gives a name of its own, not the one before it", () => {
    const template = templateOf({});
    const groups = ["a", "a", "b", "a", "a long name that is no copy", "a long name that is no copy", "b"];
    const read = groups.map((group) => template?.read(written({ ...message, group, fromUserId: group }, order)));
    expect(read.map((each) => [each?.group, each?.fromUserId])).toEqual(groups.map((group) => [group, group]));
  });
});

it.each([
  ["metadata", { ...message, metadata: {} }],
  ["a field that nobody knows", { ...message, surprise: 1 }],
  ["no id", { ...message, sequenceId: undefined }],
  ["the id behind the data", { type: "message", from: "group", group: "a", dataType: "json", data: 1, sequenceId: 1 }],
])("there is no template of a message with %s", (_, fields) => {
  expect(MessageTemplate.of(JSON.stringify(fields))).toBeUndefined();
});

it("the emulator writes messages that a template reads", () => {
  const codec = jsonCodec("json.reliable.webpubsub.azure.v1");
  const publication = new Publication(
    { from: "group", group: "room", fromUserId: "ann" },
    { dataType: "text", text: "hi" },
  );
  const [first, second] = [codec.message(publication, 1), codec.message(publication, 2)].map(String);
  expect(MessageTemplate.of(first ?? "")?.read(second ?? "")).toEqual({
    kind: "groupData",
    group: "room",
    fromUserId: "ann",
    dataType: "text",
    data: "hi",
    sequenceId: 2,
  });
});

const field = fc.record(
  {
    group: fc.oneof(fc.constantFrom("a", "b", "a group of a longer name", 'q"'), fc.string()),
    dataType: fc.constantFrom("json", "json", "text", "binary"),
    data: fc.oneof(fc.jsonValue(), fc.string(), fc.base64String(), fc.constant('","fromUserId":"x"}')),
    fromUserId: fc.oneof(fc.constantFrom("ann", "eve", "", null, "a user of a longer name"), fc.string()),
    metadata: fc.constant({ a: "b" }),
    from: fc.constantFrom("group", "server"),
    sequenceId: fc.oneof(fc.nat(), fc.maxSafeNat(), fc.double()),
  },
  { requiredKeys: ["group", "dataType", "data"] },
);
/** Something that happens to a text on its way. */
const flaw = fc.record({
  at: fc.nat(200),
  length: fc.nat(3),
  text: fc.constantFrom("", '"', "\\", "0", "}", ",", " "),
});
const frame = fc
  .tuple(field, fc.constantFrom(...ORDERS, Object.keys(message)), fc.option(flaw, { freq: 4 }))
  .map(([fields, order, broken]) => {
    const raw = written({ ...message, ...fields }, [...order, "metadata"]);
    if (broken === null) return raw;
    const at = broken.at % raw.length;
    return raw.slice(0, at) + broken.text + raw.slice(at + broken.length);
  });

it("whatever messages came before, a frame is read as if it were the only one", () => {
  fc.assert(
    fc.property(fc.array(frame, { minLength: 2, maxLength: 30 }), (frames) => {
      const templates = frames.flatMap((raw) =>
        decodeJsonFrame(raw).kind === "groupData" ? [MessageTemplate.of(raw)] : [],
      );
      for (const raw of frames) {
        const expected = decodeJsonFrame(raw);
        expect(decodeFrame(raw)).toEqual(expected);
        for (const template of templates) expect(template?.read(raw) ?? expected).toEqual(expected);
      }
    }),
    { numRuns: 300 },
  );
});

it("a frame is read faster because messages are alike, not because of what it is", () => {
  const frames = Array.from({ length: 130 }, (_, index) =>
    written({ ...message, sequenceId: index + 1 }, ORDERS[0] ?? []),
  );
  const parse = jest.spyOn(JSON, "parse");
  for (const raw of frames) decodeFrame(raw);
  const whole = parse.mock.calls.filter(([text]) => text.startsWith('{"sequenceId')).length;
  parse.mockRestore();
  expect(whole).toBeLessThan(frames.length);
});
