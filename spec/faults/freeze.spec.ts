import { untimed } from "../support/history.js";
import { outcomeOf, record } from "../support/recording.js";
import { eachSubprotocol, Stage } from "./each-subprotocol.js";

describe.each(eachSubprotocol)("A link that freezes, on %s", (_name, protocol, isReliable) => {
  it("is abandoned when nothing has come for keepAliveTimeoutInMs, without waiting for its close", () => {
    const stage = new Stage({ protocol, keepAliveTimeoutInMs: 40_000 });
    stage.history.take();
    stage.faults.freeze(stage.id);
    stage.advance(39_999);
    expect(stage.client.state.status).toBe("connected");
    stage.advance(1);
    // The link has lived long enough for the attempts to count afresh.
    expect(stage.history.lines[0]).toBe(
      isReliable ? "40000 state$ recovering A 1 (live)" : "40000 state$ disconnected 1 at 40500 (live)",
    );
    stage.advance(1_000);
    expect(stage.client.state.status).toBe("connected");
    expect(stage.service.openSockets).toBe(1);
  });

  it("for a while only is none the worse: what waited comes, and nobody hears of it", () => {
    const stage = new Stage({ protocol, keepAliveTimeoutInMs: 40_000 });
    stage.history.take();
    stage.faults.freeze(stage.id);
    stage.send(1, 2);
    const sent = record(stage.client.sendEvent("echo", 3));
    stage.advance(25_000);
    expect(stage.received).toEqual([]);
    stage.faults.thaw(stage.id);
    stage.advance(1_000);
    expect(stage.received).toEqual([1, 2, 3]);
    expect(outcomeOf(sent)).toMatchObject({ isDuplicated: false });
    expect(stage.history.lines).toEqual([]);
  });

  it("does not hold stop() up: 500 ms, and the socket is gone", () => {
    const stage = new Stage({ protocol });
    stage.faults.freeze(stage.id);
    stage.advance(1);
    expect(stage.leftAfterStop()).toEqual({ sockets: 0, timers: 0 });
    expect(untimed(stage.history.lines).at(-1)).toBe("stopped$");
  });

  it("is found by a wake-up within proofOfLifeInMs", () => {
    const stage = new Stage({ protocol });
    stage.faults.freeze(stage.id);
    void stage.client.reconnect();
    stage.advance(3_999);
    expect(stage.client.state.status).toBe("connected");
    stage.advance(1_001);
    expect(stage.client.state.status).toBe("connected");
    expect(stage.service.sockets).toHaveLength(2);
  });
});
