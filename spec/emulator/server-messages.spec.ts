import { PLAIN, RELIABLE, VirtualService } from "./virtual-service.js";

it("sends to all, to a user, to a connection and to a group, without those excluded", () => {
  const service = new VirtualService();
  const { hub } = service;
  const ann = service.connect({ userId: "ann", groups: ["g"] });
  const ann2 = service.connect({ userId: "ann" });
  const bob = service.connect({ userId: "bob", groups: ["g"] }, PLAIN);
  const everyone = [ann, ann2, bob];
  const received = (send: () => void): unknown[][] => {
    const before = everyone.map(({ frames }) => frames.length);
    send();
    service.settle();
    return everyone.map(({ frames }, i) => frames.slice(before[i]).map(({ data }) => data));
  };
  expect(received(() => hub.sendToAll("a"))).toEqual([["a"], ["a"], ["a"]]);
  expect(received(() => hub.sendToUser("ann", "u"))).toEqual([["u"], ["u"], []]);
  expect(received(() => hub.sendToConnection(ann2.connectionId, "c"))).toEqual([[], ["c"], []]);
  expect(received(() => hub.sendToGroup("g", "g"))).toEqual([["g"], [], ["g"]]);
  const excluded = [ann.connectionId];
  expect(received(() => hub.sendToAll("a", { excluded }))).toEqual([[], ["a"], ["a"]]);
  expect(received(() => hub.sendToUser("ann", "u", { excluded }))).toEqual([[], ["u"], []]);
  expect(received(() => hub.sendToConnection(ann.connectionId, "c", { excluded }))).toEqual([[], [], []]);
  expect(received(() => hub.sendToGroup("g", "g", { excluded }))).toEqual([[], [], ["g"]]);
});

it.each([
  ["hi", undefined, "text", "hi"],
  ["hi", "json", "json", "hi"],
  [null, undefined, "json", null],
  [new Uint8Array([1, 2]).buffer, undefined, "binary", "AQI="],
  [new DataView(new Uint8Array([1, 2]).buffer, 1), undefined, "binary", "Ag=="],
  [new Uint8Array([1, 2]), "protobuf", "protobuf", "AQI="],
] as const)("infers or takes the dataType: %j as %s", (data, given, dataType, wire) => {
  const service = new VirtualService();
  const client = service.connect();
  service.hub.sendToAll(data, { dataType: given });
  service.settle();
  expect(client.frames.at(-1)).toMatchObject({ dataType, data: wire });
});

it("sends the bytes as they were, whatever becomes of them afterwards", () => {
  const service = new VirtualService();
  const client = service.connect({}, []);
  client.socket.binaryType = "arraybuffer";
  const bytes = new Uint8Array([1, 2]);
  let received: unknown;
  client.socket.onmessage = ({ data }) => (received = data);
  service.hub.sendToAll(bytes);
  bytes[0] = 9;
  service.settle();
  expect([...new Uint8Array(received as ArrayBuffer)]).toEqual([1, 2]);
});

it("refuses what cannot be sent, and says what is wrong", () => {
  const { hub } = new VirtualService();
  expect(() => hub.sendToAll(1, { dataType: "text" })).toThrow(
    new TypeError('data of dataType "text" must be a string, not a number'),
  );
  expect(() => hub.sendToAll("x", { dataType: "binary" })).toThrow(TypeError);
  expect(() => hub.sendToAll(undefined)).toThrow(new TypeError('data of dataType "json" must be JSON, not undefined'));
  expect(() => hub.sendToAll(1, { dataType: "xml" as "json" })).toThrow(/"xml"/);
  expect(() => hub.sendToAll(1, { ttlSeconds: 301 })).toThrow(RangeError);
  expect(() => hub.sendToAll(1, { metadata: { "a b": "" } })).toThrow(RangeError);
  expect(() => hub.sendToGroup(" ", 1)).toThrow(RangeError);
  expect(() => hub.addToGroup("x", "")).toThrow(RangeError);
  expect(() => hub.removeFromGroup("x", "")).toThrow(RangeError);
  expect(() => hub.sendToUser(5 as never, 1)).toThrow(new TypeError("userId must be a string, not a number"));
  expect(() => hub.sendToConnection(null as never, 1)).toThrow(
    new TypeError("connectionId must be a string, not null"),
  );
});

it.each([
  ["a text", (length: number) => "é".repeat(length / 2)],
  ["JSON", (length: number) => ["x".repeat(length - 4)]],
  ["bytes", (length: number) => new Uint8Array(length)],
])("sends %s of 1 MiB, and refuses more, as Azure does", (_what, content) => {
  const service = new VirtualService();
  const client = service.connect();
  service.hub.sendToAll(content(1_048_576));
  service.settle();
  expect(client.frames).toHaveLength(2);
  expect(() => service.hub.sendToAll(content(1_048_578))).toThrow(
    new RangeError("a message may have 1048576 bytes at most, this one has 1048578"),
  );
});

it("drops what is addressed to nobody", () => {
  const { hub } = new VirtualService();
  hub.sendToUser("nobody", 1);
  hub.sendToConnection("nobody", 1);
  hub.sendToGroup("nobody", 1);
  hub.addToGroup("nobody", "g");
  hub.removeFromGroup("nobody", "g");
  hub.closeConnection("nobody");
  expect(hub.connections).toEqual([]);
});

it("makes and unmakes members whatever their roles, also while they are detached", () => {
  const service = new VirtualService();
  const client = service.connect({ roles: [] });
  service.hub.addToGroup(client.connectionId, "g");
  service.emulator.faults.drop(client.connectionId);
  service.hub.addToGroup(client.connectionId, "h");
  service.hub.sendToGroup("h", "for you");
  service.hub.removeFromGroup(client.connectionId, "g");
  service.hub.sendToGroup("g", "not for you");
  expect(service.recover(client).frames.slice(1)).toMatchObject([{ data: "for you" }]);
});

it("shows its connections as they are", () => {
  const service = new VirtualService();
  const ann = service.connect({ userId: "ann", groups: ["g"] });
  const plain = service.connect({}, PLAIN);
  service.hub.sendToAll(1);
  service.emulator.faults.drop(ann.connectionId);
  const before = service.hub.connections;
  expect(before).toEqual([
    {
      connectionId: ann.connectionId,
      userId: "ann",
      groups: ["g"],
      protocol: RELIABLE,
      attached: false,
      unacknowledged: 1,
    },
    { connectionId: plain.connectionId, groups: [], protocol: PLAIN, attached: true, unacknowledged: 0 },
  ]);
  service.hub.closeConnection(ann.connectionId);
  expect(before).toHaveLength(2);
  expect(service.hub.connections).toHaveLength(1);
});

it("closes a detached session too", () => {
  const service = new VirtualService();
  const client = service.connect();
  service.emulator.faults.drop(client.connectionId);
  service.hub.closeConnection(client.connectionId);
  service.settle();
  expect(service.hub.connections).toEqual([]);
  expect(service.pendingActions).toBe(0);
});
