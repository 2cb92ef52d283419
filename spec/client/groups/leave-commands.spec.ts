import { outcomeOf, record } from "../../support/recording.js";
import { ScriptedStage } from "../../support/scripted-web-socket.js";
import { VirtualStage } from "../../support/virtual-stage.js";

describe("leaveGroup", () => {
  it("gives the claim up and leaves", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    client.joinGroup("g").subscribe();
    stage.settle();
    const leave = record(client.leaveGroup("g"));
    stage.settle();
    expect(outcomeOf(leave)).toEqual({ ackId: 2, isDuplicated: false });
    expect(stage.hub.connections[0]?.groups).toEqual([]);
    stage.lose();
    stage.advance(10_000);
    expect(stage.sent("joinGroup")).toHaveLength(1);
  });

  it("always sends, also for a group that was never joined here", () => {
    const stage = new VirtualStage();
    const client = stage.started({}, { groups: ["by-token"] });
    const leave = record(client.leaveGroup("by-token"));
    stage.settle();
    expect(outcomeOf(leave)).toEqual({ ackId: 1, isDuplicated: false });
    expect(stage.hub.connections[0]?.groups).toEqual([]);
  });

  it("while subscriptions remain completes at once, without ackId, and only drops the claim", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    client.joinGroup("g").subscribe();
    const messages = record(client.group("g").messages$);
    stage.settle();
    expect(outcomeOf(record(client.leaveGroup("g")))).toEqual({ isDuplicated: false });
    stage.settle();
    expect(stage.sent("leaveGroup")).toEqual([]);
    messages.unsubscribe();
    stage.advance(250);
    expect(stage.sent("leaveGroup")).toHaveLength(1);
  });

  it("without a session completes at once, opens nothing, and the group is wanted no longer", () => {
    const stage = new VirtualStage();
    const client = stage.client();
    client.joinGroup("g").subscribe();
    stage.advance(1_000);
    expect(outcomeOf(record(client.leaveGroup("g")))).toEqual({ isDuplicated: false });
    stage.advance(10_000);
    expect(stage.sockets).toHaveLength(1);
    void client.start();
    stage.settle();
    expect(stage.sent("joinGroup")).toHaveLength(1);
  });

  it("overtaken by the loss of its session is done, for every membership ended with it", () => {
    const stage = ScriptedStage.connected();
    const leave = record(stage.client.leaveGroup("g"));
    stage.socket.end(1008);
    expect(outcomeOf(leave)).toEqual({ isDuplicated: false });
  });

  it("after which someone subscribes joins again", () => {
    const stage = ScriptedStage.connected();
    stage.client.joinGroup("g").subscribe();
    stage.socket.ack(1);
    stage.client.leaveGroup("g").subscribe();
    stage.client.group("g").messages$.subscribe();
    stage.socket.ack(2);
    expect(stage.socket.frames.map(({ type }) => type)).toEqual(["joinGroup", "leaveGroup", "joinGroup"]);
  });
});
