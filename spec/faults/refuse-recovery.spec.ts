import { untimed } from "../support/history.js";
import { outcomeOf, record } from "../support/recording.js";
import { eachSubprotocol, Stage } from "./each-subprotocol.js";

describe.each(eachSubprotocol)(
  "A session that the service will not take up again, on %s",
  (_name, protocol, isReliable) => {
    it("is followed by a new one: one gap, groups joined again, and the first reason is the cause", () => {
      const stage = new Stage({ protocol });
      stage.client.group("room").messages$.subscribe();
      stage.advance(10);
      stage.history.take();
      stage.faults.refuseRecovery(stage.id);
      stage.faults.drop(stage.id);
      stage.advance(10_000);
      expect(untimed(stage.history.lines)).toEqual([
        ...(isReliable ? ["state$ recovering A 1 (live 1006)"] : []),
        "state$ disconnected 2 at 510 (live 1006)",
        "disconnected$ A (live 1006)",
        "state$ connecting 2 (live 1006)",
        "gap$ A→B since 0 room",
        "state$ connected B",
        "connected$ B after A",
      ]);
      expect(stage.service.socket.sent.map(({ type }) => type)).toEqual(["joinGroup"]);
    });

    it("lets nothing be sent twice: what awaits its ack is Unacknowledged, what waits goes out on the next one", () => {
      const stage = new Stage({ protocol });
      const applied: unknown[] = [];
      stage.service.hub.onEvent("count", ({ data }) => void applied.push(data));
      stage.faults.loseAcks(stage.id);
      const sent = record(stage.client.sendEvent("count", 1));
      stage.advance(10);
      stage.faults.refuseRecovery(stage.id);
      stage.faults.drop(stage.id);
      stage.advance(60);
      const queued = record(stage.client.sendEvent("count", 2));
      stage.advance(10_000);
      expect(outcomeOf(sent)).toMatchObject({ code: "Unacknowledged", isRetriable: true });
      expect(outcomeOf(queued)).toMatchObject({ isDuplicated: false });
      expect(applied).toEqual([1, 2]);
    });
  },
);
