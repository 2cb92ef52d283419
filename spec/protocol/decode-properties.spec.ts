import fc from "fast-check";
import { decodeJsonFrame } from "../../lib/protocol/json-decoder.js";

const kinds = ["groupData", "serverData", "ack", "connected", "disconnected", "pong", "unknown", "malformed"];

/** Values that look like frames, so that every branch is reached. */
const nearlyFrame = fc.record(
  {
    type: fc.constantFrom("message", "ack", "pong", "system", "x", 1, null),
    from: fc.constantFrom("group", "server", "x", null),
    event: fc.constantFrom("connected", "disconnected", "x"),
    group: fc.oneof(fc.string(), fc.jsonValue()),
    dataType: fc.constantFrom("text", "json", "binary", "protobuf", "x"),
    data: fc.oneof(fc.string(), fc.base64String(), fc.jsonValue()),
    sequenceId: fc.oneof(fc.maxSafeNat(), fc.double(), fc.jsonValue()),
    ackId: fc.oneof(fc.maxSafeNat(), fc.jsonValue()),
    success: fc.oneof(fc.boolean(), fc.jsonValue()),
    error: fc.oneof(fc.record({ name: fc.string(), message: fc.string() }), fc.jsonValue()),
    connectionId: fc.oneof(fc.string(), fc.jsonValue()),
    userId: fc.oneof(fc.string(), fc.jsonValue()),
    metadata: fc.oneof(fc.dictionary(fc.string(), fc.string()), fc.jsonValue()),
    stream: fc.oneof(fc.record({ streamId: fc.string(), streamSequenceId: fc.nat() }), fc.jsonValue()),
  },
  { requiredKeys: [] },
);

it("decoding answers every string with a frame, and never throws", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => kinds.includes(decodeJsonFrame(text).kind)));
});

it("decoding answers whatever resembles a frame with a frame, and never throws", () => {
  fc.assert(
    fc.property(nearlyFrame, (frame) => kinds.includes(decodeJsonFrame(JSON.stringify(frame)).kind)),
    { numRuns: 1_000 },
  );
});

it("a decoded id is always a whole number that is exact in JavaScript", () => {
  fc.assert(
    fc.property(nearlyFrame, (value) => {
      const frame = decodeJsonFrame(JSON.stringify(value)) as { sequenceId?: number; ackId?: number };
      for (const id of [frame.sequenceId, frame.ackId]) {
        if (id !== undefined) expect(Number.isSafeInteger(id) && id >= 0).toBe(true);
      }
    }),
    { numRuns: 1_000 },
  );
});

it("a frame is a message exactly as it was sent, whatever JSON it carries", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), (data, group) => {
      const text = JSON.stringify({ type: "message", from: "group", group, dataType: "json", data });
      const sent: unknown = JSON.parse(JSON.stringify(data));
      expect(decodeJsonFrame(text)).toEqual({ kind: "groupData", group, dataType: "json", data: sent });
    }),
  );
});
