import { SendMessageError } from "../../../lib/index.js";
import { outcomeOf, record } from "../../support/recording.js";
import { ScriptedStage } from "../../support/scripted-web-socket.js";
import { VirtualStage } from "../../support/virtual-stage.js";

describe("Forbidden", () => {
  it.each([
    ["sendToGroup", "webpubsub.sendToGroup.room-7"],
    ["joinGroup", "webpubsub.joinLeaveGroup.room-7"],
    ["leaveGroup", "webpubsub.joinLeaveGroup.room-7"],
  ] as const)("of %s surfaces at once, names group and role, and is not sent again", (kind, role) => {
    const stage = new VirtualStage();
    const client = stage.started({}, { roles: [] });
    const command = record(kind === "sendToGroup" ? client.sendToGroup("room-7", "hi") : client[kind]("room-7"));
    stage.settle();
    const error = outcomeOf(command);
    expect(error).toBeInstanceOf(SendMessageError);
    expect(error).toMatchObject({
      name: "SendMessageError",
      code: "Forbidden",
      isRetriable: false,
      ackId: 1,
      errorDetail: { name: "Forbidden", message: expect.stringContaining("permission") as string },
    });
    const { message } = error as Error;
    expect(message).toContain(kind);
    expect(message).toContain('"room-7"');
    expect(message).toContain(role);
    expect(message).toContain("does not have permission");
    stage.advance(60_000);
    expect(stage.sent()).toHaveLength(1);
    expect(client.state.status).toBe("connected");
  });

  it("harms no other command and no message", () => {
    const stage = new VirtualStage();
    const client = stage.started({}, { roles: ["webpubsub.joinLeaveGroup", "webpubsub.sendToGroup.mine"] });
    const messages = record(client.group("mine").messages$);
    const bad = record(client.sendToGroup("yours", "x"));
    const good = record(client.sendToGroup("mine", "y"));
    stage.settle();
    expect(outcomeOf(bad)).toMatchObject({ code: "Forbidden" });
    expect(outcomeOf(good)).toMatchObject({ isDuplicated: false });
    expect(messages.values.map(({ data }) => data)).toEqual(["y"]);
  });
});

it("BadRequest surfaces at once as well", () => {
  const stage = ScriptedStage.connected();
  const send = record(stage.client.sendToGroup("g", "hi"));
  stage.socket.ack(1, { name: "BadRequest", message: "too much" });
  expect(outcomeOf(send)).toMatchObject({ code: "BadRequest", isRetriable: false });
  stage.advance(60_000);
  expect(stage.socket.framesOf("sendToGroup")).toHaveLength(1);
});

it("Duplicate is a success that says so", () => {
  const stage = ScriptedStage.connected();
  const [send, join] = [record(stage.client.sendToGroup("g", "hi")), record(stage.client.joinGroup("g"))];
  for (const id of [1, 2]) stage.socket.ack(id, { name: "Duplicate", message: "has been processed" });
  expect(outcomeOf(send)).toEqual({ ackId: 1, isDuplicated: true });
  expect(outcomeOf(join)).toEqual({ ackId: 2, isDuplicated: true });
});

describe("a refusal that may pass", () => {
  it("is tried again under the same ackId until it succeeds", () => {
    const stage = new VirtualStage();
    let failures = 2;
    const heard: unknown[] = [];
    stage.hub.onEvent("e", ({ data }) => {
      if (failures-- > 0) throw new Error("not yet");
      heard.push(data);
    });
    const send = record(stage.started().sendEvent("e", "hi"));
    stage.settle();
    expect(outcomeOf(send)).toBe("pending");
    stage.advance(999);
    expect(stage.sent("event")).toHaveLength(1);
    stage.advance(1);
    expect(stage.sent("event")).toHaveLength(2);
    stage.advance(1_000);
    expect(outcomeOf(send)).toEqual({ ackId: 1, isDuplicated: false });
    expect(stage.sent("event").map(({ ackId }) => ackId)).toEqual([1, 1, 1]);
    expect(heard).toEqual(["hi"]);
  });

  it("surfaces after maxRetries, in the service's words", () => {
    const stage = new VirtualStage();
    const send = record(stage.started().sendEvent("nobody.listens", "hi"));
    stage.advance(2_999);
    expect(outcomeOf(send)).toBe("pending");
    stage.advance(1);
    expect(outcomeOf(send)).toMatchObject({
      code: "InternalServerError",
      isRetriable: true,
      ackId: 1,
      errorDetail: { name: "InternalServerError" },
      message: expect.stringContaining('"nobody.listens"') as string,
    });
    expect(outcomeOf(send)).toMatchObject({ message: expect.stringContaining("event handler") as string });
    expect(stage.sent("event")).toHaveLength(4);
    stage.advance(60_000);
    expect(stage.sent("event")).toHaveLength(4);
  });

  it.each([
    ["none", { maxRetries: 0 }, [0]],
    ["two at a fixed distance", { maxRetries: 2, retryDelayInMs: 300 }, [0, 300, 600]],
    [
      "three that double up to a maximum",
      { maxRetries: 3, retryDelayInMs: 100, maxRetryDelayInMs: 300, mode: "Exponential" as const },
      [0, 100, 300, 600],
    ],
    ["one by chance", { maxRetries: 1, retryDelayInMs: 1_000, jitter: "full" as const }, [0, 500]],
  ])("is tried again as messageRetryOptions say: %s", (_name, messageRetryOptions, times) => {
    const stage = ScriptedStage.connected({ messageRetryOptions });
    const send = record(stage.client.sendToGroup("g", "hi"));
    const sentAt: number[] = [];
    for (let now = 0, answered = 0; now <= 2_000; now += 50) {
      for (; answered < stage.socket.framesOf("sendToGroup").length; answered++) {
        sentAt.push(now);
        stage.socket.ack(1, { name: "InternalServerError", message: "later" });
      }
      stage.advance(50);
    }
    expect(sentAt).toEqual(times);
    expect(outcomeOf(send)).toMatchObject({ code: "InternalServerError" });
  });

  it("is not tried again once its command is unsubscribed", () => {
    const stage = ScriptedStage.connected();
    const send = record(stage.client.sendToGroup("g", "hi"));
    stage.socket.ack(1, { name: "InternalServerError", message: "later" });
    send.unsubscribe();
    stage.advance(10_000);
    expect(stage.socket.framesOf("sendToGroup")).toHaveLength(1);
  });

  it("under a name that nobody knows yet is tried again too, and told as it is", () => {
    const stage = ScriptedStage.connected({ messageRetryOptions: { maxRetries: 1 } });
    const send = record(stage.client.sendToGroup("g", "hi"));
    stage.socket.ack(1, { name: "Tired", message: "zzz" });
    stage.advance(1_000);
    stage.socket.ack(1, { name: "Tired", message: "zzz" });
    expect(outcomeOf(send)).toMatchObject({ code: "Tired", errorDetail: { name: "Tired", message: "zzz" } });
  });

  it("is a known outcome: the end of the session does not make it unknown", () => {
    const stage = ScriptedStage.connected();
    const send = record(stage.client.sendToGroup("g", "hi"));
    stage.socket.ack(1, { name: "InternalServerError", message: "later" });
    stage.socket.end(1008);
    expect(outcomeOf(send)).toMatchObject({ code: "InternalServerError" });
  });
});

it("an ack for nobody changes nothing", () => {
  const stage = ScriptedStage.connected();
  const send = record(stage.client.sendToGroup("g", "hi"));
  stage.socket.ack(99);
  stage.socket.ack(99, { name: "Forbidden", message: "" });
  expect(outcomeOf(send)).toBe("pending");
  stage.socket.ack(1);
  stage.socket.ack(1, { name: "Forbidden", message: "" });
  expect(outcomeOf(send)).toEqual({ ackId: 1, isDuplicated: false });
});
