import { outcomeOf, record } from "../../support/recording.js";
import { VirtualStage } from "../../support/virtual-stage.js";

describe("a command", () => {
  it("does nothing until it is subscribed", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    void client.sendToGroup("g", "hi");
    void client.sendEvent("e", "hi");
    void client.joinGroup("g");
    void client.leaveGroup("g");
    stage.settle();
    expect(stage.sent()).toEqual([]);
  });

  it("is one operation per subscription, each under an id of its own", () => {
    const stage = new VirtualStage();
    const send$ = stage.started().sendToGroup("g", "hi");
    const [first, second] = [record(send$), record(send$)];
    stage.settle();
    expect(stage.sent("sendToGroup")).toHaveLength(2);
    expect(first.values).toEqual([{ ackId: 1, isDuplicated: false }]);
    expect(second.values).toEqual([{ ackId: 2, isDuplicated: false }]);
  });

  it("emits its result once, with the ack, and completes", () => {
    const stage = new VirtualStage();
    stage.hub.onEvent("e", () => undefined);
    const client = stage.started();
    const commands = [
      client.joinGroup("g"),
      client.sendToGroup("g", "hi"),
      client.sendEvent("e", { a: 1 }),
      client.leaveGroup("g"),
      client.group("g").join(),
      client.group("g").send("hi"),
      client.group("g").leave(),
    ].map((command) => record(command));
    expect(commands.map(outcomeOf)).toEqual(Array(7).fill("pending"));
    stage.settle();
    expect(commands.map(({ values }) => values)).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map((ackId) => [{ ackId, isDuplicated: false }]),
    );
    expect(commands.map(({ completions }) => completions)).toEqual(Array(7).fill(1));
  });

  it("opens the connection if need be, holds it until it settles, and lets go of it then", () => {
    const stage = new VirtualStage();
    const client = stage.client({ idleCloseInMs: 1_000 });
    const send = record(client.sendToGroup("g", "hi"));
    stage.settle();
    expect(send.values).toHaveLength(1);
    expect(client.state.status).toBe("connected");
    stage.advance(999);
    expect(client.state.status).toBe("connected");
    stage.advance(1);
    expect(client.state).toEqual({ status: "stopped", reason: "idle" });
    expect(stage.connectionIds).toEqual([]);
  });

  it("encodes its content when it is subscribed, neither before nor later", () => {
    const stage = new VirtualStage();
    const client = stage.client();
    const content = { step: "made" };
    const send$ = client.sendToGroup("g", content);
    content.step = "subscribed";
    send$.subscribe();
    content.step = "sent";
    stage.settle();
    expect(stage.sent("sendToGroup")).toMatchObject([{ data: { step: "subscribed" } }]);
  });
});

describe("what travels with a send", () => {
  it("noEcho spares the sender its own message, and nobody else", () => {
    const stage = new VirtualStage();
    const [ann, bob] = [stage.client({}, { userId: "ann" }), stage.client({}, { userId: "bob" })];
    const [toAnn, toBob] = [ann, bob].map((client) => record(client.group("g").messages$));
    stage.settle();
    ann.sendToGroup("g", "quiet", "text", { noEcho: true }).subscribe();
    ann.sendToGroup("g", "loud").subscribe();
    stage.settle();
    expect(toAnn?.values.map(({ data }) => data)).toEqual(["loud"]);
    expect(toBob?.values.map(({ data }) => data)).toEqual(["quiet", "loud"]);
  });

  it("metadata arrives with the message", () => {
    const stage = new VirtualStage();
    const events: unknown[] = [];
    stage.hub.onEvent("*", ({ metadata }) => void events.push(metadata));
    const client = stage.started();
    const messages = record(client.group("g").messages$);
    client.sendToGroup("g", "hi", "text", { metadata: { trace: "a1" } }).subscribe();
    client.sendEvent("e", "hi", "text", { metadata: { trace: "a2" } }).subscribe();
    stage.settle();
    expect(messages.values).toMatchObject([{ data: "hi", metadata: { trace: "a1" } }]);
    expect(events).toEqual([{ trace: "a2" }]);
  });

  it("a time to live is the service's business", () => {
    const stage = new VirtualStage();
    stage.started().sendToGroup("g", "short-lived", "text", { ttlSeconds: 1 }).subscribe();
    stage.settle();
    expect(stage.sent("sendToGroup")).toMatchObject([{ ttlSeconds: 1 }]);
  });

  it.each([0, 300])("the limits of a time to live are within it: %s s", (ttlSeconds) => {
    const stage = new VirtualStage();
    const send = record(stage.started().sendToGroup("g", "hi", "text", { ttlSeconds }));
    stage.settle();
    expect(send.values).toEqual([{ ackId: 1, isDuplicated: false }]);
  });
});

describe("fireAndForget", () => {
  it("goes without an ackId, even a given one, and completes when handed to an open socket", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    const send = record(client.sendToGroup("g", "hi", "text", { fireAndForget: true, ackId: 77 }));
    expect(send.values).toEqual([{ isDuplicated: false }]);
    expect(send.completions).toBe(1);
    expect(stage.sent()).toEqual([{ type: "sendToGroup", group: "g", dataType: "text", data: "hi" }]);
  });

  it("is never sent again, neither after a recovery nor on a new session", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    stage.swallow = ({ type }) => type === "sendToGroup";
    client.sendToGroup("g", "hi", "text", { fireAndForget: true }).subscribe();
    stage.dropAndRecover();
    stage.lose();
    stage.advance(5_000);
    expect(client.state.status).toBe("connected");
    expect(stage.sent("sendToGroup")).toHaveLength(1);
  });

  it("waits for a link and settles when there is one", () => {
    const stage = new VirtualStage();
    const send = record(stage.client().sendEvent("e", "hi", "text", { fireAndForget: true }));
    expect(outcomeOf(send)).toBe("pending");
    stage.settle();
    expect(outcomeOf(send)).toEqual({ isDuplicated: false });
  });

  it("does not hear of a refusal", () => {
    const stage = new VirtualStage();
    const send = record(stage.started({}, { roles: [] }).sendToGroup("g", "hi", "text", { fireAndForget: true }));
    stage.settle();
    expect(outcomeOf(send)).toEqual({ isDuplicated: false });
  });
});
