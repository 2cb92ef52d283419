import { NEVER, of } from "rxjs";
import { untimed } from "../support/history.js";
import { hung, silent, welcoming, type Peer } from "../support/peers.js";
import { VirtualClients } from "../support/virtual-clients.js";
import { eachSubprotocol, Stage } from "./each-subprotocol.js";

describe.each(eachSubprotocol)("An attempt that stalls, on %s", (_name, protocol, isReliable) => {
  it.each<readonly [string, Peer]>([
    ["open", hung],
    ["handshake", silent],
  ])(
    "in the phase %s is given up after startTimeoutInMs, and the next begins; late events change nothing",
    (phase, peer) => {
      const stage = new Stage({ protocol, startTimeoutInMs: 3_000 }, [peer]);
      stage.advance(2_999);
      expect(stage.client.state.status).toBe("connecting");
      stage.advance(1);
      expect(stage.client.state).toMatchObject({ status: "disconnected", retryAt: 3_500, cause: { phase } });
      expect(stage.service.openSockets).toBe(0);
      stage.advance(500);
      expect(stage.client.state.status).toBe("connected");
      stage.history.take();
      const old = stage.service.scripted(0);
      old.open();
      old.connected("late");
      old.receive({ type: "message", from: "server", dataType: "text", data: "late" });
      old.end(1008);
      stage.advance(1_000);
      expect(stage.history.lines).toEqual([]);
      expect(stage.received).toEqual([]);
    },
  );

  it("in the phase access is given up too: the provider is told, and what it answers later opens nothing", () => {
    const service = new VirtualClients();
    const signals: AbortSignal[] = [];
    let calls = 0;
    const client = service.client({ protocol, startTimeoutInMs: 3_000 }, ({ signal }) => {
      signals.push(signal);
      return ++calls === 1 ? NEVER : of(service.url());
    });
    void client.start();
    service.advance(3_000);
    expect(client.state).toMatchObject({ status: "disconnected", cause: { phase: "access" } });
    expect(signals[0]?.aborted).toBe(true);
    service.advance(500);
    expect(client.state.status).toBe("connected");
    expect(signals[1]?.aborted).toBe(false);
    expect(service.sockets).toHaveLength(1);
  });

  it("is not ended by a wake-up before its time: a service that takes long to shake hands is no dead one", () => {
    const stage = new Stage({ protocol }, [silent]);
    stage.advance(1_000);
    void stage.client.reconnect();
    stage.advance(10_000);
    stage.service.scripted(0).connected("slow");
    expect(stage.client.state).toMatchObject({ status: "connected", connectionId: "slow" });
    expect(stage.service.sockets).toHaveLength(1);
  });

  it("in closing does not hold anybody up: a new session within 500 ms, on a new socket", () => {
    const stage = new Stage({ protocol }, [welcoming("A")]);
    void stage.client.reconnect({ newSession: true });
    stage.advance(499);
    expect(stage.service.sockets).toHaveLength(1);
    stage.advance(1);
    expect(stage.client.state.status).toBe("connected");
    expect(stage.service.scripted(0).readyState).toBe(3);
  });

  it("at a recovery is tried again until the session's time is up, then there is a new one", () => {
    const stage = new Stage({ protocol, startTimeoutInMs: 9_000 });
    stage.history.take();
    stage.service.next(...Array.from({ length: isReliable ? 4 : 0 }, () => hung));
    stage.faults.drop(stage.id);
    stage.advance(60_000);
    const states = untimed(stage.history.lines).filter((line) => line.startsWith("state$"));
    expect(states.at(-1)).toBe("state$ connected B");
    const lostAt = stage.history.lines.find((line) => line.includes("disconnected$"))?.split(" ")[0];
    expect(lostAt).toBe(isReliable ? "30000" : "0");
  });
});
