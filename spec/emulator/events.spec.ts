import { failed, ok, PLAIN, VirtualService } from "./virtual-service.js";

const event = (data: unknown, more = {}) => ({ type: "event", event: "echo", data, ackId: 1, ...more });
const internal = (ackId = 1) => failed(ackId, "InternalServerError", "Internal server error");

/** Lets the continuations of settled promises run. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it("gives the handler the sender, the name and the content", () => {
  const service = new VirtualService();
  const seen: unknown[] = [];
  service.hub.onEvent("echo", (given) => void seen.push(given));
  const client = service.connect({ userId: "ann" });
  const anonymous = service.connect();
  client.send(event({ a: 1 }, { event: "Echo", metadata: { k: "v" } }));
  anonymous.send(event("hi", { dataType: "text" }));
  expect(seen).toEqual([
    {
      connectionId: client.connectionId,
      userId: "ann",
      event: "Echo",
      dataType: "json",
      data: { a: 1 },
      metadata: { k: "v" },
    },
    { connectionId: anonymous.connectionId, event: "echo", dataType: "text", data: "hi" },
  ]);
});

it("gives bytes for binary and protobuf content", () => {
  const service = new VirtualService();
  const seen: unknown[] = [];
  service.hub.onEvent("*", ({ dataType, data }) => void seen.push(dataType, [...new Uint8Array(data as ArrayBuffer)]));
  const client = service.connect();
  client.send(event("AQI=", { dataType: "binary", ackId: 1 }), event("AwQ=", { dataType: "protobuf", ackId: 2 }));
  expect(seen).toEqual(["binary", [1, 2], "protobuf", [3, 4]]);
});

it.each([
  ["text", "hi"],
  ["json", { a: 1 }],
  ["json", 0],
  ["json", null],
  ["json", false],
])("sends what the handler returns as %s from the server, before the ack: %j", (dataType, value) => {
  const service = new VirtualService();
  service.hub.onEvent("echo", () => value);
  expect(service.connect().send(event(1))).toEqual([
    { type: "message", from: "server", dataType, data: value, sequenceId: 1 },
    ok(1),
  ]);
});

it("sends bytes that the handler returns as binary", () => {
  const service = new VirtualService();
  service.hub.onEvent("echo", () => new Uint8Array([0, 1, 2, 3]).subarray(1));
  expect(service.connect({}, PLAIN).send(event(1))).toEqual([
    { type: "message", from: "server", dataType: "binary", data: "AQID" },
    ok(1),
  ]);
});

it("answers only with the ack when the handler returns nothing", () => {
  const service = new VirtualService();
  service.hub.onEvent("echo", () => undefined);
  expect(service.connect().send(event(1))).toEqual([ok(1)]);
});

it.each<[string, () => unknown]>([
  [
    "throws",
    () => {
      throw new Error("secret");
    },
  ],
  ["returns what cannot be sent", () => ({ big: 1n })],
  ["returns a function", () => () => 1],
])("fails the event, and nothing else, when the handler %s", (_what, handler) => {
  const service = new VirtualService();
  service.hub.onEvent("echo", handler);
  const client = service.connect();
  expect(client.send(event(1), { type: "ping" })).toEqual([internal(), { type: "pong" }]);
});

it("needs no role, but a handler", () => {
  const service = new VirtualService();
  const client = service.connect({ roles: [] });
  expect(client.send(event(1))).toEqual([internal()]);
  const remove = service.hub.onEvent("echo", () => undefined);
  expect(client.send(event(1))).toEqual([ok(1)]);
  remove();
  expect(client.send(event(1, { ackId: 2 }))).toEqual([internal(2)]);
});

it("gives the event to the first handler that matches", () => {
  const service = new VirtualService();
  service.hub.onEvent("other", () => "other");
  const remove = service.hub.onEvent("*", () => "any");
  service.hub.onEvent("ECHO", () => "echo");
  const client = service.connect();
  expect(client.send(event(1))[0]).toMatchObject({ data: "any" });
  remove();
  expect(client.send(event(1, { ackId: 2 }))[0]).toMatchObject({ data: "echo" });
});

it("holds later frames of that connection back while a handler is at work, and of no other", async () => {
  const service = new VirtualService();
  let answer: (value: string) => void = () => undefined;
  service.hub.onEvent("slow", () => new Promise((resolve) => (answer = resolve)));
  const client = service.connect();
  const other = service.connect();
  const slow = { type: "event", event: "slow", data: 1, ackId: 1 };
  expect(client.send(slow, { type: "ping" }, { type: "joinGroup", group: "g", ackId: 2 })).toEqual([]);
  expect(other.send({ type: "ping" })).toEqual([{ type: "pong" }]);
  answer("done");
  await turn();
  expect(client.take(() => undefined)).toEqual([
    { type: "message", from: "server", dataType: "text", data: "done", sequenceId: 1 },
    ok(1),
    { type: "pong" },
    ok(2),
  ]);
});

it("fails the event when the handler's promise is rejected", async () => {
  const service = new VirtualService();
  service.hub.onEvent("echo", () => Promise.reject(new Error("no")));
  const client = service.connect();
  client.send(event(1), { type: "ping" });
  await turn();
  expect(client.take(() => undefined)).toEqual([internal(), { type: "pong" }]);
});

it("answers over the new link when the old one died meanwhile, and runs nothing twice", async () => {
  const service = new VirtualService();
  let answer: () => void = () => undefined;
  let runs = 0;
  service.hub.onEvent("echo", () => {
    runs++;
    return new Promise<string>((resolve) => (answer = () => resolve("late")));
  });
  const client = service.connect();
  client.send(event(1));
  service.emulator.faults.drop(client.connectionId);
  const recovered = service.recover(client);
  recovered.send(event(1));
  answer();
  await turn();
  service.settle();
  expect(runs).toBe(1);
  expect(recovered.frames.slice(1)).toEqual([
    { type: "message", from: "server", dataType: "text", data: "late", sequenceId: 1 },
    ok(1),
    failed(1, "Duplicate", "Message with ack-id: 1 has been processed"),
  ]);
});

it("drops the answer, and what waited behind it, when the session ended meanwhile", async () => {
  const service = new VirtualService();
  let answer: () => void = () => undefined;
  service.hub.onEvent("echo", () => new Promise<string>((resolve) => (answer = () => resolve("late"))));
  const client = service.connect();
  const member = service.connect({ groups: ["g"] });
  client.send(event(1), { type: "ping" }, { type: "sendToGroup", group: "g", data: 1 });
  service.hub.closeConnection(client.connectionId);
  answer();
  await turn();
  service.settle();
  expect(client.frames.slice(1)).toMatchObject([{ event: "disconnected" }]);
  expect(member.frames).toHaveLength(1);
});

it("survives a handler that closes the very connection that asked", () => {
  const service = new VirtualService();
  service.hub.onEvent("echo", ({ connectionId }) => {
    service.hub.closeConnection(connectionId, "enough");
    return "unheard";
  });
  const client = service.connect();
  expect(client.send(event(1), { type: "ping" })).toMatchObject([{ event: "disconnected" }]);
  expect(client.ending).toBe("close 1000");
});

it("refuses to register a name that no event can have", () => {
  expect(() => new VirtualService().hub.onEvent("bad/event", () => undefined)).toThrow(RangeError);
});
