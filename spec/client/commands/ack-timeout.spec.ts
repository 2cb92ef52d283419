import { TimeoutError } from "../../../lib/index.js";
import { outcomeOf, record } from "../../support/recording.js";
import { ScriptedStage } from "../../support/scripted-web-socket.js";

const options = { ackTimeoutInMs: 10_000, keepAliveIntervalInMs: 0, keepAliveTimeoutInMs: 0 };
const idsOf = (stage: ScriptedStage) => stage.socket.framesOf("sendToGroup").map(({ ackId }) => ackId);

describe("an ack that stays away", () => {
  it("for ackTimeoutInMs has its command sent again under the same id", () => {
    const stage = ScriptedStage.connected(options);
    const send = record(stage.client.sendToGroup("g", "a"));
    stage.advance(10_999);
    expect(idsOf(stage)).toEqual([1]);
    stage.advance(1);
    expect(idsOf(stage)).toEqual([1, 1]);
    stage.socket.ack(1, { name: "Duplicate", message: "has been processed" });
    expect(outcomeOf(send)).toEqual({ ackId: 1, isDuplicated: true });
  });

  it("is an AckTimeout when the retries are spent", () => {
    const stage = ScriptedStage.connected({ ...options, messageRetryOptions: { maxRetries: 1, retryDelayInMs: 500 } });
    const send = record(stage.client.sendToGroup("g", "a"));
    stage.advance(20_499);
    expect(outcomeOf(send)).toBe("pending");
    stage.advance(1);
    expect(outcomeOf(send)).toBeInstanceOf(TimeoutError);
    expect(outcomeOf(send)).toMatchObject({
      code: "AckTimeout",
      option: "ackTimeoutInMs",
      ackId: 1,
      isRetriable: true,
    });
    expect(stage.client.state.status).toBe("connected");
  });

  it("counts for joins and leaves by command as well", () => {
    const stage = ScriptedStage.connected({ ...options, messageRetryOptions: { maxRetries: 0 } });
    const commands = [record(stage.client.joinGroup("g")), record(stage.client.leaveGroup("h"))];
    stage.advance(10_000);
    expect(commands.map(outcomeOf)).toMatchObject([{ code: "AckTimeout" }, { code: "AckTimeout" }]);
  });

  it("that comes after its command gave up changes nothing but acks$", () => {
    const stage = ScriptedStage.connected({ ...options, messageRetryOptions: { maxRetries: 0 } });
    const acks = record(stage.client.acks$);
    const send = record(stage.client.sendToGroup("g", "a"));
    stage.advance(10_000);
    stage.socket.ack(1);
    expect(outcomeOf(send)).toMatchObject({ code: "AckTimeout" });
    expect(acks.values).toEqual([{ ackId: 1, success: true, isDuplicated: false }]);
  });

  it("is timed for each command from its own transmission", () => {
    const stage = ScriptedStage.connected({ ...options, messageRetryOptions: { maxRetries: 0 } });
    const first = record(stage.client.sendToGroup("g", "a"));
    stage.advance(4_000);
    const second = record(stage.client.sendToGroup("g", "b"));
    stage.advance(6_000);
    expect([first, second].map(outcomeOf)).toEqual([expect.any(TimeoutError), "pending"]);
    stage.advance(4_000);
    expect(outcomeOf(second)).toMatchObject({ code: "AckTimeout", ackId: 2 });
  });
});

it("an AckTimeout that makes its caller stop the client leaves the others, due at the same time, to that stop", () => {
  const stage = ScriptedStage.connected({ ...options, messageRetryOptions: { maxRetries: 1, retryDelayInMs: 1_000 } });
  stage.client.sendToGroup("g", "a").subscribe({ error: () => void stage.client.stop() });
  stage.advance(11_000);
  // Its own retry would come later.
  const other = record(stage.client.sendToGroup("g", "b"));
  stage.advance(10_000);
  expect(outcomeOf(other)).toMatchObject({ code: "ClientStopped" });
  stage.advance(1_000);
  expect(idsOf(stage)).toEqual([1, 1, 2]);
});

describe("the ack timer", () => {
  it("runs only while a link is live, and anew after each resend", () => {
    const stage = ScriptedStage.connected({ ...options, messageRetryOptions: { maxRetries: 0 } });
    const send = record(stage.client.sendToGroup("g", "a"));
    stage.advance(9_000);
    stage.socket.end();
    stage.advance(9_000);
    stage.recover();
    expect(idsOf(stage)).toEqual([1]);
    stage.advance(9_999);
    expect(outcomeOf(send)).toBe("pending");
    stage.advance(1);
    expect(outcomeOf(send)).toMatchObject({ code: "AckTimeout" });
  });

  it("does not count the resend of a recovery as a retry", () => {
    const stage = ScriptedStage.connected({ ...options, messageRetryOptions: { maxRetries: 0 } });
    const send = record(stage.client.sendToGroup("g", "a"));
    for (let i = 0; i < 3; i++) {
      stage.socket.end();
      stage.advance(100);
      stage.recover();
    }
    expect(stage.sockets.map((socket) => socket.framesOf("sendToGroup").length)).toEqual([1, 1, 1, 1]);
    stage.socket.ack(1);
    expect(outcomeOf(send)).toEqual({ ackId: 1, isDuplicated: false });
  });

  it("leaves nothing behind when all is settled", () => {
    const stage = ScriptedStage.connected(options);
    for (let i = 0; i < 5; i++) record(stage.client.sendToGroup("g", i));
    for (let id = 1; id <= 5; id++) stage.socket.ack(id);
    void stage.client.stop();
    stage.socket.end(1000);
    stage.advance(0);
    expect(stage.scheduler.actions).toEqual([]);
  });
});
