import fc from "fast-check";
import { invalidMetadata } from "../../lib/protocol/metadata.js";
import {
  invalidEventName,
  invalidGroupName,
  invalidHubName,
  invalidId,
  invalidTtlSeconds,
} from "../../lib/protocol/names.js";

describe("group names", () => {
  it.each(["g", " g ", "a/b", "room-7", "ä", "😀", "*", "x".repeat(1_024), "__proto__"])("takes %j", (name) =>
    expect(invalidGroupName(name)).toBeUndefined(),
  );
  it.each(["", " ", "\t\n", "\u00a0", "x".repeat(1_025), undefined, null, 5, {}])("refuses %j", (name) =>
    expect(invalidGroupName(name)).toEqual(expect.any(String)),
  );
  it("counts in UTF-16 units", () => {
    expect(invalidGroupName("😀".repeat(512))).toBeUndefined();
    expect(invalidGroupName("😀".repeat(513))).toEqual(expect.any(String));
  });
});

describe("event names", () => {
  it.each(["e", "E", "order.created", "a_b-c.d9", "x".repeat(128)])("takes %j", (name) =>
    expect(invalidEventName(name)).toBeUndefined(),
  );
  it.each(["", "1event", "bad/event", "bad event", "_e", ".e", "é", "x\n", "x".repeat(129), undefined, 5])(
    "refuses %j",
    (name) => expect(invalidEventName(name)).toEqual(expect.any(String)),
  );
});

describe("hub names", () => {
  it.each(["h", "Chat", "a_`,.[]9", "x".repeat(128)])("takes %j", (name) =>
    expect(invalidHubName(name)).toBeUndefined(),
  );
  it.each(["", "1h", "a-b", "a b", "x\n", "x".repeat(129), null])("refuses %j", (name) =>
    expect(invalidHubName(name)).toEqual(expect.any(String)),
  );
});

describe("ids and times to live", () => {
  it.each([0, 1, 2 ** 53 - 1])("takes the id %s", (id) => expect(invalidId(id)).toBeUndefined());
  it.each([-1, 1.5, 2 ** 53, NaN, Infinity, "1", null, undefined, 1n])("refuses the id %s", (id) =>
    expect(invalidId(id)).toEqual(expect.any(String)),
  );
  it.each([0, 1, 300])("takes %s seconds", (ttl) => expect(invalidTtlSeconds(ttl)).toBeUndefined());
  it.each([-1, 0.5, 301, NaN, "5", null])("refuses %s seconds", (ttl) =>
    expect(invalidTtlSeconds(ttl)).toEqual(expect.any(String)),
  );
});

describe("metadata", () => {
  const entries = (count: number, key: number, value: number) =>
    Object.fromEntries(Array.from({ length: count }, (_none, i) => [String(i).padEnd(key, "k"), "v".repeat(value)]));

  it.each([
    ["nothing", {}],
    ["an empty value", { a: "" }],
    ["every kind of character that a key may have", { "azAZ09!#$%&'*+-.^_`|~": "x" }],
    ["control characters in a value", { a: "\u0000\u007f" }],
    ["the longest key", { ["k".repeat(256)]: "" }],
    ["the longest value", { a: "v".repeat(1_024) }],
    ["the most in all", entries(8, 8, 1_016)],
  ])("takes %s", (_what, metadata) => expect(invalidMetadata(metadata)).toBeUndefined());

  it.each([
    ["null", null],
    ["an array", ["a"]],
    ["a text", "a"],
    ["an empty key", { "": "x" }],
    ["a key with a space", { "a b": "x" }],
    ["a key beyond ASCII", { ä: "x" }],
    ["a key that is too long", { ["k".repeat(257)]: "" }],
    ["a number as value", { a: 5 }],
    ["nothing as value", { a: undefined }],
    ["a value beyond ASCII", { a: "é" }],
    ["a value that is too long", { a: "v".repeat(1_025) }],
    ["one byte too many in all", { ...entries(8, 8, 1_016), x: "" }],
  ])("refuses %s", (_what, metadata) => expect(invalidMetadata(metadata)).toEqual(expect.any(String)));

  it("judges every value without throwing", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(["string", "undefined"]).toContain(typeof invalidMetadata(value));
      }),
    );
  });
});
