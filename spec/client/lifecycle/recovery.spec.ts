import { connectedFor } from "../../support/connected-for.js";
import { historyOf, untimed } from "../../support/history.js";
import { refusing, unreachable, welcoming } from "../../support/peers.js";
import { connectionIdOf, VirtualClients } from "../../support/virtual-clients.js";

const connectedForASecond = (...args: Parameters<VirtualClients["connected"]>) =>
  connectedFor(1_000, new VirtualClients(), ...args);

describe("A link that is lost", () => {
  it("is replaced at once, and the session lives on without a gap", () => {
    const { service, client, history, id } = connectedForASecond();
    service.emulator.faults.drop(id);
    service.settle();
    expect(history.lines).toEqual([
      "1000 state$ recovering A 1 (live 1006)",
      "1000 state$ connected A",
      "1000 recovered$ A after 0 ms",
    ]);
    expect(connectionIdOf(client)).toBe(id);
    expect(service.recoveries).toEqual([undefined, id]);
  });

  it.each([1000, 1001, 1006, 1011, 1012, 4001])("is replaced after close code %d", (code) => {
    const { service, history, id } = connectedForASecond();
    if (code === 1006) service.emulator.faults.drop(id);
    else service.emulator.faults.close(id, code, "on the way");
    service.advance(1_000);
    expect(untimed(history.lines)).toEqual([
      `state$ recovering A 1 (live ${code})`,
      "state$ connected A",
      "recovered$ A after 0 ms",
    ]);
  });

  it("tells the close code, the reason and whether it was clean", () => {
    const { service, client, id } = connectedForASecond();
    const causes: unknown[] = [];
    client.state$.subscribe((state) => state.status === "recovering" && causes.push(state.cause));
    service.emulator.faults.close(id, 1012, "restarting");
    service.settle();
    expect(causes).toEqual([
      expect.objectContaining({ phase: "live", code: 1012, reason: "restarting", wasClean: true }) as unknown,
    ]);
  });

  it("is tried again after growing waits until the network is back, under the first cause", () => {
    const { service, history, id } = connectedForASecond();
    service.next(unreachable, unreachable, refusing(503));
    service.emulator.faults.drop(id);
    service.advance(2_000);
    // Half of 100, 200 and 400 ms.
    expect(history.lines).toEqual([
      "1000 state$ recovering A 1 (live 1006)",
      "1000 state$ recovering A 2 at 1050 (live 1006)",
      "1050 state$ recovering A 2 (live 1006)",
      "1050 state$ recovering A 3 at 1150 (live 1006)",
      "1150 state$ recovering A 3 (live 1006)",
      "1150 state$ recovering A 4 at 1350 (live 1006)",
      "1350 state$ recovering A 4 (live 1006)",
      "1350 state$ connected A",
      "1350 recovered$ A after 350 ms",
    ]);
  });

  it("tells since when it is down", () => {
    const { service, client, id } = connectedForASecond();
    service.next(unreachable);
    service.emulator.faults.drop(id);
    service.settle();
    expect(client.state).toMatchObject({ status: "recovering", since: 1_000, attempt: 2, retryAt: 1_050 });
  });

  it("is replaced at once each time, but attempts stay 50 ms apart when it dies as soon as it lives", () => {
    const { service, client, history, id } = connectedForASecond();
    client.recovered$.subscribe(() => service.emulator.faults.drop(id));
    service.emulator.faults.drop(id);
    service.advance(120);
    expect(history.lines.filter((line) => line.includes("recovered$"))).toEqual([
      "1000 recovered$ A after 0 ms",
      "1050 recovered$ A after 50 ms",
      "1100 recovered$ A after 50 ms",
    ]);
  });

  it("loses, repeats and reorders no message", () => {
    const { service, client, id } = connectedForASecond();
    const data: unknown[] = [];
    client.serverMessages$.subscribe((message) => data.push(message.data));
    service.next(unreachable, unreachable);
    service.hub.sendToAll(1);
    service.settle();
    service.hub.sendToAll(2);
    service.emulator.faults.drop(id);
    service.hub.sendToAll(3);
    service.advance(100);
    service.hub.sendToAll(4);
    service.advance(100);
    service.hub.sendToAll(5);
    service.settle();
    expect(data).toEqual([1, 2, 3, 4, 5]);
  });

  it("is told as recovered before the message that proved it alive", () => {
    const service = new VirtualClients({ connectedOnRecovery: false });
    const client = service.connected();
    const history = historyOf(client, service.scheduler);
    history.of("serverMessages$", client.serverMessages$, ({ data }) => String(data));
    history.take();
    service.emulator.faults.drop(connectionIdOf(client));
    service.hub.sendToAll("replayed");
    service.settle();
    expect(untimed(history.lines)).toEqual([
      "state$ recovering A 1 (live 1006)",
      "state$ connected A",
      "recovered$ A after 0 ms",
      "serverMessages$ replayed",
    ]);
  });

  it("counts as recovered by the answer to a ping, when the service says nothing of itself", () => {
    const service = new VirtualClients({ connectedOnRecovery: false });
    const client = service.connected({ keepAliveIntervalInMs: 0, keepAliveTimeoutInMs: 0 });
    const history = historyOf(client, service.scheduler);
    history.take();
    service.emulator.faults.drop(connectionIdOf(client));
    service.settle();
    expect(untimed(history.lines).slice(-2)).toEqual(["state$ connected A", "recovered$ A after 0 ms"]);
    expect(service.socket.sent).toContainEqual({ type: "ping" });
  });

  it("keeps groups joined: nothing is joined again", () => {
    const { service, client, id } = connectedForASecond();
    client.group("room").messages$.subscribe();
    service.settle();
    service.emulator.faults.drop(id);
    service.advance(5_000);
    expect(service.socket.sent.map(({ type }) => type)).not.toContain("joinGroup");
    expect(service.hub.connections[0]?.groups).toEqual(["room"]);
  });

  it("is replaced also while rejoins are under way; the state stays connecting until they are done", () => {
    const service = new VirtualClients();
    const client = service.client();
    const history = historyOf(client, service.scheduler);
    service.next(welcoming("A"), welcoming("A"));
    client.group("room").messages$.subscribe();
    service.settle();
    service.scripted(0).end(1006);
    service.settle();
    expect(service.recoveries).toEqual([undefined, "A"]);
    const [join] = service.scripted(1).framesOf("joinGroup");
    expect(join).toEqual(service.scripted(0).framesOf("joinGroup")[0]);
    expect(client.state).toEqual({ status: "connecting", attempt: 1 });
    service.scripted(1).ack(join?.["ackId"]);
    expect(untimed(history.lines).slice(1)).toEqual(["state$ connecting 1", "state$ connected A", "connected$ A"]);
  });
});
