import { record } from "../../support/recording.js";
import { ScriptedStage } from "../../support/scripted-web-socket.js";
import { VirtualStage } from "../../support/virtual-stage.js";

const numbers = (count: number, from = 1) => Array.from({ length: count }, (_none, i) => from + i);

describe("across a drop", () => {
  it("what was sent meanwhile arrives, once and in order, before what comes later", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    const [server, group] = [record(client.serverMessages$), record(client.group("g").messages$)];
    stage.settle();
    for (const n of numbers(10)) {
      stage.hub.sendToAll(n);
      if (n === 4) stage.emulator.faults.drop(stage.connectionId);
      stage.hub.sendToGroup("g", n);
    }
    stage.settle();
    stage.hub.sendToAll(11);
    stage.settle();
    expect(server.values.map(({ data }) => data)).toEqual(numbers(11));
    expect(group.values.map(({ data }) => data)).toEqual(numbers(10));
    expect(server.values.map(({ sequenceId }) => sequenceId)).toEqual([...numbers(10).map((n) => 2 * n - 1), 21]);
  });

  it("what was delivered and not acknowledged comes again, and is not shown twice", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    const messages = record(client.serverMessages$);
    for (const n of numbers(50)) stage.hub.sendToAll(n);
    stage.settle();
    expect(stage.hub.connections[0]?.unacknowledged).toBe(50);
    stage.dropAndRecover();
    stage.hub.sendToAll(51);
    stage.settle();
    expect(messages.values.map(({ data }) => data)).toEqual(numbers(51));
  });

  it("a session in which nothing was received yet is recovered too", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    const [messages, gaps] = [record(client.serverMessages$), record(client.gap$)];
    const { connectionId } = stage;
    stage.dropAndRecover();
    stage.hub.sendToAll("first");
    stage.settle();
    expect(client.state).toMatchObject({ status: "connected", connectionId });
    expect(messages.values).toMatchObject([{ data: "first", sequenceId: 1 }]);
    expect(gaps.values).toEqual([]);
  });

  it("with a service that sends no connected frame on recovery all is the same", () => {
    const stage = new VirtualStage({ connectedOnRecovery: false });
    const client = stage.started();
    const [messages, recovered] = [record(client.serverMessages$), record(client.recovered$)];
    for (let i = 0; i < 3; i++) {
      stage.hub.sendToAll(2 * i);
      stage.emulator.faults.drop(stage.connectionId);
      stage.hub.sendToAll(2 * i + 1);
      stage.advance(1_000);
    }
    expect(messages.values.map(({ data }) => data)).toEqual(numbers(6, 0));
    expect(recovered.values).toHaveLength(3);
  });
});

describe("sequence ids", () => {
  const message = (sequenceId: number) => ({
    type: "message",
    from: "server",
    dataType: "json",
    data: sequenceId,
    sequenceId,
  });

  it("that repeat are dropped, that jump are legal, and start afresh with a session", () => {
    const stage = ScriptedStage.connected();
    const messages = record(stage.client.serverMessages$);
    for (const id of [1, 2, 2, 1, 5, 4, 5, 6]) stage.socket.receive(message(id));
    expect(messages.values.map(({ data }) => data)).toEqual([1, 2, 5, 6]);
    stage.socket.end(1008);
    stage.advance(1_000);
    stage.socket.open();
    stage.socket.connected("c2");
    for (const id of [1, 2]) stage.socket.receive(message(id));
    expect(messages.values.map(({ data }) => data)).toEqual([1, 2, 5, 6, 1, 2]);
  });

  it("of group and server messages are one row", () => {
    const stage = ScriptedStage.connected();
    const [server, group] = [record(stage.client.serverMessages$), record(stage.client.groupMessages$)];
    stage.socket.receive(message(2));
    stage.socket.receive({ ...message(1), from: "group", group: "g" });
    stage.socket.receive({ ...message(3), from: "group", group: "g" });
    expect(server.values).toHaveLength(1);
    expect(group.values.map(({ data }) => data)).toEqual([3]);
  });

  it("that are missing on a message make no difference to it", () => {
    const stage = ScriptedStage.connected();
    const messages = record(stage.client.serverMessages$);
    stage.socket.receive(message(3));
    stage.socket.receive({ type: "message", from: "server", dataType: "json", data: "no id" });
    expect(messages.values.map(({ data }) => data)).toEqual([3, "no id"]);
  });
});

describe("messages that may have been missed are announced", () => {
  it("by gap$, once per lost session and before the first message of the next one", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    const log: unknown[] = [];
    client.gap$.subscribe(({ groups }) => log.push(["gap", groups]));
    client.group("g").messages$.subscribe(({ data }) => log.push(data));
    stage.settle();
    stage.hub.sendToGroup("g", "before");
    stage.settle();
    stage.lose();
    stage.hub.sendToGroup("g", "missed");
    stage.advance(10_000);
    stage.hub.sendToGroup("g", "after");
    stage.settle();
    expect(log).toEqual(["before", ["gap", ["g"]], "after"]);
  });

  it("on the subprotocol without recovery at every cut", () => {
    const stage = new VirtualStage();
    const client = stage.started({ protocol: "json.webpubsub.azure.v1" });
    const gaps = record(client.gap$);
    for (let i = 0; i < 3; i++) {
      stage.emulator.faults.drop(stage.connectionId);
      stage.advance(60_000);
    }
    expect(gaps.values).toHaveLength(3);
    expect(stage.sockets.map(({ url }) => url.includes("awps_connection_id"))).toEqual([false, false, false, false]);
  });
});
