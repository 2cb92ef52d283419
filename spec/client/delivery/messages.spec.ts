import { config } from "rxjs";
import { record } from "../../support/recording.js";
import { ScriptedStage } from "../../support/scripted-web-socket.js";
import { VirtualStage } from "../../support/virtual-stage.js";

const fromGroup = (fields: object) => ({
  type: "message",
  from: "group",
  group: "g",
  dataType: "text",
  data: "hi",
  ...fields,
});

describe("the shape of a message", () => {
  it("from a group has group, sender, type, data, position and metadata", () => {
    const stage = new VirtualStage();
    const receiver = stage.client();
    const messages = record(receiver.group("g").messages$);
    stage.settle();
    const sender = stage.client({}, { userId: "ann" });
    sender.sendToGroup("g", { a: 1 }, "json", { metadata: { trace: "t" } }).subscribe();
    stage.settle();
    expect(messages.values).toEqual([
      {
        kind: "groupData",
        group: "g",
        fromUserId: "ann",
        dataType: "json",
        data: { a: 1 },
        sequenceId: 1,
        metadata: { trace: "t" },
      },
    ]);
  });

  it("from the server has no group and no sender", () => {
    const stage = new VirtualStage();
    const messages = record(stage.started().serverMessages$);
    stage.hub.sendToAll("hi");
    stage.settle();
    expect(messages.values).toEqual([{ kind: "serverData", dataType: "text", data: "hi", sequenceId: 1 }]);
  });

  it("on the subprotocol without recovery has no position", () => {
    const stage = new VirtualStage();
    const messages = record(stage.started({ protocol: "json.webpubsub.azure.v1" }).serverMessages$);
    stage.hub.sendToAll("hi");
    stage.settle();
    expect(messages.values).toEqual([{ kind: "serverData", dataType: "text", data: "hi" }]);
  });

  it("sent to a group by the server is a group message, without a sender", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    const [groups, server] = [record(client.groupMessages$), record(client.serverMessages$)];
    client.joinGroup("g").subscribe();
    stage.settle();
    stage.hub.sendToGroup("g", "hi");
    stage.settle();
    expect(groups.values).toEqual([{ kind: "groupData", group: "g", dataType: "text", data: "hi", sequenceId: 1 }]);
    expect(server.values).toEqual([]);
  });
});

describe("content comes out as it went in", () => {
  const bytes = new Uint8Array([0, 1, 254, 255]);
  const contents: [string, unknown, unknown][] = [
    ["text", "h\u00e4llo \ud83d\ude00", "h\u00e4llo \ud83d\ude00"],
    ["empty text", "", ""],
    ["an object", { a: [1, { b: null }] }, { a: [1, { b: null }] }],
    ["0", 0, 0],
    ["false", false, false],
    ["JSON text", JSON.stringify({ a: 1 }), '{"a":1}'],
    ["a key that prototypes have", JSON.parse('{"__proto__":1,"constructor":2}'), expect.anything()],
  ];
  it.each(contents)("%s, to a group, to an event handler and from the server", (_what, content, expected) => {
    const stage = new VirtualStage();
    const events: unknown[] = [];
    stage.hub.onEvent("*", ({ data }) => void events.push(data));
    const client = stage.started();
    const [group, server] = [record(client.group("g").messages$), record(client.serverMessages$)];
    client.sendToGroup("g", content).subscribe();
    client.sendEvent("e", content).subscribe();
    stage.hub.sendToAll(content);
    stage.settle();
    expect(events).toEqual([expected]);
    expect(group.values.map(({ data }) => data)).toEqual([expected]);
    expect(server.values.map(({ data }) => data)).toEqual([expected]);
  });

  it.each(["", "text"])("%j as JSON stays JSON", (content) => {
    const stage = new VirtualStage();
    const client = stage.started();
    const messages = record(client.group("g").messages$);
    client.sendToGroup("g", content, "json").subscribe();
    stage.settle();
    expect(messages.values).toMatchObject([{ dataType: "json", data: content }]);
  });

  it.each(["binary", "protobuf"] as const)("%s is an ArrayBuffer with the same bytes", (dataType) => {
    const stage = new VirtualStage();
    const client = stage.started();
    const messages = record(client.group("g").messages$);
    client.sendToGroup("g", bytes, dataType).subscribe();
    client.sendToGroup("g", new ArrayBuffer(0), dataType).subscribe();
    stage.settle();
    expect(messages.values.map((message) => message.dataType)).toEqual([dataType, dataType]);
    const [full, empty] = messages.values.map(({ data }) => data as ArrayBuffer);
    expect(Object.prototype.toString.call(full)).toBe("[object ArrayBuffer]");
    expect([...new Uint8Array(full ?? new ArrayBuffer(0))]).toEqual([...bytes]);
    expect(empty?.byteLength).toBe(0);
  });

  it.each([null, 0, "", false])("%j received as JSON is data like any other", (data) => {
    const stage = ScriptedStage.connected();
    const messages = record(stage.client.serverMessages$);
    stage.socket.receive({ type: "message", from: "server", dataType: "json", data });
    expect(messages.values).toEqual([{ kind: "serverData", dataType: "json", data }]);
  });
});

describe("who gets a message", () => {
  it("a fragment of a stream goes to groupMessages$ only", () => {
    const stage = ScriptedStage.connected();
    const { client } = stage;
    const [all, own] = [record(client.groupMessages$), record(client.group("g").messages$)];
    stage.socket.receive(fromGroup({ stream: { streamId: "s", streamSequenceId: 1 } }));
    stage.socket.receive(fromGroup({ stream: null }));
    expect(all.values).toHaveLength(2);
    expect(all.values[0]).toMatchObject({ stream: { streamId: "s", streamSequenceId: 1 } });
    expect(own.values).toEqual([{ kind: "groupData", group: "g", dataType: "text", data: "hi" }]);
  });

  it("nobody who comes late: messages never replay", () => {
    const stage = ScriptedStage.connected();
    const { client } = stage;
    const early = record(client.groupMessages$);
    stage.socket.receive(fromGroup({}));
    const late = [record(client.groupMessages$), record(client.serverMessages$), record(client.group("g").messages$)];
    expect(early.values).toHaveLength(1);
    expect(late.map(({ values }) => values)).toEqual([[], [], []]);
  });

  it("those who subscribed before the client was started, also in the same tick as the handshake", () => {
    const stage = new ScriptedStage();
    const { client } = stage;
    const recordings = [record(client.groupMessages$), record(client.serverMessages$)];
    const own = record(client.group("g", { join: false }).messages$);
    void client.start();
    stage.socket.open();
    stage.socket.connected();
    stage.socket.receive(fromGroup({ sequenceId: 1 }));
    stage.socket.receive({ type: "message", from: "server", dataType: "text", data: "hi", sequenceId: 2 });
    expect([...recordings, own].map(({ values }) => values.length)).toEqual([1, 1, 1]);
  });

  it("each of 10,000 groups its own and no other", () => {
    const stage = ScriptedStage.connected();
    const counts = new Map<string, number>();
    for (let i = 0; i < 10_000; i++) {
      const name = `g${i}`;
      stage.client.group(name).messages$.subscribe(({ group }) => {
        counts.set(name, (counts.get(name) ?? 0) + (group === name ? 1 : 1_000));
      });
    }
    for (let i = 0; i < 10_000; i++) stage.socket.receive(fromGroup({ group: `g${i}`, sequenceId: i + 1 }));
    expect(counts.size).toBe(10_000);
    expect(new Set(counts.values())).toEqual(new Set([1]));
  });

  it("also the others when one subscriber throws; acks and state go on, and RxJS is told", () => {
    const unhandled: unknown[] = [];
    const hook = config.onUnhandledError;
    config.onUnhandledError = (error) => unhandled.push(error);
    jest.useFakeTimers();
    try {
      const stage = ScriptedStage.connected({ sequenceAck: { count: 2 } });
      const { client } = stage;
      const before = record(client.serverMessages$);
      const bug = new Error("a bug of the application");
      client.serverMessages$.subscribe(() => {
        throw bug;
      });
      const after = record(client.serverMessages$);
      const send = record(client.sendToGroup("g", "x"));
      for (const sequenceId of [1, 2]) {
        stage.socket.receive({ type: "message", from: "server", dataType: "text", data: "hi", sequenceId });
      }
      stage.socket.ack(1);
      jest.runAllTimers();
      expect([before, after].map(({ values }) => values.length)).toEqual([2, 2]);
      expect(send.completions).toBe(1);
      expect(stage.socket.framesOf("sequenceAck")).toEqual([{ type: "sequenceAck", sequenceId: 2 }]);
      expect(client.state.status).toBe("connected");
      expect(unhandled).toEqual([bug, bug]);
    } finally {
      jest.useRealTimers();
      config.onUnhandledError = hook;
    }
  });
});
