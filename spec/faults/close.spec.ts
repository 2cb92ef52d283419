import { untimed } from "../support/history.js";
import { eachSubprotocol, Stage } from "./each-subprotocol.js";

describe.each(eachSubprotocol)("A link that is closed, on %s", (_name, protocol, isReliable) => {
  it.each([1000, 1001, 1002, 1003, 1007, 1009, 1011, 1012, 1013, 1014, 3000, 4999])(
    "with %d is replaced; nothing completes and nothing errors",
    (code) => {
      const stage = new Stage({ protocol });
      stage.history.take();
      stage.faults.close(stage.id, code, "a proxy");
      stage.advance(5_000);
      stage.send("still here");
      const cause = `(live ${code})`;
      expect(untimed(stage.history.lines).slice(0, 2)).toEqual(
        isReliable
          ? [`state$ recovering A 1 ${cause}`, "state$ connected A"]
          : [`state$ disconnected 2 at 500 ${cause}`, `disconnected$ A ${cause}`],
      );
      expect(stage.client.state.status).toBe("connected");
      expect(stage.received).toEqual(["still here"]);
    },
  );

  it("with 1008 is the end of its session, without a futile recovery", () => {
    const stage = new Stage({ protocol });
    stage.faults.close(stage.id, 1008, "too slow");
    stage.service.settle();
    expect(stage.client.state).toMatchObject({
      status: "disconnected",
      cause: { phase: "live", code: 1008, reason: "too slow", wasClean: true },
    });
    stage.advance(5_000);
    expect(stage.service.recoveries).toEqual([undefined, undefined]);
  });

  it("after a goodbye leads straight to a new session, in the service's own words", () => {
    const stage = new Stage({ protocol });
    stage.service.hub.closeConnection(stage.id, "maintenance");
    stage.service.settle();
    expect(stage.client.state).toMatchObject({
      status: "disconnected",
      cause: { phase: "live", code: 1000, wasClean: true },
    });
    expect(JSON.stringify(stage.client.state)).toContain("maintenance");
    stage.advance(5_000);
    expect(stage.client.state.status).toBe("connected");
    expect(stage.service.recoveries).toEqual([undefined, undefined]);
  });

  it("without a goodbye after one whose close never came is recovered where that is possible", () => {
    const stage = new Stage({ protocol });
    const { id } = stage;
    stage.service.socket.inject(JSON.stringify({ type: "system", event: "disconnected", message: "soon" }));
    stage.faults.drop(id);
    stage.advance(5_000);
    expect(stage.service.recoveries[1]).toBe(isReliable ? id : undefined);
  });
});
