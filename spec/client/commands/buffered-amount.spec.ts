import { outcomeOf, record } from "../../support/recording.js";
import { ScriptedStage } from "../../support/scripted-web-socket.js";

const MiB = 1_048_576;

describe("while more than 1 MiB is handed over and not on the network yet", () => {
  it("sends are held back, and go out in order when it has drained", () => {
    const stage = ScriptedStage.connected();
    stage.socket.bufferedAmount = MiB + 1;
    const sends = ["a", "b"].map((data) => record(stage.client.sendToGroup("g", data)));
    stage.advance(5_000);
    expect(stage.socket.framesOf("sendToGroup")).toEqual([]);
    stage.socket.bufferedAmount = 0;
    stage.advance(1_000);
    expect(stage.socket.framesOf("sendToGroup").map(({ data }) => data)).toEqual(["a", "b"]);
    for (const id of [1, 2]) stage.socket.ack(id);
    expect(sends.map(outcomeOf)).toMatchObject([{ ackId: 1 }, { ackId: 2 }]);
  });

  it("exactly 1 MiB holds nothing back", () => {
    const stage = ScriptedStage.connected();
    stage.socket.bufferedAmount = MiB;
    record(stage.client.sendToGroup("g", "a"));
    expect(stage.socket.framesOf("sendToGroup")).toHaveLength(1);
  });

  it("a later send does not overtake one that is held back", () => {
    const stage = ScriptedStage.connected();
    stage.socket.bufferedAmount = MiB + 1;
    record(stage.client.sendToGroup("g", "a"));
    stage.socket.bufferedAmount = 0;
    record(stage.client.sendToGroup("g", "b"));
    stage.advance(1_000);
    expect(stage.socket.framesOf("sendToGroup").map(({ data }) => data)).toEqual(["a", "b"]);
  });

  it("fire-and-forget sends are held back as well", () => {
    const stage = ScriptedStage.connected();
    stage.socket.bufferedAmount = MiB + 1;
    const send = record(stage.client.sendToGroup("g", "a", "text", { fireAndForget: true }));
    expect(outcomeOf(send)).toBe("pending");
    stage.socket.bufferedAmount = 0;
    stage.advance(1_000);
    expect(outcomeOf(send)).toEqual({ isDuplicated: false });
  });

  it("acknowledgements, pings and joins go out all the same", () => {
    const stage = ScriptedStage.connected();
    stage.socket.bufferedAmount = 10 * MiB;
    stage.client.group("observed").messages$.subscribe();
    stage.client.joinGroup("joined").subscribe();
    stage.client.leaveGroup("left").subscribe();
    stage.socket.receive({ type: "message", from: "server", dataType: "text", data: "", sequenceId: 1 });
    stage.advance(25_000);
    const types = new Set(stage.socket.frames.map(({ type }) => type));
    expect(types).toEqual(new Set(["joinGroup", "leaveGroup", "sequenceAck", "ping"]));
  });

  it("what is sent again after a recovery is held back as well, before what is new; joins are not", () => {
    const stage = ScriptedStage.connected();
    const sends = ["a", "b"].map((data) => record(stage.client.sendToGroup("g", data)));
    const join = record(stage.client.joinGroup("joined"));
    stage.socket.end();
    sends.push(record(stage.client.sendToGroup("g", "c")));
    stage.advance(50);
    stage.socket.bufferedAmount = 2 * MiB;
    stage.recover();
    expect(stage.socket.frames.map(({ type }) => type)).toEqual(["ping", "joinGroup"]);
    stage.socket.bufferedAmount = 0;
    stage.advance(1_000);
    expect(stage.socket.framesOf("sendToGroup").map(({ data }) => data)).toEqual(["a", "b", "c"]);
    for (const id of [1, 2, 3, 4]) stage.socket.ack(id);
    expect([join, ...sends].map(outcomeOf)).toMatchObject([3, 1, 2, 4].map((ackId) => ({ ackId })));
  });

  it("what is held back to be sent again is withdrawn by unsubscribing, and ends with the session", () => {
    const stage = ScriptedStage.connected();
    const [first, second] = ["a", "b"].map((data) => record(stage.client.sendToGroup("g", data)));
    stage.socket.end();
    stage.advance(50);
    stage.socket.bufferedAmount = 2 * MiB;
    stage.recover();
    first?.unsubscribe();
    stage.socket.bufferedAmount = 0;
    stage.advance(1_000);
    expect(stage.socket.framesOf("sendToGroup").map(({ data }) => data)).toEqual(["b"]);
    stage.socket.end();
    stage.advance(50);
    stage.socket.bufferedAmount = 2 * MiB;
    stage.recover();
    stage.socket.end(1008);
    expect(second && outcomeOf(second)).toMatchObject({ code: "Unacknowledged" });
    stage.advance(1_000);
    stage.socket.open();
    stage.socket.connected("c2");
    expect(stage.socket.sent).toEqual([]);
  });

  it("what is held back takes part in maxQueuedSends, and goes over to the next link", () => {
    const stage = ScriptedStage.connected({ maxQueuedSends: 1 });
    stage.socket.bufferedAmount = MiB + 1;
    const held = record(stage.client.sendToGroup("g", "held"));
    const surplus = record(stage.client.sendToGroup("g", "surplus"));
    expect(outcomeOf(surplus)).toMatchObject({ code: "QueueOverflow" });
    stage.socket.end();
    stage.advance(0);
    stage.recover();
    expect(stage.socket.framesOf("sendToGroup")).toMatchObject([{ data: "held" }]);
    stage.socket.ack(1);
    expect(outcomeOf(held)).toEqual({ ackId: 1, isDuplicated: false });
  });
});

it("a send on a socket that is closing is not lost: it waits for the next link", () => {
  const stage = ScriptedStage.connected();
  stage.socket.readyState = 2;
  const send = record(stage.client.sendToGroup("g", "a"));
  expect(stage.socket.sent).toEqual([]);
  stage.socket.end();
  stage.advance(0);
  stage.recover();
  expect(stage.socket.framesOf("sendToGroup")).toMatchObject([{ data: "a" }]);
  stage.socket.ack(1);
  expect(outcomeOf(send)).toEqual({ ackId: 1, isDuplicated: false });
});

it("a join on a socket that is closing is not lost either", () => {
  const stage = ScriptedStage.connected();
  stage.socket.readyState = 2;
  const join = record(stage.client.joinGroup("g"));
  stage.socket.end();
  stage.advance(0);
  stage.recover();
  expect(stage.socket.framesOf("joinGroup")).toMatchObject([{ group: "g" }]);
  stage.socket.ack(1);
  expect(outcomeOf(join)).toEqual({ ackId: 1, isDuplicated: false });
});

describe("a send that is to go again while the link is busy", () => {
  it("has its late ack all the same, and does not go again", () => {
    const stage = ScriptedStage.connected({ ackTimeoutInMs: 5_000 });
    const send = record(stage.client.sendToGroup("g", 1));
    stage.advance(5_000);
    stage.socket.bufferedAmount = 2 * MiB;
    stage.advance(1_000);
    stage.socket.ack(1);
    expect(outcomeOf(send)).toEqual({ ackId: 1, isDuplicated: false });
    stage.socket.bufferedAmount = 0;
    stage.advance(1_000);
    expect(stage.socket.framesOf("sendToGroup")).toHaveLength(1);
  });

  it("after a recovery is not awaited for ever", () => {
    const stage = ScriptedStage.connected({
      ackTimeoutInMs: 5_000,
      keepAliveTimeoutInMs: 0,
      messageRetryOptions: { maxRetries: 0 },
    });
    const send = record(stage.client.sendToGroup("g", 1));
    // The first of those that go again is what makes the link busy.
    stage.client.sendToGroup("g", 2).subscribe({ error: () => undefined });
    stage.socket.end();
    stage.advance(0);
    stage.socket.bufferedAmount = 2 * MiB;
    stage.recover();
    stage.advance(60_000);
    expect(outcomeOf(send)).toMatchObject({ code: "AckTimeout" });
  });
});
