import { failed, ok, PLAIN, RELIABLE, VirtualService, type FrameObject } from "./virtual-service.js";

const INVALID = "close 1007 The client message is not a valid JSON protocol message.";
const longName = "g".repeat(1_025);
const send = { type: "sendToGroup", group: "g", data: 1 };
const event = { type: "event", event: "e", data: 1 };

const refused: Record<string, string | FrameObject> = {
  "no JSON": "nonsense",
  "an empty frame": "",
  "an array": "[]",
  "a batch": '[{"type":"ping"}]',
  null: "null",
  "a text": '"ping"',
  "no type": {},
  "a type that is no text": { type: 1 },
  "an unknown type": { type: "hello", ackId: 1 },
  "two objects": '{"type":"ping"}{"type":"ping"}',
  "a join without group": { type: "joinGroup", ackId: 1 },
  "a join of a group that is no text": { type: "joinGroup", group: 7 },
  "a join of a blank group": { type: "joinGroup", group: " \t" },
  "a leave of too long a group": { type: "leaveGroup", group: longName },
  "an ackId in a text": { type: "joinGroup", group: "g", ackId: "1" },
  "a negative ackId": { type: "joinGroup", group: "g", ackId: -1 },
  "a fractional ackId": '{"type":"joinGroup","group":"g","ackId":1.0}',
  "an ackId above 64 bits": '{"type":"joinGroup","group":"g","ackId":18446744073709551616}',
  "a send without group": { type: "sendToGroup", data: 1 },
  "a send without data": { type: "sendToGroup", group: "g" },
  "a send without data, with empty metadata": { type: "sendToGroup", group: "g", metadata: {} },
  "an unknown dataType": { ...send, dataType: "xml" },
  "a dataType that is null": { ...send, dataType: null },
  "JSON data that is null": { ...send, data: null },
  "text data that is no text": { ...send, dataType: "text" },
  "binary data that is no base64": { ...send, dataType: "binary", data: "abc" },
  "binary data that is no text": { ...send, dataType: "binary", data: 5 },
  "protobuf data that is no base64": { ...send, dataType: "protobuf", data: "?" },
  "noEcho in a text": { ...send, noEcho: "true" },
  "noEcho that is null": { ...send, noEcho: null },
  "ttlSeconds above 300": { ...send, ttlSeconds: 301 },
  "ttlSeconds below 0": { ...send, ttlSeconds: -1 },
  "fractional ttlSeconds": { ...send, ttlSeconds: 1.5 },
  "ttlSeconds in a text": { ...send, ttlSeconds: "1" },
  "metadata that is no object": { ...send, metadata: [] },
  "a metadata value that is no text": { ...send, metadata: { a: 1 } },
  "a metadata name with a blank": { ...send, metadata: { "a b": "1" } },
  "a metadata name twice": '{"type":"sendToGroup","group":"g","data":1,"metadata":{"a":"1","a":"2"}}',
  "a metadata value over 1,024 bytes": { ...send, metadata: { a: "x".repeat(1_025) } },
  "the start of a stream": { ...send, stream: { streamId: "s" } },
  "an event without name": { type: "event", data: 1 },
  "an event that begins with a digit": { ...event, event: "1event" },
  "an event with a slash": { ...event, event: "bad/event" },
  "an event without data": { type: "event", event: "e" },
  "a sequenceAck without id": { type: "sequenceAck" },
  "a sequenceAck of null": { type: "sequenceAck", sequenceId: null },
  "a sequenceAck in a text": { type: "sequenceAck", sequenceId: "1" },
};

describe.each([RELIABLE, PLAIN])("a frame on %s", (protocol) => {
  it.each(Object.entries(refused))("is refused with 1007, and ends the session: %s", (_what, frame) => {
    const service = new VirtualService();
    const client = service.connect({}, protocol);
    expect(client.send(frame)).toEqual([]);
    expect(client.ending).toBe(INVALID);
    expect(service.hub.connections).toEqual([]);
  });

  it("is refused with 1003 when it is binary", () => {
    const service = new VirtualService();
    const client = service.connect({}, protocol);
    client.send(new TextEncoder().encode('{"type":"ping"}'));
    expect(client.ending).toBe("close 1003 The JSON subprotocol requires text messages.");
    expect(service.hub.connections).toEqual([]);
  });

  it("may have exactly 1 MiB, counted in bytes, and no more", () => {
    const service = new VirtualService();
    const client = service.connect({}, protocol);
    const frameOf = (bytes: number): string => {
      const head = '{"type":"ping","x":"';
      return `${head}${"é".repeat((bytes - head.length - 2) / 2)}"}`;
    };
    expect(client.send(frameOf(1_048_576))).toEqual([{ type: "pong" }]);
    client.send(frameOf(1_048_578));
    expect(client.ending).toBe("close 1009 The client message is too large.");
    expect(service.hub.connections).toEqual([]);
  });
});

it("has no effect at all when any part of it is wrong", () => {
  const service = new VirtualService();
  const client = service.connect({ groups: ["g"] });
  const other = service.connect({ groups: ["g"] });
  client.send({ ...send, ackId: 1, ttlSeconds: 999 });
  expect(other.frames).toHaveLength(1);
});

it("takes no other client down", () => {
  const service = new VirtualService();
  const other = service.connect();
  service.connect().send("nonsense");
  expect(other.send({ type: "ping" })).toEqual([{ type: "pong" }]);
});

it("is read whatever the case of type and dataType, with properties that nobody knows", () => {
  const client = new VirtualService().connect({ groups: ["g"] });
  expect(client.send({ type: "PING", extra: { deep: [1] } })).toEqual([{ type: "pong" }]);
  expect(client.send({ type: "SendToGroup", group: "g", dataType: "TEXT", data: "x", future: 1 })).toMatchObject([
    { dataType: "text", data: "x" },
  ]);
});

it("counts null as absent for ackId, metadata and ttlSeconds", () => {
  const client = new VirtualService().connect({ groups: ["g"] });
  const frames = client.send({ ...send, ackId: null, metadata: null, ttlSeconds: null }, { type: "ping" });
  expect(frames.map(({ type }) => type)).toEqual(["message", "pong"]);
});

it("takes every ackId of 64 bits, and echoes it digit by digit", () => {
  const client = new VirtualService().connect();
  client.send('{"type":"joinGroup","group":"g","ackId":18446744073709551615}');
  expect(client.texts.at(-1)).toBe('{"type":"ack","ackId":18446744073709551615,"success":true}');
  // One less is the same JavaScript number, but not the same id.
  client.send('{"type":"joinGroup","group":"g","ackId":18446744073709551614}');
  expect(client.texts.at(-1)).toBe('{"type":"ack","ackId":18446744073709551614,"success":true}');
  expect(client.send({ type: "joinGroup", group: "g", ackId: 0 })).toEqual([ok(0)]);
});

it("passes JSON on as the text that it was", () => {
  const client = new VirtualService().connect({ groups: ["g"] });
  client.send(
    '{ "data" : {"big": 12345678901234567890, "quo\\"te\\\\": [1.0, "}]"] } , "type":"sendToGroup","group":"g" }',
  );
  expect(client.texts.at(-1)).toContain('"data":{"big": 12345678901234567890, "quo\\"te\\\\": [1.0, "}]"] }');
  expect(client.frames.at(-1)).toMatchObject({ dataType: "json", sequenceId: 1 });
});

it.each([
  ["text", "héllo"],
  ["json", { a: [1, null, "x"] }],
  ["json", 0],
  ["json", false],
  ["json", ""],
  ["binary", "AQID/w=="],
  ["binary", ""],
  ["protobuf", "CgNmb28="],
])("carries %s to the members of a group: %j", (dataType, data) => {
  const service = new VirtualService();
  const receiver = service.connect({ groups: ["g"] });
  const sender = service.connect({ userId: "ann" });
  sender.send({ type: "sendToGroup", group: "g", dataType, data, metadata: { trace: "a1" } });
  expect(receiver.frames.at(-1)).toEqual({
    type: "message",
    from: "group",
    group: "g",
    fromUserId: "ann",
    dataType,
    data,
    metadata: { trace: "a1" },
    sequenceId: 1,
  });
});

it("sends an empty text when there is only metadata", () => {
  const client = new VirtualService().connect({ groups: ["g"] });
  const frames = client.send({ type: "sendToGroup", group: "g", metadata: { a: "" } });
  expect(frames).toMatchObject([{ dataType: "text", data: "", metadata: { a: "" } }]);
});

it("leaves fromUserId out for an anonymous sender", () => {
  const client = new VirtualService().connect({ groups: ["g"] });
  expect(client.send(send)[0]).not.toHaveProperty("fromUserId");
});

it("is answered on the same socket when it is not allowed", () => {
  const client = new VirtualService().connect({ roles: [] });
  expect(client.send({ ...send, ackId: 3 })).toEqual([
    failed(3, "Forbidden", "The client does not have permission to send to group 'g'."),
  ]);
});
