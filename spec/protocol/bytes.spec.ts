import fc from "fast-check";
import type * as Bytes from "../../lib/protocol/bytes.js";

/** The module as it is loaded on a platform with or without Node's Buffer. */
function load(hasBuffer: boolean): typeof Bytes {
  const holder = globalThis as { Buffer?: unknown };
  const { Buffer: buffer } = holder;
  let loaded: typeof Bytes | undefined;
  if (!hasBuffer) delete holder.Buffer;
  try {
    jest.isolateModules(() => {
      loaded = jest.requireActual<typeof Bytes>("../../lib/protocol/bytes");
    });
  } finally {
    holder.Buffer = buffer;
  }
  if (loaded === undefined) throw new Error("the module did not load");
  return loaded;
}

describe.each([
  ["Node", true],
  ["a browser", false],
])("in %s", (_platform, hasBuffer) => {
  const { toBase64, fromBase64, utf8Length } = load(hasBuffer);

  it("base64 is what Buffer makes of the same bytes, and comes back as them", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = toBase64(bytes);
        expect(text).toBe(Buffer.from(bytes).toString("base64"));
        expect([...new Uint8Array(fromBase64(text) ?? new ArrayBuffer(1))]).toEqual([...bytes]);
      }),
    );
  });

  it("base64 of a view covers the view and not the buffer behind it", () => {
    const view = new Uint8Array([9, 9, 1, 2, 3, 9]).subarray(2, 5);
    expect(toBase64(view)).toBe("AQID");
  });

  it("base64 of more bytes than a call has arguments is complete", () => {
    const bytes = new Uint8Array(300_001).map((_byte, i) => i % 251);
    expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
  });

  it("decoded bytes own their buffer", () => expect(fromBase64("AQID")?.byteLength).toBe(3));

  it("the empty text is no bytes", () => {
    expect(toBase64(new Uint8Array())).toBe("");
    expect(fromBase64("")?.byteLength).toBe(0);
  });

  it.each(["A", "AA", "AAA", "AA=A", "A===", "====", "AQ ID", "AQ\nI", "AQ_-", "AQID=", "ä", "AQI\u0144", "aŁ1/"])(
    "%j is no base64",
    (text) => expect(fromBase64(text)).toBeUndefined(),
  );

  it("base64 of many megabytes comes back", () => {
    const text = "AQID".repeat(3_000_000);
    expect(fromBase64(text)?.byteLength).toBe(9_000_000);
  });

  it("the length in UTF-8 is what Buffer says, lone surrogates included", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" })), (text) => {
        expect(utf8Length(text)).toBe(Buffer.byteLength(text));
      }),
    );
    const surrogates = ["\ud83d", "\ude00", "\ud83d\ude00", "a\ud83d", "\ude00\ud83d", "\ud83dé\ude00"];
    expect(surrogates.map(utf8Length)).toEqual(surrogates.map((text) => Buffer.byteLength(text)));
  });
});
