import { SendMessageError } from "../../../lib/index.js";
import { outcomeOf, record } from "../../support/recording.js";
import { ScriptedStage } from "../../support/scripted-web-socket.js";
import { VirtualStage } from "../../support/virtual-stage.js";

const frames = (stage: VirtualStage) => stage.sent().map(({ type, group }) => `${String(type)} ${String(group)}`);

describe("subscribing to a group's messages", () => {
  it("joins with the first subscriber and leaves leaveDelayInMs after the last", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    const group = client.group("g");
    const [first, second] = [record(group.messages$), record(group.messages$)];
    stage.settle();
    expect(frames(stage)).toEqual(["joinGroup g"]);
    first.unsubscribe();
    stage.advance(10_000);
    second.unsubscribe();
    stage.advance(249);
    expect(frames(stage)).toEqual(["joinGroup g"]);
    stage.advance(1);
    expect(frames(stage)).toEqual(["joinGroup g", "leaveGroup g"]);
    stage.settle();
    expect(stage.hub.connections[0]?.groups).toEqual([]);
  });

  it("is one join for several subscribers, also through several group objects", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    const messages = [1, 2, 3].map(() => record(client.group("g").messages$));
    stage.settle();
    stage.hub.sendToGroup("g", "hi");
    stage.settle();
    expect(frames(stage)).toEqual(["joinGroup g"]);
    expect(messages.map(({ values }) => values.map(({ data }) => data))).toEqual([["hi"], ["hi"], ["hi"]]);
  });

  it("again within leaveDelayInMs sends nothing and misses nothing of what comes then", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    for (let i = 0; i < 5; i++) {
      record(client.group("g").messages$).unsubscribe();
      stage.advance(100);
    }
    const messages = record(client.group("g").messages$);
    stage.hub.sendToGroup("g", "hi");
    stage.advance(10_000);
    expect(frames(stage)).toEqual(["joinGroup g"]);
    expect(messages.values).toMatchObject([{ data: "hi" }]);
  });

  it("and unsubscribing in one tick, as a change of route does, keeps the socket and the membership", () => {
    const stage = new VirtualStage();
    const client = stage.client({ idleCloseInMs: 0, leaveDelayInMs: 0 });
    let messages = record(client.group("g").messages$);
    stage.settle();
    for (let i = 0; i < 3; i++) {
      messages.unsubscribe();
      messages = record(client.group("g").messages$);
      stage.settle();
    }
    stage.hub.sendToGroup("g", "hi");
    stage.advance(10_000);
    expect(stage.sockets).toHaveLength(1);
    expect(frames(stage)).toEqual(["joinGroup g"]);
    expect(messages.values).toHaveLength(1);
  });

  it("after leaveDelayInMs joins anew", () => {
    const stage = new VirtualStage();
    const client = stage.started({ leaveDelayInMs: 0 });
    for (let i = 0; i < 2; i++) {
      const messages = record(client.group("g").messages$);
      stage.settle();
      messages.unsubscribe();
      stage.settle();
    }
    expect(frames(stage)).toEqual(["joinGroup g", "leaveGroup g", "joinGroup g", "leaveGroup g"]);
  });

  it("tells names apart by case", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    const [upper, lower] = [record(client.group("G").messages$), record(client.group("g").messages$)];
    stage.settle();
    stage.hub.sendToGroup("G", "loud");
    stage.settle();
    expect(upper.values).toHaveLength(1);
    expect(lower.values).toHaveLength(0);
  });

  it("joins nothing before the service has shaken hands", () => {
    const stage = new ScriptedStage();
    stage.client.group("g").messages$.subscribe();
    stage.socket.open();
    expect(stage.socket.sent).toEqual([]);
    stage.socket.connected();
    expect(stage.socket.frames).toMatchObject([{ type: "joinGroup", group: "g" }]);
  });

  it("and leaving before there is a session joins nothing", () => {
    const stage = new VirtualStage();
    const client = stage.client();
    void client.start();
    record(client.group("g").messages$).unsubscribe();
    stage.advance(1_000);
    expect(stage.sent()).toEqual([]);
  });
});

describe("per group one join or leave is under way at a time", () => {
  it("unsubscribing during a join leaves after its ack, and only if nobody came back", () => {
    const stage = ScriptedStage.connected({ leaveDelayInMs: 100 });
    const { messages$ } = stage.client.group("g");
    record(messages$).unsubscribe();
    stage.advance(100);
    expect(stage.socket.frames.map(({ type }) => type)).toEqual(["joinGroup"]);
    const back = record(messages$);
    stage.advance(1_000);
    stage.socket.ack(1);
    stage.advance(1_000);
    expect(stage.socket.frames.map(({ type }) => type)).toEqual(["joinGroup"]);
    back.unsubscribe();
    stage.advance(100);
    expect(stage.socket.frames.map(({ type }) => type)).toEqual(["joinGroup", "leaveGroup"]);
  });

  it("and leaves when nobody did", () => {
    const stage = ScriptedStage.connected({ leaveDelayInMs: 100 });
    record(stage.client.group("g").messages$).unsubscribe();
    stage.advance(500);
    expect(stage.socket.frames.map(({ type }) => type)).toEqual(["joinGroup"]);
    stage.socket.ack(1);
    expect(stage.socket.frames.map(({ type }) => type)).toEqual(["joinGroup", "leaveGroup"]);
  });

  it("subscribing during a leave joins after its ack", () => {
    const stage = ScriptedStage.connected({ leaveDelayInMs: 0 });
    const { messages$ } = stage.client.group("g");
    const first = record(messages$);
    stage.socket.ack(1);
    first.unsubscribe();
    stage.advance(0);
    record(messages$);
    record(messages$).unsubscribe();
    stage.advance(1_000);
    expect(stage.socket.frames.map(({ type }) => type)).toEqual(["joinGroup", "leaveGroup"]);
    stage.socket.ack(2);
    expect(stage.socket.frames.map(({ type }) => type)).toEqual(["joinGroup", "leaveGroup", "joinGroup"]);
  });

  it("and other groups need not wait for it", () => {
    const stage = ScriptedStage.connected();
    record(stage.client.group("a").messages$);
    record(stage.client.group("b").messages$);
    expect(stage.socket.frames.map(({ group }) => group)).toEqual(["a", "b"]);
  });
});

describe("a first join that the service refuses", () => {
  it("errors all subscribers of that group alone, naming the role, without rejoinGroupFailed$", () => {
    const stage = new VirtualStage();
    const client = stage.started({}, { roles: ["webpubsub.joinLeaveGroup.open"] });
    const failed = record(client.rejoinGroupFailed$);
    const closed = [record(client.group("closed").messages$), record(client.group("closed").messages$)];
    const open = record(client.group("open").messages$);
    stage.settle();
    for (const outcome of closed.map(outcomeOf)) {
      expect(outcome).toBeInstanceOf(SendMessageError);
      expect(outcome).toMatchObject({
        code: "Forbidden",
        isRetriable: false,
        message: expect.stringContaining("webpubsub.joinLeaveGroup.closed") as string,
      });
    }
    stage.hub.sendToGroup("open", "hi");
    stage.settle();
    expect(outcomeOf(open)).toBe("pending");
    expect(open.values).toHaveLength(1);
    expect(failed.values).toEqual([]);
    expect(client.state.status).toBe("connected");
  });

  it("is forgotten: the group is wanted no longer, and the next subscription joins anew", () => {
    const stage = new VirtualStage();
    const client = stage.started({}, { roles: [] });
    for (let i = 1; i <= 3; i++) {
      const messages = record(client.group("g").messages$);
      stage.settle();
      expect(outcomeOf(messages)).toMatchObject({ code: "Forbidden" });
      expect(stage.sent("joinGroup")).toHaveLength(i);
    }
    stage.lose();
    stage.advance(10_000);
    expect(client.state.status).toBe("connected");
    expect(stage.sent("joinGroup")).toHaveLength(3);
    expect(stage.sent("leaveGroup")).toHaveLength(0);
  });

  it("can be subscribed again from inside the error", () => {
    const stage = new VirtualStage();
    const client = stage.started({}, { roles: [] });
    const outcomes: string[] = [];
    client.group("g").messages$.subscribe({
      error: () =>
        client.group("g").messages$.subscribe({ error: (error: unknown) => outcomes.push((error as Error).name) }),
    });
    stage.settle();
    expect(stage.sent("joinGroup")).toHaveLength(2);
    expect(outcomes).toEqual(["SendMessageError"]);
  });

  it("only for a while is tried again until it succeeds, however long that takes", () => {
    const stage = ScriptedStage.connected({ reconnectRetryOptions: { maxRetries: 1, jitter: "none" } });
    const messages = record(stage.client.group("g").messages$);
    for (let i = 1; i <= 6; i++) {
      expect(stage.socket.framesOf("joinGroup")).toHaveLength(i);
      stage.socket.ack(1, { name: "InternalServerError", message: "later" });
      stage.advance(30_000);
      stage.socket.receive({ type: "pong" });
    }
    expect(new Set(stage.socket.framesOf("joinGroup").map(({ ackId }) => ackId))).toEqual(new Set([1]));
    stage.socket.ack(1);
    stage.socket.receive({ type: "message", from: "group", group: "g", dataType: "text", data: "at last" });
    expect(messages.values).toMatchObject([{ data: "at last" }]);
    expect(outcomeOf(messages)).toBe("pending");
  });
});

it("the join behind messages$ has no time limit and no place in the queue", () => {
  const stage = new ScriptedStage({ maxQueuedSends: 0, whenOffline: "fail", ackTimeoutInMs: 1_000 });
  const messages = record(stage.client.group("g").messages$);
  stage.advance(20_000);
  stage.socket.open();
  stage.socket.connected();
  expect(stage.socket.framesOf("joinGroup")).toHaveLength(1);
  expect(outcomeOf(messages)).toBe("pending");
});

it("messages that arrive before the join's ack count", () => {
  const stage = ScriptedStage.connected();
  const messages = record(stage.client.group("g").messages$);
  stage.socket.receive({ type: "message", from: "group", group: "g", dataType: "text", data: "early" });
  expect(messages.values).toMatchObject([{ data: "early" }]);
});
