import { outcomeOf, record } from "../../support/recording.js";
import { ScriptedStage } from "../../support/scripted-web-socket.js";
import { VirtualStage } from "../../support/virtual-stage.js";

/** Without a word about any option, the client behaves as the table of the design says. */
describe("by default", () => {
  it("the reliable JSON subprotocol is offered, and no other", () => {
    const stage = new ScriptedStage();
    void stage.client.start();
    expect(stage.socket.protocols).toBe("json.reliable.webpubsub.azure.v1");
  });

  it("a ping goes out after 20 s of silence, and a link is dead after 120 s", () => {
    const stage = ScriptedStage.connected();
    stage.advance(19_999);
    expect(stage.socket.framesOf("ping")).toHaveLength(0);
    stage.advance(1);
    expect(stage.socket.framesOf("ping")).toHaveLength(1);
    stage.advance(99_999);
    expect(stage.client.state.status).toBe("connected");
    stage.advance(1);
    expect(stage.client.state.status).toBe("recovering");
  });

  it("an ack is waited for 30 s, four times, one second apart", () => {
    const stage = ScriptedStage.connected({ keepAliveTimeoutInMs: 0 });
    const send = record(stage.client.sendToGroup("g", "x"));
    stage.advance(4 * 30_000 + 3 * 1_000 - 1);
    expect(outcomeOf(send)).toBe("pending");
    expect(stage.socket.framesOf("sendToGroup")).toHaveLength(4);
    stage.advance(1);
    expect(outcomeOf(send)).toMatchObject({ code: "AckTimeout" });
  });

  it("an attempt may take 30 s", () => {
    const stage = new ScriptedStage();
    void stage.client.start();
    stage.advance(29_999);
    expect(stage.client.state.status).toBe("connecting");
    stage.advance(1);
    expect(stage.client.state).toMatchObject({ status: "disconnected", cause: { phase: "open" } });
  });

  it("new sessions are tried after chance times 1 s, 2 s, 4 s … 30 s, without end", () => {
    const stage = new ScriptedStage();
    void stage.client.start();
    const delays: number[] = [];
    for (let i = 0; i < 8; i++) {
      stage.socket.end();
      const { state } = stage.client;
      if (state.status !== "disconnected") throw new Error(state.status);
      delays.push(state.retryAt - stage.scheduler.now());
      stage.advance(delays.at(-1) ?? 0);
    }
    expect(delays).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  });

  it("a session may be recovered for 30 s", () => {
    const stage = ScriptedStage.connected();
    stage.socket.end();
    for (let ms = 0; ms < 29_900; ms += 100) {
      stage.advance(100);
      if (stage.socket.readyState === 0) stage.socket.end();
    }
    expect(stage.client.state.status).toBe("recovering");
    stage.advance(100);
    expect(stage.client.state.status).toBe("disconnected");
  });

  it("a recovered link has 4 s to show a sign of life", () => {
    const stage = ScriptedStage.connected();
    stage.socket.end();
    stage.advance(0);
    stage.socket.open();
    stage.advance(3_999);
    expect(stage.sockets).toHaveLength(2);
    expect(stage.socket.readyState).toBe(1);
    stage.advance(1);
    expect(stage.socket.readyState).not.toBe(1);
  });

  it("1,000 sends may wait", () => {
    const client = new ScriptedStage().client;
    const sends = Array.from({ length: 1_001 }, (_none, i) => record(client.sendToGroup("g", i)));
    expect(sends.slice(0, 1_000).map(outcomeOf)).toEqual(Array(1_000).fill("pending"));
    expect(sends.slice(1_000).map(outcomeOf)).toMatchObject([{ code: "QueueOverflow" }]);
  });

  it("an idle connection is kept 1 s, an unobserved group 250 ms", () => {
    const stage = new VirtualStage();
    const client = stage.client();
    const messages = record(client.group("g").messages$);
    stage.settle();
    messages.unsubscribe();
    stage.advance(249);
    expect(stage.sent("leaveGroup")).toHaveLength(0);
    stage.advance(1);
    expect(stage.sent("leaveGroup")).toHaveLength(1);
    stage.advance(749);
    expect(client.state.status).toBe("connected");
    stage.advance(1);
    expect(client.state).toEqual({ status: "stopped", reason: "idle" });
  });

  it("100 rejoins are in flight at a time", () => {
    const stage = ScriptedStage.connected();
    for (let i = 0; i < 150; i++) stage.client.group(`g${i}`).messages$.subscribe();
    for (let ackId = 1; ackId <= 150; ackId++) stage.socket.ack(ackId);
    stage.socket.end(1008);
    stage.advance(500);
    stage.socket.open();
    stage.socket.connected("c2");
    expect(stage.socket.framesOf("joinGroup")).toHaveLength(100);
  });

  it("received messages are acknowledged after 2 MiB at the latest", () => {
    const stage = ScriptedStage.connected();
    const frame = (sequenceId: number) => ({
      type: "message",
      from: "server",
      dataType: "text",
      data: "x".repeat(1_048_576),
      sequenceId,
    });
    stage.socket.receive(frame(1));
    expect(stage.socket.framesOf("sequenceAck")).toEqual([]);
    stage.socket.receive(frame(2));
    expect(stage.socket.framesOf("sequenceAck")).toEqual([{ type: "sequenceAck", sequenceId: 2 }]);
  });
});
