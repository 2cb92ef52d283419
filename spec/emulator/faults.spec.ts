import { failed, ok, PLAIN, VirtualService } from "./virtual-service.js";

it("drops a socket without a close frame; what was sent before still arrives", () => {
  const service = new VirtualService();
  const client = service.connect();
  service.hub.sendToAll("before");
  service.emulator.faults.drop(client.connectionId);
  service.hub.sendToAll("after");
  service.settle();
  expect(client.events).toEqual(["open", "message", "message", "close 1006"]);
  expect(service.hub.connections).toMatchObject([{ attached: false, unacknowledged: 2 }]);
});

it("closes a socket with a code and a reason, and keeps the session for a recovery", () => {
  const service = new VirtualService();
  const client = service.connect();
  service.emulator.faults.close(client.connectionId, 1_012, "restart");
  service.settle();
  expect(client.ending).toBe("close 1012 restart");
  expect(service.recover(client).events).toEqual(["open", "message"]);
});

it("ends the session when the code is 1008", () => {
  const service = new VirtualService();
  const client = service.connect();
  service.emulator.faults.close(client.connectionId, 1_008);
  service.settle();
  expect(client.ending).toBe("close 1008");
  expect(service.hub.connections).toEqual([]);
  expect(service.pendingActions).toBe(0);
});

it.each([999, 1_004, 1_005, 1_006, 1_015, 2_999, 5_000, 1.5, Number.NaN])("refuses to close with %d", (code) => {
  const service = new VirtualService();
  const client = service.connect();
  expect(() => service.emulator.faults.close(client.connectionId, code)).toThrow(RangeError);
  expect(() => service.emulator.faults.close(client.connectionId, 1_000, "x".repeat(124))).toThrow(RangeError);
  expect(service.hub.connections).toMatchObject([{ attached: true }]);
});

it("refuses the next recovery, and the session is gone", () => {
  const service = new VirtualService();
  const client = service.connect();
  const { faults } = service.emulator;
  faults.refuseRecovery(client.connectionId);
  expect(client.send({ type: "ping" })).toEqual([{ type: "pong" }]);
  faults.drop(client.connectionId);
  expect(service.recover(client).events).toEqual(["open", "close 1008 The connection could not be recovered."]);
  expect(service.hub.connections).toEqual([]);
  expect(service.connect().events).toEqual(["open", "message"]);
});

it("troubles nobody where there is nobody, and a detached session no further", () => {
  const service = new VirtualService();
  const { faults } = service.emulator;
  faults.drop("nobody");
  faults.close("nobody", 1_000);
  faults.refuseRecovery("nobody");
  const client = service.connect();
  faults.drop(client.connectionId);
  service.advance(20_000);
  faults.drop(client.connectionId);
  service.advance(9_999);
  expect(service.hub.connections).toHaveLength(1);
  service.advance(1);
  expect(service.hub.connections).toEqual([]);
});

const join = (ackId: number) => ({ type: "joinGroup", group: "g", ackId });

describe("a frozen connection", () => {
  it("neither reads nor sends, and goes on where it stopped when it thaws", () => {
    const service = new VirtualService();
    const { faults } = service.emulator;
    const client = service.connect();
    faults.freeze(client.connectionId);
    faults.freeze(client.connectionId);
    expect(client.send(join(1), { type: "ping" })).toEqual([]);
    service.hub.sendToAll("held back");
    service.advance(10_000);
    expect(client.events).toEqual(["open", "message"]);
    expect(service.hub.connections).toMatchObject([{ attached: true, groups: [] }]);
    expect(client.take(() => faults.thaw(client.connectionId))).toMatchObject([
      { data: "held back", sequenceId: 1 },
      ok(1),
      { type: "pong" },
    ]);
    expect(client.send(join(2))).toEqual([ok(2)]);
    expect(service.pendingActions).toBe(0);
  });

  it("stays still when an event that it thaws with freezes it again", () => {
    const service = new VirtualService();
    const { faults } = service.emulator;
    const client = service.connect();
    service.hub.onEvent("stop", ({ connectionId }) => faults.freeze(connectionId));
    faults.freeze(client.connectionId);
    client.send({ type: "event", event: "stop", data: 1, ackId: 1 }, join(2));
    expect(client.take(() => faults.thaw(client.connectionId))).toEqual([]);
    expect(service.hub.connections).toMatchObject([{ groups: [] }]);
    expect(client.take(() => faults.thaw(client.connectionId))).toEqual([ok(1), ok(2)]);
  });

  it("loses what it has not read when another link takes its place, which is not frozen", () => {
    const service = new VirtualService();
    const client = service.connect();
    service.emulator.faults.freeze(client.connectionId);
    client.send(join(1));
    service.hub.sendToAll("kept");
    const recovered = service.recover(client);
    expect(client.ending).toBe("close 1006");
    expect(recovered.frames.slice(1)).toMatchObject([{ data: "kept", sequenceId: 1 }]);
    service.emulator.faults.thaw(client.connectionId);
    expect(service.hub.connections).toMatchObject([{ groups: [], attached: true }]);
    expect(recovered.send(join(2))).toEqual([ok(2)]);
  });

  it.each<[string, () => number | undefined, string]>([
    ["with 1000", () => 1_000, "close 1000"],
    ["without a code", () => undefined, "close 1005"],
  ])("notices a client that closes %s", (_how, code, ending) => {
    const service = new VirtualService();
    const client = service.connect({}, PLAIN);
    service.emulator.faults.freeze(client.connectionId);
    client.send(join(1));
    client.socket.close(code());
    service.settle();
    expect(client.ending).toBe(ending);
    expect(service.hub.connections).toEqual([]);
  });

  it("says what it has held back before it is closed", () => {
    const service = new VirtualService();
    const client = service.connect();
    service.emulator.faults.freeze(client.connectionId);
    service.hub.sendToAll("last");
    service.hub.closeConnection(client.connectionId, "enough");
    service.settle();
    expect(client.frames.slice(1)).toMatchObject([{ data: "last" }, { event: "disconnected" }]);
    expect(client.ending).toBe("close 1000");
  });

  it("drops what has outlived its time, on any subprotocol", () => {
    const service = new VirtualService();
    const { faults } = service.emulator;
    const [reliable, plain] = [service.connect(), service.connect({}, PLAIN)];
    for (const { connectionId } of service.hub.connections) faults.freeze(connectionId);
    service.hub.sendToAll("short", { ttlSeconds: 1 });
    service.hub.sendToAll("long", { ttlSeconds: 2 });
    service.advance(1_001);
    for (const { connectionId } of service.hub.connections) faults.thaw(connectionId);
    service.settle();
    expect(reliable.frames.slice(1)).toMatchObject([{ data: "long", sequenceId: 2 }]);
    expect(plain.frames.slice(1)).toMatchObject([{ data: "long" }]);
  });

  it("is cut off, without a word, when more than 1,000 messages wait and none is kept", () => {
    const service = new VirtualService();
    const client = service.connect({}, PLAIN);
    service.emulator.faults.freeze(client.connectionId);
    for (let i = 0; i < 1_000; i++) service.hub.sendToAll(i);
    service.settle();
    expect(client.ending).toBeUndefined();
    service.hub.sendToAll("too much");
    service.settle();
    expect(client.events).toEqual(["open", "message", "close 1006"]);
    expect(service.hub.connections).toEqual([]);
  });

  it("is cut off when more than 16 MiB wait, and has room again once it has thawed", () => {
    const service = new VirtualService();
    const { faults } = service.emulator;
    const raw = service.connect({}, []);
    const { connectionId } = service.hub.connections[0]!;
    const mebibyte = "x".repeat(1_048_576);
    const fill = (): void => {
      for (let i = 0; i < 16; i++) service.hub.sendToAll(mebibyte);
      service.settle();
    };
    faults.freeze(connectionId);
    fill();
    faults.thaw(connectionId);
    service.settle();
    expect(raw.texts).toHaveLength(16);
    faults.freeze(connectionId);
    fill();
    expect(raw.ending).toBeUndefined();
    service.hub.sendToAll("x");
    service.settle();
    expect(raw.ending).toBe("close 1006");
  });
});

describe("delayed acks", () => {
  it("come later, and nothing else does", () => {
    const service = new VirtualService();
    const { faults } = service.emulator;
    const client = service.connect({ groups: ["g"] });
    faults.delayAcks(client.connectionId, 500);
    const send = { type: "sendToGroup", group: "g", data: 1, ackId: 1 };
    expect(client.send(send, { type: "ping" })).toMatchObject([{ data: 1 }, { type: "pong" }]);
    expect(client.take(() => service.advance(499))).toEqual([]);
    expect(client.take(() => service.advance(1))).toEqual([ok(1)]);
    faults.delayAcks(client.connectionId, 0);
    expect(client.send(join(2))).toEqual([ok(2)]);
  });

  it.each<[string, (service: VirtualService, connectionId: string) => void]>([
    ["drops", (service, connectionId) => service.emulator.faults.drop(connectionId)],
    ["is closed", (service, connectionId) => service.emulator.faults.close(connectionId, 1_012)],
  ])("are lost with a link that %s, and a repeat on the next is a Duplicate", (_how, end) => {
    const service = new VirtualService();
    const client = service.connect();
    service.emulator.faults.delayAcks(client.connectionId, 500);
    client.send(join(1));
    end(service, client.connectionId);
    const recovered = service.recover(client);
    service.advance(1_000);
    expect(recovered.frames).toHaveLength(1);
    recovered.send(join(1));
    expect(recovered.take(() => service.advance(500))).toEqual([
      failed(1, "Duplicate", "Message with ack-id: 1 has been processed"),
    ]);
  });

  it("leave no timer behind when the session ends", () => {
    const service = new VirtualService();
    const client = service.connect();
    service.emulator.faults.delayAcks(client.connectionId, 500);
    client.send(join(1));
    service.hub.closeConnection(client.connectionId);
    service.settle();
    expect(service.pendingActions).toBe(0);
  });
});

it("loses as many acks as it is told, though the operations are done", () => {
  const service = new VirtualService();
  const { faults } = service.emulator;
  const client = service.connect();
  faults.loseAcks(client.connectionId);
  expect(client.send(join(1), join(2))).toEqual([ok(2)]);
  expect(service.hub.connections).toMatchObject([{ groups: ["g"] }]);
  expect(client.send(join(1))).toMatchObject([{ success: false, error: { name: "Duplicate" } }]);
  faults.loseAcks(client.connectionId, 2);
  expect(client.send(join(3), join(4), join(5))).toEqual([ok(5)]);
  faults.loseAcks(client.connectionId, 2);
  faults.loseAcks(client.connectionId, 0);
  expect(client.send(join(6))).toEqual([ok(6)]);
});

it("loses acks over recoveries, too", () => {
  const service = new VirtualService();
  const client = service.connect();
  service.emulator.faults.loseAcks(client.connectionId);
  service.emulator.faults.drop(client.connectionId);
  expect(service.recover(client).send(join(1), join(2))).toEqual([ok(2)]);
});

it("sends as many messages twice as it is told, byte for byte, and nothing else", () => {
  const service = new VirtualService();
  const client = service.connect({ groups: ["g"] });
  service.emulator.faults.duplicate(client.connectionId, 2);
  client.send(join(1));
  for (const data of ["a", "b", "c"]) service.hub.sendToAll(data);
  service.settle();
  const texts = client.texts.slice(2);
  expect(client.frames.slice(1).map(({ sequenceId }) => sequenceId)).toEqual([undefined, 1, 1, 2, 2, 3]);
  expect(texts[0]).toBe(texts[1]);
  expect(service.hub.connections).toMatchObject([{ unacknowledged: 3 }]);
});

it("breaks as many frames as it is told, and the true message comes with the next recovery", () => {
  const service = new VirtualService();
  const client = service.connect();
  const { faults } = service.emulator;
  faults.garble(client.connectionId, 3);
  service.hub.sendToAll({ deep: ["}"] });
  client.socket.send(JSON.stringify(join(1)));
  client.socket.send('{"type":"ping"}');
  service.hub.sendToAll("whole");
  service.settle();
  const parses = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  // Both messages were sent before the answers to what was still on its way to the service.
  expect(client.texts.slice(1).map(parses)).toEqual([false, false, false, true]);
  faults.drop(client.connectionId);
  const recovered = service.recover(client);
  expect(recovered.frames.slice(1)).toMatchObject([
    { data: { deep: ["}"] }, sequenceId: 1 },
    { data: "whole", sequenceId: 2 },
  ]);
});

it("takes the last character or byte from what is no JSON", () => {
  const service = new VirtualService();
  const raw = service.connect({}, []);
  raw.socket.binaryType = "arraybuffer";
  const received: unknown[] = [];
  raw.socket.onmessage = ({ data }) =>
    received.push(typeof data === "string" ? data : [...new Uint8Array(data as ArrayBuffer)]);
  service.emulator.faults.garble(service.hub.connections[0]!.connectionId, 2);
  service.hub.sendToAll("text");
  service.hub.sendToAll(new Uint8Array([1, 2]));
  service.settle();
  expect(received).toEqual(["tex", [1]]);
});

it("refuses counts and delays that are none, and troubles nobody where there is nobody", () => {
  const { faults } = new VirtualService().emulator;
  for (const wrong of [-1, 1.5, Number.NaN, Infinity]) {
    expect(() => faults.loseAcks("x", wrong)).toThrow(RangeError);
    expect(() => faults.duplicate("x", wrong)).toThrow(RangeError);
    expect(() => faults.garble("x", wrong)).toThrow(RangeError);
  }
  for (const wrong of [-1, Number.NaN, Infinity]) expect(() => faults.delayAcks("x", wrong)).toThrow(RangeError);
  faults.freeze("nobody");
  faults.thaw("nobody");
  faults.delayAcks("nobody", 1);
  faults.loseAcks("nobody");
  faults.duplicate("nobody");
  faults.garble("nobody");
});
