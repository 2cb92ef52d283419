import { ProtocolError } from "../../../lib/index.js";
import { record } from "../../support/recording.js";
import { ScriptedStage } from "../../support/scripted-web-socket.js";
import { statusesOf } from "../../support/statuses.js";

const message = (data: string, sequenceId?: number) => ({
  type: "message",
  from: "server",
  dataType: "text",
  data,
  ...(sequenceId !== undefined && { sequenceId }),
});

describe("garbage between two good frames", () => {
  it.each([
    ["no JSON", "garbage"],
    ["half a frame", '{"type":"message"'],
    ["an array", "[]"],
    ["a message without dataType", '{"type":"message","from":"server","data":"x"}'],
    ["an ack whose id is a text", '{"type":"ack","ackId":"1","success":true}'],
    ["bytes", new ArrayBuffer(4)],
  ])("(%s) is reported, and both are delivered on the same link", (_what, garbage) => {
    const stage = ScriptedStage.connected();
    const { client } = stage;
    const [messages, errors] = [record(client.serverMessages$), record(client.protocolErrors$)];
    stage.socket.receive(message("before"));
    stage.socket.receive(garbage);
    stage.socket.receive(message("after"));
    expect(messages.values.map(({ data }) => data)).toEqual(["before", "after"]);
    expect(errors.values).toHaveLength(1);
    expect(errors.values[0]).toBeInstanceOf(ProtocolError);
    expect(errors.values[0]).toMatchObject({ name: "ProtocolError", code: "MalformedFrame", isRetriable: false });
    expect(errors.completions).toBe(0);
    expect(stage.sockets).toHaveLength(1);
    expect(client.state.status).toBe("connected");
  });
});

it("frames of a future kind are no errors, whatever is unknown in them", () => {
  const stage = ScriptedStage.connected();
  const errors = record(stage.client.protocolErrors$);
  const messages = record(stage.client.serverMessages$);
  stage.socket.receive({ type: "hologram" });
  stage.socket.receive({ type: "system", event: "tired" });
  stage.socket.receive({ ...message("x"), from: "moon" });
  stage.socket.receive({ ...message("x"), dataType: "cbor" });
  expect(errors.values).toEqual([]);
  expect(messages.values).toEqual([]);
});

it("the error shows the frame, shortened and without tokens", () => {
  const stage = ScriptedStage.connected();
  const errors = record(stage.client.protocolErrors$);
  const secret = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg";
  stage.socket.receive(`{"type":5,"reconnectionToken":"${secret}","rest":"${"x".repeat(10_000)}"}`);
  const [error] = errors.values;
  expect(error?.message).not.toContain("c2lnbmF0dXJl");
  expect(error?.frame).not.toContain("c2lnbmF0dXJl");
  expect(error?.frame).toContain('{"type":5');
  expect(error?.frame.length).toBeLessThan(300);
});

it("a malformed first frame does not make the session, and a good one after it does", () => {
  const stage = new ScriptedStage();
  const errors = record(stage.client.protocolErrors$);
  void stage.client.start();
  stage.socket.open();
  stage.socket.receive("garbage");
  expect(stage.client.state.status).toBe("connecting");
  expect(errors.values).toHaveLength(1);
  stage.socket.connected();
  expect(stage.client.state.status).toBe("connected");
});

it("a message before the handshake belongs to no session: it is not delivered, nor does its id count", () => {
  const stage = new ScriptedStage();
  const received = record(stage.client.serverMessages$);
  const message = (data: string) => ({ type: "message", from: "server", dataType: "text", data, sequenceId: 1 });
  stage.socket.open();
  stage.socket.receive(message("early"));
  stage.socket.connected();
  stage.socket.receive(message("first"));
  expect(received.values.map(({ data }) => data)).toEqual(["first"]);
});

it("frames that nobody understood are acknowledged all the same, so that the service need not keep them", () => {
  const stage = ScriptedStage.connected({ sequenceAck: { count: 1 } });
  const acknowledged = () => stage.socket.framesOf("sequenceAck").at(-1)?.["sequenceId"];
  stage.socket.receive({ type: "hologram", sequenceId: 1 });
  expect(acknowledged()).toBe(1);
  stage.socket.receive({ type: "message", from: "server", dataType: "text", data: 5, sequenceId: 2 });
  expect(acknowledged()).toBe(2);
});

describe("acks$", () => {
  it("tells every ack as it arrives: success, failure, Duplicate, and those that nobody waits for", () => {
    const stage = ScriptedStage.connected({ messageRetryOptions: { maxRetries: 0 } });
    const acks = record(stage.client.acks$);
    for (let i = 0; i < 3; i++) record(stage.client.sendToGroup("g", i));
    stage.socket.ack(1);
    stage.socket.ack(2, { name: "Forbidden", message: "no" });
    stage.socket.ack(3, { name: "Duplicate", message: "has been processed" });
    stage.socket.ack(99);
    expect(acks.values).toEqual([
      { ackId: 1, success: true, isDuplicated: false },
      { ackId: 2, success: false, isDuplicated: false, error: { name: "Forbidden", message: "no" } },
      expect.objectContaining({ ackId: 3, isDuplicated: true }),
      { ackId: 99, success: true, isDuplicated: false },
    ]);
  });

  it("does not hold the connection open, and does not replay", () => {
    const stage = new ScriptedStage();
    stage.client.acks$.subscribe();
    stage.advance(1_000);
    expect(stage.sockets).toEqual([]);
  });
});

it("status never errors and data never errors, whatever the service sends", () => {
  const stage = ScriptedStage.connected();
  const { client } = stage;
  const all = [...statusesOf(client), client.serverMessages$, client.groupMessages$, client.group("g").joined$].map(
    (source) => record<unknown>(source),
  );
  for (const frame of ["", "{}", "null", new ArrayBuffer(1), { type: "ack" }, { type: "system" }, { type: "pong" }]) {
    stage.socket.receive(frame);
  }
  stage.socket.end(1008);
  stage.advance(60_000);
  void client.stop();
  expect(all.map(({ errors, completions }) => [errors, completions])).toEqual(all.map(() => [[], 0]));
  void client.dispose();
  expect(all.map(({ errors, completions }) => [errors, completions])).toEqual(all.map(() => [[], 1]));
});
