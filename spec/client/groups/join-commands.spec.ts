import { take } from "rxjs";
import { TimeoutError } from "../../../lib/index.js";
import { outcomeOf, record } from "../../support/recording.js";
import { ScriptedStage } from "../../support/scripted-web-socket.js";
import { VirtualStage } from "../../support/virtual-stage.js";

const frames = (stage: VirtualStage) => stage.sent().map(({ type, group }) => `${String(type)} ${String(group)}`);

describe("joinGroup", () => {
  it("always sends its frame, also when the group is joined already", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    client.group("g").messages$.subscribe();
    stage.settle();
    const joins = [record(client.joinGroup("g")), record(client.group("g").join())];
    stage.settle();
    expect(frames(stage)).toEqual(["joinGroup g", "joinGroup g", "joinGroup g"]);
    expect(joins.map(outcomeOf)).toEqual([2, 3].map((ackId) => ({ ackId, isDuplicated: false })));
  });

  it("keeps the group when the last subscriber goes", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    client.joinGroup("g").subscribe();
    const messages = record(client.group("g").messages$);
    stage.settle();
    messages.unsubscribe();
    stage.advance(10_000);
    expect(stage.sent("leaveGroup")).toEqual([]);
    expect(stage.hub.connections[0]?.groups).toEqual(["g"]);
  });

  it("delivers the group's messages without a subscription that joins", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    const all = record(client.groupMessages$);
    client.joinGroup("g").subscribe();
    stage.settle();
    stage.hub.sendToGroup("g", "hi");
    stage.settle();
    expect(all.values).toMatchObject([{ group: "g", data: "hi" }]);
    expect(stage.sent("joinGroup")).toHaveLength(1);
  });

  it("does not hold the connection, but the next session joins the group again", () => {
    const stage = new VirtualStage();
    const client = stage.client();
    client.joinGroup("g").subscribe();
    stage.advance(1_000);
    expect(client.state).toEqual({ status: "stopped", reason: "idle" });
    void client.start();
    stage.settle();
    expect(frames(stage)).toEqual(["joinGroup g", "joinGroup g"]);
  });

  it("that failed is not done again by the next session", () => {
    const stage = new VirtualStage();
    const client = stage.started({}, { roles: [] });
    expect(client.state.status).toBe("connected");
    const join = record(client.joinGroup("g"));
    stage.settle();
    expect(outcomeOf(join)).toMatchObject({ code: "Forbidden" });
    stage.lose();
    stage.advance(10_000);
    expect(stage.sent("joinGroup")).toHaveLength(1);
  });

  it("that failed does not take away a claim that an earlier one holds", () => {
    const stage = ScriptedStage.connected({ messageRetryOptions: { maxRetries: 0 } });
    stage.client.joinGroup("g").subscribe();
    stage.socket.ack(1);
    const second = record(stage.client.joinGroup("g"));
    stage.socket.ack(2, { name: "InternalServerError", message: "" });
    expect(outcomeOf(second)).toMatchObject({ code: "InternalServerError" });
    stage.socket.end(1008);
    stage.advance(1_000);
    stage.socket.open();
    stage.socket.connected("c2");
    expect(stage.socket.framesOf("joinGroup")).toMatchObject([{ group: "g" }]);
  });

  it("unsubscribed after it was sent is taken back: the group is left and wanted no longer", () => {
    const stage = ScriptedStage.connected();
    record(stage.client.joinGroup("g")).unsubscribe();
    expect(stage.socket.frames).toMatchObject([{ type: "joinGroup" }, { type: "leaveGroup", group: "g" }]);
    stage.socket.end(1008);
    stage.advance(1_000);
    stage.socket.open();
    stage.socket.connected("c2");
    expect(stage.socket.framesOf("joinGroup")).toEqual([]);
  });

  it("unsubscribed after it was sent leaves nothing that someone else wants", () => {
    const stage = ScriptedStage.connected();
    stage.client.group("observed").messages$.subscribe();
    record(stage.client.joinGroup("observed")).unsubscribe();
    stage.client.joinGroup("claimed").subscribe();
    stage.socket.ack(stage.socket.frames.at(-1)?.["ackId"]);
    record(stage.client.joinGroup("claimed")).unsubscribe();
    expect(stage.socket.framesOf("leaveGroup")).toEqual([]);
  });

  it("unsubscribed leaves nothing while another join of the group is under way", () => {
    const stage = ScriptedStage.connected();
    const [first, second] = [record(stage.client.joinGroup("g")), record(stage.client.joinGroup("g"))];
    first.unsubscribe();
    stage.socket.ack(2);
    expect(outcomeOf(second)).toEqual({ ackId: 2, isDuplicated: false });
    expect(stage.socket.framesOf("leaveGroup")).toEqual([]);
    stage.socket.end(1008);
    stage.advance(1_000);
    stage.socket.open();
    stage.socket.connected("c2");
    expect(stage.socket.framesOf("joinGroup")).toHaveLength(1);
  });

  it("taken by its first value alone is not taken back", () => {
    const stage = ScriptedStage.connected();
    const join = record(stage.client.joinGroup("g").pipe(take(1)));
    stage.socket.ack(1);
    expect(outcomeOf(join)).toMatchObject({ ackId: 1 });
    expect(stage.socket.framesOf("leaveGroup")).toEqual([]);
  });

  it("answered after a later leave was sent is not done again by the next session", () => {
    const stage = ScriptedStage.connected();
    const [join, leave] = [record(stage.client.joinGroup("g")), record(stage.client.leaveGroup("g"))];
    stage.socket.ack(1);
    stage.socket.ack(2);
    expect([join, leave].map(outcomeOf)).toMatchObject([{ ackId: 1 }, { ackId: 2 }]);
    stage.socket.end(1008);
    stage.advance(1_000);
    stage.socket.open();
    stage.socket.connected("c2");
    expect(stage.socket.sent).toEqual([]);
  });

  it("unsubscribed before it could be sent was never there", () => {
    const stage = new VirtualStage();
    const client = stage.client();
    void client.start();
    record(client.joinGroup("g")).unsubscribe();
    stage.advance(10_000);
    expect(stage.sent()).toEqual([]);
  });

  it("unsubscribed before it was sent takes nothing back: who is a member by other means stays one", () => {
    const stage = ScriptedStage.connected();
    stage.socket.end();
    record(stage.client.joinGroup("g")).unsubscribe();
    stage.advance(50);
    stage.recover();
    stage.advance(10_000);
    expect(stage.socket.frames).toEqual([{ type: "ping" }]);
  });

  it("unsubscribed while others are joined before it takes nothing back", () => {
    const stage = new ScriptedStage({ rejoinConcurrency: 1 });
    const [first, second] = ["a", "b"].map((name) => record(stage.client.joinGroup(name)));
    stage.socket.open();
    stage.socket.connected();
    second?.unsubscribe();
    stage.socket.ack(1);
    expect(first && outcomeOf(first)).toMatchObject({ ackId: 1 });
    expect(stage.socket.frames).toEqual([{ type: "joinGroup", group: "a", ackId: 1 }]);
  });

  it("unsubscribed while it waits to be tried again is not tried, and nothing is left", () => {
    const stage = new ScriptedStage({ random: () => 0.5 });
    void stage.client.start();
    const join = record(stage.client.joinGroup("g"));
    stage.socket.open();
    stage.socket.connected();
    stage.socket.ack(1, { name: "InternalServerError", message: "later" });
    join.unsubscribe();
    stage.advance(60_000);
    expect(stage.socket.frames.filter(({ type }) => type !== "ping").map(({ type }) => type)).toEqual(["joinGroup"]);
  });
});

describe("joinGroup without a session", () => {
  it("opens the connection, becomes one of the session's joins, and settles with that ack", () => {
    const stage = new VirtualStage();
    const client = stage.client();
    const joins = [record(client.joinGroup("g")), record(client.joinGroup("g"))];
    const messages = record(client.group("g").messages$);
    stage.settle();
    expect(frames(stage)).toEqual(["joinGroup g"]);
    expect(joins.map(outcomeOf)).toEqual([1, 1].map((ackId) => ({ ackId, isDuplicated: false })));
    expect(outcomeOf(messages)).toBe("pending");
  });

  it("waits ackTimeoutInMs at most, and then is not joined", () => {
    const stage = new ScriptedStage({ ackTimeoutInMs: 5_000, startTimeoutInMs: 60_000 });
    void stage.client.start();
    const join = record(stage.client.joinGroup("g"));
    stage.advance(4_999);
    expect(outcomeOf(join)).toBe("pending");
    stage.advance(1);
    expect(outcomeOf(join)).toBeInstanceOf(TimeoutError);
    expect(outcomeOf(join)).toMatchObject({ code: "NotSent", option: "ackTimeoutInMs" });
    stage.socket.open();
    stage.socket.connected();
    expect(stage.socket.sent).toEqual([]);
  });

  it("is told when the service refuses", () => {
    const stage = new VirtualStage();
    const join = record(stage.client({}, { roles: [] }).joinGroup("g"));
    stage.settle();
    expect(outcomeOf(join)).toMatchObject({ code: "Forbidden", ackId: 1 });
  });

  it("that a later leave has made pointless is done with that, and the one after it with the next session's join", () => {
    const stage = new VirtualStage();
    const client = stage.client();
    const first = record(client.joinGroup("g"));
    client.leaveGroup("g").subscribe();
    const second = record(client.joinGroup("g"));
    expect(outcomeOf(first)).toEqual({ isDuplicated: false });
    stage.settle();
    expect(outcomeOf(second)).toEqual({ ackId: 1, isDuplicated: false });
  });

  it("overtaken by the loss of its session becomes one of the next session's joins", () => {
    const stage = ScriptedStage.connected();
    const join = record(stage.client.joinGroup("g"));
    stage.socket.end(1008);
    expect(outcomeOf(join)).toBe("pending");
    stage.advance(1_000);
    stage.socket.open();
    stage.socket.connected("c2");
    const frame = stage.socket.framesOf("joinGroup")[0];
    expect(stage.socket.framesOf("joinGroup")).toHaveLength(1);
    expect(frame?.["ackId"]).not.toBe(1);
    stage.socket.ack(frame?.["ackId"]);
    expect(outcomeOf(join)).toEqual({ ackId: frame?.["ackId"], isDuplicated: false });
  });

  it("waits no longer once its join is under way: then it is that of the join", () => {
    const stage = new ScriptedStage({ startTimeoutInMs: 60_000 });
    const joined = record(stage.client.group("g").joined$);
    const join = record(stage.client.joinGroup("g"));
    stage.advance(29_000);
    stage.socket.open();
    stage.socket.connected("c1");
    stage.advance(1_000);
    expect(outcomeOf(join)).toBe("pending");
    stage.socket.ack(1);
    expect(outcomeOf(join)).toEqual({ ackId: 1, isDuplicated: false });
    expect(joined.values).toEqual([null, { connectionId: "c1" }]);
  });

  it("waits anew when its session is lost before the ack", () => {
    const stage = new ScriptedStage({ startTimeoutInMs: 600_000 });
    const join = record(stage.client.joinGroup("g"));
    stage.advance(20_000);
    stage.socket.open();
    stage.socket.connected();
    stage.socket.end(1008);
    stage.advance(29_999);
    expect(outcomeOf(join)).toBe("pending");
    stage.advance(1_000);
    expect(outcomeOf(join)).toMatchObject({ code: "NotSent" });
  });

  it("errors when the acks stay away as often as it may be tried, and leaves what may have been joined", () => {
    const stage = new ScriptedStage({ messageRetryOptions: { maxRetries: 1, retryDelayInMs: 1_000 } });
    void stage.client.start();
    const join = record(stage.client.joinGroup("g"));
    stage.socket.open();
    stage.socket.connected();
    for (let i = 0; i < 10 && outcomeOf(join) === "pending"; i++) {
      stage.advance(10_000);
      stage.socket.receive({ type: "pong" });
    }
    expect(outcomeOf(join)).toMatchObject({ code: "AckTimeout", ackId: 1 });
    stage.advance(1_000);
    expect(stage.socket.framesOf("leaveGroup")).toHaveLength(1);
  });

  it("goes under the id that the caller chose, which is theirs until the ack", () => {
    const stage = new ScriptedStage();
    const join = record(stage.client.joinGroup("g", { ackId: 42 }));
    stage.socket.open();
    stage.socket.connected();
    expect(stage.socket.framesOf("joinGroup")).toMatchObject([{ group: "g", ackId: 42 }]);
    expect(outcomeOf(record(stage.client.sendToGroup("g", 1, "json", { ackId: 42 })))).toBeInstanceOf(RangeError);
    stage.socket.ack(42);
    expect(outcomeOf(join)).toEqual({ ackId: 42, isDuplicated: false });
    expect(outcomeOf(record(stage.client.sendToGroup("g", 1, "json", { ackId: 42 })))).toBe("pending");
  });

  it("unsubscribed while it is under way gives its id back only when that is answered", () => {
    const stage = new ScriptedStage();
    void stage.client.start();
    const join = record(stage.client.joinGroup("g", { ackId: 42 }));
    stage.socket.open();
    stage.socket.connected();
    join.unsubscribe();
    expect(outcomeOf(record(stage.client.sendToGroup("g", 1, "json", { ackId: 42 })))).toBeInstanceOf(RangeError);
    stage.socket.ack(42);
    expect(outcomeOf(record(stage.client.sendToGroup("g", 1, "json", { ackId: 42 })))).toBe("pending");
    expect(stage.socket.framesOf("leaveGroup")).toHaveLength(1);
  });
});
