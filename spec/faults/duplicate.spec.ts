import { eachSubprotocol, Stage } from "./each-subprotocol.js";

describe.each(eachSubprotocol)("Messages that arrive twice, on %s", (_name, protocol, isReliable) => {
  it("are shown once where they have a number, as they come where they have none", () => {
    const stage = new Stage({ protocol });
    stage.faults.duplicate(stage.id, 2);
    stage.send(1, 2, 3);
    expect(stage.received).toEqual(isReliable ? [1, 2, 3] : [1, 1, 2, 2, 3]);
  });

  it("once more after a recovery, are shown once all the same, and acknowledged again", () => {
    if (!isReliable) return;
    const stage = new Stage({ protocol, sequenceAck: { timeInMs: 60_000 } });
    stage.send(1, 2, 3);
    stage.faults.drop(stage.id);
    stage.advance(60_000);
    expect(stage.received).toEqual([1, 2, 3]);
    expect(stage.service.socket.sent.filter(({ type }) => type === "sequenceAck")).toEqual([
      { type: "sequenceAck", sequenceId: 3 },
    ]);
    expect(stage.service.hub.connections[0]?.unacknowledged).toBe(0);
  });
});

describe.each(eachSubprotocol)("A connected frame that comes twice, on %s", (_name, protocol) => {
  it("begins no second session", () => {
    const stage = new Stage({ protocol });
    stage.history.take();
    const handshake = stage.service.socket.received[0];
    for (let i = 0; i < 3; i++) stage.service.socket.inject(JSON.stringify(handshake));
    stage.send(1);
    expect(stage.history.lines).toEqual([]);
    expect(stage.received).toEqual([1]);
  });

  it("does not take away what is needed to recover when it lacks the token", () => {
    const stage = new Stage({ protocol });
    const { id } = stage;
    stage.service.socket.inject(JSON.stringify({ type: "system", event: "connected", connectionId: id }));
    stage.faults.drop(id);
    stage.advance(5_000);
    expect(stage.client.state.status).toBe("connected");
    expect(stage.service.recoveries[1]).toBe(protocol.includes("reliable") ? id : undefined);
  });
});
