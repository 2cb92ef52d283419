import { catchError, type Observable } from "rxjs";
import { SendMessageError, type WebPubSubClientOptions } from "../../../lib/index.js";
import { outcomeOf, record, type Recording } from "../../support/recording.js";
import { ScriptedStage } from "../../support/scripted-web-socket.js";
import { VirtualStage } from "../../support/virtual-stage.js";

describe("after a recovery", () => {
  it("what is unacknowledged goes out again under its own id, before the queue and before new sends", () => {
    const stage = ScriptedStage.connected();
    const { client } = stage;
    client.sendToGroup("g", "a").subscribe();
    client.joinGroup("h").subscribe();
    client.sendEvent("e", "b").subscribe();
    client.sendToGroup("g", "acked").subscribe();
    stage.socket.ack(4);
    stage.socket.end();
    client.sendToGroup("g", "queued").subscribe();
    client.recovered$.subscribe(() => client.sendToGroup("g", "new").subscribe());
    stage.advance(0);
    stage.recover();
    const again = stage.socket.frames.filter(({ type }) => type !== "ping" && type !== "sequenceAck");
    expect(again).toMatchObject([
      { type: "sendToGroup", data: "a", ackId: 1 },
      { type: "joinGroup", group: "h", ackId: 2 },
      { type: "event", data: "b", ackId: 3 },
      { type: "sendToGroup", data: "queued", ackId: 5 },
      { type: "sendToGroup", data: "new", ackId: 6 },
    ]);
  });

  it("a send that the service had applied is applied once, and succeeds", () => {
    const stage = new VirtualStage();
    const heard: unknown[] = [];
    const client = stage.client();
    const messages = record(client.group("g").messages$);
    stage.hub.onEvent("e", ({ data, connectionId }) => {
      heard.push(data);
      // The link dies when the work is done, and before the ack is out.
      if (heard.length === 1) stage.emulator.faults.drop(connectionId);
    });
    stage.settle();
    const send = record(client.sendEvent("e", "pay"));
    stage.settle();
    expect(outcomeOf(send)).toEqual({ ackId: 2, isDuplicated: true });
    expect(heard).toEqual(["pay"]);
    client.sendToGroup("g", "still here").subscribe();
    stage.settle();
    expect(messages.values).toMatchObject([{ data: "still here" }]);
  });

  it("a send that never arrived is applied then", () => {
    const stage = new VirtualStage();
    const client = stage.client();
    const messages = record(client.group("g").messages$);
    stage.settle();
    stage.swallow = ({ type }) => type === "sendToGroup";
    const send = record(client.sendToGroup("g", "hi"));
    stage.settle();
    stage.swallow = () => false;
    stage.dropAndRecover();
    expect(outcomeOf(send)).toEqual({ ackId: 2, isDuplicated: false });
    expect(messages.values).toMatchObject([{ data: "hi" }]);
  });

  it("what was unsubscribed meanwhile is not sent again", () => {
    const stage = ScriptedStage.connected();
    const send = record(stage.client.sendToGroup("g", "a"));
    stage.socket.end();
    send.unsubscribe();
    stage.advance(0);
    stage.recover();
    expect(stage.socket.framesOf("sendToGroup")).toEqual([]);
  });

  it("what was about to be tried again keeps its own pace", () => {
    const stage = ScriptedStage.connected();
    record(stage.client.sendToGroup("g", "a"));
    stage.socket.ack(1, { name: "InternalServerError", message: "later" });
    stage.socket.end();
    stage.advance(0);
    stage.recover();
    expect(stage.socket.framesOf("sendToGroup")).toEqual([]);
    stage.advance(1_000);
    expect(stage.socket.framesOf("sendToGroup")).toMatchObject([{ ackId: 1 }]);
  });
});

describe("when the session is lost", () => {
  it("a send that awaits its ack errors: nobody can know, it may be tried again, and why it ended is told", () => {
    const stage = ScriptedStage.connected();
    const send = record(stage.client.sendToGroup("room-7", "a"));
    stage.socket.end(1008, { reason: "The reliable message buffer is full." });
    const error = outcomeOf(send);
    expect(error).toBeInstanceOf(SendMessageError);
    expect(error).toMatchObject({
      code: "Unacknowledged",
      isRetriable: true,
      ackId: 1,
      message: expect.stringContaining('"room-7"') as string,
      cause: { name: "ConnectionError", closeCode: 1008, reason: "The reliable message buffer is full." },
    });
  });

  it("after a recovery that was refused, the cause leads back to the first reason", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    stage.swallow = ({ type }) => type === "sendToGroup";
    const send = record(client.sendToGroup("g", "a"));
    stage.lose();
    expect(outcomeOf(send)).toMatchObject({
      code: "Unacknowledged",
      cause: { code: "RecoveryFailed", closeCode: 1008, cause: { code: "LinkLost", closeCode: 1006 } },
    });
  });

  it("nothing that was sent before is sent again on the next session", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    stage.swallow = ({ type }) => type === "sendToGroup" || type === "event";
    record(client.sendToGroup("g", "a"));
    record(client.sendEvent("e", "b"));
    stage.lose();
    stage.swallow = () => false;
    stage.advance(60_000);
    expect(client.state.status).toBe("connected");
    expect(stage.sent("sendToGroup", stage.sockets.length - 1)).toEqual([]);
    expect(stage.sent("event", stage.sockets.length - 1)).toEqual([]);
  });

  it("what waited in the queue goes on waiting, and goes out on the next session", () => {
    const stage = ScriptedStage.connected();
    stage.socket.end();
    const send = record(stage.client.sendToGroup("g", "queued"));
    stage.advance(0);
    stage.socket.open();
    stage.socket.end(1008);
    expect(outcomeOf(send)).toBe("pending");
    stage.advance(1_000);
    stage.socket.open();
    stage.socket.connected("c2");
    expect(stage.socket.framesOf("sendToGroup")).toMatchObject([{ data: "queued", ackId: 1 }]);
  });

  it("a send between two tries ends unacknowledged when its last try got no ack", () => {
    const stage = ScriptedStage.connected({ ackTimeoutInMs: 1_000 });
    const send = record(stage.client.sendToGroup("g", "a"));
    stage.advance(1_500);
    stage.socket.end(1008);
    expect(outcomeOf(send)).toMatchObject({ code: "Unacknowledged", ackId: 1 });
    stage.advance(60_000);
    expect(stage.sockets.flatMap((socket) => socket.framesOf("sendToGroup"))).toHaveLength(1);
  });

  it("its id may be used by whoever is told of the loss", () => {
    const stage = ScriptedStage.connected();
    const results: unknown[] = [];
    const again = (error: unknown) =>
      stage.client.sendToGroup("g", "again", "text", { ackId: (error as SendMessageError).ackId ?? -1 });
    stage.client
      .sendToGroup("g", "a")
      .pipe(catchError(again))
      .subscribe((result) => results.push(result));
    stage.client.sendToGroup("g", "b").subscribe({
      error: (error: unknown) => again(error).subscribe((result) => results.push(result)),
    });
    stage.socket.end(1008);
    stage.advance(1_000);
    stage.socket.open();
    stage.socket.connected("c2");
    stage.socket.ack(1);
    stage.socket.ack(2);
    expect(results).toEqual([1, 2].map((ackId) => ({ ackId, isDuplicated: false })));
  });

  it("on a subprotocol without recovery every cut is such a loss", () => {
    const stage = new VirtualStage();
    const client = stage.started({ protocol: "json.webpubsub.azure.v1" });
    stage.swallow = ({ type }) => type === "sendToGroup";
    const send = record(client.sendToGroup("g", "a"));
    stage.emulator.faults.drop(stage.connectionId);
    stage.settle();
    expect(outcomeOf(send)).toMatchObject({ code: "Unacknowledged", cause: { code: "LinkLost", closeCode: 1006 } });
  });
});

describe("after a reconnection", () => {
  it("first joins are acknowledged, then the queue goes out in order, then what is new", () => {
    const stage = new ScriptedStage();
    const { client } = stage;
    client.group("g").messages$.subscribe();
    client.sendToGroup("g", "queued 1").subscribe();
    client.sendToGroup("g", "queued 2").subscribe();
    client.connected$.subscribe(() => client.sendToGroup("g", "new").subscribe());
    stage.socket.open();
    stage.socket.connected();
    expect(stage.socket.frames).toMatchObject([{ type: "joinGroup", group: "g" }]);
    client.sendToGroup("g", "queued 3").subscribe();
    expect(stage.socket.frames).toHaveLength(1);
    stage.socket.ack(stage.socket.frames[0]?.["ackId"]);
    expect(stage.socket.framesOf("sendToGroup").map(({ data }) => data)).toEqual([
      "queued 1",
      "queued 2",
      "queued 3",
      "new",
    ]);
  });

  it("so that the sender sees its own queued message in the group", () => {
    const stage = new VirtualStage();
    const client = stage.client();
    const messages = record(client.group("g").messages$);
    client.sendToGroup("g", "hello me").subscribe();
    stage.settle();
    expect(messages.values.map(({ data }) => data)).toEqual(["hello me"]);
  });
});

describe("what waits for its retry", () => {
  const LATER = { name: "InternalServerError", message: "later" };

  function retrying(options: WebPubSubClientOptions = {}) {
    const stage = ScriptedStage.connected(options);
    const { client } = stage;
    const told = {
      join: record(client.joinGroup("g")),
      leave: record(client.leaveGroup("h")),
      send: record(client.sendToGroup("g", 1)),
    };
    for (const ackId of [1, 2, 3]) stage.socket.ack(ackId, LATER);
    return { stage, told };
  }

  it("when the session is lost: a join is done by the next one, a leave is done, a send was refused", () => {
    const { stage, told } = retrying();
    stage.socket.end(1008);
    expect(outcomeOf(told.leave)).toEqual({ isDuplicated: false });
    expect(outcomeOf(told.send)).toMatchObject({ code: "InternalServerError" });
    stage.advance(1_000);
    stage.socket.open();
    stage.socket.connected("c2");
    const [join] = stage.socket.framesOf("joinGroup");
    expect(join).toMatchObject({ group: "g" });
    stage.socket.ack(join?.["ackId"]);
    expect(outcomeOf(told.join)).toEqual({ ackId: join?.["ackId"], isDuplicated: false });
  });

  it("and falls due while no link is live goes out with the next one, however long that takes", () => {
    const { stage, told } = retrying({ ackTimeoutInMs: 5_000, messageRetryOptions: { maxRetries: 1 } });
    stage.socket.end();
    stage.advance(20_000);
    expect(stage.client.state.status).toBe("recovering");
    expect(outcomeOf(told.send)).toBe("pending");
    stage.recover();
    expect(stage.socket.framesOf("sendToGroup")).toMatchObject([{ ackId: 3 }]);
    stage.socket.ack(3);
    expect(outcomeOf(told.send)).toEqual({ ackId: 3, isDuplicated: false });
  });
});

describe.each(["fail", "drop"] as const)("with whenOffline %j", (whenOffline) => {
  it.each(["state$", "recovered$", "serverMessages$"] as const)(
    "what %s makes of a recovery is sent, after what goes out again: the link is live",
    (name) => {
      const stage = ScriptedStage.connected();
      const { client } = stage;
      record(client.sendToGroup("g", "before"));
      stage.socket.end();
      let told: Recording<unknown> | undefined;
      (client[name] as Observable<unknown>).subscribe(() => {
        if (client.state.status === "connected") told = record(client.sendToGroup("g", "now", "text", { whenOffline }));
      });
      stage.advance(0);
      stage.socket.open();
      stage.socket.receive({ type: "message", from: "server", dataType: "text", data: "hello", sequenceId: 1 });
      expect(stage.socket.framesOf("sendToGroup").map(({ data }) => data)).toEqual(["before", "now"]);
      stage.socket.ack(2);
      expect(told && outcomeOf(told)).toEqual({ ackId: 2, isDuplicated: false });
    },
  );
});
