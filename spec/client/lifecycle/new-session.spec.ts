import { connectedFor } from "../../support/connected-for.js";
import { historyOf, untimed } from "../../support/history.js";
import { refusing, silent, unreachable } from "../../support/peers.js";
import { record } from "../../support/recording.js";
import { ScriptedStage } from "../../support/scripted-web-socket.js";
import { connectionIdOf, VirtualClients } from "../../support/virtual-clients.js";

const PLAIN = "json.webpubsub.azure.v1";

/** A client that has been connected for 20 s, long enough to count as stable, and what it tells from then on. */
const stableClient = (service?: VirtualClients, ...args: Parameters<VirtualClients["connected"]>) =>
  connectedFor(20_000, service, ...args);

describe("A session that is lost for good", () => {
  it("is followed by a new one, with a gap, when the service refuses to recover it", () => {
    const { service, history, id } = stableClient();
    service.emulator.faults.refuseRecovery(id);
    service.emulator.faults.drop(id);
    service.advance(2_000);
    expect(history.lines).toEqual([
      "20000 state$ recovering A 1 (live 1006)",
      // One that had been stable begins to count afresh, and waits half of 1 s all the same.
      "20000 state$ disconnected 1 at 20500 (live 1006)",
      "20000 disconnected$ A (live 1006)",
      "20500 state$ connecting 1 (live 1006)",
      "20500 gap$ A→B since 20000",
      "20500 state$ connected B",
      "20500 connected$ B after A",
    ]);
  });

  it("is not tried to recover after close code 1008", () => {
    const { service, history, id } = stableClient();
    service.emulator.faults.close(id, 1008, "policy");
    service.advance(2_000);
    expect(untimed(history.lines)).toEqual([
      "state$ disconnected 1 at 20500 (live 1008)",
      "disconnected$ A (live 1008)",
      "state$ connecting 1 (live 1008)",
      "gap$ A→B since 20000",
      "state$ connected B",
      "connected$ B after A",
    ]);
    expect(service.recoveries).toEqual([undefined, undefined]);
  });

  it("is given up when 30 s have passed since the loss, also in the middle of an attempt", () => {
    const { service, history, id } = stableClient();
    service.next(...Array.from({ length: 200 }, () => unreachable));
    service.emulator.faults.drop(id);
    service.advance(29_999);
    expect(history.take().at(-1)).toContain("state$ recovering A");
    service.advance(1);
    const [disconnected, ended] = history.take().slice(-2);
    expect(disconnected).toMatch(/^50000 state\$ disconnected 1 at 50500/);
    expect(ended).toBe("50000 disconnected$ A (live 1006)");
  });

  it("keeps to its own recoveryTimeoutInMs", () => {
    const { service, history, id } = stableClient(undefined, { recoveryTimeoutInMs: 2_000 });
    service.next(...Array.from({ length: 200 }, () => unreachable));
    service.emulator.faults.drop(id);
    service.advance(2_000);
    expect(history.lines.slice(-1)).toEqual(["22000 disconnected$ A (live 1006)"]);
  });

  it("is not tried to recover on a protocol that cannot", () => {
    const { service, history, id } = stableClient(undefined, { protocol: PLAIN });
    service.emulator.faults.drop(id);
    service.advance(2_000);
    expect(untimed(history.lines)).toEqual([
      "state$ disconnected 1 at 20500 (live 1006)",
      "disconnected$ A (live 1006)",
      "state$ connecting 1 (live 1006)",
      "gap$ A→B since 20000",
      "state$ connected B",
      "connected$ B after A",
    ]);
  });

  it("leads straight to a new one when the service said goodbye, in the service's words", () => {
    const { service, client, history, id } = stableClient();
    const causes: unknown[] = [];
    client.disconnected$.subscribe(({ cause }) => causes.push(cause));
    service.hub.closeConnection(id, "maintenance");
    service.advance(2_000);
    expect(untimed(history.lines)).toEqual([
      "state$ disconnected 1 at 20500 (live 1000)",
      "disconnected$ A (live 1000)",
      "state$ connecting 1 (live 1000)",
      "gap$ A→B since 20000",
      "state$ connected B",
      "connected$ B after A",
    ]);
    expect(causes).toEqual([
      expect.objectContaining({ code: 1000, message: "Application server closed the connection. Reason: maintenance" }),
    ]);
  });

  it("is replaced when two recovered links in a row bring no frame", () => {
    const { service, history, id } = stableClient();
    service.next(silent, silent);
    service.emulator.faults.drop(id);
    service.advance(10_000);
    expect(service.recoveries).toEqual([undefined, id, id, undefined]);
    expect(history.lines.filter((line) => /gap|disconnected\$|connected\$/.test(line))).toEqual([
      "28050 disconnected$ A (live 1006)",
      "28550 gap$ A→B since 20000",
      "28550 connected$ B after A",
    ]);
  });

  it("may fall silent twice in a row with failed attempts between, which prove nothing", () => {
    const { service, id } = stableClient();
    service.next(silent, unreachable, refusing(503), silent);
    service.emulator.faults.drop(id);
    service.advance(20_000);
    expect(service.recoveries).toEqual([undefined, id, id, id, id, undefined]);
  });
});

describe("A gap", () => {
  it("tells since when messages may be missing and for which groups", () => {
    const { service, client, id } = stableClient();
    const gaps: unknown[] = [];
    client.gap$.subscribe((gap) => gaps.push(gap));
    client.group("observed").messages$.subscribe();
    client.joinGroup("claimed").subscribe();
    service.settle();
    service.advance(5_000);
    service.emulator.faults.close(id, 1008);
    service.advance(2_000);
    expect(gaps).toEqual([
      {
        previousConnectionId: id,
        connectionId: connectionIdOf(client),
        since: 20_000,
        groups: ["observed", "claimed"],
      },
    ]);
  });

  it("comes before groups are joined and before the first message, connected$ after both", () => {
    const service = new VirtualClients();
    const { client, history, id } = stableClient(service, {}, service.url({ groups: ["lobby"] }));
    history.of("groupMessages$", client.groupMessages$, ({ data }) => String(data));
    client.group("room").messages$.subscribe();
    client.gap$.subscribe(() => {
      history.note(`joins: ${service.socket.sent.length}`);
      service.hub.sendToGroup("lobby", "hello again");
    });
    client.connected$.subscribe(() => {
      history.note(`joins: ${service.socket.sent.length}`);
    });
    service.settle();
    service.emulator.faults.close(id, 1008);
    service.advance(2_000);
    expect(untimed(history.lines).slice(-6)).toEqual([
      "gap$ A→B since 20000 room",
      "joins: 0",
      "groupMessages$ hello again",
      "state$ connected B",
      "connected$ B after A",
      "joins: 1",
    ]);
  });

  it("is told once, however many attempts the new session takes", () => {
    const { service, history, id } = stableClient();
    service.next(unreachable, silent, refusing(503));
    service.emulator.faults.close(id, 1008);
    service.advance(120_000);
    expect(untimed(history.lines).filter((line) => line.startsWith("gap$"))).toEqual(["gap$ A→B since 20000"]);
  });

  it("follows also a loss that a stop and a start came after", () => {
    const { service, client, history, id } = stableClient();
    service.emulator.faults.close(id, 1008);
    service.settle();
    expect(client.state.status).toBe("disconnected");
    void client.stop();
    service.advance(60_000);
    void client.start();
    service.settle();
    expect(history.lines.slice(-3)).toEqual([
      "80000 gap$ A→B since 20000",
      "80000 state$ connected B",
      "80000 connected$ B after A",
    ]);
  });

  it("is told once: the session after the next does not repeat it", () => {
    const { service, client, history, id } = stableClient();
    service.emulator.faults.close(id, 1008);
    service.advance(2_000);
    void client.stop();
    void client.start();
    service.settle();
    expect(untimed(history.lines).at(-1)).toBe("connected$ C");
  });

  it("is told again when the session after it ended before it was ready: nobody has fetched what was missed", () => {
    for (const end of ["stop", "loss"]) {
      const stage = ScriptedStage.connected();
      const { client } = stage;
      const gaps = record(client.gap$);
      const connected = record(client.connected$);
      client.group("g").messages$.subscribe();
      stage.socket.end(1008);
      stage.advance(1_000);
      stage.socket.open();
      stage.socket.connected("c2");
      if (end === "stop") void client.stop();
      else stage.socket.end(1008);
      void client.start();
      stage.advance(5_000);
      stage.socket.open();
      stage.socket.connected("c3");
      stage.socket.ack(stage.socket.framesOf("joinGroup")[0]?.["ackId"]);
      expect(gaps.values).toMatchObject([
        { previousConnectionId: "c1", connectionId: "c2", since: 0 },
        { previousConnectionId: "c1", connectionId: "c3", since: 0 },
      ]);
      expect(connected.values).toMatchObject([{ connectionId: "c3", previousConnectionId: "c1" }]);
    }
  });

  it("does not follow a stop", () => {
    const { service, client, history } = stableClient();
    void client.stop();
    service.settle();
    void client.start();
    service.settle();
    expect(untimed(history.lines).slice(-3)).toEqual(["state$ connecting 1", "state$ connected B", "connected$ B"]);
  });

  it("does not follow a stop in the middle of a recovery: what the caller ended was not lost", () => {
    const { service, client, history, id } = stableClient();
    service.next(unreachable);
    service.emulator.faults.drop(id);
    service.settle();
    expect(client.state.status).toBe("recovering");
    void client.stop();
    void client.start();
    service.settle();
    expect(untimed(history.lines).at(-1)).toBe("connected$ B");
  });

  it("does not follow an idle close", () => {
    const service = new VirtualClients();
    const client = service.client();
    const history = historyOf(client, service.scheduler);
    client.serverMessages$.subscribe().unsubscribe();
    service.advance(5_000);
    client.serverMessages$.subscribe();
    service.settle();
    expect(untimed(history.lines).filter((line) => !line.startsWith("state$"))).toEqual([
      "connected$ A",
      "disconnected$ A (stop)",
      "connected$ B",
    ]);
  });
});
