import { skip } from "rxjs";
import { ConnectionError, QueueOverflowError, TimeoutError, type WhenOffline } from "../../../lib/index.js";
import { outcomeOf, record, type Recording } from "../../support/recording.js";
import { ScriptedStage } from "../../support/scripted-web-socket.js";
import { VirtualStage } from "../../support/virtual-stage.js";

const dataOf = (stage: VirtualStage) => stage.sent("sendToGroup").map(({ data }) => data);
const scriptedDataOf = (stage: ScriptedStage) => stage.socket.framesOf("sendToGroup").map(({ data }) => data);

describe("while no link is live, sends wait", () => {
  it("in order, before the first connection and in a recovery", () => {
    const stage = ScriptedStage.connected();
    stage.socket.end();
    const sends = ["a", "b", "c"].map((data) => record(stage.client.sendToGroup("g", data)));
    stage.advance(0);
    stage.socket.open();
    expect(stage.socket.framesOf("sendToGroup")).toEqual([]);
    stage.socket.receive({ type: "pong" });
    expect(scriptedDataOf(stage)).toEqual(["a", "b", "c"]);
    for (const id of [1, 2, 3]) stage.socket.ack(id);
    expect(sends.map(outcomeOf)).toEqual([1, 2, 3].map((ackId) => ({ ackId, isDuplicated: false })));
  });

  it("however many attempts fail before one succeeds, and go out once", () => {
    const stage = new ScriptedStage({ reconnectRetryOptions: { retryDelayInMs: 100 } });
    record(stage.client.sendToGroup("g", "a"));
    for (let attempt = 0; attempt < 3; attempt++) {
      stage.socket.end();
      stage.advance(1_000);
    }
    expect(stage.sockets).toHaveLength(4);
    stage.socket.open();
    stage.socket.connected();
    expect(stage.sockets.flatMap(({ sent }) => sent)).toHaveLength(1);
  });

  it("not on a socket that has opened and not shaken hands yet", () => {
    const stage = new ScriptedStage();
    record(stage.client.sendToGroup("g", "a"));
    record(stage.client.sendEvent("e", "b", "text", { fireAndForget: true }));
    stage.socket.open();
    expect(stage.socket.sent).toEqual([]);
    stage.socket.connected();
    expect(stage.socket.sent).toHaveLength(2);
  });

  it("and when one that waited too long makes its caller stop the client, the others are told of that stop", () => {
    const stage = new ScriptedStage({ ackTimeoutInMs: 1_000 });
    stage.client.sendToGroup("g", "a").subscribe({ error: () => void stage.client.stop() });
    const other = record(stage.client.sendToGroup("g", "b"));
    stage.advance(1_000);
    expect(outcomeOf(other)).toMatchObject({ code: "ClientStopped" });
  });

  it("and one that is unsubscribed is withdrawn", () => {
    const stage = new VirtualStage();
    const client = stage.client();
    const [first, second] = ["a", "b"].map((data) => record(client.sendToGroup("g", data)));
    first?.unsubscribe();
    stage.settle();
    expect(dataOf(stage)).toEqual(["b"]);
    expect(second && outcomeOf(second)).toMatchObject({ isDuplicated: false });
  });

  it("for ackTimeoutInMs at most: then NotSent, and they never reach the wire", () => {
    const stage = new ScriptedStage({ ackTimeoutInMs: 5_000, startTimeoutInMs: 60_000 });
    const early = record(stage.client.sendToGroup("g", "early"));
    stage.advance(2_000);
    const late = record(stage.client.sendEvent("late", 1));
    stage.advance(2_999);
    expect(outcomeOf(early)).toBe("pending");
    stage.advance(1);
    expect(outcomeOf(early)).toBeInstanceOf(TimeoutError);
    expect(outcomeOf(early)).toMatchObject({
      code: "NotSent",
      option: "ackTimeoutInMs",
      isRetriable: true,
      message: expect.stringContaining('sendToGroup (group "g")') as string,
    });
    expect(outcomeOf(late)).toBe("pending");
    stage.advance(2_000);
    expect(outcomeOf(late)).toMatchObject({ code: "NotSent" });
    stage.socket.open();
    stage.socket.connected();
    expect(stage.socket.sent).toEqual([]);
  });

  it("a send that goes out in time gets all of ackTimeoutInMs for its ack", () => {
    const stage = new ScriptedStage({ ackTimeoutInMs: 5_000, messageRetryOptions: { maxRetries: 0 } });
    const send = record(stage.client.sendToGroup("g", "a"));
    stage.advance(4_000);
    stage.socket.open();
    stage.socket.connected();
    stage.advance(4_999);
    expect(outcomeOf(send)).toBe("pending");
    stage.advance(1);
    expect(outcomeOf(send)).toMatchObject({ code: "AckTimeout" });
  });
});

describe("maxQueuedSends", () => {
  it("refuses the newest beyond it, and takes others when there is room again", () => {
    const stage = new VirtualStage();
    const client = stage.client({ maxQueuedSends: 2 });
    const sends = ["a", "b", "c"].map((data) => record(client.sendToGroup("g", data)));
    expect(sends.slice(0, 2).map(outcomeOf)).toEqual(["pending", "pending"]);
    const error = sends[2] && outcomeOf(sends[2]);
    expect(error).toBeInstanceOf(QueueOverflowError);
    expect(error).toMatchObject({ code: "QueueOverflow", message: expect.stringContaining("2") as string });
    sends[0]?.unsubscribe();
    const another = record(client.sendToGroup("g", "d"));
    stage.settle();
    expect(dataOf(stage)).toEqual(["b", "d"]);
    expect(outcomeOf(another)).toMatchObject({ isDuplicated: false });
  });

  it("of 0 refuses every send that would wait, and none that need not", () => {
    const stage = new VirtualStage();
    const client = stage.client({ maxQueuedSends: 0 });
    expect(outcomeOf(record(client.sendToGroup("g", "a")))).toBeInstanceOf(QueueOverflowError);
    void client.start();
    stage.settle();
    const send = record(client.sendToGroup("g", "b"));
    stage.settle();
    expect(outcomeOf(send)).toMatchObject({ isDuplicated: false });
  });

  it("leaves joins alone, which have no place in the queue", () => {
    const stage = new VirtualStage();
    const client = stage.client({ maxQueuedSends: 1 });
    client.sendToGroup("g", "a").subscribe();
    const joins = ["x", "y", "z"].map((group) => record(client.joinGroup(group)));
    stage.settle();
    expect(joins.map(outcomeOf)).toEqual(Array(3).fill(expect.objectContaining({ isDuplicated: false })));
  });
});

describe.each(["per client", "per call"])("whenOffline %s", (where) => {
  const arrange = (whenOffline: WhenOffline) => ({
    stage: new ScriptedStage(where === "per client" ? { whenOffline } : {}),
    options: where === "per client" ? {} : { whenOffline },
  });

  it("fail: the send errors at once, retriable, and opens nothing", () => {
    const { stage, options } = arrange("fail");
    const send = record(stage.client.sendToGroup("g", "a", "text", options));
    expect(outcomeOf(send)).toBeInstanceOf(ConnectionError);
    expect(outcomeOf(send)).toMatchObject({ code: "LinkLost", isRetriable: true });
    stage.advance(1_000);
    expect(stage.sockets).toEqual([]);
  });

  it("drop: the send completes at once, without a value, and opens nothing", () => {
    const { stage, options } = arrange("drop");
    const send = record(stage.client.sendEvent("e", "a", "text", options));
    expect(outcomeOf(send)).toBe("dropped");
    stage.advance(1_000);
    expect(stage.sockets).toEqual([]);
    expect(stage.client.state).toEqual({ status: "stopped", reason: "initial" });
  });

  it.each([1006, 1008])("both end what still waits for a link to be ready when that link is lost by %i", (code) => {
    for (const [whenOffline, offline] of [
      ["fail", { code: "LinkLost" }],
      ["drop", "dropped"],
    ] as const) {
      const { stage, options } = arrange(whenOffline);
      stage.client.group("slow").messages$.subscribe();
      stage.socket.open();
      stage.socket.connected();
      const send = record(stage.client.sendToGroup("g", "a", "text", options));
      const patient = record(stage.client.sendToGroup("g", "b", "text", { whenOffline: "queue" }));
      expect(outcomeOf(send)).toBe("pending");
      stage.socket.end(code);
      if (typeof offline === "string") expect(outcomeOf(send)).toBe(offline);
      else expect(outcomeOf(send)).toMatchObject(offline);
      expect(outcomeOf(patient)).toBe("pending");
    }
  });

  it("both are told after the loss itself, as whatever follows from one", () => {
    for (const whenOffline of ["fail", "drop"] as const) {
      const { stage, options } = arrange(whenOffline);
      stage.client.group("slow").messages$.subscribe();
      stage.socket.open();
      stage.socket.connected();
      const told: string[] = [];
      stage.client.state$.pipe(skip(1)).subscribe(({ status }) => told.push(status));
      const note = () => told.push("ended");
      stage.client.sendToGroup("g", "a", "text", options).subscribe({ error: note, complete: note });
      stage.socket.end(1008);
      expect(told).toEqual(["disconnected", "ended"]);
    }
  });

  it("both end as the client is stopped, when it is", () => {
    for (const whenOffline of ["fail", "drop"] as const) {
      const { stage, options } = arrange(whenOffline);
      stage.client.group("slow").messages$.subscribe();
      stage.socket.open();
      stage.socket.connected();
      const send = record(stage.client.sendToGroup("g", "a", "text", options));
      void stage.client.stop();
      expect(outcomeOf(send)).toMatchObject({ code: "ClientStopped" });
    }
  });

  it("both count a recovery as offline, and a live link as none", () => {
    for (const [whenOffline, offline] of [
      ["fail", { code: "LinkLost" }],
      ["drop", "dropped"],
    ] as const) {
      const { stage, options } = arrange(whenOffline);
      void stage.client.start();
      stage.socket.open();
      stage.socket.connected();
      const send = () => record(stage.client.sendToGroup("g", "a", "text", options));
      const online = send();
      stage.socket.ack(1);
      expect(outcomeOf(online)).toEqual({ ackId: 1, isDuplicated: false });
      stage.socket.end();
      const outcome = outcomeOf(send());
      if (typeof offline === "string") expect(outcome).toBe(offline);
      else expect(outcome).toMatchObject(offline);
      stage.advance(0);
      stage.recover();
      expect(stage.socket.framesOf("sendToGroup")).toEqual([]);
    }
  });
});

it("a call's whenOffline outdoes the client's", () => {
  const stage = new ScriptedStage({ whenOffline: "fail" });
  expect(outcomeOf(record(stage.client.sendToGroup("g", "a", "text", { whenOffline: "drop" })))).toBe("dropped");
  expect(outcomeOf(record(stage.client.sendToGroup("g", "a", "text", { whenOffline: "queue" })))).toBe("pending");
  expect(stage.sockets).toHaveLength(1);
});

it("a word that is none is refused at once, whatever the client's, and opens nothing", () => {
  const stage = new ScriptedStage();
  for (const whenOffline of ["FAIL", "queued", 5] as unknown as "fail"[]) {
    const sent = record(stage.client.sendToGroup("g", "a", "text", { whenOffline }));
    expect(outcomeOf(sent)).toEqual(
      new TypeError(`whenOffline must be "queue" or "fail" or "drop", got ${JSON.stringify(whenOffline)}`),
    );
  }
  expect(stage.sockets).toHaveLength(0);
});

it("joins and leaves do not obey whenOffline", () => {
  const stage = new VirtualStage();
  const client = stage.client({ whenOffline: "fail" });
  const [join, leave] = [record(client.joinGroup("g")), record(client.leaveGroup("h"))];
  stage.settle();
  expect(outcomeOf(join)).toMatchObject({ isDuplicated: false });
  expect(outcomeOf(leave)).toEqual({ isDuplicated: false });
});

it.each(["fail", "drop"] as const)(
  "with %j what gap$ makes a subscriber send goes out: the link is live",
  (whenOffline) => {
    const stage = ScriptedStage.connected({ whenOffline });
    const { client } = stage;
    let told: Recording<unknown> | undefined;
    client.gap$.subscribe(() => (told = record(client.sendEvent("missed", 1))));
    stage.socket.end(1008);
    stage.advance(1_000);
    stage.socket.open();
    stage.socket.connected("c2");
    stage.socket.ack(1);
    expect(told && outcomeOf(told)).toEqual({ ackId: 1, isDuplicated: false });
  },
);
