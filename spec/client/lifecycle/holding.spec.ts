import { firstValueFrom } from "rxjs";
import { historyOf, untimed } from "../../support/history.js";
import { hung, unreachable } from "../../support/peers.js";
import { statusesOf } from "../../support/statuses.js";
import { connectionIdOf, VirtualClients } from "../../support/virtual-clients.js";

const sentTypes = (service: VirtualClients) => service.socket.sent.map(({ type }) => type);

describe("A connection that is held by its subscribers", () => {
  it("is not opened by anything that only watches", () => {
    const service = new VirtualClients();
    const client = service.client();
    const group = client.group("room");
    for (const status of [...statusesOf(client), group.joined$]) status.subscribe();
    service.advance(60_000);
    expect(service.sockets).toEqual([]);
    expect(client.state).toEqual({ status: "stopped", reason: "initial" });
  });

  it("closes idleCloseInMs after the last one has gone, with 1000, without leaves and without stopped$", () => {
    const service = new VirtualClients();
    const client = service.client();
    const history = historyOf(client, service.scheduler);
    const subscription = client.group("room").messages$.subscribe();
    service.advance(500);
    history.take();
    subscription.unsubscribe();
    // A group that nobody observes would be left after 250 ms, were it not for the close.
    service.advance(999);
    expect(history.lines).toEqual([]);
    service.advance(1);
    expect(history.lines).toEqual(["1500 state$ stopped idle", "1500 disconnected$ A (stop)"]);
    expect(service.socket.ending).toEqual({ code: 1000, reason: "" });
    expect(service.hub.connections).toEqual([]);
    expect(service.pendingActions).toBe(0);
  });

  it("sends no leave when the connection goes before the group's time is up", () => {
    const service = new VirtualClients();
    const client = service.client({ idleCloseInMs: 100 });
    const subscription = client.group("room").messages$.subscribe();
    service.settle();
    subscription.unsubscribe();
    service.advance(10_000);
    expect(sentTypes(service)).toEqual(["joinGroup"]);
  });

  it("stays on the same socket when somebody comes before that", () => {
    const service = new VirtualClients();
    const client = service.client();
    const history = historyOf(client, service.scheduler);
    client.serverMessages$.subscribe().unsubscribe();
    service.advance(999);
    const subscription = client.groupMessages$.subscribe();
    service.advance(60_000);
    subscription.unsubscribe();
    client.serverMessages$.subscribe();
    service.advance(60_000);
    expect(service.sockets).toHaveLength(1);
    expect(untimed(history.lines).slice(1)).toEqual(["state$ connecting 1", "state$ connected A", "connected$ A"]);
  });

  it("is kept while one of several is left", () => {
    const service = new VirtualClients();
    const client = service.client();
    const [first, second] = [client.serverMessages$.subscribe(), client.serverMessages$.subscribe()];
    service.settle();
    first.unsubscribe();
    service.advance(60_000);
    expect(client.state.status).toBe("connected");
    second.unsubscribe();
    service.advance(1_000);
    expect(client.state).toEqual({ status: "stopped", reason: "idle" });
  });

  it("is kept by start() whoever comes and goes, until stop()", () => {
    const service = new VirtualClients();
    const client = service.connected();
    client.serverMessages$.subscribe().unsubscribe();
    service.advance(60_000);
    expect(client.state.status).toBe("connected");
    void client.stop();
    expect(client.state.status).toBe("stopped");
  });

  it("is opened and held by a command until that settles", () => {
    const service = new VirtualClients();
    const client = service.client();
    const history = historyOf(client, service.scheduler);
    history.of("sent", client.sendToGroup("room", "hello"), () => "acked");
    service.advance(60_000);
    expect(history.lines.slice(1)).toEqual([
      "0 state$ connecting 1",
      "0 state$ connected A",
      "0 connected$ A",
      "0 sent acked",
      "0 sent complete",
      "1000 state$ stopped idle",
      "1000 disconnected$ A (stop)",
    ]);
  });

  it("is held by a command no longer than until that is unsubscribed", () => {
    const service = new VirtualClients();
    const client = service.client();
    service.next(hung);
    client.sendToGroup("room", "hello").subscribe().unsubscribe();
    service.advance(1_000);
    expect(client.state).toEqual({ status: "stopped", reason: "idle" });
    expect(service.openSockets).toBe(0);
  });

  it("is not held by a group joined by command, which the next session joins again", () => {
    const service = new VirtualClients();
    const client = service.client();
    client.joinGroup("room").subscribe();
    service.advance(1_000);
    expect(client.state).toEqual({ status: "stopped", reason: "idle" });
    client.serverMessages$.subscribe();
    service.settle();
    expect(service.hub.connections.map(({ groups }) => groups)).toEqual([["room"]]);
  });

  it("is opened again by the next data subscription after an idle close", () => {
    const service = new VirtualClients();
    const client = service.client();
    client.serverMessages$.subscribe().unsubscribe();
    service.advance(5_000);
    client.serverMessages$.subscribe();
    service.settle();
    expect(client.state.status).toBe("connected");
  });

  it("is given up while it is still being opened, recovered or waited for", () => {
    for (const peers of [[hung], [unreachable]]) {
      const service = new VirtualClients();
      service.next(...peers);
      const client = service.client({ reconnectRetryOptions: { retryDelayInMs: 30_000 } });
      client.serverMessages$.subscribe().unsubscribe();
      service.advance(1_000);
      expect(client.state).toEqual({ status: "stopped", reason: "idle" });
      expect(service.pendingActions).toBe(0);
      expect(service.openSockets).toBe(0);
    }
    const service = new VirtualClients();
    const client = service.client();
    const subscription = client.serverMessages$.subscribe();
    service.settle();
    service.next(hung);
    service.emulator.faults.drop(connectionIdOf(client));
    service.settle();
    subscription.unsubscribe();
    service.advance(1_000);
    expect(client.state).toEqual({ status: "stopped", reason: "idle" });
    expect(service.openSockets).toBe(0);
  });

  it("closes with the next timer when idleCloseInMs is 0, but stays for who comes in the same moment", () => {
    const service = new VirtualClients();
    const client = service.client({ idleCloseInMs: 0 });
    const subscription = client.serverMessages$.subscribe();
    service.settle();
    subscription.unsubscribe();
    const next = client.groupMessages$.subscribe();
    service.settle();
    expect(client.state.status).toBe("connected");
    next.unsubscribe();
    service.settle();
    expect(client.state).toEqual({ status: "stopped", reason: "idle" });
  });

  it("neither opens for nor is held by a send that would rather fail or be dropped", async () => {
    const service = new VirtualClients();
    const client = service.client();
    const failed = firstValueFrom(client.sendToGroup("room", "x", "text", { whenOffline: "fail" }));
    const dropped = firstValueFrom(client.sendToGroup("room", "x", "text", { whenOffline: "drop" }), {
      defaultValue: "dropped",
    });
    await expect(failed).rejects.toMatchObject({ code: "LinkLost", isRetriable: true });
    await expect(dropped).resolves.toBe("dropped");
    expect(service.sockets).toEqual([]);
    expect(service.pendingActions).toBe(0);
  });

  it("does not replay messages to who comes late", () => {
    const service = new VirtualClients();
    const client = service.connected();
    client.serverMessages$.subscribe();
    service.hub.sendToAll("early");
    service.settle();
    const late: unknown[] = [];
    client.serverMessages$.subscribe((message) => late.push(message));
    service.advance(1_000);
    expect(late).toEqual([]);
  });
});
