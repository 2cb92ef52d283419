import { failed, ok, PLAIN, VirtualService } from "./virtual-service.js";

const join = (ackId: number, group = "g") => ({ type: "joinGroup", group, ackId });
const leave = (ackId: number, group = "g") => ({ type: "leaveGroup", group, ackId });
const duplicate = (ackId: number) => failed(ackId, "Duplicate", `Message with ack-id: ${ackId} has been processed`);

it("answers a repeated id with Duplicate and does nothing, whatever the operation", () => {
  const service = new VirtualService();
  const client = service.connect();
  expect(client.send(join(1))).toEqual([ok(1)]);
  expect(client.send(leave(1))).toEqual([duplicate(1)]);
  expect(service.hub.connections[0]!.groups).toEqual(["g"]);
  expect(client.send(leave(2))).toEqual([ok(2)]);
  expect(service.hub.connections[0]!.groups).toEqual([]);
});

it("delivers a repeated send once", () => {
  const service = new VirtualService();
  const client = service.connect({ groups: ["g"] });
  const send = { type: "sendToGroup", group: "g", data: 1, ackId: 1 };
  expect(client.send(send, send).map(({ type }) => type)).toEqual(["message", "ack", "ack"]);
});

it("does not answer what carries no id", () => {
  const service = new VirtualService();
  const client = service.connect({ roles: ["webpubsub.joinLeaveGroup"] });
  const frames = client.send(
    { type: "joinGroup", group: "g" },
    { type: "sendToGroup", group: "g", data: 1 },
    { type: "event", event: "none", data: 1 },
    { type: "ping" },
  );
  expect(frames).toEqual([{ type: "pong" }]);
});

it("forgets the id of a failure, so that it can be tried again", () => {
  const service = new VirtualService();
  const client = service.connect({ roles: [] });
  const forbidden = failed(1, "Forbidden", "The client does not have permission to join group 'g'.");
  expect(client.send(join(1), join(1))).toEqual([forbidden, forbidden]);
  const event = { type: "event", event: "e", data: 1, ackId: 1 };
  expect(client.send(event)).toEqual([failed(1, "InternalServerError", "Internal server error")]);
  service.hub.onEvent("e", () => undefined);
  expect(client.send(event, event)).toEqual([ok(1), duplicate(1)]);
});

it("remembers the newest 1,000 ids and no more", () => {
  const client = new VirtualService().connect();
  for (let id = 0; id < 1_000; id++) client.socket.send(JSON.stringify(join(id)));
  expect(client.send(join(0)).at(-1)).toEqual(duplicate(0));
  expect(client.send(join(1_000))).toEqual([ok(1_000)]);
  expect(client.send(join(1))).toEqual([duplicate(1)]);
  expect(client.send(join(0))).toEqual([ok(0)]);
});

it("keeps ids apart by session", () => {
  const service = new VirtualService();
  expect(service.connect().send(join(1))).toEqual([ok(1)]);
  expect(service.connect().send(join(1))).toEqual([ok(1)]);
});

it("recognises a repeat after a recovery", () => {
  const service = new VirtualService();
  const client = service.connect();
  client.send(join(1));
  service.emulator.faults.drop(client.connectionId);
  const recovered = service.recover(client);
  expect(recovered.send(join(1), join(2))).toEqual([duplicate(1), ok(2)]);
});

it("sends the echo before the ack, and none with noEcho", () => {
  const client = new VirtualService().connect({ groups: ["g"] }, PLAIN);
  const send = { type: "sendToGroup", group: "g", data: 1 };
  expect(client.send({ ...send, ackId: 1 }).map(({ type }) => type)).toEqual(["message", "ack"]);
  expect(client.send({ ...send, ackId: 2, noEcho: true })).toEqual([ok(2)]);
});

it("keeps noEcho to the connection, not the user", () => {
  const service = new VirtualService();
  const sender = service.connect({ userId: "ann", groups: ["g"] });
  const sibling = service.connect({ userId: "ann", groups: ["g"] });
  sender.send({ type: "sendToGroup", group: "g", data: 1, noEcho: true });
  expect(sender.frames).toHaveLength(1);
  expect(sibling.frames).toHaveLength(2);
});

it("accepts a sequenceAck on a session without numbers, and ignores it", () => {
  const client = new VirtualService().connect({}, PLAIN);
  expect(client.send({ type: "sequenceAck", sequenceId: 5 }, { type: "ping" })).toEqual([{ type: "pong" }]);
});
