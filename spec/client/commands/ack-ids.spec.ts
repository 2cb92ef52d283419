import { outcomeOf, record } from "../../support/recording.js";
import { ScriptedStage } from "../../support/scripted-web-socket.js";
import { VirtualStage } from "../../support/virtual-stage.js";

const MAX_ID = 2 ** 53 - 1;

const ackIds = (stage: VirtualStage) => stage.sent().map(({ ackId }) => ackId);

describe("generated ackIds", () => {
  it("count up from 1 over all kinds of commands", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    client.joinGroup("g").subscribe();
    client.sendToGroup("g", 1).subscribe();
    client.sendEvent("e", 1).subscribe();
    client.group("other").messages$.subscribe();
    client.leaveGroup("g").subscribe();
    stage.settle();
    expect(ackIds(stage)).toEqual([1, 2, 3, 4, 5]);
  });

  it("skip those that callers chose", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    client.sendToGroup("g", 0, "json", { ackId: 2 }).subscribe();
    client.joinGroup("g", { ackId: 3 }).subscribe();
    for (let i = 0; i < 3; i++) client.sendToGroup("g", i).subscribe();
    stage.settle();
    expect(ackIds(stage)).toEqual([2, 3, 1, 4, 5]);
  });

  it("are never used twice: not after unsubscribing, not after a stop, not on a new session", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    client.sendToGroup("g", 1).subscribe().unsubscribe();
    client.sendToGroup("g", 2).subscribe();
    stage.settle();
    stage.lose();
    stage.advance(5_000);
    client.sendToGroup("g", 3).subscribe();
    stage.settle();
    void client.stop();
    stage.advance(1_000);
    void client.start();
    client.sendToGroup("g", 4).subscribe();
    stage.settle();
    expect(ackIds(stage)).toEqual([1, 2, 3, 4]);
  });
});

describe("an ackId that the caller chose", () => {
  it.each([0, 1, MAX_ID])("%s is used as it is", (ackId) => {
    const stage = new VirtualStage();
    const client = stage.started();
    const send = record(client.sendToGroup("g", "hi", "text", { ackId }));
    stage.settle();
    expect(outcomeOf(send)).toEqual({ ackId, isDuplicated: false });
    expect(ackIds(stage)).toEqual([ackId]);
  });

  it("that the service has seen succeed before is a success that says so", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    const received = record(client.group("g").messages$);
    client.sendToGroup("g", "once", "text", { ackId: 9 }).subscribe();
    stage.settle();
    const again = record(client.sendToGroup("g", "twice", "text", { ackId: 9 }));
    stage.settle();
    expect(outcomeOf(again)).toEqual({ ackId: 9, isDuplicated: true });
    expect(received.values.map(({ data }) => data)).toEqual(["once"]);
  });

  it.each(["sendToGroup", "sendEvent", "joinGroup", "leaveGroup"] as const)(
    "that awaits its ack already is refused to %s alone, and the first command goes on",
    (kind) => {
      const stage = ScriptedStage.connected();
      const { client } = stage;
      const first = record(client.sendToGroup("g", "first", "text", { ackId: 5 }));
      const second = record(
        {
          sendToGroup: () => client.sendToGroup("g", "second", "text", { ackId: 5 }),
          sendEvent: () => client.sendEvent("e", "second", "text", { ackId: 5 }),
          joinGroup: () => client.joinGroup("g", { ackId: 5 }),
          leaveGroup: () => client.leaveGroup("g", { ackId: 5 }),
        }[kind](),
      );
      expect(outcomeOf(second)).toBeInstanceOf(RangeError);
      expect(outcomeOf(second)).toMatchObject({ message: expect.stringContaining("5") as string });
      expect(stage.socket.frames).toHaveLength(1);
      stage.socket.ack(5);
      expect(outcomeOf(first)).toEqual({ ackId: 5, isDuplicated: false });
    },
  );

  it("that a queued send waits with is refused to another at once, without a connection", () => {
    const stage = new VirtualStage();
    const client = stage.client();
    const first = record(client.sendToGroup("g", "first", "text", { ackId: 5 }));
    const second = record(client.sendToGroup("g", "second", "text", { ackId: 5 }));
    expect(outcomeOf(second)).toBeInstanceOf(RangeError);
    stage.settle();
    expect(outcomeOf(first)).toEqual({ ackId: 5, isDuplicated: false });
    expect(stage.sent("sendToGroup")).toHaveLength(1);
  });

  it("is free again when its command is settled or withdrawn", () => {
    const stage = ScriptedStage.connected();
    const send = (data: string) => record(stage.client.sendToGroup("g", data, "text", { ackId: 5 }));
    send("withdrawn").unsubscribe();
    const second = send("second");
    stage.socket.ack(5);
    expect(outcomeOf(second)).toEqual({ ackId: 5, isDuplicated: false });
    const third = send("third");
    expect(outcomeOf(third)).toBe("pending");
    expect(stage.socket.frames).toHaveLength(3);
  });

  it("is not given to anyone else later", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    client.sendToGroup("g", "a", "text", { ackId: 1 }).subscribe();
    stage.settle();
    client.sendToGroup("g", "b").subscribe();
    stage.settle();
    expect(ackIds(stage)).toEqual([1, 2]);
  });
});
