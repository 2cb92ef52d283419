import type { WebPubSubClient } from "../../../lib/index.js";
import { connectedFor } from "../../support/connected-for.js";
import { historyOf, untimed } from "../../support/history.js";
import { hung, silent, unreachable, welcoming } from "../../support/peers.js";
import { connectionIdOf, VirtualClients } from "../../support/virtual-clients.js";

const connectedForASecond = (...args: Parameters<VirtualClients["connected"]>) =>
  connectedFor(1_000, new VirtualClients(), ...args);

describe("reconnect()", () => {
  it("ends a wait for a new session at once and counts afresh", async () => {
    const service = new VirtualClients();
    service.next(unreachable, unreachable, unreachable, unreachable);
    const client = service.client();
    const history = historyOf(client, service.scheduler);
    void client.start();
    service.advance(2_000);
    expect(client.state).toMatchObject({ status: "disconnected", attempt: 4 });
    history.take();
    const reconnected = client.reconnect();
    service.settle();
    expect(history.lines).toEqual([
      "2000 state$ connecting 1 (open 1006)",
      "2000 state$ disconnected 2 at 2500 (open 1006)",
    ]);
    service.advance(500);
    await expect(reconnected).resolves.toEqual({ connectionId: connectionIdOf(client) });
  });

  it("ends a wait for a recovery at once", () => {
    const { service, client, history, id } = connectedForASecond();
    service.next(unreachable);
    service.emulator.faults.drop(id);
    service.settle();
    history.take();
    void client.reconnect();
    service.settle();
    expect(history.lines).toEqual([
      "1000 state$ recovering A 2 (live 1006)",
      "1000 state$ connected A",
      "1000 recovered$ A after 0 ms",
    ]);
  });

  it("asks a live link for proof of life, and resolves with its session", async () => {
    const { service, client, history, id } = connectedForASecond();
    const reconnected = client.reconnect();
    service.advance(10_000);
    expect(service.socket.sent).toEqual([{ type: "ping" }]);
    expect(history.lines).toEqual([]);
    await expect(reconnected).resolves.toEqual({ connectionId: id });
  });

  it("abandons a link that looks live and stays silent for proofOfLifeInMs", () => {
    const { service, client, history } = connectedForASecond();
    service.socket.freeze();
    void client.reconnect();
    service.advance(3_999);
    expect(history.lines).toEqual([]);
    service.advance(1);
    expect(history.lines).toEqual([
      "5000 state$ recovering A 1 (live)",
      "5000 state$ connected A",
      "5000 recovered$ A after 0 ms",
    ]);
  });

  it.each([
    ["never started", (service: VirtualClients) => service.client()],
    [
      "stopped",
      (service: VirtualClients) => {
        const client = service.connected();
        void client.stop();
        service.settle();
        return client;
      },
    ],
    [
      "given up",
      (service: VirtualClients) => {
        service.next(unreachable);
        return service.connected({ reconnectRetryOptions: { maxRetries: 0 } });
      },
    ],
  ])("starts and holds a client that is %s", async (_name, arrange) => {
    for (const newSession of [false, true]) {
      const service = new VirtualClients();
      const client = arrange(service);
      const reconnected = client.reconnect({ newSession });
      service.advance(60_000);
      expect(client.state.status).toBe("connected");
      await expect(reconnected).resolves.toEqual({ connectionId: connectionIdOf(client) });
    }
  });

  it("takes no hold of its own on a running client", () => {
    for (const newSession of [false, true]) {
      const service = new VirtualClients();
      const client = service.client();
      const subscription = client.serverMessages$.subscribe();
      service.settle();
      void client.reconnect({ newSession });
      service.settle();
      subscription.unsubscribe();
      service.advance(1_000);
      expect(client.state).toEqual({ status: "stopped", reason: "idle" });
    }
  });
});

describe("reconnect({ newSession: true })", () => {
  it("replaces the session: connecting, disconnected$ of the old one, gap$, connected, connected$", async () => {
    const { service, client, history, id } = connectedForASecond();
    const causes: unknown[] = [];
    client.disconnected$.subscribe(({ cause }) => causes.push(cause.phase));
    const reconnected = client.reconnect({ newSession: true });
    expect(history.take()).toEqual(["1000 state$ connecting 1", "1000 disconnected$ A (stop)"]);
    service.settle();
    expect(history.lines).toEqual(["1000 gap$ A→B since 0", "1000 state$ connected B", "1000 connected$ B after A"]);
    expect(causes).toEqual(["stop"]);
    await expect(reconnected).resolves.toEqual({ connectionId: connectionIdOf(client) });
    expect(connectionIdOf(client)).not.toBe(id);
  });

  it("closes the old socket with 1000 before it opens the new one", () => {
    const { service, client } = connectedForASecond();
    const old = service.socket;
    void client.reconnect({ newSession: true });
    service.settle();
    expect(old.ending).toEqual({ code: 1000, reason: "" });
    expect(service.sockets).toHaveLength(2);
    expect(service.mostSocketsAtOnce).toBe(1);
    expect(service.hub.connections).toHaveLength(1);
  });

  it("takes a fresh URL: another user, the same subscribers and groups", () => {
    const service = new VirtualClients();
    let user = "ann";
    const client = service.connected({}, () => [service.url({ userId: user })]);
    const data: unknown[] = [];
    client.group("room").messages$.subscribe((message) => data.push(message.data));
    client.joinGroup("claimed").subscribe();
    service.settle();
    user = "bob";
    void client.reconnect({ newSession: true });
    service.settle();
    expect(client.state).toMatchObject({ status: "connected", userId: "bob" });
    expect(service.hub.connections).toMatchObject([{ userId: "bob", groups: ["room", "claimed"] }]);
    service.hub.sendToGroup("room", "still there");
    service.settle();
    expect(data).toEqual(["still there"]);
  });

  it("waits for a peer that never answers the close, for 500 ms, and then opens the new socket", () => {
    const service = new VirtualClients();
    service.next(welcoming("A"));
    const client = service.connected();
    void client.reconnect({ newSession: true });
    service.advance(499);
    expect(service.sockets).toHaveLength(1);
    service.advance(1);
    expect(client.state.status).toBe("connected");
    expect(service.mostSocketsAtOnce).toBe(1);
  });

  const situations: readonly (readonly [string, (service: VirtualClients) => WebPubSubClient])[] = [
    ["opening", (service) => (service.next(hung), service.connected())],
    ["waiting for the handshake", (service) => (service.next(silent), service.connected())],
    ["waiting for the next attempt", (service) => (service.next(unreachable), service.connected())],
    ["connected", (service) => service.connected()],
    [
      "recovering",
      (service) => {
        const client = service.connected();
        service.next(hung);
        service.emulator.faults.drop(connectionIdOf(client));
        service.settle();
        return client;
      },
    ],
    ["not running", (service) => service.client()],
  ];

  it.each(situations)(
    "called ten times in one tick while %s makes one new socket, never two at once",
    (_name, arrange) => {
      const service = new VirtualClients();
      const client = arrange(service);
      const history = historyOf(client, service.scheduler);
      history.take();
      const before = service.sockets.length;
      for (let i = 0; i < 10; i++) void client.reconnect({ newSession: true });
      service.advance(10_000);
      expect(service.sockets.length - before).toBe(1);
      expect(service.mostSocketsAtOnce).toBe(1);
      expect(service.openSockets).toBe(1);
      expect(client.state.status).toBe("connected");
      expect(untimed(history.lines).filter((line) => line.startsWith("connected$"))).toHaveLength(1);
    },
  );

  it.each(situations)("without newSession, ten times in one tick while %s, makes one at most", (_name, arrange) => {
    const service = new VirtualClients();
    const client = arrange(service);
    const before = service.sockets.length;
    for (let i = 0; i < 10; i++) void client.reconnect();
    service.settle();
    expect(service.sockets.length - before).toBeLessThanOrEqual(1);
    expect(service.mostSocketsAtOnce).toBe(1);
  });

  it("errors commands that await their ack: whether they were applied cannot be known", () => {
    const { service, client } = connectedForASecond();
    const errors: unknown[] = [];
    service.hub.onEvent("slow", () => new Promise(() => undefined));
    client.sendEvent("slow", 1).subscribe({ error: (error: unknown) => errors.push(error) });
    service.settle();
    void client.reconnect({ newSession: true });
    expect(errors).toEqual([expect.objectContaining({ code: "Unacknowledged", isRetriable: true })]);
  });

  it("carries what waited in the queue over to the new session", () => {
    const service = new VirtualClients();
    service.next(hung);
    const client = service.connected();
    const results: unknown[] = [];
    client.sendToGroup("room", 1).subscribe((result) => results.push(result));
    void client.reconnect({ newSession: true });
    service.settle();
    expect(results).toHaveLength(1);
  });

  it("works inside the subscriber of connected$ that it causes to emit again", () => {
    const { service, client, history } = connectedForASecond();
    let again = 2;
    client.connected$.subscribe(() => again-- > 0 && void client.reconnect({ newSession: true }));
    void client.reconnect({ newSession: true });
    service.settle();
    expect(untimed(history.lines).filter((line) => /^(dis)?connected\$/.test(line))).toEqual([
      "disconnected$ A (stop)",
      "connected$ B after A",
      "disconnected$ B (stop)",
      "connected$ C after B",
      "disconnected$ C (stop)",
      "connected$ D after C",
    ]);
    expect(service.mostSocketsAtOnce).toBe(1);
  });
});
