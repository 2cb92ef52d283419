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

it("sends bytes that the handler returns as binary", () => {
  const service = new VirtualService();
  service.hub.onEvent("echo", () => new Uint8Array([0, 1, 2, 3]).subarray(1));
  expect(service.connect({}, PLAIN).send(event(1))).toEqual([
    { type: "message", from: "server", dataType: "binary", data: "AQID" },
    ok(1),
  ]);
});

it("needs a handler, for as long as it is not removed", () => {
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
