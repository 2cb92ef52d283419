import { VirtualService } from "./virtual-service.js";

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
