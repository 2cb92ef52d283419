import { untimed } from "../support/history.js";
import { outcomeOf, record } from "../support/recording.js";
import { eachSubprotocol, Stage } from "./each-subprotocol.js";

describe.each(eachSubprotocol)("A link that is cut, on %s", (_name, protocol, isReliable) => {
  it("costs nothing where the session can be recovered, and a gap where it cannot", () => {
    const stage = new Stage({ protocol });
    stage.send(1, 2);
    stage.history.take();
    stage.faults.drop(stage.id);
    stage.service.hub.sendToAll(3);
    stage.advance(10_000);
    stage.send(4);
    expect(untimed(stage.history.lines)).toEqual(
      isReliable
        ? ["state$ recovering A 1 (live 1006)", "state$ connected A", "recovered$ A after 0 ms"]
        : [
            "state$ disconnected 2 at 500 (live 1006)",
            "disconnected$ A (live 1006)",
            "state$ connecting 2 (live 1006)",
            "gap$ A→B since 0",
            "state$ connected B",
            "connected$ B after A",
          ],
    );
    expect(stage.received).toEqual(isReliable ? [1, 2, 3, 4] : [1, 2, 4]);
  });

  it("again and again leaves no gap untold and nothing behind", () => {
    const stage = new Stage({ protocol });
    for (let i = 0; i < 50; i++) {
      stage.send(i);
      stage.faults.drop(stage.id);
      stage.advance(31_000);
    }
    expect(stage.received).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(untimed(stage.history.lines).filter((line) => line.startsWith("gap$"))).toHaveLength(isReliable ? 0 : 50);
    expect(stage.service.mostSocketsAtOnce).toBe(1);
    expect(stage.leftAfterStop()).toEqual({ sockets: 0, timers: 0 });
  });

  it("between a send and its ack: applied once, and its outcome is told as far as it can be known", () => {
    const stage = new Stage({ protocol });
    const applied: unknown[] = [];
    stage.service.hub.onEvent("count", ({ data }) => void applied.push(data));
    stage.faults.loseAcks(stage.id);
    const sent = record(stage.client.sendEvent("count", 1));
    stage.advance(10);
    stage.faults.drop(stage.id);
    stage.advance(10_000);
    expect(applied).toEqual([1]);
    expect(outcomeOf(sent)).toMatchObject(isReliable ? { isDuplicated: true } : { code: "Unacknowledged" });
  });
});
