import { outcomeOf, record } from "../../support/recording.js";
import { ScriptedStage } from "../../support/scripted-web-socket.js";
import { VirtualStage } from "../../support/virtual-stage.js";

describe("group(name)", () => {
  it.each(["", " ", "\t", "x".repeat(1_025), 5 as never, undefined as never])("of %j throws a RangeError", (name) => {
    expect(() => new VirtualStage().client().group(name)).toThrow(RangeError);
  });

  it("is a value: making one, or looking at it, sends and opens nothing", () => {
    const stage = new VirtualStage();
    const client = stage.client();
    const group = client.group("g");
    expect(group.name).toBe("g");
    expect(record(group.joined$).values).toEqual([null]);
    stage.settle();
    expect(stage.sockets).toEqual([]);
    void client.start();
    stage.settle();
    expect(stage.sent()).toEqual([]);
  });

  it("keeps nothing for names that nobody wants: the next session joins none of them", () => {
    const stage = new VirtualStage();
    const client = stage.started({ leaveDelayInMs: 0 });
    for (let i = 0; i < 500; i++) {
      record(client.group(`g${i}`).messages$).unsubscribe();
      record(client.group(`g${i}`).joined$).unsubscribe();
    }
    stage.advance(1_000);
    expect(stage.hub.connections[0]?.groups).toEqual([]);
    const before = stage.sent("joinGroup").length;
    stage.lose();
    stage.advance(10_000);
    expect(client.state.status).toBe("connected");
    expect(stage.sent("joinGroup")).toHaveLength(before);
  });

  it("messages$ outlives drops, stop and start, and completes on dispose", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    const messages = record(client.group("g").messages$);
    stage.settle();
    void client.stop();
    stage.advance(1_000);
    expect(outcomeOf(messages)).toBe("pending");
    void client.start();
    stage.settle();
    stage.hub.sendToGroup("g", "after the restart");
    stage.settle();
    expect(messages.values.map(({ data }) => data)).toEqual(["after the restart"]);
    void client.dispose();
    expect(messages.completions).toBe(1);
    expect(record(client.group("g").messages$).completions).toBe(1);
  });

  it("messages$ gives only its own group's messages, and none from before it was subscribed", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    client.group("a").messages$.subscribe();
    client.group("b").messages$.subscribe();
    stage.settle();
    stage.hub.sendToGroup("a", "early");
    stage.settle();
    const messages = record(client.group("a").messages$);
    stage.hub.sendToGroup("b", "other");
    stage.hub.sendToGroup("a", "mine");
    stage.hub.sendToAll("everybody");
    stage.settle();
    expect(messages.values.map(({ data }) => data)).toEqual(["mine"]);
  });

  it("messages$ holds the connection while it is subscribed", () => {
    const stage = new VirtualStage();
    const client = stage.client({ idleCloseInMs: 500 });
    const messages = record(client.group("g").messages$);
    stage.advance(60_000);
    expect(client.state.status).toBe("connected");
    messages.unsubscribe();
    stage.advance(500);
    expect(client.state).toEqual({ status: "stopped", reason: "idle" });
  });
});

describe("{ join: false }", () => {
  it("observes without joining or leaving", () => {
    const stage = new VirtualStage();
    const client = stage.started({}, { roles: [], groups: ["by-token"] });
    const messages = record(client.group("by-token", { join: false }).messages$);
    stage.hub.sendToGroup("by-token", "hi");
    stage.settle();
    expect(messages.values).toMatchObject([{ group: "by-token", data: "hi" }]);
    messages.unsubscribe();
    stage.advance(10_000);
    expect(stage.sent()).toEqual([]);
  });

  it("is not ended by a refused join of others", () => {
    const stage = new VirtualStage();
    const client = stage.started({}, { roles: [], groups: ["g"] });
    const observed = record(client.group("g", { join: false }).messages$);
    const joining = record(client.group("g").messages$);
    const joined = record(client.group("g").joined$);
    stage.settle();
    expect(outcomeOf(joining)).toMatchObject({ code: "Forbidden" });
    stage.hub.sendToGroup("g", "hi");
    stage.settle();
    expect(outcomeOf(observed)).toBe("pending");
    expect(observed.values).toHaveLength(1);
    expect(joined.values).toEqual([null]);
  });

  it("does not make the group wanted", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    client.group("g", { join: false }).messages$.subscribe();
    stage.lose();
    stage.advance(10_000);
    expect(client.state.status).toBe("connected");
    expect(stage.sent("joinGroup")).toEqual([]);
  });

  it("holds the connection as any data does", () => {
    const stage = new VirtualStage();
    const client = stage.client();
    client.group("g", { join: false }).messages$.subscribe();
    stage.advance(60_000);
    expect(client.state.status).toBe("connected");
  });
});

describe("joined$", () => {
  it("tells where the group is joined, null otherwise, and replays that to whoever comes later", () => {
    const stage = ScriptedStage.connected();
    const group = stage.client.group("g");
    const early = record(group.joined$);
    group.messages$.subscribe();
    expect(early.values).toEqual([null]);
    stage.socket.ack(1);
    const late = record(stage.client.group("g").joined$);
    expect(early.values).toEqual([null, { connectionId: "c1" }]);
    expect(late.values).toEqual([{ connectionId: "c1" }]);
  });

  it("says null from the loss of the session to the next join's ack", () => {
    const stage = ScriptedStage.connected();
    const joined = record(stage.client.group("g").joined$);
    stage.client.joinGroup("g").subscribe();
    stage.socket.ack(1);
    stage.socket.end();
    expect(joined.values.at(-1)).toEqual({ connectionId: "c1" });
    stage.advance(0);
    stage.socket.open();
    stage.socket.end(1008);
    expect(joined.values.at(-1)).toBeNull();
    stage.advance(1_000);
    stage.socket.open();
    stage.socket.connected("c2");
    expect(joined.values.at(-1)).toBeNull();
    stage.socket.ack(2);
    expect(joined.values).toEqual([null, { connectionId: "c1" }, null, { connectionId: "c2" }]);
  });

  it("says null after a leave, a refusal and a stop", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    const joined = record(client.group("g").joined$);
    client.joinGroup("g").subscribe();
    stage.settle();
    client.leaveGroup("g").subscribe();
    stage.settle();
    expect(joined.values).toEqual([null, { connectionId: stage.connectionId }, null]);
    client.joinGroup("g").subscribe();
    stage.settle();
    void client.stop();
    expect(joined.values).toHaveLength(5);
    expect(joined.values.at(-1)).toBeNull();
    void client.dispose();
    expect(joined.completions).toBe(1);
  });

  it("is not misled by the late ack of an earlier leave", () => {
    const stage = ScriptedStage.connected();
    const joined = record(stage.client.group("g").joined$);
    stage.client.leaveGroup("g").subscribe();
    stage.client.joinGroup("g").subscribe();
    stage.socket.ack(2);
    stage.socket.end();
    stage.advance(0);
    stage.recover();
    expect(stage.socket.framesOf("leaveGroup")).toHaveLength(1);
    stage.socket.ack(1, { name: "Duplicate", message: "has been processed" });
    expect(joined.values).toEqual([null, { connectionId: "c1" }]);
  });

  it("only watches: it neither joins nor holds", () => {
    const stage = new VirtualStage();
    const client = stage.client();
    client.group("g").joined$.subscribe();
    record(client.group("h").messages$).unsubscribe();
    stage.advance(1_000);
    expect(client.state).toEqual({ status: "stopped", reason: "idle" });
    expect(stage.sent()).toEqual([]);
  });
});
